"""How is an exposure frozen in the register, computed again, and compared with another version?"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.exposure import ExposureGap, ExposureVersion

__all__ = ["check", "difference_of", "freeze", "sign_checkpoint", "version_of"]


def version_of(found: Any, table: Any, *, at: int, by: str, home: str, told: bool, most: int | None) -> ExposureVersion:  # fmt: skip
    """The version that an exposure makes; number and digests are still to be set."""
    from ecluse.incident.exposure_version import numbers_of

    numbers = numbers_of(table, home=home, told=told)
    return ExposureVersion(
        number=0, digest="", made_at=at, made_by=by, selections=found.selections, ledgers=found.states,
        persons=numbers.persons, at_least=found.at_least, at_most=found.at_most, records=found.records,
        shown=numbers.shown, exported=numbers.exported, listed=numbers.listed, linked=numbers.linked,
        categories=numbers.categories, sets=numbers.sets, accounts=found.accounts,
        applications=found.applications, first_at=found.first_at, last_at=found.last_at,
        minors=numbers.minors, protected=numbers.protected, member_states=numbers.member_states,
        gaps=tuple(ExposureGap(g.first_at, g.last_at, g.what, g.at_most, g.lost) for g in found.gaps),
        most_per_access=most,
    )  # fmt: skip


def sign_checkpoint(ledger: Path, keys: Path | None) -> bool:
    """Has the ledger sign where it stands, when no other process writes it and the keys are here; says whether."""
    from ecluse.ledgers.directory import DirectoryLedger
    from ecluse.model.errors import EcluseError

    try:
        with DirectoryLedger(ledger, keys=keys) as opened:
            opened.checkpoint()
    except (EcluseError, OSError):
        return False
    return True


def freeze(register: Path, incident: str, made: ExposureVersion, table: Any) -> ExposureVersion:
    """Writes the version into the incident's folder, and says so in its log."""
    from ecluse.incident.exposure_digest import COLUMNS
    from ecluse.registers import exposures
    from ecluse.registers.folder import Register

    folder = Register(register).open(incident)
    frozen = exposures.freeze(folder.path, made, table.select(COLUMNS))
    detail = {
        "number": frozen.number, "version": frozen.number, "digest": frozen.digest, "persons": frozen.persons, "at_most": frozen.at_most,
    }  # fmt: skip
    folder.append("exposure_frozen", detail, by=frozen.made_by, at=frozen.made_at)
    return frozen


def check(
    folder: Path, frozen: ExposureVersion, ledgers: Sequence[Path]
) -> tuple[bool, dict[str, Any]]:
    """Computes a version again from the ledgers as they were, and compares the digests.

    What the organization said of the persons is taken from the frozen list: it is no part of the ledger.
    """
    from ecluse.incident.exposure_digest import COLUMNS, exposure_digest, list_digest
    from ecluse.incident.persons import pairs_in, places
    from ecluse.ledgers.exposure import expose_selected
    from ecluse.ledgers.remains import take_remains
    from ecluse.registers import exposures

    exposures.check_list(folder, frozen)
    paths = _in_order(frozen, ledgers)
    for path, state in zip(paths, frozen.ledgers, strict=True):
        if state.size and (state.size, state.root) not in take_remains(path).history:
            raise IntegrityError(
                f"`{path}` never signed the checkpoint of {state.size} entries over which version {frozen.number} was computed",
                help="this is another ledger, or one that was written anew; `ecluse ledger verify` tells more",
            )
    found = expose_selected(
        paths,
        frozen.selections,
        entries=[state.entries for state in frozen.ledgers],
        most_per_access=frozen.most_per_access,
    )
    old = _list_of(folder, frozen.number)
    at = places(pairs_in(old["person"]), pairs_in(found.table["person"]))
    table = _as_told(found.table, old, at).select(COLUMNS)
    again = version_of(
        _under(found, frozen), table, at=0, by="", home="", told=False, most=frozen.most_per_access
    )  # fmt: skip
    again = replace(
        again, minors=frozen.minors, protected=frozen.protected, member_states=frozen.member_states,
        list_digest=list_digest(table.to_batches()),
    )  # fmt: skip
    digest = exposure_digest(again)
    missing = len(old) - int((at >= 0).sum())
    return digest == frozen.digest, {
        "version": frozen.number, "frozen": frozen.digest, "computed": digest, "same": digest == frozen.digest,
        "persons_frozen": len(old), "persons_computed": len(found.table), "only_frozen": missing,
        "only_computed": int((at < 0).sum()),
        "gaps_since": [gap.what for gap in again.gaps if gap not in frozen.gaps],
    }  # fmt: skip


def _under(found: Any, frozen: ExposureVersion) -> Any:
    """The same exposure under the checkpoint of then: the ledger has signed later ones since."""
    found.states = frozen.ledgers
    return found


def _in_order(frozen: ExposureVersion, ledgers: Sequence[Path]) -> list[Path]:
    """The ledgers' folders in the order of the version."""
    from ecluse.ledgers.layout import Layout

    by_origin = {}
    for path in ledgers:
        layout = Layout(path)
        by_origin[layout.read_first_page(layout.read_public_key()).origin] = path
    wanted = [state.origin for state in frozen.ledgers]
    if sorted(wanted) != sorted(by_origin) or len(wanted) != len(ledgers):
        raise CallerError(
            f"version {frozen.number} was computed over {', '.join(f'`{w}`' for w in wanted)}",
            help="name the folder of each with --ledger, and no others",
        )
    return [by_origin[origin] for origin in wanted]


def _list_of(folder: Path, number: int) -> Any:
    import pyarrow as pa

    from ecluse.incident.exposure_digest import SCHEMA
    from ecluse.registers.exposures import list_batches

    return pa.Table.from_batches(list_batches(folder, number), schema=SCHEMA)


def _as_told(table: Any, old: Any, at: Any) -> Any:
    """The table with what was said of each person in the frozen list; null for who is not in it."""
    import pyarrow as pa

    places = pa.array(at, mask=at < 0)
    for name in ("minor", "protected", "member_state"):
        table = table.append_column(name, old[name].combine_chunks().take(places))
    from ecluse.incident.exposure_digest import SCHEMA

    return table.select(SCHEMA.names).cast(SCHEMA)


def difference_of(folder: Path, numbers: tuple[int, int]) -> tuple[Any, Any, Any]:
    """The difference between two versions, with both lists."""
    from ecluse.incident.exposure_difference import difference
    from ecluse.registers import exposures

    old, new = (exposures.version(folder, number) for number in numbers)
    lists = [_list_of(folder, number) for number in numbers]
    return difference(old, new, old_list=lists[0], new_list=lists[1]), lists[0], lists[1]
