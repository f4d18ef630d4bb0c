"""With which words would a witness read? The ways to draw on one budget and on as few as possible of the other set.

A way is a template of a request. First come ways that the estate knows (a kind that opens the application, by an
operation that it has); then any words that targets name, and one that nobody names. Of alike ways one is kept, and of
those the smallest: what is read under more budgets of the other set could as well be read under fewer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Final, TypeVar

from ecluse.detectors.targets import OpenHours
from ecluse.model.estate import AccountKind, Application, Estate
from ecluse.model.policy import Budget, Hours, Key, Target
from ecluse.model.time import DAY, MINUTE
from ecluse.verify.bound.cells import smallest

__all__ = ["START", "Way", "ways"]

T = TypeVar("T")

START: Final = 1_750_636_800_000_000  # Monday 23 June 2025, 00:00 UTC
OTHER: Final = "other"
"""A word that no target and no estate names."""

_WAYS_MAX: Final = 12
_STEP: Final = 15 * MINUTE  # of the instants that are tried where hours matter
_OLD: Final = 3600 * DAY


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read; `age` in microseconds, `start` the instant of the first read."""

    kind: str
    organization: str
    application: str
    operation: str = OTHER
    category: str = OTHER
    factor: str = OTHER
    own: bool | None = None
    justified: bool = False
    stepped_up: bool = False
    age: int = _OLD
    start: int = START


def ways(budget: Budget, others: Sequence[Budget], estate: Estate) -> Iterator[Way]:
    """The ways to draw on the budget, those that the estate knows first; `others` are the budgets to keep clear of."""
    known = _Finder(budget, others)
    seen: set[int] = set()
    for finder in (known.in_estate, known.at_all):
        masks = finder(estate)
        kept = sorted(smallest(masks), key=lambda m: m.bit_count())
        for mask in [m for m in kept if m not in seen][:_WAYS_MAX]:
            seen.add(mask)
            yield masks[mask]
            yield from _alike(masks[mask], budget, others, estate)


def _alike(way: Way, budget: Budget, others: Sequence[Budget], estate: Estate) -> Iterator[Way]:
    """The same through other applications or in other bodies, where the other set counts each of them apart."""
    apart = {key for o in others for key in o.per} - {*budget.per}
    targets = [budget.target, *(o.target for o in others)]
    if Key.APPLICATION in apart:
        opened = {k.id: k.applications for k in estate.kinds}.get(way.kind, ())
        names = [a.id for a in estate.applications if not opened or a.id in opened]
        lists = [t.applications for t in targets]
        yield from (replace(way, application=n) for n in _like(way.application, names, lists))
    if Key.ORGANIZATION in apart and Key.ACCOUNT not in budget.per:
        bodies = [o.id for o in estate.organizations]
        lists = [t.organizations for t in targets]
        yield from (replace(way, organization=n) for n in _like(way.organization, bodies, lists))


def _like(word: str, names: Sequence[str], lists: Sequence[frozenset[str] | None]) -> Iterator[str]:
    """Some other names that every list treats as it does the word; the word may be one that nobody names."""
    named = [one for one in lists if one is not None]
    made = (f"{OTHER}-{i}" for i in range(1, _WAYS_MAX) if word == OTHER)
    like = (n for n in (*names, *made) if n != word and all((n in o) == (word in o) for o in named))
    yield from islice(like, _WAYS_MAX)


class _Finder:
    """Looks for the ways to draw on one budget, each by the budgets of the other set that concern it."""

    def __init__(self, budget: Budget, others: Sequence[Budget]) -> None:
        self._target = budget.target
        self._others = others
        self._targets = [budget.target, *(o.target for o in others)]

    def in_estate(self, estate: Estate) -> dict[int, Way]:
        """Kinds in their organizations, through what they open, by what it has."""
        found: dict[int, Way] = {}
        common = self._common()
        for kind in estate.kinds:
            bodies = [
                o.id for o in estate.organizations if any(h.kind == kind.id for h in o.accounts)
            ]
            factors = self._side("factors", kind.factors or (OTHER,))
            where = self._side("organizations", bodies or (OTHER,))
            who = self._side("kinds", (kind.id,))
            for application in estate.applications:
                if _opens(kind, application):
                    through = self._through(application)
                    self._combine(found, [who, where, factors, *through, *common])
        return found

    def at_all(self, estate: Estate) -> dict[int, Way]:
        """Any words."""
        names = {
            "kinds": [k.id for k in estate.kinds],
            "organizations": [o.id for o in estate.organizations],
            "applications": [a.id for a in estate.applications],
            "operations": [w for a in estate.applications for w in a.operations],
            "categories": [w for a in estate.applications for w in a.categories],
            "factors": [w for k in estate.kinds for w in k.factors],
        }
        sides = []
        for side, words in names.items():
            named = {w for t in self._targets for w in getattr(t, side) or ()}
            sides.append(self._side(side, dict.fromkeys((*words, *sorted(named), OTHER))))
        found: dict[int, Way] = {}
        self._combine(found, [*sides, *self._common()])
        return found

    def _through(self, application: Application) -> list[dict[int, tuple[str, object]]]:
        return [
            self._side("applications", (application.id,)),
            self._side("operations", application.operations or (OTHER,)),
            self._side("categories", application.categories or (OTHER,)),
        ]

    def _common(self) -> list[dict[int, tuple[str, object]]]:
        sides = [
            self._marks(fact, (False, True), lambda t, v, f=fact: getattr(t, f) in {None, v})  # type: ignore[misc]
            for fact in ("own", "justified", "stepped_up")
        ]
        bars = {b for t in self._targets for b in (t.younger_than, t.older_than) if b}
        sides.append(self._marks("age", sorted({_OLD, 0, *bars}, reverse=True), _age_holds))
        starts: Iterable[int] = (START,)
        if any(t.hours is not None for t in self._targets):
            starts = range(START, START + 7 * DAY, _STEP)
        opened: dict[Hours, OpenHours] = {
            t.hours: OpenHours(t.hours) for t in self._targets if t.hours is not None
        }
        sides.append(
            self._marks("start", starts, lambda t, v: t.hours is None or v in opened[t.hours])
        )
        return sides

    def _side(self, side: str, words: Iterable[str]) -> dict[int, tuple[str, object]]:
        field = {"categories": "category"}.get(side, side.removesuffix("s"))
        return self._marks(field, words, lambda t, v: not getattr(t, side) or v in getattr(t, side))

    def _marks(
        self, name: str, values: Iterable[T], holds: Callable[[Target, T], bool]
    ) -> dict[int, tuple[str, object]]:
        """For each set of other budgets, as bits by their place, the first value with which the budget counts."""
        found: dict[int, tuple[str, object]] = {}
        for value in values:
            if holds(self._target, value):
                bits = (1 << i for i, o in enumerate(self._others) if holds(o.target, value))
                found.setdefault(sum(bits), (name, value))
        return {m: found[m] for m in smallest(found)}

    def _combine(
        self, found: dict[int, Way], sides: Sequence[dict[int, tuple[str, object]]]
    ) -> None:
        blank = Way(OTHER, OTHER, OTHER)
        reached: dict[int, dict[str, object]] = {(1 << len(self._others)) - 1: {}}
        for (
            side
        ) in sides:  # one side after the other, alike sets together: few are left at each step
            following: dict[int, dict[str, object]] = {}
            for (mask, words), (bits, (name, value)) in product(reached.items(), side.items()):
                following.setdefault(mask & bits, {**words, name: value})
            reached = {m: following[m] for m in smallest(following)}
        for mask, words in reached.items():
            found.setdefault(mask, replace(blank, **words))  # type: ignore[arg-type]


def _age_holds(target: Target, age: int) -> bool:
    under, over = target.younger_than, target.older_than
    return (under is None or age < under) and (over is None or age >= over)


def _opens(kind: AccountKind, application: Application) -> bool:
    return not kind.applications or application.id in kind.applications
