"""`ecluse exposure`: the exact persons that were released in some accesses, frozen, computed again, compared."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from ecluse.cli._asked import operator_name, record_question
from ecluse.cli._options import TEXT, TextPath, json_option, print_json, say
from ecluse.cli._output import check_output

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_FEW = 200
_NAMED = ("accounts", "sessions", "sources", "applications", "organizations", "lineages")


@click.command()
@click.argument("order", required=False, type=click.Choice(["check", "diff", "versions"]))
@click.option(
    "--ledger",
    "ledgers",
    multiple=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the ledger; may be repeated for ledgers with the same pseudonym key.",
)
@click.option("--account", "accounts", multiple=True, type=TEXT, help="Account; may be repeated, persons then count once over all.")  # fmt: skip
@click.option("--session", "sessions", multiple=True, type=TEXT, help="Session; may be repeated.")
@click.option("--source", "sources", multiple=True, type=TEXT, help="Network address, as the ledger has it; may be repeated.")  # fmt: skip
@click.option("--application", "applications", multiple=True, type=TEXT, help="Application; may be repeated.")  # fmt: skip
@click.option("--organization", "organizations", multiple=True, type=TEXT, help="Organization of the account; may be repeated.")  # fmt: skip
@click.option("--lineage", "lineages", multiple=True, type=TEXT, help="First creator above the account; may be repeated.")  # fmt: skip
@click.option("--from", "since", help="From this instant on (2025-07-12T10:00:00Z, or a date).")
@click.option("--to", "until", help="Before this instant.")
@click.option("--select", "selects", multiple=True, type=_FILE, help="File with further selections (YAML); may be repeated.")  # fmt: skip
@click.option("--most-per-access", type=click.IntRange(min=1), help="The most persons that one access can show, if you vouch for it: it bounds what lost entries hide. A gate takes no more than 10000.")  # fmt: skip
@click.option("--about", type=_FILE, help="The organization's file on its people: identifier, and minor, birth_date, protected or member_state (.csv, .parquet, .sqlite, .duckdb).")  # fmt: skip
@click.option("--table", "sheet", type=TEXT, help="Table of --about, when that is a database.")
@click.option("--home", default="FR", show_default=True, type=TEXT, help="Your own member state; residents of others are counted.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the list of persons: .csv, .parquet or .jsonl.")  # fmt: skip
@click.option("--resolve", type=_FILE, help="File with one identifier a line, to name the persons in --out.")  # fmt: skip
@click.option(
    "--keys",
    multiple=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the keys, when it is not LEDGER/keys; with several ledgers one for each, in their order.",
)
@click.option("--register", envvar="ECLUSE_REGISTER", type=TextPath(path_type=Path, file_okay=False), help="Folder of the register of incidents; also from ECLUSE_REGISTER.")  # fmt: skip
@click.option("--incident", type=TEXT, help="Incident for which the exposure is frozen, checked or compared.")  # fmt: skip
@click.option("--version", "number", type=click.IntRange(min=1), help="check: this version; the last one when left out.")  # fmt: skip
@click.option("--between", nargs=2, type=click.IntRange(min=1), help="diff: these two versions; the last two when left out.")  # fmt: skip
@click.option("--by", type=TEXT, help="Your name; the user of the operating system when left out.")
@json_option
def command(order: str | None, *, as_json: bool, **given: Any) -> None:
    """Says exactly which persons were released, how, and where the ledger cannot tell.

    An access belongs to the question when it has one of the accounts, one of the sessions, and so on, for each option that
    is given. A person counts once however often it was read, and over all ledgers given. Persons that were reserved and not
    shown do not count. Linked persons (categories that begin with `linked:`) are counted apart. Every hole in the ledger is a gap
    with its interval, and with the most persons that it can hide where something bounds that.

    With --incident the exposure is frozen as the next version in the register. `check` computes a version again from the
    ledger, `diff` says what changed between two, `versions` lists them.

    \b
    Examples:
      ecluse exposure --ledger evidence --account agent-1204
      ecluse exposure --ledger evidence --account a --account b --from 2025-07-12T10:00:00Z --to 2025-07-12T12:00:00Z
      ecluse exposure --ledger evidence --session s-77 --application kairos --about people.csv --out persons.parquet
      ecluse exposure --ledger evidence --select thieves.yaml --register register --incident 2026-0001
      ecluse exposure check --ledger evidence --register register --incident 2026-0001
      ecluse exposure diff --register register --incident 2026-0001 --between 1 2
      ecluse exposure --ledger gate-1/evidence --ledger gate-2/evidence --account agent-1204

    \b
    Exit codes of `check`: 0 the same digest, 1 another one, and the others as everywhere.
    """  # noqa: D301 - click reads it
    from ecluse.cli import _exposure_orders

    if order is None:
        _ask(given, as_json=as_json)
    else:
        getattr(_exposure_orders, order)(given, as_json=as_json)


def _ask(given: dict[str, Any], *, as_json: bool) -> None:
    """Asks the ledgers, writes and freezes what was asked for, and shows it."""
    from ecluse.cli import _exposure_output as output
    from ecluse.cli._exposure_about import Told, flag
    from ecluse.cli._exposure_select import selections_of
    from ecluse.ledgers.exposure import expose_selected

    named = {name: given[name] for name in _NAMED}
    chosen = selections_of(named, given["since"], given["until"], given["selects"])
    ledgers, folders, out = _checked(given)
    frozen_at = _before_freezing(given, ledgers, folders, chosen) if given["incident"] else None
    found = expose_selected(
        ledgers, chosen, entries=frozen_at, most_per_access=given["most_per_access"]
    )
    about = given["about"]
    names = output.pseudonymizer_of(ledgers[0], folders[0]) if about or given["resolve"] else None
    told: Told = flag(found.table, about, given["sheet"], _names_of(names))
    if out is not None:
        output.write(told.table, out, _identifiers(given["resolve"], names))
    if not given["incident"]:
        _record(given, found, chosen, list(zip(ledgers, folders, strict=True)))
    document = output.document(found, told.table, told=told)
    frozen = _freeze(given, found, told) if given["incident"] else None
    if as_json:
        print_json(document | ({"frozen": output.document_of_version(frozen)} if frozen else {}))
    else:
        output.show(found, told.table, told=told, out=out)
        if frozen:
            say(f"{'frozen':13} version {frozen.number} of {given['incident']}, digest {frozen.digest}")  # fmt: skip
    if told.rows:
        say(f"note: {about} has {told.rows:,} rows; {told.persons:,} of the {len(told.table):,} persons are in it", err=True)  # fmt: skip
    if not found.known:
        say(f"note: the ledger has no access by {_whom(given)} in this interval", err=True)


def _names_of(names: Any) -> Callable[[list[str]], list[bytes]]:
    return (lambda _: []) if names is None else names.pseudonyms


def _whom(given: dict[str, Any]) -> str:
    if given["accounts"] and not given["selects"]:
        return ", ".join(f"`{account}`" for account in given["accounts"])
    return "those who are asked for"


def _checked(given: dict[str, Any]) -> tuple[tuple[Path, ...], tuple[Path | None, ...], Path | None]:  # fmt: skip
    """The ledgers, the folders of their keys and the file to write, once they can be used."""
    from ecluse.model.errors import CallerError

    ledgers, keys, out = given["ledgers"], given["keys"], given["out"]
    if not ledgers:
        raise CallerError("no ledger is named", help="name its folder with --ledger")
    if keys and len(keys) != len(ledgers):
        raise CallerError(
            f"--keys is given {len(keys)} times for {len(ledgers)} ledgers",
            help="name the folder of the keys for each ledger, in their order, or for none",
        )
    if given["resolve"] is not None and out is None:
        raise CallerError(
            "--resolve names the persons in the list: say with --out where to write it"
        )
    if out is not None and out.suffix not in {".csv", ".parquet", ".jsonl"}:
        raise CallerError(
            f"`{out}` ends neither in .csv nor .parquet nor .jsonl",
            help="the ending says the format",
        )
    if out is not None:
        check_output(out)
    if given["incident"] and not given["register"]:
        raise CallerError(
            "--incident needs the register", help="name its folder with --register, or set ECLUSE_REGISTER"
        )  # fmt: skip
    return ledgers, keys or (None,) * len(ledgers), out


def _before_freezing(
    given: dict[str, Any], ledgers: tuple[Path, ...], folders: tuple[Path | None, ...], chosen: Any
) -> list[int] | None:
    """Records the question, has each ledger sign where it stands, and returns how many entries of each are acknowledged."""
    from ecluse.cli._exposure_frozen import sign_checkpoint
    from ecluse.ledgers.remains import take_remains
    from ecluse.registers.folder import Register

    Register(given["register"]).open(given["incident"])
    _record_all(given, chosen, [take_remains(path).state.origin for path in ledgers], list(zip(ledgers, folders, strict=True)))  # fmt: skip
    sizes = []
    for path, keys in zip(ledgers, folders, strict=True):
        signed = sign_checkpoint(path, keys)
        remains = take_remains(path)
        beyond = remains.state.entries - remains.state.size
        if not signed and beyond > 0:
            say(f"notice: the last {beyond:,} entries of {path} are under no signed checkpoint yet: another process writes it, or its keys are elsewhere", err=True)  # fmt: skip
        sizes.append(max(remains.acknowledged, remains.state.size))
    return sizes


def _freeze(given: dict[str, Any], found: Any, told: Any) -> Any:
    from ecluse.cli._exposure_frozen import freeze, version_of
    from ecluse.wiring import now

    made = version_of(
        found, told.table, at=now(), by=given["by"] or operator_name(), home=given["home"].upper(),
        told=bool(told.rows), most=given["most_per_access"],
    )  # fmt: skip
    return freeze(given["register"], given["incident"], made, told.table)


def _identifiers(path: Path | None, names: Any) -> Any:
    """A frame of pseudonyms and identifiers, or None."""
    import polars as pl

    from ecluse.model.errors import SourceError

    if path is None:
        return None
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line]
    except UnicodeDecodeError:
        raise SourceError(f"`{path}` is not text in UTF-8") from None
    schema = {"person": pl.Binary, "identifier": pl.String}
    known = pl.DataFrame({"person": names.pseudonyms(lines), "identifier": lines}, schema=schema)
    return known.unique("person", keep="last", maintain_order=True)


def _few(values: list[str]) -> Any:
    """The values, or of very many their number and a digest: an entry of the ledger stays small."""
    if len(values) <= _FEW:
        return values
    return {"number": len(values), "sha256": sha256("\n".join(sorted(values)).encode()).hexdigest()}


def _record(given: dict[str, Any], found: Any, chosen: Any, ledgers: list[tuple[Path, Path | None]]) -> None:  # fmt: skip
    _record_all(given, chosen, list(found.ledgers), ledgers)


def _record_all(given: dict[str, Any], chosen: Any, origins: list[str], ledgers: list[tuple[Path, Path | None]]) -> None:  # fmt: skip
    """Each ledger keeps the question; one of several also together with which others it was asked."""
    accounts = list(dict.fromkeys(account for one in chosen for account in one.accounts))
    asked: dict[str, Any] = {
        "accounts": _few(accounts), "from": given["since"], "to": given["until"], "named": bool(given["resolve"])
    }  # fmt: skip
    for name in _NAMED[1:]:
        if values := list(dict.fromkeys(value for one in chosen for value in getattr(one, name))):
            asked[name] = _few(values)
    if given["incident"]:
        asked["incident"] = given["incident"]
    for number, (ledger, keys) in enumerate(ledgers):
        others = [*origins[:number], *origins[number + 1 :]]
        record_question(ledger, keys, "exposure", {**asked, **({"with": others} if others else {})})
