"""How is the difference of two policy sets told? As a JSON document, as lines of a table, and in sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ecluse.model.access import AccessRequest
from ecluse.model.difference import Change, Difference, Gap, Line, Verdict, Witness
from ecluse.model.time import DAY, SECOND, format_duration, format_instant

__all__ = ["Row", "before_table", "change_sentences", "document", "rows"]

_SHOWN: Final = 4
_STEPS_SHOWN: Final = 4
_NAMES_SHOWN: Final = 3
_OLD: Final = 3_600 * DAY  # an age that says nothing

_SENTENCES: Final = {
    Verdict.SAME: "the same: both sets release the same, whatever is asked and in whatever order",
    Verdict.STRICTER: "stricter: the new set releases nothing that the old one would not have released, whatever is asked",
    Verdict.LOOSER: "looser: the new set releases what the old one refuses, and refuses nothing more",
    Verdict.INCOMPARABLE: "incomparable: each set releases something that the other refuses",
}
_UNPROVED: Final = {
    Verdict.LOOSER: "looser as far as can be proved: the new set refuses nothing more, and no proof is found that it releases nothing more",
    Verdict.INCOMPARABLE: "incomparable as far as can be proved: of neither set a proof is found that it is stricter",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table; alike lines are one."""

    who: str
    through: str
    horizon: str
    before: str
    after: str
    difference: str


def before_table(found: Difference) -> Iterator[str]:
    """The verdict first, then what makes it so, each with a history that shows it."""
    yield _SENTENCES[found.verdict] if found.shown else _UNPROVED[found.verdict]
    for assumed in found.assumes:
        yield f"  as long as  {assumed}"
    for gaps, what in ((found.looser, "looser"), (found.stricter, "stricter")):
        told = _originals(gaps)
        for gap in told[:_SHOWN]:
            yield f"  {what}  {_gap(gap, what)}"
            if gap.witness is not None and found.verdict is not Verdict.STRICTER:
                yield from _witness(gap, gap.witness, what)
        if len(told) > _SHOWN:
            yield f"  {what}  … and {len(told) - _SHOWN} more (--json has all)"


def _originals(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """Without the copies for applications on their way out (`budget@application`) of budgets that are told anyhow."""
    names = {g.budget for g in gaps}
    return tuple(g for g in gaps if "@" not in g.budget or g.budget.partition("@")[0] not in names)


def rows(lines: Sequence[Line], applications: int) -> list[Row]:
    """The lines as rows, alike ones together: first where more can be taken.

    Args:
        lines: of one stolen account, or of adversaries.
        applications: how many the estate has.
    """
    alike: dict[tuple[object, ...], list[Line]] = {}
    for line in lines:
        key = (line.kind, line.thief, line.organizations, line.horizon, line.before, line.after)
        alike.setdefault((*key, line.application is None), []).append(line)
    ordered = sorted(alike.values(), key=lambda found: not found[0].looser)
    return [_row(found, applications) for found in ordered]


def change_sentences(changes: Sequence[Change]) -> Iterator[str]:
    """The changes of each budget, under its name."""
    last = None
    for change in changes:
        if change.budget != last:
            yield f"{change.budget}:"
            last = change.budget
        yield f"  {change.what}"


def document(found: Difference) -> dict[str, Any]:
    """The difference for `--json`."""
    return {
        "verdict": found.verdict.value,
        "proved": found.shown,
        "before": found.before,
        "after": found.after,
        "assumes": list(found.assumes),
        "looser": [_gap_document(g) for g in found.looser],
        "stricter": [_gap_document(g) for g in found.stricter],
        "accounts": [
            {
                "kind": line.kind,
                "organizations": list(line.organizations) or None,
                "application": line.application,
                **_numbers(line),
            }
            for line in found.lines
        ],
        "adversaries": [{"id": line.thief, **_numbers(line)} for line in found.thieves],
        "changes": [{"budget": c.budget, "what": c.what} for c in found.changes],
    }


def _row(found: Sequence[Line], applications: int) -> Row:
    line = found[0]
    if line.thief:
        who, through = line.thief, "all"
    else:
        where = f" in {_listed(line.organizations)}" if line.organizations else ""
        who = f"one {line.kind}{where}"
        names = [one.application for one in found if one.application is not None]
        through = _listed(names) if names else "all together"
        if len(names) == applications > _NAMES_SHOWN:
            through = "each application"
    return Row(
        who,
        through,
        format_duration(line.horizon),
        _number(line.before),
        _number(line.after),
        _more(line),
    )


def _number(persons: int | None) -> str:
    return "unbounded" if persons is None else f"{persons:,}"


def _more(line: Line) -> str:
    if line.more is None:
        return "no limit any more" if line.after is None else "a limit now"
    return f"{line.more:+,}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    more = len(names) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _gap(gap: Gap, what: str) -> str:
    limit = f"{gap.limit:,} in {format_duration(gap.window)}"
    where = "the new set" if what == "looser" else "the old set"
    if gap.closes:
        return f"`{gap.budget}` closes beyond {limit}; {where} refuses there, and closes nothing"
    if gap.lets is None:
        return f"`{gap.budget}` allows {limit}; {where} has no limit for all that it counts"
    return f"`{gap.budget}` allows {limit}; {where} allows {gap.lets:,}"


def _witness(gap: Gap, witness: Witness, what: str) -> Iterator[str]:
    first = witness.steps[0].request
    yield f"    shown by  {_who(first, witness.start)}:"
    shown = witness.steps
    if len(shown) > _STEPS_SHOWN + 1:
        shown = (*witness.steps[:_STEPS_SHOWN], witness.steps[-1])
    for place, step in enumerate(shown):
        if place == _STEPS_SHOWN and len(witness.steps) > _STEPS_SHOWN + 1:
            yield f"      … {len(witness.steps) - _STEPS_SHOWN - 1:,} more such steps"
        after = f"{format_duration(step.after)} later" if step.after else "at first"
        times = f", {step.number:,} times" if step.number > 1 else ""
        yield f"      {after}  {_read(step.request, first)}{times}"
    limit = f"{witness.limit:,} in {format_duration(witness.window)}"
    one, other = ("old", "new") if what == "looser" else ("new", "old")
    if gap.closes:
        yield f"      both refuse it; only the {one} set closes (`{witness.refused_by}`: {limit})"
    else:
        yield f"      the {other} set releases all; the {one} one refuses the last (`{witness.refused_by}`: {limit})"


def _who(request: AccessRequest, start: int) -> str:
    age = start - (request.created_at or 0)
    opened = f" opened {format_duration(age)} before" if age else " just opened"
    opened = opened if age < _OLD else ""
    who = f"{request.account}{opened} of kind {request.kind} in {request.organization}"
    return f"{who}, through {request.application}, from {format_instant(start)} on"


def _read(request: AccessRequest, first: AccessRequest) -> str:
    persons = f"{len(request.persons):,} person{'s' if len(request.persons) != 1 else ''}"
    size = f" in {request.bytes:,} bytes" if request.bytes else ""
    by = "" if request.operation in {None, "other"} else f" by {request.operation}"
    words = [c for c in request.categories if c != "other"]
    seeing = f", seeing {', '.join(words)}" if words else ""
    given = ", with a justification" if request.justified else ""
    given += ", with a second factor given again" if request.stepped_up else ""
    changed = [
        f"{name} {getattr(request, name)}"
        for name in ("account", "session", "source", "application")
        if getattr(request, name) != getattr(first, name)
    ]
    other = f" ({', '.join(changed)})" if changed else ""
    return f"{persons}{size}{by}{seeing}{given}{other}"


def _numbers(line: Line) -> dict[str, Any]:
    return {
        "horizon": format_duration(line.horizon),
        "seconds": line.horizon / SECOND,
        "before": line.before,
        "after": line.after,
        "difference": line.more,
        "looser": line.looser,
    }


def _gap_document(gap: Gap) -> dict[str, Any]:
    return {
        "budget": gap.budget,
        "window": format_duration(gap.window),
        "limit": gap.limit,
        "lets": gap.lets,
        "closing_only": gap.closes,
        "witness": None if gap.witness is None else _witness_document(gap.witness),
    }


def _witness_document(witness: Witness) -> dict[str, Any]:
    return {
        "start": format_instant(witness.start),
        "refused_by": witness.refused_by,
        "window": format_duration(witness.window),
        "limit": witness.limit,
        "steps": [
            {
                "after_seconds": step.after / SECOND,
                "times": step.number,
                "account": step.request.account,
                "kind": step.request.kind,
                "organization": step.request.organization,
                "session": step.request.session,
                "source": step.request.source,
                "application": step.request.application,
                "operation": step.request.operation,
                "categories": list(step.request.categories),
                "factor": step.request.factor,
                "justified": step.request.justified,
                "stepped_up": step.request.stepped_up,
                "persons": len(step.request.persons),
                "bytes": step.request.bytes,
            }
            for step in witness.steps
        ],
    }
