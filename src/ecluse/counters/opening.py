"""When would a refused request pass? By the engine's own rule, from what the counter tells of its counts.

The script tells for each budget without room the instant from which on its counts leave room. What
hours and the age of an account add to that is the engine's matter (`engine/opening.py`): an engine
with empty counts is asked, whose logs have been told these instants.
"""

from typing import Any, cast

from ecluse.counters.tallies import Phase, Plan
from ecluse.counting.log import Log
from ecluse.counting.spans import NEVER
from ecluse.engine.evaluate import Engine
from ecluse.engine.opening import opens_at
from ecluse.model.access import AccessRequest
from ecluse.model.policy import PolicySet

__all__ = ["Opening"]


class _Told:
    """A log that knows nothing but from when on it has room."""

    __slots__ = ("_free",)

    def __init__(self, free: int) -> None:
        self._free = free

    def opens(self, items: Any, now: int) -> int:
        del items, now
        return self._free


class Opening:
    """Tells when requests would pass, under the rules of a plan that decide."""

    def __init__(self, plan: Plan, *, is_changed: bool) -> None:
        """Takes the rules that decide before a change of policies, or after it."""
        left_out = Phase.FORMER if is_changed else Phase.NEW
        places = [n for n, rule in enumerate(plan.rules) if rule.phase is not left_out]
        self._engine = Engine(PolicySet(tuple(plan.rules[n].budget for n in places)))
        self._detectors = dict(zip(places, self._engine.detectors, strict=True))

    def at(self, request: AccessRequest, now: int, told: list[int]) -> int | None:
        """The instant at which a refused request would pass; None when time alone will not release it.

        Args:
            request: that was refused.
            now: the instant of the decision, microseconds.
            told: for each budget without room its place in the plan, and from when on it has room; -1 for never.
        """
        self._engine.clock = now
        drawn = []
        for place, free in zip(told[::2], told[1::2], strict=True):
            detector = self._detectors[place]
            log = _Told(NEVER if free < 0 else free)
            detector.logs[detector.key(request)] = cast("Log", log)
            drawn.append(detector)
        found = opens_at(self._engine, request)
        for detector in drawn:
            detector.logs.clear()
        return found
