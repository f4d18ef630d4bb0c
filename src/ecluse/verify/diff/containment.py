"""Does one target concern every access that another concerns? Condition by condition, for all requests there can be.

A condition on a word holds for the words it names and for an unknown word. So one condition contains another when it
names no fewer words, or is none; that a list names every word of an estate does not make it none, since a request may
carry a word that the estate does not have.
"""

from functools import cache
from typing import Final

from ecluse.model.policy import Hours, Target

__all__ = ["SIDES", "contains", "holds_on"]

_NAMED: Final = (
    "kinds",
    "organizations",
    "applications",
    "operations",
    "categories",
    "factors",
)
_EXACT: Final = ("own", "justified", "stepped_up")
SIDES: Final = (*_NAMED, *_EXACT, "age", "hours")
"""The sides of a target, each of which contains or does not by itself."""

_DAY_MINUTES: Final = 1440


def contains(outer: Target, inner: Target) -> bool:
    """Whether every access that `inner` concerns, `outer` concerns as well."""
    return outer == inner or all(holds_on(side, outer, inner) for side in SIDES)


def holds_on(side: str, outer: Target, inner: Target) -> bool:
    """Whether the condition of `outer` on one of `SIDES` holds wherever that of `inner` does."""
    if side == "hours":
        return _hours_contain(outer.hours, inner.hours)
    if side == "age":
        return _ages_contain(outer, inner)
    allowed, wanted = getattr(outer, side), getattr(inner, side)
    if side in _EXACT:
        return allowed is None or allowed == wanted
    if side == "categories":  # no words are no condition there, in every implementation
        allowed, wanted = allowed or None, wanted or None
    return allowed is None or (wanted is not None and wanted <= allowed)


def _ages_contain(outer: Target, inner: Target) -> bool:
    """An unknown age satisfies both. An age may be negative, where clocks disagree: no bar is not the bar 0."""
    low, high = inner.older_than, inner.younger_than
    if low is not None and high is not None and low >= high:
        return True  # no known age is in it
    under = outer.younger_than is None or (high is not None and high <= outer.younger_than)
    over = outer.older_than is None or (low is not None and low >= outer.older_than)
    return under and over


def _hours_contain(outer: Hours | None, inner: Hours | None) -> bool:
    if outer is None:
        return True
    if inner is None:
        return _minutes(outer) == _minutes(Hours(outer.zone))
    if not _minutes(inner):
        return True
    if outer.zone != inner.zone:  # how zones stand to each other changes with the law
        return _minutes(outer) == _minutes(Hours(outer.zone))
    return _minutes(inner) <= _minutes(outer)


@cache
def _minutes(hours: Hours) -> frozenset[int]:
    """The minutes of the week in them."""
    day = [m for m in range(_DAY_MINUTES) if any(a <= m < b for a, b in hours.spans)]
    return frozenset(d * _DAY_MINUTES + m for d in hours.weekdays if 0 <= d < 7 for m in day)
