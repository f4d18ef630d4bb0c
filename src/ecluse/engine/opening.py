"""When would a refused request pass? At the first instant at which every budget that closed it is open again.

Counts only fall while nothing is read. A request brings its own items to every window, whether they
are in it already or not; so a window has room from the instant on at which enough of its other items
have left it, and `Log.opens` knows that instant. Besides, a budget closes nothing while its target
does not hold: an account grows out of its probation, and hours end.

Cost: O(budgets x (windows + items)), 2 µs a budget for one person in a large log, 25 µs in a packed
one of 6,000; up to 0.5 ms more where a budget with hours has closed the request.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ecluse.counting.spans import NEVER
from ecluse.detectors.budget import BudgetDetector
from ecluse.detectors.targets import words_match
from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Effect, Key, Mode
from ecluse.model.time import DAY, MINUTE

__all__ = ["opens_at"]

_TURNS_MAX: Final = 64
"""Budgets with hours may close a request in turn, day and night; after so many turns only counts are asked."""

_QUARTER: Final = 15 * MINUTE
_WEEK: Final = 8 * DAY
"""Hours come back every week; one day more for a change to or from summer time."""


def opens_at(engine: Engine, request: AccessRequest) -> int | None:
    """The earliest instant, after the engine's clock, at which the request would be released if nothing else were read.

    It is exact but for budgets with hours, where it is never too early: hours of less than a quarter
    of an hour between two others may be passed over. A person's word, other people's reads, and
    reservations that are taken back are not foreseen.

    Returns:
        Microseconds; None when the request passes now, and when time alone will never release it (more
        persons than a limit allows, an account or session that is closed, or that this very request closes).
    """
    now = engine.clock
    if _is_held(engine, request):
        return None
    bars = tuple(_bars(engine, request))
    at = now
    for _ in range(_TURNS_MAX):
        closed = [bar for bar in bars if bar.closes(request, at)]
        if not closed:
            return at if at > now else None
        if at == now and any(bar.detector.budget.effect is Effect.HOLD for bar in closed):
            return None
        at = max(bar.until(request, at) for bar in closed)
        if at >= NEVER:
            return None
    at = max(bar.free for bar in bars)
    return at if at < NEVER else None


@dataclass(frozen=True, slots=True)
class _Bar:
    """A budget without room for the request.

    Attributes:
        free: the instant from which on its counts leave room; `NEVER` when the request alone is too much.
    """

    detector: BudgetDetector
    free: int

    def closes(self, request: AccessRequest, at: int) -> bool:
        """Whether it refuses the request at an instant."""
        return at < self.free and self.detector.applies(request, at)

    def until(self, request: AccessRequest, at: int) -> int:
        """Until when it goes on refusing what it refuses at an instant."""
        target, end = self.detector.budget.target, self.free
        if target.younger_than is not None and request.created_at is not None:
            end = min(end, request.created_at + target.younger_than)
        if target.hours is not None:
            end = min(end, self._end_of_hours(request, at, min(end, at + _WEEK)))
        return end

    def _end_of_hours(self, request: AccessRequest, at: int, latest: int) -> int:
        """The first minute at which the target no longer holds, found by quarters of an hour."""
        applies = self.detector.applies
        for mark in range(at - at % _QUARTER + _QUARTER, latest, _QUARTER):
            if not applies(request, mark):
                minutes = range(max(mark - _QUARTER, at - at % MINUTE) + MINUTE, mark, MINUTE)
                return next((m for m in minutes if not applies(request, m)), mark)
        return NEVER


def _bars(engine: Engine, request: AccessRequest) -> Iterator[_Bar]:
    now = engine.clock
    for detector in engine.detectors:
        budget = detector.budget
        if budget.mode is not Mode.ENFORCE or budget.effect.releases:
            continue
        key = detector.key(request)
        if key is None or not words_match(budget.target, request):
            continue
        items = detector.items(request, engine.number + 1)
        if not items:
            continue
        free = (detector.logs.get(key) or detector.empty_log()).opens(items, now)
        if free > now:
            yield _Bar(detector, free)


def _is_held(engine: Engine, request: AccessRequest) -> bool:
    return (Key.ACCOUNT, request.account) in engine.holds or (
        request.session is not None and (Key.SESSION, request.session) in engine.holds
    )
