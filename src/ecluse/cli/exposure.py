"""`ecluse exposure`: the exact persons that were released to an account."""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._asked import record_question
from ecluse.cli._options import TEXT, TextPath, json_option, print_json, say
from ecluse.cli._output import check_output, whole

__all__ = ["command"]


@click.command()
@click.option(
    "--ledger",
    "ledgers",
    required=True,
    multiple=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the ledger; may be repeated for ledgers with the same pseudonym key.",
)
@click.option(
    "--account",
    "accounts",
    required=True,
    multiple=True,
    type=TEXT,
    help="Account; may be repeated, persons then count once over all.",
)
@click.option("--from", "since", help="From this instant on (2025-07-12T10:00:00Z, or a date).")
@click.option("--to", "until", help="Before this instant.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the list of persons: .csv, .parquet or .jsonl.",
)
@click.option("--resolve", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="File with one identifier a line, to name the persons in --out.")  # fmt: skip
@click.option(
    "--keys",
    multiple=True,
    type=TextPath(path_type=Path, file_okay=False),
    help="Folder of the keys, when it is not LEDGER/keys; with several ledgers one for each, in their order.",
)
@json_option
def command(  # noqa: PLR0917 - click passes them by name
    ledgers: tuple[Path, ...], accounts: tuple[str, ...], since: str | None, until: str | None, out: Path | None,
    resolve: Path | None, keys: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Says exactly which persons were released to an account, and where the ledger cannot tell.

    A person counts once however often it was read, and over all ledgers given. Persons that were reserved and not shown
    do not count. Every hole in the ledger (persons destroyed at the end of their retention, entries that fail
    verification, a write torn by a crash, a clock that went back) is a gap with its interval.

    \b
    Examples:
      ecluse exposure --ledger evidence --account agent-1204
      ecluse exposure --ledger evidence --account a --account b --from 2025-07-12T10:00:00Z --to 2025-07-12T12:00:00Z
      ecluse exposure --ledger evidence --account a --out persons.csv --resolve identifiers.txt
      ecluse exposure --ledger gate-1/evidence --ledger gate-2/evidence --account agent-1204
    """  # noqa: D301 - click reads it
    from ecluse.ledgers.exposure import expose_all
    from ecluse.model.errors import CallerError

    if keys and len(keys) != len(ledgers):
        raise CallerError(
            f"--keys is given {len(keys)} times for {len(ledgers)} ledgers",
            help="name the folder of the keys for each ledger, in their order, or for none",
        )
    if resolve is not None and out is None:
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
    begin, end = _instant(since, "--from"), _instant(until, "--to")
    if begin is not None and end is not None and begin >= end:
        raise CallerError(f"--from `{since}` is not before --to `{until}`", help="exchange them")
    found = expose_all(ledgers, accounts, since=begin, until=end)
    folders = keys or (None,) * len(ledgers)
    if out is not None:
        _write(found.list, out, _identifiers(ledgers[0], folders[0], resolve))
    _record(found, list(zip(ledgers, folders, strict=True)), since, until, named=bool(resolve))
    if as_json:
        print_json(_document(found))
    else:
        _show(found, out)
    if not found.known:
        names = ", ".join(f"`{account}`" for account in accounts)
        say(f"note: the ledger has no access by {names} in this interval", err=True)


def _record(
    found: Any,
    ledgers: list[tuple[Path, Path | None]],
    since: str | None,
    until: str | None,
    *,
    named: bool,
) -> None:
    """Each ledger keeps the question; one of several also together with which others it was asked."""
    asked = {"accounts": list(found.accounts), "from": since, "to": until, "named": named}
    for number, (ledger, keys) in enumerate(ledgers):
        others = [*found.ledgers[:number], *found.ledgers[number + 1 :]]
        record_question(ledger, keys, "exposure", {**asked, **({"with": others} if others else {})})


def _instant(text: str | None, option: str) -> int | None:
    from ecluse.model.errors import CallerError
    from ecluse.model.time import parse_instant

    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise CallerError(
            f"{option}: {error}",
            help="write an instant such as 2025-07-12T10:00:00Z, or a date such as 2025-07-12",
        ) from None


def _format(at: int | None) -> str | None:
    from ecluse.model.time import format_instant

    return None if at is None else format_instant(at)


def _document(found: Any) -> dict[str, Any]:
    return {
        "account": found.accounts[0] if len(found.accounts) == 1 else list(found.accounts),
        "from": _format(found.selections[0].since),
        "to": _format(found.selections[0].until),
        "persons": found.persons,
        "records": found.records,
        "categories": list(found.categories),
        "applications": list(found.applications),
        "first_at": _format(found.first_at),
        "last_at": _format(found.last_at),
        "refused": found.refused,
        "taken_back": found.taken_back,
        **({"ledgers": list(found.ledgers)} if len(found.ledgers) > 1 else {}),
        "gaps": [
            {"from": _format(gap.first_at), "to": _format(gap.last_at), "what": gap.what}
            for gap in found.gaps
        ],
    }


def _show(found: Any, out: Path | None) -> None:
    rows = [
        ("account", ", ".join(found.accounts)),
        ("persons", f"{found.persons:,}"),
        ("records", f"{found.records:,}"),
        ("categories", ", ".join(found.categories) or "-"),
        ("applications", ", ".join(found.applications) or "-"),
        ("first", _format(found.first_at) or "-"),
        ("last", _format(found.last_at) or "-"),
        ("refused", f"{found.refused:,} attempts"),
        ("taken back", f"{found.taken_back:,} accesses, reserved and not shown, or not all of it"),
    ]
    if len(found.ledgers) > 1:
        rows.insert(1, ("ledgers", ", ".join(found.ledgers)))
    for name, value in rows:
        say(f"{name:13} {value}")
    click.echo(f"{'gaps':13} {len(found.gaps) or 'none'}")
    for gap in found.gaps:
        say(f"  {_format(gap.first_at) or '…'} to {_format(gap.last_at) or 'now'}: {gap.what}")
    if out is not None:
        say(f"{'list':13} {out}")


def _identifiers(ledger: Path, keys: Path | None, resolve: Path | None) -> dict[bytes, str] | None:
    from ecluse.ledgers.keys import load_keys
    from ecluse.ledgers.layout import Layout
    from ecluse.model.errors import IntegrityError, SourceError

    if resolve is None:
        return None
    layout = Layout(ledger)
    page = layout.read_first_page(layout.read_public_key())
    pseudonymizer = load_keys(keys or layout.keys, name=page.origin).pseudonymizer
    if pseudonymizer.fingerprint != page.fingerprint:
        raise IntegrityError(
            "the pseudonym key is not this ledger's", help="name the right folder with --keys"
        )
    try:
        names = [name for name in resolve.read_text(encoding="utf-8-sig").splitlines() if name]
    except UnicodeDecodeError:
        raise SourceError(f"`{resolve}` is not text in UTF-8") from None
    return dict(zip(pseudonymizer.pseudonyms(names), names, strict=True))


def _write(persons: Any, out: Path, identifiers: dict[bytes, str] | None) -> None:
    import polars as pl

    from ecluse.sources.tables import write_table

    micros = [pl.col(name).cast(pl.Datetime("us", "UTC")) for name in ("first_at", "last_at")]
    frame = persons.with_columns(micros)
    if identifiers is not None:
        names = [identifiers.get(person) for person in frame["person"].to_list()]
        frame = frame.insert_column(1, pl.Series("identifier", names, dtype=pl.String))
        unknown = names.count(None)
        click.echo(
            f"{len(names) - unknown} persons named, {unknown} not among the identifiers", err=True
        )
    frame = frame.with_columns(pl.col("person").bin.encode("hex"))
    text = frame.with_columns(
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ") for name in ("first_at", "last_at")
    )
    with whole(out) as unfinished:
        if out.suffix == ".parquet":
            write_table(frame, unfinished)
        elif out.suffix == ".csv":
            text.write_csv(unfinished)
        else:
            text.write_ndjson(unfinished)
