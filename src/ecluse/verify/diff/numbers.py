"""By how many persons? The loss bounds of one stolen account, way by way, and of adversaries, under both policy sets.

Only what the two sets treat differently is computed: budgets are compared by what they hold, not by their names. Kinds,
bodies and applications that the same budgets concern are computed once, and the population is applied afterwards (over
one application the bound is the smaller of the two).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.difference import Line
from ecluse.model.estate import AccountKind, Application, Estate, Organization
from ecluse.model.policy import Budget, Effect, Mode
from ecluse.verify.bound.bounding import worst
from ecluse.verify.bound.program import holding

__all__ = ["lines", "thieves"]

_ENDLESS: Final = 10**9
"""A population that no account reads to the end."""

_CLASSES_MAX: Final = 4
"""Classes of bodies that are looked at for each kind, those first that the fewest budgets name."""

_NAMED: Final = ("kinds", "organizations", "applications", "operations", "categories", "factors")


def lines(
    before: Sequence[Budget],
    after: Sequence[Budget],
    estate: Estate,
    horizons: Sequence[int],
    *,
    now: int | None = None,
) -> Iterator[Line]:
    """Where one stolen account can take more or fewer than before: through each application alone, and through all."""
    look = _Look(estate, now)
    sides = (_canonical(before), _canonical(after))
    for kind in estate.kinds:
        opened = _opened(kind, estate)
        for body, names in _classes(estate, kind, (*before, *after)):
            both = [_concern(side, kind, body) for side in sides]
            if both[0] == both[1]:
                continue
            who = Line(0, None, None, kind=kind.id, organizations=names)
            if len(opened) > 1:
                yield from look.through_all(both, kind, body, who, horizons)
            for application in opened:
                yield from look.through_one(both, kind, application, who, horizons)


def thieves(
    before: Sequence[Budget],
    after: Sequence[Budget],
    estate: Estate,
    adversaries: Sequence[Adversary],
    horizons: Sequence[int],
    *,
    now: int | None = None,
) -> Iterator[Line]:
    """The most that each adversary can take, where it differs."""
    sides = (_canonical(before), _canonical(after))
    if sides[0] == sides[1]:
        return
    for adversary in adversaries:
        for horizon in horizons:
            most = [_most(side, estate, adversary, horizon, now) for side in sides]
            if most[0] != most[1]:
                yield Line(horizon, most[0], most[1], thief=adversary.id)


def _most(
    budgets: Sequence[Budget], estate: Estate, adversary: Adversary, horizon: int, now: int | None
) -> int | None:
    case = worst(budgets, estate, adversary, horizon, now)
    return 0 if case is None else case.persons


def _canonical(budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    """The budgets that hold a thief, each once, in an order and under names that say nothing of the file's."""
    plain = {
        replace(b, id="", reason=(), warn_share=None, effect=Effect.DENY, mode=Mode.ENFORCE)
        for b in holding(budgets)
    }
    return _numbered(sorted(plain, key=_order))


def _order(budget: Budget) -> str:
    target = budget.target
    words = [sorted(getattr(target, f) or ()) for f in _NAMED]
    rest = replace(target, **dict.fromkeys(_NAMED))
    weekdays = () if target.hours is None else sorted(target.hours.weekdays)
    if rest.hours is not None:
        rest = replace(rest, hours=replace(rest.hours, weekdays=frozenset()))
    return repr((budget.per, budget.windows, words, weekdays, rest))


def _numbered(budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    return tuple(replace(b, id=f"b{i}") for i, b in enumerate(budgets))


def _concern(
    budgets: Sequence[Budget], kind: AccountKind, body: Organization | None
) -> tuple[Budget, ...]:
    """Those that concern a kind in a body, without saying so; what is unknown satisfies every condition."""
    found = [
        replace(b, target=replace(b.target, kinds=None, organizations=None))
        for b in budgets
        if _names(b.target.kinds, kind.id)
        and (body is None or _names(b.target.organizations, body.id))
    ]
    return _once(found)


def _through(budgets: Sequence[Budget], application: Application) -> tuple[Budget, ...]:
    found = [
        replace(b, target=replace(b.target, applications=None))
        for b in budgets
        if _names(b.target.applications, application.id)
    ]
    return _once(found)


def _once(budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    plain = {replace(b, id="") for b in budgets}
    return _numbered(sorted(plain, key=_order))


def _names(allowed: frozenset[str] | None, word: str) -> bool:
    return allowed is None or word in allowed


def _opened(kind: AccountKind, estate: Estate) -> list[Application]:
    return [a for a in estate.applications if not kind.applications or a.id in kind.applications]


def _classes(
    estate: Estate, kind: AccountKind, budgets: Sequence[Budget]
) -> Iterator[tuple[Organization | None, tuple[str, ...]]]:
    """One body of each class that the targets tell apart, with the names of all; no names where there is one class."""
    lists = {b.target.organizations for b in holding(budgets) if b.target.organizations is not None}
    ordered = sorted(lists, key=sorted)
    found: dict[tuple[bool, ...], list[Organization]] = {}
    for body in estate.organizations:
        if any(h.kind == kind.id and h.count for h in body.accounts):
            found.setdefault(tuple(body.id in one for one in ordered), []).append(body)
    if not found:
        yield None, ()
    fewest = sorted(found, key=sum)[:_CLASSES_MAX]
    for bodies in (found[mark] for mark in fewest):
        yield bodies[0], () if len(found) == 1 else tuple(b.id for b in bodies)


@dataclass(slots=True)
class _Look:
    """Bounds of one stolen account, remembered by all that they depend on."""

    estate: Estate
    now: int | None
    known: dict[object, int | None] = field(default_factory=dict)

    def through_all(
        self,
        both: Sequence[tuple[Budget, ...]],
        kind: AccountKind,
        body: Organization | None,
        who: Line,
        horizons: Sequence[int],
    ) -> Iterator[Line]:
        """The lines of one kind through all applications together; `who` is filled in."""
        for horizon in horizons:
            most = [self._through_all(side, kind, body, horizon) for side in both]
            if most[0] != most[1]:
                yield replace(who, horizon=horizon, before=most[0], after=most[1])

    def through_one(
        self,
        both: Sequence[tuple[Budget, ...]],
        kind: AccountKind,
        application: Application,
        who: Line,
        horizons: Sequence[int],
    ) -> Iterator[Line]:
        """The lines of one kind through one application alone; `who` is filled in."""
        sides = [_through(budgets, application) for budgets in both]
        if sides[0] == sides[1]:
            return
        one = replace(who, application=application.id)
        for horizon in horizons:
            most = [self._through_one(side, kind, application, horizon) for side in sides]
            if most[0] != most[1]:
                yield replace(one, horizon=horizon, before=most[0], after=most[1])

    def _through_one(
        self, budgets: tuple[Budget, ...], kind: AccountKind, application: Application, horizon: int
    ) -> int | None:
        alike = replace(
            application, id="one", owner="", portal=None, population=_ENDLESS, state_since=None
        )
        key = (budgets, kind.factors, alike, horizon)
        if key not in self.known:
            only = replace(kind, id="one", applications=(), creates=())
            estate = replace(self.estate, applications=(alike,), kinds=(only,), organizations=())
            stolen = Adversary("one", (Stolen(kind="one"),))
            self.known[key] = _most(budgets, estate, stolen, horizon, self.now)
        most = self.known[key]
        return None if most is None else min(most, application.population)

    def _through_all(
        self,
        budgets: tuple[Budget, ...],
        kind: AccountKind,
        body: Organization | None,
        horizon: int,
    ) -> int | None:
        key = (budgets, kind.id, horizon)
        if key not in self.known:
            estate = replace(
                self.estate,
                kinds=(replace(kind, creates=()),),
                organizations=() if body is None else (body,),
            )
            stolen = Adversary("one", (Stolen(kind=kind.id),))
            self.known[key] = _most(budgets, estate, stolen, horizon, self.now)
        return self.known[key]
