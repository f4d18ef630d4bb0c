"""`ecluse export`: an incident, its findings and its accesses in the words of other tools."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._asked import operator_name, record_question
from ecluse.cli._export_material import check_texts, findings_of, gather, open_folder, selections
from ecluse.cli._options import TEXT, TextPath, counted, json_option, print_json, print_table, say
from ecluse.cli._output import check_output, whole
from ecluse.model.errors import CallerError

if TYPE_CHECKING:
    from ecluse.exports.common.contract import Carried, Export
    from ecluse.exports.common.material import Material
    from ecluse.ledgers.passages import Reading
    from ecluse.registers.folder import IncidentFolder

__all__ = ["command"]

_FOLDER = TextPath(path_type=Path, file_okay=False)
_MANY: Any = {"multiple": True, "type": TEXT}


@click.command(
    epilog="""\b
Examples:
  ecluse export --list
  ecluse export misp --register register --incident 2026-0001 --out incident.misp.json
  ecluse export stix --register register --incident 2026-0001 --tlp green --out incident.stix.json
  ecluse export ocsf --register register --incident 2026-0001 --ledger evidence --what findings,incident,accesses --out incident.jsonl
  ecluse export ocsf --ledger evidence --what accesses --account agent-17 --persons --out accesses.jsonl
  ecluse export syslog --ledger evidence --send tls:logs.example.org:6514

\b
Exit codes: 0 done; 2 the command line is wrong, or a text seems to print a person's data; 3 a file of the register is
wrong; 5 the register or the ledger is not what was written; 6 the disk or the log server does not answer.
"""
)
@click.argument("format_", metavar="[FORMAT]", required=False, type=TEXT)
@click.option("--list", "listed", is_flag=True, help="List the formats, and what leaves in each.")
@click.option("--register", envvar="ECLUSE_REGISTER", show_envvar=True, type=_FOLDER, help="Folder of the register of incidents.")  # fmt: skip
@click.option("--incident", type=TEXT, help="The incident, such as 2026-0001.")
@click.option("--exposure", type=click.IntRange(1), help="Version of the frozen exposure; the last one when left out.")  # fmt: skip
@click.option("--ledger", "ledgers", multiple=True, type=_FOLDER, help="Folder of a ledger, for findings and accesses; may be repeated.")  # fmt: skip
@click.option("--keys", type=_FOLDER, help="Folder of the keys, when it is not LEDGER/keys.")
@click.option("--what", type=TEXT, help="What leaves, with commas between: incident, findings, accesses.")  # fmt: skip
@click.option("--account", "accounts", **_MANY, help="Accesses of this account; may be repeated.")
@click.option("--session", "sessions", **_MANY, help="Accesses of this session; may be repeated.")
@click.option("--from", "since", help="Accesses from this instant on (2025-07-12T10:00:00Z, or a date).")  # fmt: skip
@click.option("--to", "until", help="Accesses before this instant.")
@click.option("--tlp", type=click.Choice(["clear", "green", "amber", "amber+strict", "red"]), default="amber+strict", show_default=True, help="How far a reader may pass it on (Traffic Light Protocol 2.0).")  # fmt: skip
@click.option("--persons", is_flag=True, help="Let pseudonyms of persons leave with accesses (ocsf alone).")  # fmt: skip
@click.option("--datastore", "datastores", **_MANY, help="Application that is a database: its accesses are OCSF 6005; may be repeated.")  # fmt: skip
@click.option("--organization", type=TEXT, help="Who answers for the data; from controller.yaml when left out.")  # fmt: skip
@click.option("--option", "given", **_MANY, help="NAME=VALUE, for a format that takes more (see --list); may be repeated.")  # fmt: skip
@click.option("--accept", type=TEXT, default="", help="Why a text leaves that seems to print a person's data; recorded.")  # fmt: skip
@click.option("--by", type=TEXT, help="Who exports; the user of the system when left out.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; standard output when left out.")  # fmt: skip
@click.option("--send", type=TEXT, help="Send lines of syslog to this server: unix:/dev/log, udp:…, tcp:… or tls:host:port.")  # fmt: skip
@click.option("--ca-file", type=click.Path(dir_okay=False), help="Certificates by which a server at tls:… is known.")  # fmt: skip
@json_option
def command(**options: Any) -> None:
    """Writes an incident, its findings or its accesses in FORMAT, for another tool to read.

    Nothing is sent by itself: the file is yours to hand over. It holds numbers of persons and never a person; with
    --persons, accesses in OCSF hold their pseudonyms, and each line says so. What was exported, by whom and for whom is
    written to the log of the incident and to the ledger.
    """
    if options["listed"]:
        _list(as_json=options["as_json"])
        return
    from ecluse.exports.common.contract import find

    if options["format_"] is None:
        raise CallerError("no format is named", help="`ecluse export --list` lists them")
    export = find(options["format_"])
    carried = _carried(options, export)
    given = _given(options["given"], export)
    _check(options, export, carried)
    folder = open_folder(options["register"], options["incident"])
    _run(options, export, carried, gather(options, folder, given), folder)


def _list(*, as_json: bool) -> None:
    from ecluse.exports.common.contract import find, names

    found = [find(name) for name in names()]
    if as_json:
        print_json(
            {
                "formats": [
                    {"name": e.name, "title": e.title, "schema": e.schema, "carries": [c.value for c in e.carries],
                     "reveals": e.reveals, "options": {k: {"means": m, "default": d} for k, (m, d) in e.options.items()}}
                    for e in found
                ]
            }
        )  # fmt: skip
        return
    from rich.table import Table

    table = Table("format", "carries", "schema", "what leaves", show_lines=True)
    for export in found:
        table.add_row(export.name, ", ".join(export.carries), export.schema, export.reveals)
    print_table(table)
    for export in found:
        for name, (means, default) in export.options.items():
            say(f"{export.name}: --option {name}={default}: {means}")


def _carried(options: dict[str, Any], export: "Export") -> "frozenset[Carried]":
    """What leaves: what was asked, and else all that is there besides accesses."""
    from ecluse.exports.common.contract import Carried

    known = [c.value for c in export.carries]
    if options["what"] is None:
        there = {Carried.INCIDENT: options["incident"], Carried.FINDINGS: options["ledgers"]}
        found = frozenset(c for c in export.carries if there.get(c))
        if not found:
            wanted = "--register and --incident" + (", or --ledger" if Carried.FINDINGS in export.carries else "")  # fmt: skip
            raise CallerError("there is nothing to export", help=f"name {wanted}")
        return found
    asked = [word.strip() for word in options["what"].split(",")]
    unknown = [word for word in asked if word not in known]
    if unknown:
        raise CallerError(f"`{export.name}` carries no `{unknown[0]}`", help=f"--what takes {', '.join(known)}")  # fmt: skip
    return frozenset(Carried(word) for word in asked)


def _given(pairs: tuple[str, ...], export: "Export") -> dict[str, str]:
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in export.options:
            known = ", ".join(export.options) or "none"
            raise CallerError(f"`{pair}` is no option of `{export.name}`", help=f"write NAME=VALUE; names: {known}")  # fmt: skip
        given[name] = value
    return given


def _check(options: dict[str, Any], export: "Export", carried: "frozenset[Carried]") -> None:
    """What would fail after long work fails before."""
    from ecluse.exports.common.contract import Carried

    if Carried.INCIDENT in carried and options["incident"] is None:
        raise CallerError("no incident is named", help="give --register and --incident")
    if carried & {Carried.FINDINGS, Carried.ACCESSES} and not options["ledgers"]:
        raise CallerError("findings and accesses are in a ledger", help="name it with --ledger")
    if options["persons"] and not (export.names_persons and Carried.ACCESSES in carried):
        raise CallerError(
            f"--persons is for accesses; `{export.name}` as asked never names persons",
            help="leave it out, or export accesses as ocsf",
        )
    if options["send"] is not None and (export.name != "syslog" or options["out"] is not None):
        raise CallerError("--send is for syslog, without --out")
    if options["ca_file"] is not None and not (options["send"] or "").startswith("tls:"):
        raise CallerError("--ca-file is for --send tls:…")
    if options["out"] is not None:
        check_output(options["out"])
    elif options["as_json"] and options["send"] is None:
        raise CallerError("--json prints a summary where the export would go", help="name a file with --out")  # fmt: skip


def _run(
    options: dict[str, Any],
    export: "Export",
    carried: "frozenset[Carried]",
    made: "Material",
    folder: "IncidentFolder | None",
) -> None:
    from dataclasses import replace

    from ecluse.exports.common.contract import Carried
    from ecluse.ledgers.passages import open_reading

    check_texts(made, inner=export.inner, accepted=options["accept"])
    readings = [open_reading(ledger) for ledger in options["ledgers"]]
    if Carried.FINDINGS in carried:
        made = replace(made, findings=findings_of(readings, made.incident))
    written = _Written()
    if options["out"] is None:  # what has gone cannot be taken back: the trace comes first
        begun = _summary(options, export, carried, made, written)
        _record(options, folder, {**begun, "sha256": None, "begun": True})
    with _destination(options) as put:
        for piece in _pieces(options, export, carried, made, readings):
            put(written.take(piece))
        summary = _summary(options, export, carried, made, written)
        summary["doubts"] = [doubt for reading in readings for doubt in reading.doubts]
        _record(options, folder, summary)
    _tell(summary, as_json=options["as_json"])


class _Written:
    """How much was written, and its digest."""

    def __init__(self) -> None:
        self.lines, self.bytes, self.passages, self.persons, self.digest = 0, 0, 0, 0, sha256()

    def take(self, piece: str) -> bytes:
        content = piece.encode()
        self.lines += piece.count("\n")
        self.bytes += len(content)
        self.digest.update(content)
        return content


def _pieces(
    options: dict[str, Any],
    export: "Export",
    carried: "frozenset[Carried]",
    made: "Material",
    readings: "list[Reading]",
) -> Iterator[str]:
    from ecluse.cli._progress import counting
    from ecluse.exports.common.contract import Carried

    yield from export.document(made, carried)
    if Carried.ACCESSES not in carried:
        return
    assert export.passage is not None
    wanted = selections(options, made)
    with counting("reading", "entries") as step:
        for reading in readings:
            for passage in reading.accesses(wanted, step):
                yield from export.passage(passage, made)


@contextmanager
def _destination(options: dict[str, Any]) -> Iterator[Callable[[bytes], object]]:
    """A file that is there as a whole or not at all; else the log server, or standard output."""
    out = options["out"]
    if out is not None:
        with whole(out) as unfinished, unfinished.open("wb") as file:
            yield file.write
    elif options["send"] is not None:
        from ecluse.cli._export_sending import sending

        with sending(options["send"], options["ca_file"]) as send:
            yield send
    else:
        yield sys.stdout.buffer.write
        sys.stdout.buffer.flush()


def _summary(
    options: dict[str, Any],
    export: "Export",
    carried: "frozenset[Carried]",
    made: "Material",
    written: _Written,
) -> dict[str, Any]:
    return {
        "format": export.name,
        "schema": export.schema,
        "what": [c.value for c in export.carries if c in carried],
        "incident": None if made.incident is None else made.incident.id,
        "exposure": None if made.exposure is None else made.exposure.number,
        "tlp": made.tlp.label,
        "persons": made.persons,
        "accepted": options["accept"],
        "lines": written.lines,
        "bytes": written.bytes,
        "sha256": written.digest.hexdigest(),
        "to": None if options["out"] is None else options["out"].name,
        "sent": options["send"],
    }


def _record(
    options: dict[str, Any], folder: "IncidentFolder | None", summary: dict[str, Any]
) -> None:
    """Leaves the trace: before a file takes its name, and before and after anything is sent or printed."""
    from ecluse.exports.common.wording import EXPORTED
    from ecluse.ledgers.directory import system_time

    said = {name: value for name, value in summary.items() if value not in (None, "", [])}
    by = options["by"] or operator_name()
    if folder is not None:
        folder.append(EXPORTED, {"name": summary["format"], **said}, by=by, at=system_time())
    for ledger in options["ledgers"]:
        asked = {"accounts": list(options["accounts"]), "from": options["since"], "to": options["until"], "by": by}  # fmt: skip
        record_question(ledger, options["keys"], "export", {**said, **asked})


def _tell(summary: dict[str, Any], *, as_json: bool) -> None:
    for doubt in summary["doubts"]:
        say(f"note: {doubt}", err=True)
    if summary["persons"]:
        say("note: pseudonyms of persons are in it: personal data (GDPR art. 4(5)), for whoever may have them", err=True)  # fmt: skip
    if as_json:
        print_json(summary)
        return
    lines = counted(summary["lines"], "line")
    place = summary["sent"] or summary["to"] or "standard output"
    say(f"{summary['format']}: {lines}, {summary['bytes']:,} bytes, {summary['tlp']}, to {place}", err=True)  # fmt: skip
    say(f"SHA-256 {summary['sha256']}", err=True)
