"""What was done to each budget? In words, budget by budget, also what changes no number."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ecluse.model.difference import Change
from ecluse.model.policy import Budget, Hours, Mode, Target, Window
from ecluse.model.time import format_duration

__all__ = ["changes"]

_SIDES: Final = {
    "kinds": "kind",
    "organizations": "organization",
    "applications": "application",
    "operations": "operation",
    "categories": "category",
    "factors": "factor",
}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def changes(before: Sequence[Budget], after: Sequence[Budget]) -> tuple[Change, ...]:
    """The changes in the order of the second set, then what was removed; the order of budgets itself means nothing."""
    former = {b.id: b for b in before}
    renamed = _renamed(before, after)
    found: list[Change] = []
    for budget in after:
        known = former.get(budget.id)
        if known is not None:
            found += [Change(budget.id, what) for what in _between(known, budget)]
        elif budget.id in renamed:
            what = f"renamed, was `{renamed[budget.id]}`; its counts begin anew from the ledger"
            found.append(Change(budget.id, what))
        else:
            found.append(Change(budget.id, f"added: {_whole(budget)}"))
    kept = {b.id for b in after} | set(renamed.values())
    found += [Change(b.id, f"removed: {_whole(b)}") for b in before if b.id not in kept]
    return tuple(found)


def _renamed(before: Sequence[Budget], after: Sequence[Budget]) -> dict[str, str]:
    """New names of budgets that are otherwise the same, with the former ones."""
    names = {b.id for b in after}
    gone = {replace(b, id="", reason=()): b.id for b in before if b.id not in names}
    known = {b.id for b in before}
    found: dict[str, str] = {}
    for budget in after:
        if budget.id not in known:
            former = gone.pop(replace(budget, id="", reason=()), None)
            if former is not None:
                found[budget.id] = former
    return found


def _between(a: Budget, b: Budget) -> Iterator[str]:
    if a.mode is not b.mode:
        acts = "it acts now" if b.mode is Mode.ENFORCE else "it only watches now"
        yield f"mode from {a.mode.value} to {b.mode.value}: {acts}"
    if a.effect is not b.effect:
        yield f"effect from {a.effect.word} to {b.effect.word}"
    if a.per != b.per:
        yield f"counted per {_per(b)}, was per {_per(a)}"
    if a.counts is not b.counts:
        yield f"counts {b.counts.value}, counted {a.counts.value}"
    yield from _windows(a.windows, b.windows)
    yield from _targets(a.target, b.target)
    yield from _warning(a, b)
    if a.reason != b.reason:
        yield "the sentence that the person reads is another"


def _windows(a: Sequence[Window], b: Sequence[Window]) -> Iterator[str]:
    old, new = ({w.length: w.limit for w in windows} for windows in (a, b))
    for length in sorted(old.keys() | new.keys()):
        over = format_duration(length)
        if length not in new:
            yield f"{over}: the limit of {old[length]:,} is removed"
        elif length not in old:
            yield f"{over}: a limit of {new[length]:,} is added"
        elif old[length] != new[length]:
            yield f"{over}: from {old[length]:,} to {new[length]:,}"


def _targets(a: Target, b: Target) -> Iterator[str]:
    old, new = dict(_conditions(a)), dict(_conditions(b))
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield f"no longer only {name} {old[name]}"
        elif name not in old:
            yield f"only {name} {new[name]} now"
        elif old[name] != new[name]:
            yield f"{name} {new[name]}, was {old[name]}"


def _conditions(target: Target) -> Iterator[tuple[str, str]]:
    for side, name in _SIDES.items():
        words = getattr(target, side)
        if words:
            yield name, ", ".join(sorted(words))
    if target.hours is not None:
        yield "hours", _hours(target.hours)
    if target.younger_than is not None:
        yield "account age under", format_duration(target.younger_than)
    if target.older_than is not None:
        yield "account age over", format_duration(target.older_than) if target.older_than else "0"
    if target.own is not None:
        yield "caseload", "inside" if target.own else "outside"
    for fact, name in (("justified", "justified"), ("stepped_up", "stepped_up")):
        if getattr(target, fact) is not None:
            yield name, str(getattr(target, fact)).lower()


def _hours(hours: Hours) -> str:
    spans = ", ".join(f"{_clock(a)}-{_clock(b)}" for a, b in hours.spans)
    days = (
        ""
        if len(hours.weekdays) == 7
        else " " + ",".join(_WEEKDAYS[d] for d in sorted(hours.weekdays))
    )
    return f"{spans}{days} {hours.zone}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _warning(a: Budget, b: Budget) -> Iterator[str]:
    if a.warn_share == b.warn_share:
        return
    if b.warn_share is None:
        yield f"no warning any more, was from {_share(a)} of a limit on"
    elif a.warn_share is None:
        yield f"warns from {_share(b)} of a limit on"
    else:
        when = "earlier" if b.warn_share < a.warn_share else "later"
        yield f"warns {when}: from {_share(b)} of a limit on, was {_share(a)}"


def _share(budget: Budget) -> str:
    assert budget.warn_share is not None
    return f"{budget.warn_share:.1%}".replace(".0%", "%")


def _per(budget: Budget) -> str:
    return " and ".join(k.value for k in budget.per)


def _whole(budget: Budget) -> str:
    limits = ", ".join(f"{w.limit:,} in {format_duration(w.length)}" for w in budget.windows)
    told = f"{budget.counts.value} per {_per(budget)}, {limits}, effect {budget.effect.word}"
    target = "; ".join(f"{name} {words}" for name, words in _conditions(budget.target))
    shadow = ", in shadow" if budget.mode is Mode.SHADOW else ""
    return f"{told}{shadow}{f' (only {target})' if target else ''}"
