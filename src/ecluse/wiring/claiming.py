"""How is a sample held against everything that is known? The steps in their order, from files to a claim.

1. what the person wrote, and the keys;
2. the sample as fingerprints, read in a process of its own;
3. who its persons are, by its identifier or by the organization's file;
4. honey persons, change history, screens, registered leaks;
5. who saw them, by the ledgers;
6. the tests and the verdict.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec
import pyarrow.parquet as pq

from ecluse.incident.attribution.attribute import attribute
from ecluse.incident.attribution.evidence import Columns, Decoy, Evidence, Leak, Version
from ecluse.incident.attribution.order import run_of
from ecluse.incident.sample.fingerprint import Field, Wanted, column_print
from ecluse.incident.sample.rows import Shape
from ecluse.ledgers.described import describe
from ecluse.ledgers.keys import Pseudonymizer, load_keys
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.reader import take_snapshot
from ecluse.ledgers.viewers import Question, viewers
from ecluse.loaders.claim import load_claim
from ecluse.model.claim import Claim, Sample
from ecluse.model.claim_file import ClaimFile, Column, RegisteredLeak
from ecluse.model.errors import CallerError, IntegrityError, SourceError
from ecluse.model.exposure import LedgerState
from ecluse.registers.leaks import LeakedPerson, held_against, leaks, register_leak
from ecluse.sources.sample import Read, read_sample
from ecluse.sources.sample_facts import Honey, Matched, match_people, read_changes, read_honey
from ecluse.sources.written import read_written

__all__ = ["ClaimFiles", "examine", "register_persons", "register_sample"]

_PURPOSE: Final = b"ecluse claim values"
_BASE_ORDER: Final = 1e-3

Step = Callable[[str, int | None], Callable[[int], None]]
"""Begins a step, of so many entries where it can be said; the function that it gives is told how many more were done."""


@dataclass(frozen=True, slots=True)
class ClaimFiles:
    """What the command line names.

    Attributes:
        keys: folder of the keys, when it is not the first ledger's.
        register: root of the register whose leaks are held against the sample; None for none.
    """

    sample: Path
    claim: Path
    ledgers: tuple[Path, ...]
    keys: Path | None = None
    register: Path | None = None
    unit: Literal["session", "account"] = "session"
    since: int | None = None
    until: int | None = None
    member: str = ""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A sample with its persons, numbered in the order of their first rows."""

    file: ClaimFile
    wanted: Wanted
    read: Read
    matched: Matched
    persons: tuple[bytes, ...]
    fingerprint: str

    def number(self) -> dict[bytes, int]:
        return {person: n for n, person in enumerate(self.persons)}


def examine(files: ClaimFiles, *, now: int, by: str, step: Step) -> Claim:
    """Holds a sample against the ledgers and everything else.

    Raises:
        ConfigError: with every fault of the claim file.
        CallerError: when a ledger is none, or the sample has fewer than two persons.
        SourceError: when the sample or a file about persons cannot be read as told.
        IntegrityError: when ledger, keys or register are not what they were.
    """
    # 1. to 3.
    prepared = _prepare(files, step)
    if len(prepared.persons) < 2:
        raise CallerError(
            f"{len(prepared.persons)} persons of the sample can be told: nobody is named by so few",
            help="a sample of one would only tell whether that person is in the base; check `identifier:` and `match:` in the claim file",
        )
    # 4. What is known besides.
    number = prepared.number()
    honey = _honey(prepared, files.claim)
    versions, unknown = _versions(prepared, files.claim, step)
    found_leaks = _leaks(files.register, prepared)
    # 5. Who saw them.
    question = Question(prepared.persons, files.unit, files.since, files.until)
    sizes = sum(take_snapshot(root).size for root in files.ledgers)
    viewed = viewers(files.ledgers, question, done=step("reading the ledger", 2 * sizes))
    step("reckoning", None)
    # 6. The tests.
    evidence = Evidence(
        records=len(prepared.persons),
        sample=_facts(prepared),
        views=viewed.views,
        population=_population(prepared),
        unit=files.unit,
        versions=versions,
        unknown=unknown,
        honey=None if honey is None else tuple(Decoy(number[d.person], d.account, d.since) for d in honey if d.person in number),
        columns=_columns(prepared),
        leaks=found_leaks,
        gaps=viewed.gaps,
    )  # fmt: skip
    return attribute(
        evidence, thresholds=prepared.file.thresholds, posted=prepared.file.posted, made_at=now, made_by=by,
        ledgers=tuple(_state(root) for root in files.ledgers), since=files.since, until=files.until,
    )  # fmt: skip


def register_sample(
    files: ClaimFiles, root: Path, leak: RegisteredLeak, *, step: Step
) -> RegisteredLeak:
    """Registers the fingerprints of a sample or dump of an earlier leak.

    Raises:
        as `examine`; CallerError also when the name is taken.
    """
    prepared = _prepare(files, step)
    found = prepared.read.found
    done = msgspec.structs.replace(
        leak,
        fields=tuple(f.name for f in prepared.wanted.fields),
        key=prepared.fingerprint,
        ordered=leak.ordered and not found.sorted_by,
    )
    rows: Iterator[LeakedPerson] = (
        (person, values)
        for person, values in zip(prepared.matched.persons, found.values, strict=True)
        if person is not None
    )
    return register_leak(root, done, rows, key=prepared.wanted.value_key)


def register_persons(
    table: Path, ledger: Path, keys: Path | None, root: Path, leak: RegisteredLeak
) -> RegisteredLeak:
    """Registers an earlier leak by a list of pseudonyms, such as a frozen exposure (`person`, 16 bytes or hexadecimal).

    Raises:
        SourceError: when the table has no such column.
        CallerError: when the name is taken.
    """
    pseudonymizer = _pseudonymizer(ledger, keys)
    done = msgspec.structs.replace(leak, key=pseudonymizer.fingerprint, ordered=False)
    rows: Iterator[LeakedPerson] = ((person, ()) for person in _pseudonyms(table))
    return register_leak(root, done, rows, key=pseudonymizer.derive(_PURPOSE))


def _pseudonyms(table: Path) -> Iterator[bytes]:
    try:
        with pq.ParquetFile(table) as file:
            if "person" not in file.schema_arrow.names:
                raise SourceError(f"`{table}` has no column `person`", help="give the table of a frozen exposure")  # fmt: skip
            for batch in file.iter_batches(columns=["person"]):
                for value in batch.column("person").to_pylist():
                    yield bytes.fromhex(value) if isinstance(value, str) else value
    except (OSError, ValueError) as error:
        raise SourceError(f"`{table}` cannot be read as a list of persons: {str(error)[:120]}", help="give a Parquet file with a column `person`") from None  # fmt: skip


def _prepare(files: ClaimFiles, step: Step) -> _Prepared:
    claim = files.claim
    # 1. What the person wrote, and the keys.
    file = load_claim(read_written(claim), file=str(claim))
    pseudonymizer = _pseudonymizer(files.ledgers[0], files.keys)
    wanted = _wanted(file, pseudonymizer)
    # 2. The sample as fingerprints.
    step("reading the sample apart", None)
    read = read_sample(files.sample, wanted, member=files.member or file.written.member)
    if read.found.missing:
        raise SourceError(
            f"the sample has no column for `{read.found.missing[0]}`; it has {len(read.found.columns)} columns",
            help=f"correct `{read.found.missing[0]}` in `{claim}`; names of columns are not printed, since a list without a header has persons there",
        )
    # 3. Who its persons are.
    matched = Matched(list(read.found.persons))
    if file.people is not None:
        path = claim.parent / file.people.file
        done = step("reading the file of people", None)
        matched = match_people(path, file.people, file.match, wanted=wanted, found=read.found, done=done)  # fmt: skip
    persons = tuple(dict.fromkeys(p for p in matched.persons if p is not None))
    return _Prepared(file, wanted, read, matched, persons, pseudonymizer.fingerprint)


def _pseudonymizer(ledger: Path, keys: Path | None) -> Pseudonymizer:
    layout = Layout(ledger)
    page = layout.read_first_page(layout.read_public_key())
    pseudonymizer = load_keys(keys or layout.keys, name=page.origin).pseudonymizer
    if pseudonymizer.fingerprint != page.fingerprint:
        raise IntegrityError(
            "the pseudonym key is not this ledger's", help="name the right folder with --keys"
        )
    return pseudonymizer


def _wanted(file: ClaimFile, pseudonymizer: Pseudonymizer) -> Wanted:
    written = file.written
    return Wanted(
        shape=Shape(written.form, written.delimiter, written.encoding, written.header, written.rows_max),
        identifier=None if file.identifier is None else _field(file.identifier),
        fields=tuple(_field(column) for column in file.fields),
        times=file.times,
        person_key=pseudonymizer.handed_over(),
        value_key=pseudonymizer.derive(_PURPOSE),
    )  # fmt: skip


def _field(column: Column) -> Field:
    return Field(column.name, column.column, column.kind)


def _facts(prepared: _Prepared) -> Sample:
    found, matched = prepared.read.found, prepared.matched
    named = [p for p in matched.persons if p is not None]
    places = [matched.places[p] for p in dict.fromkeys(named) if p in matched.places]
    base = ("base",) if len(places) >= 3 and run_of(places).luck < _BASE_ORDER else ()
    return Sample(
        sha256=prepared.read.sha256,
        form=found.form,
        bytes=prepared.read.size,
        key=prepared.fingerprint,
        rows=found.rows,
        persons=len(prepared.persons),
        unread=found.unread,
        nameless=found.rows - len(named),
        repeated=len(named) - len(prepared.persons),
        held=None if prepared.file.people is None else len(matched.held),
        compared=matched.compared,
        agreeing=matched.agreeing,
        columns=len(found.columns),
        sorted_by=(*found.sorted_by, *base),
        dated=found.dated,
        first_at=found.first_at,
        last_at=found.last_at,
        impossible=found.impossible,
        masked=found.masked,
        invented=found.invented,
    )


def _population(prepared: _Prepared) -> int:
    return max(prepared.file.population or prepared.matched.population, 1)


def _honey(prepared: _Prepared, claim: Path) -> Sequence[Honey] | None:
    if prepared.file.honey is None:
        return None
    return read_honey(claim.parent / prepared.file.honey, key=prepared.wanted.person_key)


def _versions(
    prepared: _Prepared, claim: Path, step: Step
) -> tuple[tuple[Version, ...] | None, int]:
    changes = prepared.file.changes
    if changes is None:
        return None, 0
    found, unknown = read_changes(
        claim.parent / changes.file, changes, wanted=prepared.wanted, persons=prepared.matched.persons,
        found=prepared.read.found, done=step("reading the change history", None),
    )  # fmt: skip
    number = prepared.number()
    return tuple(Version(number[c.person], c.since, c.until) for c in found), unknown


def _columns(prepared: _Prepared) -> Columns | None:
    screens = prepared.file.screens
    if not screens:
        return None
    key = prepared.wanted.value_key
    mine = set(prepared.read.found.columns)
    shown = [{column_print(name, key) for name in screen.columns} for screen in screens]
    fit = [screen for screen, names in zip(screens, shown, strict=True) if mine <= names]
    known = mine & set().union(*shown)
    return Columns(len(mine), len(known), tuple(s.name for s in fit), tuple(s.since for s in fit))


def _leaks(register: Path | None, prepared: _Prepared) -> tuple[Leak, ...]:
    if register is None:
        return ()
    values: dict[bytes, dict[str, bytes]] = {}
    names = [f.name for f in prepared.wanted.fields]
    for person, said in zip(prepared.matched.persons, prepared.read.found.values, strict=True):
        if person is not None:
            values.setdefault(person, {n: v for n, v in zip(names, said, strict=True) if v is not None})  # fmt: skip
    found = []
    for leak in leaks(register):
        if leak.key != prepared.fingerprint:
            raise IntegrityError(
                f"the leak `{leak.name}` was registered under another pseudonym key",
                help="register it anew with the key of this ledger",
            )
        found.append(held_against(register, leak, list(prepared.persons), values, key=prepared.wanted.value_key))  # fmt: skip
    return tuple(found)


def _state(root: Path) -> LedgerState:
    told = describe(take_snapshot(root))
    return LedgerState(told.origin, told.size, told.root)
