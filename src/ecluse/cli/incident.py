"""`ecluse incident`: from findings and warnings to an incident that a person opens, works on and closes."""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._asked import operator_name
from ecluse.cli._incident_acts import COMMANDS
from ecluse.cli._incident_gravity import gravity
from ecluse.cli._incident_options import Desk, incident_options, register_option
from ecluse.cli._incident_propose import propose, read_proposal
from ecluse.cli._options import TEXT, TextPath, json_option, print_json, say, zone_name

__all__ = ["command"]

_FOLDER = TextPath(path_type=Path, file_okay=False)


@click.group()
def command() -> None:
    """Works on incidents: a register with one folder each, whose log shows whether a line was changed, left out or cut off.

    \b
    Start with:
      export ECLUSE_REGISTER=register
      ecluse incident init
      ecluse incident propose --ledger LEDGER --estate estate.yaml --out proposals.json
      ecluse incident open --proposal proposals.json --number 1
      ecluse incident show --incident 2026-0001

    \b
    Exit codes: 0 done; 2 the command line is wrong, or the rules refuse the act; 3 clocks.yaml or gravity.yaml is wrong;
    4 a file of warnings or a segment cannot be read; 5 the log is not what was written; 6 the disk or a lock refuses.
    """  # noqa: D301 - click reads it


for _command in (propose, gravity, *COMMANDS):
    command.add_command(_command)


@command.command("init")
@register_option
@json_option
def _init(*, register: Path, as_json: bool) -> None:
    """Makes an empty register, with the files of the clocks and of gravity for you to look at.

    \b
    Example:
      ecluse incident init --register register
    """  # noqa: D301 - click reads it
    from ecluse.registers.folder import Register

    made = Register(register).create()
    if as_json:
        print_json({"register": str(register), "made": made})
    else:
        say(f"{register}: {'a register; look at clocks.yaml and gravity.yaml in it' if made else 'is a register already'}")  # fmt: skip


@command.command("open")
@register_option
@click.option("--title", type=TEXT, help="What it is about, in a few words; no personal data.")
@click.option("--owner", type=TEXT, help="Who answers for it; you when left out.")
@click.option("--severity", type=click.Choice(["informational", "low", "medium", "high", "critical"]), help="The proposal's, or medium.")  # fmt: skip
@click.option("--confidence", type=click.Choice(["unknown", "low", "medium", "high"]), help="The proposal's, or unknown.")  # fmt: skip
@click.option("--account", "accounts", multiple=True, type=TEXT, help="Account; may be repeated.")
@click.option("--proposal", type=click.Path(path_type=Path, dir_okay=False), help="File of `ecluse incident propose --out`.")  # fmt: skip
@click.option("--number", type=click.IntRange(min=1), help="Which proposal of the file.")
@click.option("--by", type=TEXT, help="Your name; the user of the operating system when left out.")
@click.option("--ledger", type=_FOLDER, help="Also record the act's head in this ledger.")
@click.option("--keys", type=_FOLDER, help="Folder of the ledger's keys, when it is not LEDGER/keys.")  # fmt: skip
@json_option
def _open(*, as_json: bool, **options: Any) -> None:
    """Opens an incident, from a proposal or from nothing. Machines propose; a person opens.

    \b
    Examples:
      ecluse incident open --proposal proposals.json --number 1 --owner "A. Martin"
      ecluse incident open --title "a forum sells our files" --severity high --account agent-7
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError
    from ecluse.model.time import format_instant
    from ecluse.registers.folder import Register
    from ecluse.wiring import now

    by, at = options["by"] or operator_name(), now()
    detail: dict[str, Any] = {}
    if (options["proposal"] is None) != (options["number"] is None):
        raise CallerError("--proposal and --number go together", help="give both, or neither")
    if options["proposal"] is not None:
        detail = read_proposal(options["proposal"], options["number"])
    chosen = {name: options[name] for name in ("title", "severity", "confidence") if options[name]}
    detail = {**detail, **chosen, "owner": options["owner"] or by}
    detail["accounts"] = list(dict.fromkeys([*detail.get("accounts", ()), *options["accounts"]]))
    if not str(detail.get("title", "")).strip() or not detail["owner"].strip():
        raise CallerError("the incident has no title or no owner", help="say with --title what it is about")  # fmt: skip
    register = Register(options["register"])
    folder = register.begin(int(format_instant(at)[:4]), "opened", detail, by=by, at=at)
    head = folder.log().head
    Desk(folder, by, options["ledger"], options["keys"]).record("opened", head)
    if as_json:
        print_json({"incident": folder.id, "act": "opened", "by": by, "head": head})
    else:
        say(f"{folder.id}: {detail['title']}; {detail['owner']} answers for it")


@command.command("list")
@register_option
@json_option
def _list(*, register: Path, as_json: bool) -> None:
    """Lists the incidents of the register, the newest first, with the clock that ends next.

    \b
    Example:
      ecluse incident list --register register
    """  # noqa: D301 - click reads it
    from ecluse.cli._incident_show import local
    from ecluse.model.time import format_instant
    from ecluse.registers.folder import Register

    opened = Register(register)
    rows: list[dict[str, Any]] = []
    for name in reversed(opened.ids()):
        folder = opened.open(name)
        incident, zone = folder.incident(), folder.clocks().zone
        running = [d for d in incident.deadlines if d.due is not None and d.met_at is None]
        clock = min(running, key=lambda d: d.due or 0, default=None)
        due = None if clock is None else clock.due
        rows.append(
            {
                "id": incident.id,
                "title": incident.title,
                "state": incident.state.value,
                "severity": incident.severity.name.lower(),
                "owner": incident.owner,
                "clock": None if clock is None else clock.name,
                "due": None if due is None else format_instant(due),
            }
        )
        if not as_json:
            rest = "" if due is None or clock is None else f"; {clock.name} due {local(due, zone)}"
            say(f"{incident.id}  {incident.state.value:<11} {incident.severity.name.lower():<8} {incident.title}; {incident.owner}{rest}")  # fmt: skip
    if as_json:
        print_json({"incidents": rows})
    elif not rows:
        say("no incident is open or was")


@command.command("show")
@incident_options
@click.option("--zone", callback=zone_name, help="Show times in this IANA time zone; that of the register's clocks when left out.")  # fmt: skip
@json_option
def _show(*, register: Path, incident: str, zone: str | None, as_json: bool) -> None:
    """Shows what is known: who belongs to it and why, instants, decisions, clocks with the time left, time line.

    \b
    Example:
      ecluse incident show --incident 2026-0001
    """  # noqa: D301 - click reads it
    from dataclasses import replace

    from ecluse.cli._incident_show import incident_document, say_incident
    from ecluse.registers.folder import Register
    from ecluse.wiring import now

    folder = Register(register).open(incident)
    known, settings, found = folder.incident(), folder.clocks(), folder.gravity()
    if zone is not None:
        settings = replace(settings, zone=zone)
    if as_json:
        print_json(incident_document(known, settings, found, now()))
    else:
        say_incident(known, settings, found, now(), torn=folder.log().torn)


@command.command("clocks")
@incident_options
@json_option
def _clocks(*, register: Path, incident: str, as_json: bool) -> None:
    """Shows the clocks of the law: when each is due, the time left, and the shadow from the first warning.

    \b
    Example:
      ecluse incident clocks --incident 2026-0001
    """  # noqa: D301 - click reads it
    from ecluse.cli._incident_show import clock_document, say_clocks
    from ecluse.registers.folder import Register
    from ecluse.wiring import now

    folder = Register(register).open(incident)
    known, settings = folder.incident(), folder.clocks()
    if as_json:
        print_json({"incident": known.id, **clock_document(known, settings, now())})
    else:
        say_clocks(known, settings, now())


@command.command("verify")
@incident_options
@click.option("--ledger", type=_FOLDER, help="Compare with the heads that this ledger holds.")
@json_option
def _verify(*, register: Path, incident: str, ledger: Path | None, as_json: bool) -> None:
    """Checks that the log is what was written: each line follows the one before, and the ledger knows the same heads.

    \b
    Examples:
      ecluse incident verify --incident 2026-0001
      ecluse incident verify --incident 2026-0001 --ledger LEDGER

    \b
    Exit codes: 0 it is; 5 a line was changed, left out, put in or cut off, or the ledger holds another head.
    """  # noqa: D301 - click reads it
    from ecluse.registers.exposures import versions
    from ecluse.registers.folder import Register
    from ecluse.wiring.incidents import check_heads

    folder = Register(register).open(incident)
    log = folder.log()
    folder.incident()
    frozen = len(versions(folder.path))
    recorded = None if ledger is None else check_heads(ledger, folder.id, log.heads)
    if as_json:
        print_json({"incident": folder.id, "lines": len(log.lines), "head": log.head, "torn": log.torn, "exposures": frozen, "heads_in_ledger": recorded})  # fmt: skip
        return
    say(f"{folder.id}: {len(log.lines)} acts follow one another; head {log.head}")
    if log.torn:
        say(f"  a crash left {log.torn} bytes of a line that nobody acknowledged")
    say(f"  frozen exposures: {frozen}, unchanged")
    if recorded is None:
        say("  whoever could write all its files could write another history: compare with --ledger")  # fmt: skip
    else:
        say(f"  the ledger holds {recorded} of its heads, each the same")
