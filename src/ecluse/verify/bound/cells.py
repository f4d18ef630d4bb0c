"""Through which doors can a group read in an application? The sets of budgets that a read can draw on, smallest only.

A read has an operation, a category, a factor, an hour, an age of its account, and so on; each choice decides which
budgets' targets hold. The thief makes every choice, so only the sets that contain no other matter: whoever reads
under a larger one could as well read under the smaller. Sides are independent, so each is reduced by itself first.

Cost: O(budgets) a choice of a side, and the product of the reduced sides, which are one or two each in practice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeVar

from ecluse.detectors.targets import GIVEN
from ecluse.model.estate import Application, Estate
from ecluse.model.policy import Budget, Target
from ecluse.verify.bound.thief import Group

__all__ = ["Cell", "Phase", "cells", "phases"]

T = TypeVar("T")
_MINUTES: Final = 1440


@dataclass(frozen=True, slots=True)
class Phase:
    """A span of an account's age in which the same budgets concern it, in microseconds; `end` None: for good."""

    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One way to read.

    Attributes:
        budgets: which budgets of the list it draws on, as bits by their place.
        operation, category, factor: words of the request; None where nothing is known.
        own: whether the persons are in the account's own caseload; None where no caseload is known.
        justified, stepped_up: what is given with the request.
        phase: the age of the account.
    """

    budgets: int
    operation: str | None
    category: str | None
    factor: str | None
    own: bool | None
    justified: bool
    stepped_up: bool
    phase: Phase


def phases(group: Group, budgets: Sequence[Budget], horizon: int) -> tuple[Phase, ...]:
    """The ages that accounts of the group can have within the horizon."""
    bars = sorted({bar for b in budgets for bar in _bars(b.target)})
    edges = [0, *bars]
    spans = [Phase(begin, end) for begin, end in zip(edges, [*bars, None], strict=True)]
    if group.newborn:
        return tuple(p for p in spans if p.begin < horizon)
    return tuple(spans) if group.any_age else (spans[-1],)


def cells(
    group: Group,
    application: Application,
    budgets: Sequence[Budget],
    estate: Estate,
    *,
    ages: Iterable[Phase],
    second_factor: bool,
) -> tuple[Cell, ...]:
    """The smallest sets of budgets that a read of the group in the application can draw on."""
    fixed = _bits(budgets, lambda b: _concerns(b.target, group, application))
    factors = group.kind.factors if group.kind is not None else ()
    sides: tuple[dict[int, object], ...] = (
        _side(budgets, application.operations or ("",), lambda t, v: _named(t.operations, v)),
        _side(budgets, application.categories or ("",), lambda t, v: _named(t.categories, v)),
        _side(budgets, factors or ("",), lambda t, v: _named(t.factors, v)),
        _side(budgets, _caseload(estate), lambda t, v: v is None or t.own in {None, v}),
        _side(budgets, (False, True), lambda t, v: t.justified in {None, v}),
        _side(
            budgets,
            (False, True) if second_factor else (False,),
            lambda t, v: t.stepped_up in {None, v},
        ),
        _side(budgets, ages, _age_holds),
        *_hours(budgets),
    )
    found: dict[int, Cell] = {}
    for way in product(*(side.items() for side in sides)):
        mask = fixed
        for bits, _ in way:
            mask &= bits
        if mask not in found:
            found[mask] = _cell(mask, [value for _, value in way])
    return tuple(found[mask] for mask in smallest(found))


def smallest(masks: Iterable[int]) -> list[int]:
    """Those that contain no other, in their order."""
    kept = list(dict.fromkeys(masks))
    return [m for m in kept if not any(other != m and m & other == other for other in kept)]


def _cell(mask: int, values: list[object]) -> Cell:
    operation, category, factor, own, justified, stepped_up, phase, *_ = values
    assert isinstance(phase, Phase)
    return Cell(
        mask,
        str(operation) or None,
        str(category) or None,
        str(factor) or None,
        own if isinstance(own, bool) else None,
        bool(justified),
        bool(stepped_up),
        phase,
    )


def _concerns(target: Target, group: Group, application: Application) -> bool:
    """By what the thief cannot choose once he has these accounts; what is unknown satisfies any condition."""
    kind = None if group.kind is None else group.kind.id
    return (
        (target.kinds is None or kind is None or kind in target.kinds)
        and (
            target.organizations is None
            or group.organization is None
            or group.organization in target.organizations
        )
        and (target.applications is None or application.id in target.applications)
    )


def _named(allowed: frozenset[str] | None, word: str) -> bool:
    return allowed is None or word in allowed


def _caseload(estate: Estate) -> tuple[bool | None, ...]:
    # Without its table the fact is unknown, and satisfies every condition.
    return (None,) if estate.caseload_table is None else (False, True)


def _bars(target: Target) -> Iterable[int]:
    return (bar for bar in (target.younger_than, target.older_than) if bar)


def _age_holds(target: Target, phase: Phase) -> bool:
    under, over = target.younger_than, target.older_than
    return (under is None or phase.begin < under) and (over is None or phase.begin >= over)


def _hours(budgets: Sequence[Budget]) -> list[dict[int, object]]:
    """One side a time zone; hours of different zones are taken as independent, which can only make the bound larger."""
    named = [b.target.hours for b in budgets if b.target.hours is not None]
    sides = []
    for zone in sorted({h.zone for h in named}):
        edges = {0} | {
            edge % _MINUTES for h in named if h.zone == zone for span in h.spans for edge in span
        }

        def holds(target: Target, moment: tuple[int, int], zone: str = zone) -> bool:
            hours = target.hours
            if hours is None or hours.zone != zone:
                return True
            weekday, minute = moment
            return weekday in hours.weekdays and any(a <= minute < b for a, b in hours.spans)

        sides.append(_side(budgets, product(range(7), sorted(edges)), holds))
    return sides


def _side(
    budgets: Sequence[Budget], values: Iterable[T], holds: Callable[[Target, T], bool]
) -> dict[int, object]:
    """The smallest sets of budgets that a choice of this side leaves, each with the first value that gives it."""
    found: dict[int, object] = {}
    for value in values:
        found.setdefault(_bits(budgets, lambda b, v=value: holds(b.target, v)), value)  # type: ignore[misc]
    return {mask: found[mask] for mask in smallest(found)}


def _bits(budgets: Sequence[Budget], holds: Callable[[Budget], bool]) -> int:
    return sum(1 << i for i, b in enumerate(budgets) if holds(b))


assert set(GIVEN.values()) == {"justified", "stepped_up"}, "each fact that is given is a side above"
