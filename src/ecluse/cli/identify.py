"""`ecluse identify`: from the pseudonyms of an exposure to people, by two persons, with a log of its own."""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._asked import operator_name
from ecluse.cli._options import TEXT, TextPath, json_option, print_json, say

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_FOLDER = TextPath(path_type=Path, file_okay=False)
_by = click.option("--by", type=TEXT, help="Your name; the user of the operating system when left out.")  # fmt: skip
_folder = click.argument("folder", type=_FOLDER)


@click.group()
def command() -> None:
    """Makes names of the pseudonyms of a frozen exposure, in a step of its own.

    One person asks, another agrees, then it is done once. FOLDER holds the log of who asked, agreed and did it; the pseudonym
    key lies in a folder of its own, away from the ledger. No name is ever printed or logged.

    \b
    Start with:
      ecluse identify request desk --register register --incident 2026-0001 --file people.csv --identifier numero --map name=nom --map mail=courriel --reasons "letters, art. 34"
      ecluse identify agree desk --request 1 --by martin
      ecluse identify run desk --request 1 --register register --file people.csv --keys keys --out named.csv
    """  # noqa: D301 - click reads it


def _register(function: Any) -> Any:
    return click.option("--register", envvar="ECLUSE_REGISTER", required=True, type=_FOLDER, help="Folder of the register; also from ECLUSE_REGISTER.")(function)  # fmt: skip


@command.command("request")
@_folder
@_register
@click.option(
    "--incident",
    envvar="ECLUSE_INCIDENT",
    required=True,
    type=TEXT,
    help="Which one, such as 2026-0001; also from ECLUSE_INCIDENT.",
)
@click.option("--version", "number", type=click.IntRange(min=1), help="Version of the exposure; the last one when left out.")  # fmt: skip
@click.option("--file", "source", required=True, type=_FILE, help="Your own file of people: .csv, .parquet, .sqlite or .duckdb.")  # fmt: skip
@click.option("--table", "sheet", type=TEXT, help="Table of --file, when that is a database.")
@click.option("--identifier", required=True, type=TEXT, help="Column with the identifier that the applications give to the gate.")  # fmt: skip
@click.option("--map", "maps", multiple=True, type=TEXT, help="NAME=COLUMN: also write this column, under this name: name, mail, address, language, channel, …")  # fmt: skip
@click.option("--reasons", required=True, type=TEXT, help="Why names are needed.")
@_by
@json_option
def _request(folder: Path, *, as_json: bool, **given: Any) -> None:
    """Asks that the people of an exposure be found; somebody else has to agree.

    \b
    Example:
      ecluse identify request desk --register register --incident 2026-0001 --file people.csv --identifier numero --map name=nom --reasons "letters"
    """  # noqa: D301 - click reads it
    from ecluse.cli._identify_run import columns_from, digest_of
    from ecluse.model.errors import CallerError
    from ecluse.registers import exposures, identification
    from ecluse.registers.folder import Register
    from ecluse.sources.people import people_columns
    from ecluse.wiring import now

    columns = columns_from(given["maps"], given["identifier"])
    known = people_columns(given["source"], given["sheet"])
    for column in columns:
        if column not in known:
            raise CallerError(f"`{given['source']}` has no column `{column}`", help=f"its columns are {', '.join(known)}")  # fmt: skip
    incident = Register(given["register"]).open(given["incident"])
    frozen = exposures.version(incident.path, given["number"])
    by = given["by"] or operator_name()
    detail = {
        "incident": given["incident"], "version": frozen.number, "exposure": frozen.digest,
        "file": digest_of(given["source"]), "reasons": given["reasons"], "columns": columns,
    }  # fmt: skip
    number = identification.ask(folder, detail, by=by, at=now())
    if as_json:
        print_json({"request": number, "by": by, **detail})
        return
    say(f"request {number} by {by}: {frozen.persons + frozen.linked:,} persons of version {frozen.number} of {given['incident']}")  # fmt: skip
    say(f"somebody else now agrees: ecluse identify agree {folder} --request {number}")


@command.command("agree")
@_folder
@click.option("--request", "number", required=True, type=int, help="Number of the request.")
@click.option("--hours", default=24, show_default=True, type=click.IntRange(1, 168), help="For how long the agreement holds.")  # fmt: skip
@_by
@json_option
def _agree(folder: Path, *, number: int, hours: int, by: str | None, as_json: bool) -> None:
    """Agrees to a request of somebody else, for one run.

    \b
    Example:
      ecluse identify agree desk --request 1 --hours 4 --by martin
    """  # noqa: D301 - click reads it
    from ecluse.model.time import format_instant
    from ecluse.registers import identification
    from ecluse.wiring import now

    agreed = identification.agree(folder, number, by=by or operator_name(), at=now(), hours=hours)
    assert agreed.until is not None, "an agreement ends"
    if as_json:
        print_json(_told(agreed))
    else:
        say(f"request {number} of {agreed.by}: {agreed.agreed_by} agrees until {format_instant(agreed.until)}")  # fmt: skip
        say(f"  exposure {agreed.exposure}")
        say(f"  file     {agreed.file}")
        say(f"  reasons  {agreed.reasons}")


@command.command("run")
@_folder
@_register
@click.option("--request", "number", required=True, type=int, help="Number of the request.")
@click.option("--file", "source", required=True, type=_FILE, help="The file that was named in the request.")  # fmt: skip
@click.option("--table", "sheet", type=TEXT, help="Table of --file, when that is a database.")
@click.option("--keys", required=True, type=_FOLDER, help="Folder with the pseudonym key (`pseudonym.key`).")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where to write the people: .csv or .parquet; only you may read it.")  # fmt: skip
@_by
@json_option
def _run(folder: Path, *, as_json: bool, **given: Any) -> None:
    """Finds the people, once, after somebody else has agreed.

    \b
    Example:
      ecluse identify run desk --request 1 --register register --file people.csv --keys keys --out named.csv
    """  # noqa: D301 - click reads it
    from dataclasses import asdict

    from ecluse.cli._identify_run import digest_of, identify
    from ecluse.cli._output import check_output
    from ecluse.cli._progress import step_bar
    from ecluse.model.errors import CallerError
    from ecluse.registers import exposures, identification
    from ecluse.registers.folder import Register
    from ecluse.sources.people import people_columns
    from ecluse.wiring import now

    out, by = given["out"], given["by"] or operator_name()
    if out.suffix not in {".csv", ".parquet"}:
        raise CallerError(f"`{out}` ends neither in .csv nor in .parquet", help="the ending says the format")  # fmt: skip
    check_output(out)
    known = identification.requests(folder).get(given["number"])
    if known is None:
        raise CallerError(f"there is no request {given['number']} in `{folder}`", help="`ecluse identify log` lists them")  # fmt: skip
    incident = Register(given["register"]).open(known.incident)
    frozen = exposures.version(incident.path, known.version)
    names = _pseudonymizer(given["keys"], frozen)
    people_columns(given["source"], given["sheet"])
    with step_bar() as bar:
        bar.step("reading the list of persons")
        persons = _persons(incident.path, frozen)
        bar.step("hashing the file")
        file = digest_of(given["source"])
        asked = identification.start(
            folder, given["number"], exposure=frozen.digest, file=file, by=by, at=now()
        )
        bar.step("finding the people", 1000)
        counts = identify(
            persons, given["source"], out, columns=dict(asked.columns), sheet=given["sheet"],
            pseudonyms=names.pseudonyms, progress=lambda share: bar.of(int(share * 1000), 1000),
        )  # fmt: skip
    written = digest_of(out)
    head = identification.finish(folder, asked.number, asdict(counts), out=written, by=by, at=now())
    incident.append("persons_identified", {"request": asked.number, "version": frozen.number, "found": counts.found, "missing": counts.missing, "log": head}, by=by, at=now())  # fmt: skip
    if as_json:
        print_json({"request": asked.number, "out": str(out), "sha256": written, **asdict(counts)})
        return
    say(f"{out}: {counts.found:,} persons found in {counts.rows:,} rows")
    say(f"{'missing':13} {counts.missing:,} persons of the exposure are not in the file")
    say(f"{'duplicates':13} {counts.duplicates:,} rows name a person again; the first row counts")
    if counts.without_identifier:
        say(f"{'without':13} {counts.without_identifier:,} rows have no identifier")


@command.command("log")
@_folder
@json_option
def _log(folder: Path, *, as_json: bool) -> None:
    """Lists who asked, who agreed, and what was done.

    \b
    Example:
      ecluse identify log desk
    """  # noqa: D301 - click reads it
    from ecluse.registers import identification

    found = identification.requests(folder).values()
    if as_json:
        print_json({"requests": [_told(one) for one in found]})
        return
    for one in found:
        agreed = f", agreed by {one.agreed_by}" if one.agreed_by else ""
        say(f"request {one.number}  {one.state}  {one.incident} version {one.version}  by {one.by}{agreed}: {one.reasons}")  # fmt: skip


def _told(one: Any) -> dict[str, Any]:
    from ecluse.model.time import format_instant

    return {
        "request": one.number, "state": one.state, "by": one.by, "at": format_instant(one.at),
        "incident": one.incident, "version": one.version, "exposure": one.exposure, "file": one.file,
        "reasons": one.reasons, "columns": dict(one.columns), "agreed_by": one.agreed_by or None,
        "until": None if one.until is None else format_instant(one.until),
    }  # fmt: skip


def _pseudonymizer(keys: Path, frozen: Any) -> Any:
    from ecluse.ledgers.keys import load_pseudonymizer
    from ecluse.model.errors import IntegrityError

    made = load_pseudonymizer(keys)
    if any(state.key and state.key != made.fingerprint for state in frozen.ledgers):
        raise IntegrityError(
            f"the pseudonym key in `{keys}` is not the one of this exposure's ledger",
            help="name the folder with a copy of that ledger's `pseudonym.key`",
        )
    return made


def _persons(folder: Path, frozen: Any) -> Any:
    """The pseudonyms of a frozen list, checked."""
    import numpy as np

    from ecluse.incident.persons import pairs_in
    from ecluse.registers import exposures

    exposures.check_list(folder, frozen)
    parts = [pairs_in(b.column("person")) for b in exposures.list_batches(folder, frozen.number)]
    return np.concatenate(parts) if parts else np.empty((0, 2), np.uint64)
