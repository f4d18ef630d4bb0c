"""What does a log say of its incident? Each act is laid upon what the acts before it said; nothing is ever taken back.

`fold` is `lay` over the lines, one after the other; so a log folded as a whole and one folded line by line are the same.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import msgspec

from ecluse.incident.acts import (
    ACTS,
    Added,
    Assigned,
    Countersigned,
    Detail,
    Members,
    Moved,
    Noted,
    Opened,
    Said,
    Settled,
    Warned,
    Written,
)
from ecluse.incident.same_person import same_person
from ecluse.model.errors import IntegrityError
from ecluse.model.finding import Severity
from ecluse.model.incident import (
    Confidence,
    Decided,
    Incident,
    Instant,
    InstantKind,
    Link,
    OutsideWarning,
    Signed,
    State,
    Step,
)

__all__ = ["fold", "lay", "read_act"]

_TOLD: Final = ("score", "level")
_WORD_MAX: Final = 80


def fold(id: str, lines: Iterable[tuple[Written, str]]) -> Incident:  # noqa: A002 - the word of the model
    """The incident that a log tells of.

    Args:
        id: name of the folder, which the first act has to name as well.
        lines: the log's lines, each with its head.

    Raises:
        IntegrityError: when an act does not say what it must, or the log is another incident's.
    """
    incident: Incident | None = None
    for line, head in lines:
        incident = lay(incident, line, head=head, id=id)
    if incident is None:
        raise IntegrityError(f"the log of `{id}` is empty", help="bring it back from a copy")
    return incident


def lay(incident: Incident | None, line: Written, *, head: str, id: str) -> Incident:  # noqa: A002 - as above
    """Lays one act upon what is known; the first one has to be `opened`.

    Raises:
        IntegrityError: when the act does not say what it must.
    """
    said = read_act(line, id=id)
    signed = Signed(line.by, line.at)
    if (incident is None) != isinstance(said, Opened):
        raise IntegrityError(
            f"line {line.n} of the log of `{id}`: an incident is opened once, by its first act"
        )
    if incident is None:
        assert isinstance(said, Opened)
        if said.id != id:
            raise IntegrityError(
                f"the log in `{id}` is that of `{said.id[:40]}`", help="put each log back into its folder"
            )  # fmt: skip
        return _opened(said, signed, head)
    incident = _grown(incident, said, signed, line)
    step = Step(
        _happened(said, line.at), _words(said, line), signed, source=_source(said), act=line.act
    )
    place = bisect_right(incident.timeline, step.at, key=lambda s: s.at)
    timeline = (*incident.timeline[:place], step, *incident.timeline[place:])
    return replace(incident, head=head, timeline=timeline)


def read_act(line: Written, *, id: str) -> Detail | None:  # noqa: A002 - as above
    """What an act says; None for one that this room does not know.

    Raises:
        IntegrityError: when it does not say what it must.
    """
    if line.act not in ACTS:
        return None
    try:
        return msgspec.convert(line.detail, ACTS[line.act])
    except msgspec.ValidationError as error:
        what = str(error)
        raise IntegrityError(
            f"line {line.n} of the log of `{id}`: `{line.act}` does not say what it must: {what[0].lower()}{what[1:]}",
            help="a newer version may have written it; or ask who could write there",
        ) from None


def _opened(said: Opened, signed: Signed, head: str) -> Incident:
    incident = Incident(
        id=said.id,
        title=said.title,
        state=State.NEW,
        severity=Severity[said.severity.upper()],
        confidence=Confidence[said.confidence.upper()],
        owner=said.owner,
        opened=signed,
        head=head,
        suspected=said.suspected,
        timeline=(Step(signed.at, said.title, signed, act="opened"),),
    )
    return _joined(incident, said)


def _joined(incident: Incident, said: Members) -> Incident:
    """With more members: those before first, each once."""
    return replace(
        incident,
        findings=_once(incident.findings, said.findings),
        accounts=_once(incident.accounts, said.accounts),
        sessions=_once(incident.sessions, said.sessions),
        sources=_once(incident.sources, said.sources),
        lineages=_once(incident.lineages, said.lineages),
        applications=_once(incident.applications, said.applications),
        links=(*incident.links, *(Link(why.what, why.rule, why.reason) for why in said.links)),
    )


def _once(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *more)))


def _grown(incident: Incident, said: Detail | None, signed: Signed, line: Written) -> Incident:
    match said:
        case Added():
            return _joined(incident, said)
        case Warned():
            return _warned(incident, said, signed)
        case Said():
            return _instant(incident, said, signed)
        case Countersigned():
            return _countersigned(incident, said, signed, line.n)
        case Settled():
            return _decided(incident, Decided(said.what, said.answer, said.reasons, signed))
        case Assigned():
            return replace(incident, owner=said.owner)
        case Moved():
            return replace(incident, state=said.state)
        case _:
            return incident


def _warned(incident: Incident, said: Warned, signed: Signed) -> Incident:
    warning = OutsideWarning(said.warning, said.source, said.summary, signed, said.digest)
    received = Instant(
        InstantKind.WARNING_RECEIVED, said.received_at, said.source, signed, warning=said.warning
    )
    return replace(
        incident,
        warnings=(*incident.warnings, warning),
        instants=(*incident.instants, received),
    )


def _instant(incident: Incident, said: Said, signed: Signed) -> Incident:
    instant = Instant(
        said.kind,
        said.happened_at,
        said.source,
        signed,
        reasons=said.reasons,
        corrects=said.corrects,
        warning=said.warning,
    )
    if said.waits:
        return replace(incident, pending=(*incident.pending, instant))
    return replace(incident, instants=(*incident.instants, instant))


def _countersigned(incident: Incident, said: Countersigned, signed: Signed, n: int) -> Incident:
    """What waited counts now; what counted already stands once more, with both names."""
    waiting = [p for p in incident.pending if (p.kind, p.at) == (said.kind, said.happened_at)]
    counted = incident.instant(said.kind)
    if not waiting and counted is not None and counted.at == said.happened_at and counted.second is None:  # fmt: skip
        waiting = [replace(counted, corrects=True)]
    if not waiting or same_person(waiting[-1].signed.by, signed.by):
        raise IntegrityError(
            f"line {n} of the log of `{incident.id}` signs an instant that nobody else said"
        )
    return replace(
        incident,
        pending=tuple(p for p in incident.pending if p is not waiting[-1]),
        instants=(*incident.instants, replace(waiting[-1], second=signed)),
    )


def _decided(incident: Incident, decided: Decided) -> Incident:
    incident = replace(incident, decisions=(*incident.decisions, decided))
    match decided.what:
        case "severity" if decided.answer.upper() in Severity.__members__:
            return replace(incident, severity=Severity[decided.answer.upper()])
        case "confidence" if decided.answer.upper() in Confidence.__members__:
            return replace(incident, confidence=Confidence[decided.answer.upper()])
        case "breach" if decided.answer in {"yes", "no"}:
            return replace(incident, suspected=False)
        case _:
            return incident


def _happened(said: Detail | None, written: int) -> int:
    match said:
        case Said() | Countersigned():
            return said.happened_at
        case Warned():
            return said.received_at
        case Noted() if said.happened_at is not None:
            return said.happened_at
        case _:
            return written


def _source(said: Detail | None) -> str:
    return said.source if isinstance(said, Said | Warned | Noted) else ""


def _words(said: Detail | None, line: Written) -> str:
    match said:
        case Noted():
            return said.text
        case Warned():
            return f"{said.warning}: {said.summary}"
        case Said() | Countersigned():
            return ": ".join(word for word in (said.kind.value, said.reasons) if word)
        case Settled():
            return ": ".join(word for word in (f"{said.what} = {said.answer}", said.reasons) if word)  # fmt: skip
        case Assigned():
            return ": ".join(word for word in (said.owner, said.reasons) if word)
        case Moved():
            return ": ".join(word for word in (said.state.value, said.reasons) if word)
        case Added():
            names = (*said.findings, *said.accounts, *said.sessions, *said.sources, *said.lineages, *said.applications)  # fmt: skip
            return ", ".join(names)
        case _:
            return _facts(line.detail)


def _facts(detail: dict[str, Any]) -> str:
    """What an act of another room says, as far as it is short: its words and numbers, one level down at most."""
    found = []
    for name, value in detail.items():
        if isinstance(value, dict):
            inner = {key: v for key, v in value.items() if key in _TOLD}
            found += [f"{key} {v}" for key, v in inner.items()]
        elif isinstance(value, str | int | float) and len(str(value)) <= _WORD_MAX:
            found.append(f"{name} {value}")
    return ", ".join(found)
