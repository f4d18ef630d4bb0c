"""How a request is decided: all control flow of the engine, in one place.

A request is judged by every budget that it draws on, first all, then charged to all or to none.
The usual request (one person, plenty of room everywhere) takes the short way, which only asks each
log whether it has room; anything else is judged with numbers.

Cost: about 1.5 µs a request plus 1 to 2 µs a budget in pure Python; O(budgets x windows x persons).
"""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from operator import attrgetter, itemgetter
from typing import Any, Final

from ecluse.counting.log import Log
from ecluse.counting.spans import NEVER
from ecluse.detectors.budget import BudgetDetector
from ecluse.detectors.targets import WORDS, words_match
from ecluse.engine.reservation import Chains, Charge, Open
from ecluse.model.access import AccessRequest
from ecluse.model.decision import PERMIT, Decision, Hold, Reason
from ecluse.model.policy import Budget, Count, Effect, Key, PolicySet

__all__ = ["Engine", "continues"]

_MATCHES_KEPT_MAX: Final = 16_384
_SWEEP_EVERY: Final = 16  # requests between two looks at an idle key, when no key is new
_SWEPT_FOR_ONE: Final = (
    2  # looks for each new key: keys cannot be made faster than they are forgotten
)
_RECALLED_FROM: Final = (
    1 << 63
)  # numbers of accesses recalled from a history, apart from those decided here


class Engine:
    """Decides accesses, deterministically: the same calls give the same answers and the same state.

    Time is an input. An instant earlier than one already seen is taken as that one: a clock that
    jumps back never reopens a window.
    """

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.clock = 0
        """The latest instant seen, microseconds: the instant at which the last call was decided."""
        self.number = 0
        self.holds: dict[tuple[Key, str], Hold] = {}
        self.reservations: dict[int, Open] = {}
        self.detectors = tuple(BudgetDetector(budget) for budget in policies.budgets)
        self.chains = Chains()
        self._expiries: list[tuple[int, int]] = []
        """Heap of the ends of reservations, with their numbers; those settled before stay in it until then."""
        self._next_expiry = NEVER
        self._recalled = 0
        self._owed = 0
        self._prepare()
        self.note_keys()

    def check(self, request: AccessRequest, at: int) -> Decision:
        """Decides a request, and counts it when it is permitted.

        Args:
            request: who asks for which persons.
            at: microseconds.
        """
        now = self._tick(at)
        if self.holds:
            held = self._held(request)
            if held is not None:
                return Decision(Effect.HOLD, (held,))
        persons = request.persons
        if len(persons) != 1 or not self._all_plain or persons[0] in self.chains.touched:
            return self._decide(request, now, must_release=False, reservation=0)
        item = persons[0]
        drawn: list[Log] = []
        for detector in self.detectors if self._words is None else self._matching(request):
            if detector.dynamic and not detector.applies(request, now):
                continue
            key = detector.key(request)
            if key is None:
                continue
            log = detector.logs.get(key) or self._log(detector, key)
            if not log.room(item, now):
                return self._decide(request, now, must_release=False, reservation=0)
            drawn.append(log)
        for log in drawn:
            log.charge_found(item, now)
        return PERMIT

    def reserve(self, request: AccessRequest, at: int, lifetime: int) -> Decision:
        """Decides a request and counts it until it is posted (kept) or released (taken back).

        Args:
            request: who asks for which persons; all of them are permitted, or none.
            at: microseconds.
            lifetime: microseconds after which an unanswered reservation is kept for good.
        """
        assert lifetime > 0, "a reservation lives for some time"
        now = self._tick(at)
        held = self._held(request)
        if held is not None:
            return Decision(Effect.HOLD, (held,))
        number = self.number
        decision = self._decide(request, now, must_release=False, reservation=number)
        if not decision.permitted:
            return decision
        self.reservations[number].expires_at = now + lifetime
        self.expect_expiry(number)
        return Decision(decision.effect, decision.reasons, number)

    def post(self, reservation: int, at: int, persons: tuple[int, ...] | None = None) -> bool:
        """Confirms a reservation; with `persons`, only these were shown and the others do not count.

        Returns:
            False when the reservation is unknown or already settled; nothing happens then.
        """
        now = self._move_clock(at)
        opened = self.reservations.pop(reservation, None)
        if opened is None:
            return False
        shown = None if persons is None else frozenset(persons)
        for charge in opened.charges:
            for item in charge.items:
                keep = shown is None or charge.detector.counts is not Count.PERSONS or item in shown
                self.chains.settle(charge, item, reservation, keep=keep, now=now)
        return True

    def release(self, reservation: int, at: int) -> bool:
        """Takes a reservation back: nothing was shown.

        Returns:
            False when the reservation is unknown or already settled; nothing happens then.
        """
        now = self._move_clock(at)
        opened = self.reservations.pop(reservation, None)
        if opened is None:
            return False
        self._settle(opened, reservation, keep=False, now=now)
        return True

    def expire(self, at: int) -> tuple[int, ...]:
        """Confirms every reservation past its lifetime, and names them, the earliest end first."""
        self.clock = now = max(self.clock, at)
        if now < self._next_expiry:
            return ()
        ended = []
        while self._expiries and self._expiries[0][0] <= now:
            _, number = heapq.heappop(self._expiries)
            opened = self.reservations.pop(number, None)
            if opened is not None:
                self._settle(opened, number, keep=True, now=now)
                ended.append(number)
        self._next_expiry = self._expiries[0][0] if self._expiries else NEVER
        return tuple(ended)

    def expect_expiry(self, number: int) -> None:
        """Notes when an open reservation ends by itself."""
        heapq.heappush(self._expiries, (self.reservations[number].expires_at, number))
        self._next_expiry = self._expiries[0][0]

    def observe(self, request: AccessRequest, at: int) -> Decision:
        """Counts an access that happened, and says what the decision would have been."""
        now = self._tick(at)
        return self._decide(request, now, must_release=True, reservation=0)

    def reopen(self, key: Key, name: str) -> bool:
        """Lifts a hold, on a person's word; False when there is none."""
        return self.holds.pop((key, name), None) is not None

    def adopt(
        self, policies: PolicySet, history: Iterable[tuple[int, AccessRequest]]
    ) -> tuple[str, ...]:
        """Changes the policies, with the counts that they would have had all along.

        Args:
            policies: the new set, in force from the next call on.
            history: released accesses with their instants, oldest first, over the longest window,
                without those that are still open reservations (the engine has these itself); read
                only when a budget counts something that was not counted before. As everywhere, an
                instant earlier than the one before is taken as that one, and a later one moves the clock.

        Returns:
            The budgets that were counted anew from the history.
        """
        known = {d.budget.id: d for d in self.detectors}
        fresh = []
        detectors = []
        for budget in policies.budgets:
            detector = BudgetDetector(budget)
            former = known.get(budget.id)
            if former is not None and continues(former.budget, budget):
                detector.take_over(former, self.clock)
            else:
                fresh.append(detector)
            detectors.append(detector)
        self.policies, self.detectors = policies, tuple(detectors)
        self._rebind({d.budget.id: d for d in detectors if d not in fresh})
        self._prepare()
        if fresh:
            self._recall(fresh, history)
        self.note_keys()
        return tuple(d.budget.id for d in fresh)

    def note_keys(self) -> None:
        """Finds all keys that are counted; called after logs were filled from outside."""
        self._ring = deque((d, key) for d in self.detectors for key in d.logs)

    def _prepare(self) -> None:
        used = [w for w in WORDS if any(_names(d, w) for d in self.detectors)]
        self._words = attrgetter(*used) if used else None
        self._matches: dict[Any, tuple[BudgetDetector, ...]] = {}
        self._all_plain = all(d.plain for d in self.detectors)
        ids = {d.budget.id for d in self.detectors}
        assert len(ids) == len(self.detectors), "budgets are told apart by their names"

    def _matching(self, request: AccessRequest) -> tuple[BudgetDetector, ...]:
        if self._words is None:
            return self.detectors
        words = self._words(request)
        found = self._matches.get(words)
        if found is None:
            if len(self._matches) >= _MATCHES_KEPT_MAX:
                self._matches.clear()
            found = tuple(d for d in self.detectors if words_match(d.budget.target, request))
            self._matches[words] = found
        return found

    def _tick(self, at: int) -> int:
        now = self._move_clock(at)
        self.number += 1
        if self._owed or not self.number % _SWEEP_EVERY:
            for _ in range(max(1, self._owed)):
                self._sweep(now)
            self._owed = 0
        return now

    def _move_clock(self, at: int) -> int:
        self.clock = max(self.clock, at)
        if self.clock >= self._next_expiry:
            self.expire(self.clock)
        return self.clock

    def _held(self, request: AccessRequest) -> Reason | None:
        hold = self.holds.get((Key.ACCOUNT, request.account))
        if hold is None and request.session is not None:
            hold = self.holds.get((Key.SESSION, request.session))
        return None if hold is None else Reason(hold.policy, 0, 0, 0, Effect.HOLD)

    def _decide(
        self, request: AccessRequest, now: int, *, must_release: bool, reservation: int
    ) -> Decision:
        charges = self._charges(request, now)
        reasons = []
        held = self._held(request)
        if held is not None:
            reasons.append(held)
        for charge in charges:
            log = self._log(charge.detector, charge.key)
            reason = charge.detector.judge(log, charge.items, now)
            if reason is not None:
                reasons.append(reason)
                if reason.effect is Effect.HOLD and not reason.shadow:
                    subject = charge.detector.hold_key(request)
                    self.holds.setdefault(subject, Hold(reason.policy, now))
        reasons.sort(key=_severity)
        effect = max((r.effect for r in reasons if not r.shadow), default=Effect.PERMIT)
        if effect.releases or must_release:
            self._charge(charges, now, reservation)
            if reservation:
                self.reservations[reservation] = Open(now, now, request, charges)
        return Decision(effect, tuple(reasons)) if reasons else PERMIT

    def _charges(self, request: AccessRequest, now: int) -> list[Charge]:
        charges = []
        for detector in self._matching(request):
            if detector.dynamic and not detector.applies(request, now):
                continue
            key = detector.key(request)
            if key is None:
                continue
            items = detector.items(request, self.number)
            if items:
                charges.append(Charge(detector, key, items))
        return charges

    def _charge(self, charges: list[Charge], now: int, reservation: int) -> None:
        for charge in charges:
            if reservation or self.chains.by_item:
                self.chains.link(charge, now, reservation)
            log = charge.detector.log(charge.key)
            for item in charge.items:
                log.charge(item, now)

    def _settle(self, opened: Open, number: int, *, keep: bool, now: int) -> None:
        for charge in opened.charges:
            for item in charge.items:
                self.chains.settle(charge, item, number, keep=keep, now=now)

    def _rebind(self, kept: dict[str, BudgetDetector]) -> None:
        """Points open reservations at the detectors in force; those of vanished budgets are dropped."""
        self.chains.forget_budgets_but(kept)
        for opened in self.reservations.values():
            opened.charges = [
                Charge(kept[c.detector.budget.id], c.key, c.items)
                for c in opened.charges
                if c.detector.budget.id in kept
            ]

    def _recall(
        self, fresh: list[BudgetDetector], history: Iterable[tuple[int, AccessRequest]]
    ) -> None:
        """Charges past accesses to budgets that did not count them; open ones keep their way back."""
        opened = [(o.at, o.request, number) for number, o in sorted(self.reservations.items())]
        settled = ((at, request, 0) for at, request in _forward(history))
        for at, request, reservation in heapq.merge(settled, opened, key=itemgetter(0)):
            self.clock = max(self.clock, at)
            self._recalled += 1
            charges = [
                Charge(d, key, items)
                for d in fresh
                if (key := d.key(request)) is not None
                and words_match(d.budget.target, request)
                and d.applies(request, at)
                and (items := d.items(request, _RECALLED_FROM + self._recalled))
            ]
            self._charge(charges, at, reservation)
            if reservation:
                self.reservations[reservation].charges += charges

    def _log(self, detector: BudgetDetector, key: Any) -> Log:
        if key not in detector.logs:
            self._ring.append((detector, key))
            self._owed += _SWEPT_FOR_ONE
        return detector.log(key)

    def _sweep(self, now: int) -> None:
        """Looks at one key, in turn, and forgets it when its windows are empty."""
        if self._ring:
            detector, key = self._ring.popleft()
            if detector.logs[key].idle(now):
                del detector.logs[key]
            else:
                self._ring.append((detector, key))


def _forward(history: Iterable[tuple[int, AccessRequest]]) -> Iterator[tuple[int, AccessRequest]]:
    latest = 0
    for at, request in history:
        latest = max(latest, at)
        yield latest, request


def _severity(reason: Reason) -> tuple[bool, int]:
    return reason.shadow, -reason.effect


def _names(detector: BudgetDetector, word: str) -> bool:
    return getattr(detector.budget.target, WORDS[word]) is not None


def continues(former: Budget, new: Budget) -> bool:
    """Whether the counts of the former hold all that the new budget needs."""
    return (
        (former.per, former.counts, former.target) == (new.per, new.counts, new.target)
        and new.windows[-1].length <= former.windows[-1].length
        and max(w.limit for w in new.windows) <= max(w.limit for w in former.windows)
    )
