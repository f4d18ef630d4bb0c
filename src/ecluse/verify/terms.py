"""How do two policy sets differ, budget by budget? By their numbers, so that the ledger can tell what a person changed.

The numbers say which way a change goes where only they changed. What a change of targets or keys lets through, only the
loss bound can say.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from ecluse.model.assurance import BudgetChange, LimitChange, Turn
from ecluse.model.policy import Budget, Effect, PolicySet
from ecluse.model.time import format_duration, parse_duration

__all__ = ["Terms", "compare", "terms"]

Terms = Mapping[str, Mapping[str, Any]]
"""By budget: `limits` (window to limit), `effect`, `mode`, and `rest`, the digest of everything else that decides."""

_EFFECTS: Final = {effect.word: effect for effect in Effect}


def terms(policies: PolicySet) -> dict[str, dict[str, Any]]:
    """What an entry keeps of each budget, small enough to stand in the ledger."""
    return {b.id: _terms(b) for b in policies.budgets}


def compare(before: Terms, after: Terms) -> tuple[BudgetChange, ...]:
    """The budgets that differ, in the order of their names."""
    changes = []
    for budget in sorted(before.keys() | after.keys()):
        if budget not in before:
            limits = _limits({}, _limits_of(after[budget]))
            changes.append(BudgetChange(budget, "added", "stricter", limits))
        elif budget not in after:
            limits = _limits(_limits_of(before[budget]), {})
            changes.append(BudgetChange(budget, "removed", "looser", limits))
        elif before[budget] != after[budget]:
            changes.append(_changed(budget, before[budget], after[budget]))
    return tuple(changes)


def _terms(budget: Budget) -> dict[str, Any]:
    return {
        "limits": {format_duration(w.length): w.limit for w in budget.windows},
        "effect": budget.effect.word,
        "mode": budget.mode.value,
        "rest": sha256(_rest(budget).encode()).hexdigest()[:16],
    }


def _rest(budget: Budget) -> str:
    """Everything else that decides, written alike in every process."""
    target = [
        (side, sorted(value) if isinstance(value, frozenset) else value)
        for side in ("kinds", "organizations", "applications", "operations", "categories", "factors", "younger_than", "older_than", "own", "justified", "stepped_up")
        for value in (getattr(budget.target, side),)
    ]  # fmt: skip
    hours = budget.target.hours
    when = None if hours is None else (hours.zone, hours.spans, sorted(hours.weekdays))
    return repr(([k.value for k in budget.per], budget.counts.value, budget.warn_share, target, when))  # fmt: skip


def _changed(budget: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> BudgetChange:
    limits = _limits(_limits_of(before), _limits_of(after))
    others = tuple(n for n in ("effect", "mode", "rest") if before.get(n) != after.get(n))
    turns = {_turn_of(limit) for limit in limits}
    if "mode" in others:
        turns.add("stricter" if after.get("mode") == "enforce" else "looser")
    if "effect" in others:
        heavier = _weight(after) > _weight(before)
        turns.add("stricter" if heavier else "looser")
    return BudgetChange(budget, "changed", _together(turns, other="rest" in others), limits, others)


def _together(turns: set[Turn], *, other: bool) -> Turn:
    if other or not turns:
        return "other"
    return next(iter(turns)) if len(turns) == 1 else "both"


def _turn_of(limit: LimitChange) -> Turn:
    if limit.before is None or limit.after is None:
        return "stricter" if limit.before is None else "looser"
    return "stricter" if limit.after < limit.before else "looser"


def _limits(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[LimitChange, ...]:
    """The windows of which the limit differs, shortest first."""
    windows = sorted(before.keys() | after.keys(), key=_length)
    return tuple(
        LimitChange(w, before.get(w), after.get(w))
        for w in windows
        if before.get(w) != after.get(w)
    )


def _length(window: str) -> tuple[int, str]:
    try:
        return parse_duration(window), window
    except ValueError:
        return 0, window


def _limits_of(budget: Mapping[str, Any]) -> Mapping[str, int]:
    """The limits of an entry; what is no limit is left out, for an entry may hold anything."""
    found = budget.get("limits")
    if not isinstance(found, Mapping):
        return {}
    return {w: n for w, n in found.items() if isinstance(w, str) and type(n) is int}


def _weight(budget: Mapping[str, Any]) -> int:
    return _EFFECTS.get(str(budget.get("effect")), Effect.PERMIT)
