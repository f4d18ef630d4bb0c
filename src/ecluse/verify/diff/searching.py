"""Which history shows that one policy set is looser? Found by reading as much as it lets, until the other refuses.

A thief reads under the lenient set as much as it releases, as soon as it does, through every way and with as many
accounts, sessions and addresses as do not leave the key of the budget that is to be passed. Every step is decided by
the engine under both sets, and the history that is found is carried out once more from the beginning: a witness is
never only computed. That none is found proves nothing.

Cost: bounded by `_TRIES_MAX` decisions and `_ITEMS_MAX` persons a search.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ecluse.engine.evaluate import Engine
from ecluse.engine.explain import usage
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Decision, Reason
from ecluse.model.difference import Gap, Step, Witness
from ecluse.model.estate import Estate
from ecluse.model.policy import Budget, Count, Effect, Key, PolicySet, Window
from ecluse.verify.diff.covering import refusing
from ecluse.verify.diff.ways import Way, ways

__all__ = ["carry_out", "witness"]

_TRIES_MAX: Final = 20_000
_ITEMS_MAX: Final = 200_000
_HANDS_MAX: Final = 400
_INSTANTS_MAX: Final = 5_000


def witness(
    gap: Gap, strict: Sequence[Budget], lenient: Sequence[Budget], estate: Estate
) -> Witness | None:
    """A history that the lenient set releases and whose last request the strict one refuses, or closes for; None when none is found."""
    budget = next(b for b in strict if b.id == gap.budget)
    others = refusing(lenient)
    crowds: dict[tuple[object, ...], list[Way]] = {}
    for way in ways(budget, others, estate):
        crowds.setdefault(_fixed(budget, way), []).append(way)
    for crowd in crowds.values():
        if gap.closes:
            found = _closing(budget, crowd, strict, lenient)
        else:
            found = _Search(budget, others, strict, crowd).run()
        if found is not None and (gap.closes or carry_out(found, strict, lenient)):
            return found
    return None


def carry_out(found: Witness, strict: Sequence[Budget], lenient: Sequence[Budget]) -> bool:
    """Whether the engine agrees: the lenient set releases every request, the strict one all but the last."""
    under, over = Engine(PolicySet(tuple(lenient))), Engine(PolicySet(tuple(strict)))
    requests = [(s.after, s.request) for s in found.steps for _ in range(s.number)]
    for after, request in requests[:-1]:
        at = found.start + after
        if not under.check(request, at).permitted or not over.check(request, at).permitted:
            return False
    after, request = requests[-1]
    at = found.start + after
    return under.check(request, at).permitted and not over.check(request, at).permitted


def _fixed(budget: Budget, way: Way) -> tuple[object, ...]:
    """What all reads of one key have in common; reads of one account are of one kind, body and age too."""
    keys = set(budget.per)
    found: list[object] = [way.start]
    if Key.ACCOUNT in keys:
        found += [way.kind, way.organization, way.age]
    if Key.ORGANIZATION in keys:
        found.append(way.organization)
    if Key.APPLICATION in keys:
        found.append(way.application)
    return tuple(found)


def _request(
    way: Way, budget: Budget, number: int, *, persons: tuple[int, ...], size: int = 0
) -> AccessRequest:
    """A request of the so-manieth hand: what the budget is counted by stays, all else is new."""
    keys = set(budget.per)

    def name(key: Key, word: str) -> str:
        return f"{word}-1" if key in keys else f"{word}-{number + 1}"

    account = name(Key.ACCOUNT, "account")
    lineage = account if Key.LINEAGE not in keys or Key.ACCOUNT in keys else "creator-1"
    return AccessRequest(
        account=account,
        application=way.application,
        persons=persons,
        session=name(Key.SESSION, "session"),
        organization=way.organization,
        source=f"192.0.2.{1 if Key.SOURCE in keys else number % 250 + 1}",
        lineage=lineage,
        kind=way.kind,
        factor=way.factor,
        created_at=way.start - way.age,
        operation=way.operation,
        categories=(way.category,),
        bytes=size,
        own=None if way.own is None else (way.own,) * len(persons),
        justified=way.justified,
        stepped_up=way.stepped_up,
    )


@dataclass(slots=True)
class _Taken:
    """What one hand took at one instant: how many items of the budget."""

    at: int
    request: AccessRequest
    items: int
    hand: tuple[int, int]


class _Search:
    """Reads under the lenient set until the strict one refuses."""

    def __init__(
        self,
        budget: Budget,
        others: Sequence[Budget],
        strict: Sequence[Budget],
        crowd: Sequence[Way],
    ) -> None:
        self._budget, self._crowd = budget, crowd
        # a hold keeps in what a denial does, and leaves nothing behind when it is only tried
        calm = [replace(o, effect=Effect.DENY) for o in others]
        self._lenient = Engine(PolicySet(tuple(calm)))
        self._strict = Engine(PolicySet(refusing(strict)))
        self._lengths = sorted({w.length for o in others for w in o.windows})
        self._taken: list[_Taken] = []
        self._tries, self._items = _TRIES_MAX, _ITEMS_MAX
        self._person = 0
        self._counts = {o.id: o.counts for o in others}
        self._alone = False
        """Whether further hands find no room where the first did: what binds them is common to all."""
        self._refused: Reason | None = None

    def run(self) -> Witness | None:
        """The witness, its reads put together where they were cut to find it."""
        start = self._crowd[0].start
        waiting, seen = [start], {start}
        last = start + self._budget.windows[-1].length
        hands = 1
        while waiting and self._tries > 0 and self._items > 0 and len(seen) < _INSTANTS_MAX:
            now = heapq.heappop(waiting)
            self._lenient.expire(now)
            before = len(self._taken)
            hands, done = self._read_all(hands, now)
            if done:
                return self._told(start)
            if len(self._taken) == before:
                continue  # nothing that was taken now can leave a window later
            for length in self._lengths:
                if now + length < last and now + length not in seen:
                    seen.add(now + length)
                    heapq.heappush(waiting, now + length)
        return None

    def _read_all(self, hands: int, now: int) -> tuple[int, bool]:
        """Lets every hand read at this instant, and new ones as long as they find room."""
        number = 0
        while number < _HANDS_MAX:
            before = len(self._taken)
            for place, way in enumerate(self._crowd):
                if self._read(place, way, number, now):
                    return max(hands, number + 1), True
            number += 1
            if number >= hands and (self._alone or len(self._taken) == before):
                self._alone = True
                break
        return max(hands, number), False

    def _read(self, place: int, way: Way, number: int, now: int) -> bool:
        """Takes all that one hand is let; whether the strict set refused the last of it."""
        want = min(self._want(), self._room(way, number))
        while want > 0 and self._tries > 0 and self._items > 0:
            request, items = self._ask(way, number, want)
            self._tries -= 1
            self._items -= max(1, len(request.persons))
            if not self._lenient.check(request, now).permitted:
                want = items // 2
                continue
            self._taken.append(_Taken(now, request, items, (place, number)))
            decision = self._strict.check(request, now)
            if not decision.permitted:
                self._refused = _first(decision)
                return True
            want -= items
        return False

    def _room(self, way: Way, number: int) -> int:
        """How many items the lenient set has left for a hand, by the windows that one more would count in."""
        self._tries -= 1
        request, _ = self._ask(way, number, 1)
        most = self._want()
        for use in usage(self._lenient, request):
            more = use.with_request - use.used
            if more and self._counts[use.policy] is self._budget.counts:
                most = min(most, use.left // more)
            elif more and use.with_request > use.limit:
                return 0
        return 1 if most and self._budget.counts is Count.ACCOUNTS else most

    def _want(self) -> int:
        """Enough to pass every limit of the budget."""
        return self._budget.windows[-1].limit + 1

    def _ask(self, way: Way, number: int, amount: int) -> tuple[AccessRequest, int]:
        counts = self._budget.counts
        if counts is Count.PERSONS:
            persons = tuple(range(self._person + 1, self._person + amount + 1))
            self._person += amount
            return _request(way, self._budget, number, persons=persons), amount
        if counts is Count.BYTES:
            return _request(way, self._budget, number, persons=(1,), size=amount), amount
        return _request(way, self._budget, number, persons=(1,)), 1

    def _told(self, start: int) -> Witness:
        assert self._refused is not None
        steps: list[Step] = []
        for taken in _joined(self._taken, self._budget.counts):
            steps.append(Step(taken.at - start, taken.request))
            if len(steps) > 1 and replace(steps[-2], number=1) == steps[-1]:
                steps[-2:] = [replace(steps[-2], number=steps[-2].number + 1)]
        reason = self._refused
        return Witness(start, tuple(steps), reason.policy, reason.window, reason.limit)


def _joined(taken: Sequence[_Taken], counts: Count) -> Iterator[_Taken]:
    """Pieces that one hand took at one instant are one request; only of persons, of whom a screen shows many."""
    if counts is not Count.PERSONS:
        yield from taken
        return
    *before, last = taken
    together: dict[tuple[int, tuple[int, int]], list[_Taken]] = {}
    for one in before:
        together.setdefault((one.at, one.hand), []).append(one)
    for pieces in together.values():
        persons = tuple(p for piece in pieces for p in piece.request.persons)
        yield replace(pieces[0], request=_with(pieces[0].request, persons), items=len(persons))
    yield last


def _with(request: AccessRequest, persons: tuple[int, ...]) -> AccessRequest:
    fields = {f: getattr(request, f) for f in request.__struct_fields__}
    own = None if request.own is None else request.own[:1] * len(persons)
    return AccessRequest(**{**fields, "persons": persons, "own": own})


def _closing(
    budget: Budget, crowd: Sequence[Way], strict: Sequence[Budget], lenient: Sequence[Budget]
) -> Witness | None:
    """One request that is too large: both refuse it, and only the strict set closes."""
    for way in crowd:
        for window in budget.windows:
            over, under = Engine(PolicySet(tuple(strict))), Engine(PolicySet(tuple(lenient)))
            request = _too_large(way, budget, window)
            decision = over.check(request, way.start)
            under.check(request, way.start)
            if over.holds.keys() - under.holds.keys():
                reason = _first(decision)
                step = Step(0, request)
                return Witness(way.start, (step,), reason.policy, reason.window, reason.limit)
    return None


def _too_large(way: Way, budget: Budget, window: Window) -> AccessRequest:
    persons = tuple(range(1, window.limit + 2)) if budget.counts is Count.PERSONS else (1,)
    return _request(way, budget, 0, persons=persons, size=window.limit + 1)


def _first(decision: Decision) -> Reason:
    return next(r for r in decision.reasons if not r.shadow and not r.effect.releases)
