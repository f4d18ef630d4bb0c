"""Through which doors can a group read in an application? The sets of budgets that a read can draw on, smallest only.

A read has an operation, a category, a factor, an hour, an age of its account, and so on; each choice decides which
budgets' targets hold. The thief makes every choice, so only the sets that contain no other matter: whoever reads
under a larger one could as well read under the smaller. Sides are independent, so each is reduced by itself first.

Cost: O(budgets) a choice of a side, and the product of the reduced sides, which are one or two each in practice.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeVar

from ecluse.detectors.targets import GIVEN
from ecluse.model.estate import Application, Estate
from ecluse.model.policy import Budget, Target
from ecluse.verify.bound.thief import Group

__all__ = ["Cell", "Doors", "Phase", "phases", "smallest"]

T = TypeVar("T")
_MINUTES: Final = 1440

Side = dict[int, object]
"""Sets of budgets, as bits by their place, and the value that leaves them."""


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


class Doors:
    """Finds the cells of groups in applications, and remembers what the same conditions gave before."""

    def __init__(self, budgets: Sequence[Budget], estate: Estate, *, second_factor: bool) -> None:
        self._budgets = budgets
        self._common = [
            self._side(_caseload(estate), lambda t, v: v is None or t.own in {None, v}),
            self._side((False, True), lambda t, v: t.justified in {None, v}),
        ]
        self._given = (False, True) if second_factor else (False,)
        self._hours = [self._side(moments, holds) for moments, holds in _zones(budgets)]
        self._sides: dict[tuple[str, Hashable], Side] = {}
        self._found: dict[Hashable, tuple[Cell, ...]] = {}
        self._kinds: dict[str | None, int] = {}
        self._bodies: dict[tuple[str | None, bool], int] = {}
        self._applications: dict[str, int] = {}

    def cells(
        self, group: Group, application: Application, ages: tuple[Phase, ...]
    ) -> tuple[Cell, ...]:
        """The smallest sets of budgets that a read of the group in the application can draw on."""
        factors = group.kind.factors if group.kind is not None else ()
        operations, categories = application.operations, application.categories
        given = self._given
        if group.forged:  # words that no budget names, and a factor said to be given just now
            factors, operations, categories, given = (), (), (), (False, True)
        fixed = self._fixed(group, application)
        key = (fixed, operations, categories, factors, given, ages)
        if key not in self._found:
            sides = [
                self._kept("operation", operations, lambda t, v: _named(t.operations, v)),
                self._kept("category", categories, lambda t, v: _named(t.categories, v)),
                self._kept("factor", factors, lambda t, v: _named(t.factors, v)),
                *self._common,
                self._kept("given", given, lambda t, v: t.stepped_up in {None, v}),
                self._kept("age", ages, _age_holds),
                *self._hours,
            ]
            self._found[key] = _product(fixed, sides)
        return self._found[key]

    def _fixed(self, group: Group, application: Application) -> int:
        """By what the thief cannot choose once he has these accounts; what is unknown satisfies any condition."""
        kind = None if group.kind is None else group.kind.id
        body, name = group.organization, application.id
        if kind not in self._kinds:
            self._kinds[kind] = self._bits(lambda t: kind is None or _named(t.kinds, kind))
        if (body, group.forged) not in self._bodies:
            unknown = body is None and not group.forged
            self._bodies[body, group.forged] = self._bits(
                lambda t: unknown or _named(t.organizations, body or "")
            )
        if name not in self._applications:
            self._applications[name] = self._bits(lambda t: _named(t.applications, name))
        return self._kinds[kind] & self._bodies[body, group.forged] & self._applications[name]

    def _kept(self, name: str, values: tuple[T, ...], holds: Callable[[Target, T], bool]) -> Side:
        if (name, values) not in self._sides:
            # an application that lists none may have any: only a budget without that condition holds there
            self._sides[name, values] = self._side(values or ("",), holds)  # type: ignore[arg-type]
        return self._sides[name, values]

    def _side(self, values: Iterable[T], holds: Callable[[Target, T], bool]) -> Side:
        """The sets of budgets that each choice of this side leaves, each with the first value that gives it."""
        found: dict[int, object] = {}
        for value in values:
            found.setdefault(self._bits(lambda t, v=value: holds(t, v)), value)  # type: ignore[misc]
        return found

    def _bits(self, holds: Callable[[Target], bool]) -> int:
        return sum(1 << i for i, b in enumerate(self._budgets) if holds(b.target))


def _product(fixed: int, sides: Sequence[Side]) -> tuple[Cell, ...]:
    reduced = []
    for side in sides:
        inside: dict[int, object] = {}
        for mask, value in side.items():
            inside.setdefault(mask & fixed, value)
        reduced.append([(mask, inside[mask]) for mask in smallest(inside)])
    found: dict[int, Cell] = {}
    for way in product(*reduced):
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


def _zones(
    budgets: Sequence[Budget],
) -> Iterator[tuple[list[tuple[int, int]], Callable[[Target, tuple[int, int]], bool]]]:
    """One side a time zone; hours of different zones are taken as independent, which can only make the bound larger."""
    named = [b.target.hours for b in budgets if b.target.hours is not None]
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

        yield list(product(range(7), sorted(edges))), holds


assert set(GIVEN.values()) == {"justified", "stepped_up"}, "each fact that is given is a side above"
