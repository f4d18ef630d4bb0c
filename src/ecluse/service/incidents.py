"""What may a person do with an incident? Each use looks at the rules first and then writes one act, or says every reason why not.

An act is written only if nobody wrote in between: what was checked is what it is laid upon.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec

from ecluse.incident.acts import Countersigned, Moved, Noted, Said, Settled, Warned, Written
from ecluse.incident.decisions import answers, decision_refusals
from ecluse.incident.instants import instant_refusals, needs_second, signature_refusals
from ecluse.incident.lifecycle import Facts, Refused, refusals
from ecluse.model.clock import ClockSettings
from ecluse.model.errors import CallerError
from ecluse.model.incident import Incident, InstantKind, State

__all__ = ["RELEASED", "IncidentFile", "countersign", "decide", "facts_of", "move", "note", "say_instant", "warn"]  # fmt: skip

RELEASED: Final = "document_released"
"""The act by which two persons release a document; `name` says which."""

_REGISTER_ENTRY: Final = "register_entry"


class IncidentFile(Protocol):
    """Where one incident is kept; `append` with `after` writes only if that is still the last head."""

    @property
    def id(self) -> str: ...
    def incident(self) -> Incident: ...
    def clocks(self) -> ClockSettings: ...
    def append(
        self, act: str, detail: dict[str, Any], *, by: str, at: int, after: str | None = None
    ) -> str: ...


def note(file: IncidentFile, text: str, *, happened_at: int | None, source: str, by: str, at: int) -> str:  # fmt: skip
    """Writes a line of the time line."""
    found = []
    if not text.strip():
        found.append(Refused("empty", "the note is empty", "say what happened"))
    if happened_at is not None and happened_at > at:
        found.append(Refused("future", "the note would be of the future", "write what has happened"))  # fmt: skip
    return _write(
        file, file.incident(), "note", Noted(text, happened_at, source), unless=found, by=by, at=at
    )


def warn(file: IncidentFile, *, source: str, summary: str, received_at: int, digest: str, by: str, at: int) -> tuple[str, str]:  # fmt: skip
    """Takes a warning from outside in; returns its name and the head."""
    incident = file.incident()
    name = f"w{len(incident.warnings) + 1}"
    found = []
    if received_at > at:
        found.append(Refused("future", "the warning would be received in the future", "write when it came"))  # fmt: skip
    if not source.strip():
        found.append(Refused("empty", "nobody is named who warned", "say with --from who warned"))
    said = Warned(name, source, summary, received_at, digest)
    return name, _write(file, incident, "warning", said, unless=found, by=by, at=at)


def say_instant(file: IncidentFile, said: Said, *, by: str, at: int) -> tuple[bool, str]:
    """Writes an instant down; returns whether it waits for a second signature, and the head."""
    incident = file.incident()
    waits = needs_second(incident, said)
    said = msgspec.structs.replace(said, waits=waits)
    found = instant_refusals(incident, said, now=at)
    return waits, _write(file, incident, "instant", said, unless=found, by=by, at=at)


def countersign(file: IncidentFile, kind: InstantKind, lines: Sequence[Written], *, reasons: str, by: str, at: int) -> str:  # fmt: skip
    """Signs, as another person, an instant that waits."""
    incident = file.incident()
    waiting, found = signature_refusals(incident, kind, by)
    happened_at = waiting.at if waiting is not None else 0
    said_in = [line.n for line in lines if line.act == "instant" and line.detail.get("kind") == kind.value]  # fmt: skip
    said = Countersigned(said_in[-1] if said_in else 0, kind, happened_at, reasons)
    return _write(file, incident, "countersigned", said, unless=found, by=by, at=at)


def decide(file: IncidentFile, what: str, answer: str, *, reasons: str, by: str, at: int) -> str:
    """Writes a named person's decision."""
    found = decision_refusals(what, answer, reasons, known=answers(file.clocks()))
    return _write(
        file, file.incident(), "decided", Settled(what, answer, reasons), unless=found, by=by, at=at
    )


def move(file: IncidentFile, to: State, facts: Facts, *, at: int) -> str:
    """Moves the incident in its life cycle."""
    said = Moved(to, facts.reasons)
    return _write(
        file, facts.incident, "moved", said, unless=refusals(facts, to), by=facts.by, at=at
    )


def facts_of(incident: Incident, lines: Iterable[Written], *, exposures: int, by: str, reasons: str) -> Facts:  # fmt: skip
    """What a move looks at."""
    resolved_by, entry = "", False
    for line in lines:
        if line.act == "moved" and line.detail.get("state") == State.RESOLVED.value:
            resolved_by = line.by
        if line.act == RELEASED and line.detail.get("name") == _REGISTER_ENTRY:
            entry = True
    return Facts(incident, by, reasons, exposures, entry, resolved_by)


def _write(
    file: IncidentFile,
    incident: Incident,
    act: str,
    said: msgspec.Struct,
    *,
    unless: Sequence[Refused],
    by: str,
    at: int,
) -> str:
    if unless:
        raise CallerError(
            "; ".join(refused.what for refused in unless),
            help="; ".join(dict.fromkeys(refused.help for refused in unless)),
        )
    detail: dict[str, Any] = msgspec.to_builtins(said)
    return file.append(act, detail, by=by, at=at, after=incident.head)
