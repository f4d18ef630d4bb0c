"""What is said of an incident, in sentences that fit any tool? Numbers and names of systems, never of persons.

Two circles: what may go to others (numbers, accounts, applications, instants), and what stays in the organization
(who owns it, who signed what, reasons and time line as persons wrote them).
"""

from collections.abc import Iterator
from typing import Final

from ecluse.exports.common.writing import address, clean, instant
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Incident, InstantKind

__all__ = [
    "EXPORTED",
    "changed_at",
    "exposure_facts",
    "incident_uid_parts",
    "inner_facts",
    "outer_facts",
    "span",
]

EXPORTED: Final = "exported"
"""The act that says that an export was made. It changes nothing of what is known."""


def incident_uid_parts(incident: Incident) -> tuple[str, ...]:
    """What makes an incident this one: its name in the register, and when it was opened there."""
    return (incident.id, str(incident.opened.at))


def changed_at(incident: Incident, exposure: ExposureVersion | None) -> int:
    """When something was last written to it, microseconds: what a reader compares to know the newer one."""
    signed = [incident.opened, *(i.signed for i in incident.instants)]
    signed += [d.signed for d in incident.decisions] + [
        s.signed for s in incident.timeline if s.act != EXPORTED
    ]
    signed += [w.signed for w in incident.warnings]
    seconds = [i.second.at for i in incident.instants if i.second is not None]
    return max(*(s.at for s in signed), *seconds, exposure.made_at if exposure else 0)


def span(incident: Incident, exposure: ExposureVersion | None) -> tuple[int | None, int | None]:
    """When it began and ended, microseconds: as persons say, and else as the accesses tell."""
    began, ended = incident.instant(InstantKind.BEGAN), incident.instant(InstantKind.ENDED)
    first = began.at if began else exposure.first_at if exposure else None
    last = ended.at if ended else exposure.last_at if exposure else None
    return first, last


def outer_facts(incident: Incident, exposure: ExposureVersion | None) -> Iterator[tuple[str, str]]:
    """What may go to other organizations: name and sentence of each fact."""
    yield "incident", clean(incident.id)
    yield "state", incident.state.value.replace("_", " ")
    yield "severity", incident.severity.name.lower()
    yield "confidence", incident.confidence.name.lower()
    yield "breach", "supposed" if incident.suspected else "established"
    for names, many in (
        ("account", incident.accounts),
        ("source", tuple(ip for s in incident.sources if (ip := address(s)))),
        ("application", incident.applications),
    ):
        if many:
            yield names if len(many) == 1 else f"{names}s", ", ".join(clean(m) for m in many)
    for kind in InstantKind:
        found = incident.instant(kind)
        if found is not None:
            yield kind.value.replace("_", " "), instant(found.at)
    if exposure is not None:
        yield from exposure_facts(exposure)


def exposure_facts(exposure: ExposureVersion) -> Iterator[tuple[str, str]]:
    """What is known of the persons, as numbers."""
    yield "persons", _persons(exposure)
    yield "accesses", f"{exposure.records:,} (one person in one access each)"
    if exposure.linked:
        yield (
            "linked persons",
            f"{exposure.linked:,} third persons whose data stood in files of others",
        )
    if exposure.categories:
        yield (
            "categories",
            ", ".join(f"{clean(c.category)} {c.persons:,}" for c in exposure.categories),
        )
    if exposure.first_at is not None and exposure.last_at is not None:
        yield "period", f"{instant(exposure.first_at)} to {instant(exposure.last_at)}"
    for gap in exposure.gaps:
        begin = "…" if gap.first_at is None else instant(gap.first_at)
        end = "…" if gap.last_at is None else instant(gap.last_at)
        yield "gap", f"{begin} to {end}: {clean(gap.what)}"
    yield "exposure", f"version {exposure.number}, SHA-256 {clean(exposure.digest)}"


def _persons(exposure: ExposureVersion) -> str:
    manners = [
        f"{number:,} {word}"
        for number, word in (
            (exposure.shown, "shown"),
            (exposure.exported, "exported"),
            (exposure.listed, "only listed"),
        )
        if number
    ]
    text = f"{exposure.persons:,}" + (f" ({', '.join(manners)})" if manners else "")
    if exposure.at_most is None:
        return f"{text}; more may have been read: the ledger has gaps that nothing bounds"
    if exposure.at_most > exposure.persons:
        return f"{text}; at most {exposure.at_most:,}, counting what gaps of the ledger can hide"
    return text


def inner_facts(incident: Incident) -> Iterator[tuple[str, str]]:
    """What stays in the organization: who works on it, what was decided, clocks, the time line."""
    if incident.owner:
        yield "owner", clean(incident.owner)
    devices = tuple(s for s in incident.sources if address(s) is None)
    for names, many in (
        ("session", incident.sessions),
        ("lineage", incident.lineages),
        ("device", devices),
    ):
        if many:
            yield names if len(many) == 1 else f"{names}s", ", ".join(clean(m) for m in many)
    for warning in incident.warnings:
        yield (
            "warning",
            f"{clean(warning.id)} from {clean(warning.source)}: {clean(warning.summary)}",
        )
    for decided in incident.decisions:
        what = f"{clean(decided.what)}: {clean(decided.answer)}, by {clean(decided.signed.by)}"
        yield "decision", f"{instant(decided.signed.at)} {what}; {clean(decided.reasons)}"
    for deadline in incident.deadlines:
        if deadline.due is not None:
            met = "open" if deadline.met_at is None else f"met {instant(deadline.met_at)}"
            yield "deadline", f"{clean(deadline.name)} due {instant(deadline.due)}, {met}"
    for step in incident.timeline:
        if step.act == EXPORTED:
            continue
        yield "time line", f"{instant(step.at)} {clean(step.act)}: {clean(step.what)}"
