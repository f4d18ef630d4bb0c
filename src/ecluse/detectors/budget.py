"""kind: budget. The most that may be read per key over sliding windows.

Sees: any number of persons read through one account, organization, application, lineage, source or
the whole system, however spread over time, sessions and screens, up to the longest window.
Misses: reading within the limits; who is read (detectors of honey records and enumeration see that).
Cost: 1 to 2 µs a request and budget in pure Python; at most limit + 1 entries of 14 bytes a key.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from ecluse.counting.log import Log, maker
from ecluse.counting.spans import Spans
from ecluse.detectors.targets import Clockwork
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Reason
from ecluse.model.policy import Budget, Count, Effect, Key, Mode

__all__ = ["BudgetDetector"]


class BudgetDetector:
    """One budget with the counts of all its keys."""

    __slots__ = (
        "_make",
        "_own",
        "applies",
        "budget",
        "counts",
        "dynamic",
        "key",
        "logs",
        "plain",
        "shadow",
        "spans",
    )

    def __init__(self, budget: Budget) -> None:
        assert budget.effect is not Effect.HOLD or {Key.ACCOUNT, Key.SESSION} & set(budget.per), (
            "a hold closes an account or a session"
        )
        self.budget = budget
        self.spans = Spans.of(budget)
        self.counts = budget.counts
        self.shadow = budget.mode is Mode.SHADOW
        self.key: Callable[[AccessRequest], Any] = _key_reader(budget.per)
        """The key's value for a request; None when a part of it is unknown."""
        self.logs: dict[Any, Log] = {}
        self._make = maker(budget)
        self._own = budget.target.own
        clockwork = Clockwork(budget.target)
        self.dynamic = clockwork.needed
        """Whether matching depends on the instant, not on the request's words alone."""
        self.applies: Callable[[AccessRequest, int], bool] = clockwork.matches
        self.plain = budget.counts is Count.PERSONS and self._own is None
        """Whether the items are just the request's persons."""

    def log(self, key: Any) -> Log:
        """The counts of one key, made on first use."""
        found = self.logs.get(key)
        if found is None:
            found = self.logs[key] = self.empty_log()
        return found

    def empty_log(self) -> Log:
        """The counts of a key that nothing was read under."""
        return self._make(self.spans)

    def take_over(self, former: "BudgetDetector", now: int) -> None:
        """Goes on with the counts of a budget that counted the same, over windows no shorter; the former is of no use then."""
        for key, log in former.logs.items():
            if type(log) is self._make:
                if self.spans != former.spans:
                    log.respan(self.spans)
                self.logs[key] = log
            else:  # the new limits are small enough for another kind of log
                self.log(key).open = log.open
                self.log(key).load(log.dump(now), now)

    def items(self, request: AccessRequest, number: int) -> tuple[Any, ...]:
        """What the request brings to the count, each item once; nothing when it does not draw."""
        if self.counts is Count.PERSONS:
            persons = request.persons
            if self._own is not None and request.own is not None:
                persons = tuple(
                    p for p, own in zip(persons, request.own, strict=True) if own == self._own
                )
            return persons if len(persons) < 2 else tuple(dict.fromkeys(persons))
        if self.counts is Count.ACCESSES:
            return (number,)
        if self.counts is Count.BYTES:
            return ((number, request.bytes),) if request.bytes > 0 else ()
        return (request.account,)

    def judge(self, log: Log, items: tuple[Any, ...], now: int) -> Reason | None:
        """What this budget says to the items, with the numbers; None when it has nothing to say."""
        used = log.used(items, now)
        verdict = self.spans.verdict(used)
        if verdict is None:
            return None
        index, over = verdict
        limit = self.spans.limits[index]
        return Reason(
            self.budget.id,
            self.spans.lengths[index],
            min(used[index], limit + 1),
            limit,
            self.budget.effect if over else Effect.WARN,
            self.shadow,
        )

    def hold_key(self, request: AccessRequest) -> tuple[Key, str]:
        """What a hold closes: the account if the budget is counted by it, else the session."""
        if Key.ACCOUNT in self.budget.per:
            return Key.ACCOUNT, request.account
        return Key.SESSION, request.session or ""


def _key_reader(per: tuple[Key, ...]) -> Callable[[AccessRequest], Any]:
    if per == (Key.SYSTEM,):
        return lambda request: ""  # noqa: ARG005 - one key for everything
    if per == (Key.LINEAGE,):
        return lambda request: request.lineage or request.account
    names = [k.value for k in per]
    if len(names) == 1:
        return attrgetter(names[0])
    if set(per) <= {Key.ACCOUNT, Key.APPLICATION}:
        return attrgetter(*names)  # both are always known
    return lambda request: _combined(request, per)


def _combined(request: AccessRequest, per: tuple[Key, ...]) -> tuple[str, ...] | None:
    values = [_value(request, key) for key in per]
    return None if None in values else tuple(v for v in values if v is not None)


def _value(request: AccessRequest, key: Key) -> str | None:
    if key is Key.SYSTEM:
        return ""
    if key is Key.LINEAGE:
        return request.lineage or request.account
    value: str | None = getattr(request, key.value)
    return value
