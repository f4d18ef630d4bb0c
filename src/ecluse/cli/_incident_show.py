"""How is an incident told? As lines for people, in their own zone, and as one document."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from ecluse.cli._options import say
from ecluse.incident.clocks import left
from ecluse.incident.instants import unread
from ecluse.incident.lifecycle import next_states, unsigned_late
from ecluse.incident.ocsf import verdict
from ecluse.model.clock import ClockSettings
from ecluse.model.gravity import Gravity
from ecluse.model.incident import Deadline, Incident, Instant, Signed
from ecluse.model.time import EPOCH, HOUR, MINUTE, format_instant

__all__ = ["clock_document", "gravity_document", "incident_document", "local", "say_clocks", "say_gravity", "say_incident"]  # fmt: skip

_MEMBERS: Final = ("findings", "accounts", "sessions", "sources", "lineages", "applications")
_SHOWN: Final = 20
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def local(at: int, zone: str) -> str:
    """An instant in a zone, with its offset: `Sat 2026-11-28 09:00 +01:00`."""
    wall = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
    offset = wall.strftime("%z")
    seconds = ":%S" if wall.second or wall.microsecond else ""
    return wall.strftime(f"%a %Y-%m-%d %H:%M{seconds} ") + f"{offset[:3]}:{offset[3:5]}"


def say_incident(incident: Incident, settings: ClockSettings, gravity: Gravity | None, now: int, *, torn: int) -> None:  # fmt: skip
    """Tells everything that is known of an incident."""
    zone = settings.zone
    say(f"{incident.id}  {incident.title}")
    say(f"  {incident.state.value}, severity {incident.severity.name.lower()}, confidence {incident.confidence.name.lower()}; {incident.owner} answers for it")  # fmt: skip
    say(f"  opened by {incident.opened.by}, {local(incident.opened.at, zone)}")
    after = " or ".join(state.value for state in next_states(incident.state))
    say(f"  next: {after}; head {incident.head}")
    if torn:
        say(f"  a crash left {torn} bytes of a line that nobody acknowledged; the next act cuts them off")  # fmt: skip
    for name in _MEMBERS:
        found = getattr(incident, name)
        if found:
            more = f" … and {len(found) - _SHOWN} more (--json has all)" if len(found) > _SHOWN else ""  # fmt: skip
            say(f"  {name}: {', '.join(found[:_SHOWN])}{more}")
    for link in incident.links[:_SHOWN]:
        say(f"    {link.what}: {link.reason} [{link.rule}]")
    say("")
    say("Instants")
    for instant in incident.instants:
        say(f"  {_instant_line(instant, zone)}")
    for instant in incident.pending:
        say(f"  {_instant_line(instant, zone)}; WAITS for a second signature")
    late = unsigned_late(incident)
    if late is not None:
        say("  `aware` is later than conclusive evidence that came to light afterwards: WAITS for a second signature")  # fmt: skip
    for name in unread(incident):
        say(f"  {name} is NOT READ yet, as far as anybody wrote down")
    if not (incident.instants or incident.pending):
        say("  none is written down")
    for decided in incident.decisions:
        say(f"  decided {decided.what}: {decided.answer}, by {decided.signed.by}, {local(decided.signed.at, zone)}: {decided.reasons}")  # fmt: skip
    say("")
    say_clocks(incident, settings, now)
    if gravity is not None:
        say("")
        say_gravity(gravity, short=True)
    say("")
    say("Time line")
    for step in incident.timeline:
        source = f" ({step.source})" if step.source else ""
        say(f"  {local(step.at, zone)}  {step.act}: {step.what}{source}, by {step.signed.by}")


def say_clocks(incident: Incident, settings: ClockSettings, now: int) -> None:
    """Tells the clocks, with the time left, and those that are off with their reason."""
    say(f"Clocks (it is {local(now, settings.zone)}, {format_instant(now - now % MINUTE)})")
    by_name = {clock.name: clock for clock in settings.clocks}
    for deadline in incident.deadlines:
        clock = by_name[deadline.name]
        say(f"  {deadline.name}: {clock.in_('en')} [{clock.law}]")
        say(f"    {_deadline_line(deadline, settings.zone, now)}")
        if deadline.shadow_due is not None:
            say(f"    shadow, from the first warning: {local(deadline.shadow_due, settings.zone)} ({_shadow(deadline, now)})")  # fmt: skip
    for regime in settings.regimes:
        if not regime.on:
            names = ", ".join(c.name for c in settings.clocks if c.regime == regime.name)
            say(f"  off: {names}: {regime.reason}")


def say_gravity(gravity: Gravity, *, short: bool = False) -> None:
    """Tells a gravity, with its working unless it is to be short."""
    from ecluse.incident.gravity import recommend

    said = recommend(gravity)
    signed = f"signed by {gravity.signed.by}" if gravity.signed else "a proposal: nobody has signed it"  # fmt: skip
    say(f"Gravity: {gravity.dpc:g} x {gravity.ei:g} + {gravity.cb:g} = {gravity.score:g}, {gravity.level.name.lower().replace('_', ' ')}; {signed}")  # fmt: skip
    if gravity.override is not None:
        say(f"  overridden: {gravity.override.name.lower().replace('_', ' ')}: {gravity.reasons}")
    say(f"  the CNIL's word, as a proposal: {said.cnil}; {dict(said.reasons)['en']}")
    if gravity.flags:
        say(f"  flags: {', '.join(gravity.flags)}")
    if not short:
        for choice in gravity.choices:
            mark = " (changed by a person)" if choice.by_person else ""
            say(f"  {choice.name} {choice.value:g}{mark}: {choice.reason}")
            if choice.reason_fr and choice.reason_fr != choice.reason:
                say(f"    {choice.reason_fr.replace(_NO_BREAK, ' ')}")


def incident_document(incident: Incident, settings: ClockSettings, gravity: Gravity | None, now: int) -> dict[str, Any]:  # fmt: skip
    """Everything that is known of an incident, instants in RFC 3339."""
    return {
        "id": incident.id,
        "title": incident.title,
        "state": incident.state.value,
        "severity": incident.severity.name.lower(),
        "confidence": incident.confidence.name.lower(),
        "verdict": verdict(incident),
        "suspected": incident.suspected,
        "owner": incident.owner,
        "opened": _signed(incident.opened),
        "head": incident.head,
        "members": {name: list(getattr(incident, name)) for name in _MEMBERS},
        "links": [{"what": k.what, "rule": k.rule, "reason": k.reason} for k in incident.links],
        "warnings": [
            {"id": w.id, "from": w.source, "summary": w.summary, "sha256": w.digest or None, **_signed(w.signed)}
            for w in incident.warnings
        ],
        "instants": [_instant_document(instant) for instant in incident.instants],
        "pending": [_instant_document(instant) for instant in incident.pending],
        "unsigned_late": unsigned_late(incident) is not None,
        "unread": list(unread(incident)),
        "decisions": [
            {"what": d.what, "answer": d.answer, "reasons": d.reasons, **_signed(d.signed)} for d in incident.decisions
        ],
        "clocks": clock_document(incident, settings, now),
        "gravity": None if gravity is None else gravity_document(gravity),
        "timeline": [
            {"at": format_instant(s.at), "act": s.act, "what": s.what, "source": s.source, "written": _signed(s.signed)}
            for s in incident.timeline
        ],
    }  # fmt: skip


def clock_document(incident: Incident, settings: ClockSettings, now: int) -> dict[str, Any]:
    """The clocks at an instant."""
    by_name = {clock.name: clock for clock in settings.clocks}
    return {
        "at": format_instant(now),
        "zone": settings.zone,
        "running": [
            {
                "name": d.name,
                "law": by_name[d.name].law,
                "text": dict(by_name[d.name].text),
                "begins": d.begins.value if d.begins else None,
                "begun_at": _maybe(d.begun_at),
                "due": _maybe(d.due),
                "due_local": None if d.due is None else _iso(d.due, settings.zone),
                "left_seconds": None if (rest := left(d, now)) is None else rest // 1_000_000,
                "shadow_due": _maybe(d.shadow_due),
                "met_at": _maybe(d.met_at),
                "late": d.due is not None and (d.met_at or now) > d.due,
                "waived": d.waived or None,
            }
            for d in incident.deadlines
        ],
        "off": [{"regime": r.name, "reason": r.reason} for r in settings.regimes if not r.on],
    }


def gravity_document(gravity: Gravity) -> dict[str, Any]:
    """A gravity with its working and what it speaks for."""
    from ecluse.incident.gravity import recommend

    said = recommend(gravity)
    return {
        "dpc": gravity.dpc,
        "ei": gravity.ei,
        "cb": gravity.cb,
        "score": gravity.score,
        "level": gravity.level.name.lower(),
        "decided": gravity.decided.name.lower(),
        "override": None if gravity.override is None else gravity.override.name.lower(),
        "reasons": gravity.reasons,
        "flags": list(gravity.flags),
        "exposure": None if gravity.exposure is None else dict(zip(("number", "digest"), gravity.exposure, strict=True)),
        "signed": None if gravity.signed is None else _signed(gravity.signed),
        "choices": [
            {"name": c.name, "value": c.value, "en": c.in_("en"), "fr": c.in_("fr"), "by_person": c.by_person}
            for c in gravity.choices
        ],
        "recommendation": {"authority": said.authority, "persons": said.persons, "cnil": said.cnil, **dict(said.reasons)},
    }  # fmt: skip


def _deadline_line(deadline: Deadline, zone: str, now: int) -> str:
    if deadline.waived:
        return f"not needed: `{deadline.waived}` is decided with no"
    if deadline.met_at is not None:
        late = deadline.due is not None and deadline.met_at > deadline.due
        return f"done {local(deadline.met_at, zone)}" + (", LATE: the reasons for the delay belong into the notice" if late else "")  # fmt: skip
    if deadline.due is None:
        return "does not run yet"
    assert deadline.begins is not None
    return f"due {local(deadline.due, zone)}, from `{deadline.begins.value}` ({_time_left(deadline.due - now)}; {format_instant(deadline.due)})"  # fmt: skip


def _shadow(deadline: Deadline, now: int) -> str:
    assert deadline.shadow_due is not None
    if deadline.met_at is None:
        return _time_left(deadline.shadow_due - now)
    return "kept" if deadline.met_at <= deadline.shadow_due else "missed"


def _time_left(rest: int) -> str:
    hours, minutes = divmod(abs(rest) // MINUTE, HOUR // MINUTE)
    span = f"{hours} h {minutes:02} min"
    return f"{span} left" if rest >= 0 else f"LATE by {span}"


def _instant_line(instant: Instant, zone: str) -> str:
    marks = [instant.warning, "corrects" if instant.corrects else "", f"from {instant.source}" if instant.source else "", instant.reasons]  # fmt: skip
    second = f" and {instant.second.by}" if instant.second else ""
    rest = "; ".join(mark for mark in marks if mark)
    return f"{instant.kind.value}: {local(instant.at, zone)}, by {instant.signed.by}{second}" + (f"; {rest}" if rest else "")  # fmt: skip


def _instant_document(instant: Instant) -> dict[str, Any]:
    return {
        "kind": instant.kind.value,
        "at": format_instant(instant.at),
        "source": instant.source,
        "reasons": instant.reasons,
        "corrects": instant.corrects,
        "warning": instant.warning or None,
        "written": _signed(instant.signed),
        "second": None if instant.second is None else _signed(instant.second),
    }


def _signed(signed: Signed) -> dict[str, str]:
    return {"by": signed.by, "written_at": format_instant(signed.at)}


def _maybe(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def _iso(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(ZoneInfo(zone)).isoformat()
