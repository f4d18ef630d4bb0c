"""`ecluse incident note|add|warning|read|instant|aware|countersign|decide|assign|move`: the acts of people on an incident."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from ecluse.cli._incident_options import INSTANT_HELP, acting_options, desk_of, instant_of, told
from ecluse.cli._options import TEXT, json_option

__all__ = ["COMMANDS"]

_KINDS = (
    "began", "ended", "first_indicator", "conclusive", "processor_told", "contained", "authority_told", "complemented",
    "controller_told", "csirt_told", "csirt_notified", "csirt_reported", "complaint_filed", "persons_told",
    "warning_received", "warning_read",
)  # fmt: skip

_reasons = click.option("--reasons", type=TEXT, default="", help="Why.")
_source = click.option("--source", type=TEXT, default="", help="From where it is known.")
_corrects = click.option("--corrects", is_flag=True, help="It stands in for what was written before; needs --reasons. Both stay.")  # fmt: skip


@click.command("note")
@click.argument("text", type=TEXT)
@click.option("--happened-at", type=TEXT, help=f"When it happened, if not now: {INSTANT_HELP}")
@_source
@acting_options
@json_option
def _note(*, text: str, happened_at: str | None, source: str, as_json: bool, **options: Any) -> None:  # fmt: skip
    """Writes TEXT into the time line.

    \b
    Example:
      ecluse incident note --incident 2026-0001 "the portal was closed" --happened-at 2026-11-28T10:05
    """  # noqa: D301 - click reads it
    from ecluse.service.incidents import note

    desk = desk_of(options)
    at = None if happened_at is None else instant_of(happened_at, desk.folder.clocks().zone)
    head = note(desk.folder, text, happened_at=at, source=source, by=desk.by, at=desk.at)
    told(desk, "note", head, as_json=as_json, line="noted")


@click.command("add")
@click.option("--account", "accounts", multiple=True, type=TEXT, help="Account; may be repeated.")
@click.option("--session", "sessions", multiple=True, type=TEXT, help="Session; may be repeated.")
@click.option("--source", "sources", multiple=True, type=TEXT, help="Network address; may be repeated.")  # fmt: skip
@click.option("--lineage", "lineages", multiple=True, type=TEXT, help="First creator of accounts; may be repeated.")  # fmt: skip
@click.option("--application", "applications", multiple=True, type=TEXT, help="Application; may be repeated.")  # fmt: skip
@click.option("--finding", "findings", multiple=True, type=TEXT, help="CODE:ABOUT of a finding; may be repeated.")  # fmt: skip
@_reasons
@acting_options
@json_option
def _add(*, reasons: str, as_json: bool, **options: Any) -> None:
    """Adds accounts, sessions, sources, applications or findings that belong to the incident.

    \b
    Example:
      ecluse incident add --incident 2026-0001 --account agent-7 --session s-113 --reasons "same address, same night"
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError

    names = ("accounts", "sessions", "sources", "lineages", "applications", "findings")
    members = {name: list(options[name]) for name in names if options[name]}
    if not members:
        raise CallerError("nothing is added", help="name an --account, a --session, a --source, …")
    if not reasons.strip():
        raise CallerError("no reasons are given", help="say with --reasons why it belongs here")
    desk = desk_of(options)
    links = [{"what": what, "rule": "person", "reason": reasons} for group in members.values() for what in group]  # fmt: skip
    head = desk.folder.append("added", {**members, "links": links}, by=desk.by, at=desk.at)
    told(desk, "added", head, as_json=as_json, line=f"added {len(links)}")


@click.command("warning")
@click.option("--from", "source", type=TEXT, required=True, help="Who warned.")
@click.option("--received-at", type=TEXT, required=True, help=f"When it reached the organization, read or not: {INSTANT_HELP}")  # fmt: skip
@click.option("--summary", type=TEXT, default="", help="What it said; no personal data, no password.")  # fmt: skip
@click.option("--file", "raw", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The raw item: its SHA-256 is kept, not the file.")  # fmt: skip
@acting_options
@json_option
def _warning(*, source: str, received_at: str, summary: str, raw: Path | None, as_json: bool, **options: Any) -> None:  # fmt: skip
    """Takes in a warning from outside. The shadow clock runs from the first one, whenever somebody reads it.

    \b
    Example:
      ecluse incident warning --incident 2026-0001 --from CERT-FR --received-at 2026-11-27T18:00 --summary "account for sale"
    """  # noqa: D301 - click reads it
    from ecluse.service.incidents import warn

    desk = desk_of(options)
    digest = ""
    if raw is not None:
        with raw.open("rb") as file:
            hashed = sha256()
            while piece := file.read(1 << 20):
                hashed.update(piece)
        digest = hashed.hexdigest()
    at = instant_of(received_at, desk.folder.clocks().zone)
    name, head = warn(desk.folder, source=source, summary=summary, received_at=at, digest=digest, by=desk.by, at=desk.at)  # fmt: skip
    told(desk, "warning", head, as_json=as_json, line=f"warning {name} is taken in; `ecluse incident read` says when it was read", warning=name)  # fmt: skip


@click.command("read")
@click.argument("warning", type=TEXT)
@click.option("--at", "read_at", type=TEXT, required=True, help=f"When a person read it: {INSTANT_HELP}")  # fmt: skip
@acting_options
@json_option
def _read(*, warning: str, read_at: str, as_json: bool, **options: Any) -> None:
    """Says when WARNING (w1, w2, …) was read.

    \b
    Example:
      ecluse incident read --incident 2026-0001 w1 --at 2026-11-28T08:40
    """  # noqa: D301 - click reads it
    _say({**options, "kind": "warning_read", "instant": read_at, "warning": warning}, as_json=as_json)  # fmt: skip


@click.command("instant")
@click.argument("kind", type=click.Choice(_KINDS))
@click.argument("instant", type=TEXT)
@click.option("--warning", type=TEXT, default="", help="For warning_received and warning_read: which one.")  # fmt: skip
@_source
@_reasons
@_corrects
@acting_options
@json_option
def _instant(*, as_json: bool, **options: Any) -> None:
    """Writes down one of the instants that the law looks at. It is never overwritten; a correction stands beside it.

    \b
    Example:
      ecluse incident instant --incident 2026-0001 contained 2026-11-28T09:30 --source "the gate's ledger, entry 5120"
    """  # noqa: D301 - click reads it
    _say(options, as_json=as_json)


@click.command("aware")
@click.argument("instant", type=TEXT)
@_source
@click.option("--reasons", type=TEXT, required=True, help="What made it reasonably certain that personal data were compromised.")  # fmt: skip
@_corrects
@acting_options
@json_option
def _aware(*, as_json: bool, **options: Any) -> None:
    """Decides when the organization became aware (GDPR art. 33(1)); the 72 hours run from there.

    Later than the first conclusive evidence, or later than was said before, it waits for a second person: `countersign`.

    \b
    Example:
      ecluse incident aware --incident 2026-0001 2026-11-28T09:00 --by "A. Martin" \\
          --reasons "the account read 340,000 persons in two hours"
    """  # noqa: D301 - click reads it
    _say({**options, "kind": "aware", "warning": ""}, as_json=as_json)


@click.command("countersign")
@click.argument("kind", type=click.Choice(["aware"]))
@_reasons
@acting_options
@json_option
def _countersign(*, kind: str, reasons: str, as_json: bool, **options: Any) -> None:
    """Signs, as another person than who said it, an instant that waits; it counts from then on.

    \b
    Example:
      ecluse incident countersign --incident 2026-0001 aware --by "B. Durand"
    """  # noqa: D301 - click reads it
    from ecluse.model.incident import InstantKind
    from ecluse.service.incidents import countersign

    desk = desk_of(options)
    head = countersign(desk.folder, InstantKind(kind), desk.folder.log().lines, reasons=reasons, by=desk.by, at=desk.at)  # fmt: skip
    told(desk, "countersigned", head, as_json=as_json, line=f"{kind} is signed by {desk.by} as well, and counts")  # fmt: skip


@click.command("decide")
@click.argument("what", type=TEXT)
@click.argument("answer", type=TEXT)
@_reasons
@acting_options
@json_option
def _decide(*, what: str, answer: str, reasons: str, as_json: bool, **options: Any) -> None:
    """Decides WHAT with ANSWER and reasons.

    \b
    WHAT is
      breach, complement, nis2_significant, high_risk       yes, no
      notify_authority, tell_persons, complaint             yes, no, later
      severity       informational, low, medium, high, critical
      confidence     unknown, low, medium, high
      verdict        true_positive, false_positive, suspicious, benign, test, … (OCSF)
    or another that the register's clocks.yaml asks for.

    \b
    Example:
      ecluse incident decide --incident 2026-0001 breach yes --reasons "the ledger shows the reads"
    """  # noqa: D301 - click reads it
    from ecluse.service.incidents import decide

    desk = desk_of(options)
    head = decide(desk.folder, what, answer, reasons=reasons, by=desk.by, at=desk.at)
    told(desk, "decided", head, as_json=as_json, line=f"{what}: {answer}")


@click.command("assign")
@click.argument("owner", type=TEXT)
@_reasons
@acting_options
@json_option
def _assign(*, owner: str, reasons: str, as_json: bool, **options: Any) -> None:
    """Makes OWNER answer for the incident.

    \b
    Example:
      ecluse incident assign --incident 2026-0001 "B. Durand" --reasons "on duty this week"
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError

    if not owner.strip():
        raise CallerError("nobody is named", help="name who answers for the incident")
    desk = desk_of(options)
    head = desk.folder.append("assigned", {"owner": owner, "reasons": reasons}, by=desk.by, at=desk.at)  # fmt: skip
    told(desk, "assigned", head, as_json=as_json, line=f"{owner} answers for it")


@click.command("move")
@click.argument("state", type=click.Choice(["in_progress", "on_hold", "resolved", "closed"]))
@_reasons
@acting_options
@json_option
def _move(*, state: str, reasons: str, as_json: bool, **options: Any) -> None:
    """Moves the incident to STATE, or says every reason why it may not go there.

    \b
    Example:
      ecluse incident move --incident 2026-0001 resolved --reasons "contained, and the exposure is frozen"
    """  # noqa: D301 - click reads it
    from ecluse.model.incident import State
    from ecluse.registers.exposures import versions
    from ecluse.service.incidents import facts_of, move

    desk = desk_of(options)
    incident, lines = desk.folder.incident(), desk.folder.log().lines
    frozen = len(versions(desk.folder.path))
    facts = facts_of(incident, lines, exposures=frozen, by=desk.by, reasons=reasons)
    head = move(desk.folder, State(state), facts, at=desk.at)
    told(desk, "moved", head, as_json=as_json, line=f"is {state}")


def _say(options: dict[str, Any], *, as_json: bool) -> None:
    from ecluse.incident.acts import Said
    from ecluse.model.incident import InstantKind
    from ecluse.service.incidents import say_instant

    desk = desk_of(options)
    said = Said(
        InstantKind(options["kind"]),
        instant_of(options["instant"], desk.folder.clocks().zone),
        options.get("source", ""),
        options.get("reasons", ""),
        options.get("corrects", False),
        options["warning"],
    )
    waits, head = say_instant(desk.folder, said, by=desk.by, at=desk.at)
    waiting = "; it waits for a second person: `ecluse incident countersign`" if waits else ""
    told(desk, "instant", head, as_json=as_json, line=f"{said.kind.value} is written down{waiting}", waits=waits)  # fmt: skip


COMMANDS = (_note, _add, _warning, _read, _instant, _aware, _countersign, _decide, _assign, _move)
