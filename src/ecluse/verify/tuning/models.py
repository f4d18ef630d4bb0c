"""How high must the limit of one window be, at a price? Two ways: days enough to look at, or a window as long as the past.

Windows up to a day are seen on every day. The limit is the smallest that the predictions of all accounts together pass on the
share of days that is asked, and that by rank of the days themselves is passed no more often. The larger of both counts.

Longer windows have few values that do not overlap. What an account reached in them is drawn towards its peers; how much it may differ
next time is taken from two windows of the same account that overlap least. A window longer than four fifths of the past is
extrapolated: each account goes on meeting new persons at the pace of the last third of the past. As people come back, that pace
falls in truth, so the number is too high rather than too low.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from ecluse.verify.tuning.baseline import GROWTH, Baseline
from ecluse.verify.tuning.negative_binomial import log_tail, size_of

__all__ = ["DayModel", "LongModel", "WindowModel", "extrapolated", "rounded", "seen"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_AT_ONCE: Final = 1_000
"""Predictions looked at for one number; of more, these are taken evenly, in the order of their means."""
_STEPS_MAX: Final = 900
"""Limits that can be proposed: 99, then 90 for each power of ten."""


class WindowModel(Protocol):
    """What is known of one window of one kind."""

    @property
    def typical(self) -> int:
        """The peak of an ordinary account."""
        ...

    @property
    def largest(self) -> int:
        """The highest peak seen."""
        ...

    def limit(self, share: float) -> tuple[int, str]:
        """The smallest limit that is passed on at most this share of account-days, and what decided it."""
        ...


@dataclass(frozen=True, slots=True)
class DayModel:
    """A window of a day at most.

    Attributes:
        ordered: the peaks of all days, lowest first.
        account, weekday: predictions to look at, each for the same share of the days.
    """

    baseline: Baseline
    ordered: Ints
    account: Ints
    weekday: Ints
    _known: dict[int, float] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, baseline: Baseline, count: Ints, account: Ints, weekday: Ints) -> "DayModel":
        """Makes the model of days that a baseline was fitted to."""
        order = np.argsort(baseline.mean()[account] * baseline.weekday[weekday], kind="stable")
        parts = min(order.size, _AT_ONCE)
        taken = order[((np.arange(parts) + 0.5) * order.size / parts).astype(np.int64)]
        return cls(baseline, np.sort(count), account[taken], weekday[taken])

    @property
    def typical(self) -> int:
        return int(self.ordered[self.ordered.size // 2]) if self.ordered.size else 0

    @property
    def largest(self) -> int:
        return int(self.ordered[-1]) if self.ordered.size else 0

    def passed(self, limit: int) -> float:
        """The share of days on which the predictions pass a limit."""
        if limit not in self._known:
            count = np.full(self.account.size, limit + 1, np.int64)
            tails = np.exp(self.baseline.log_tail(count, self.account, self.weekday))
            self._known[limit] = float(tails.mean())
        return self._known[limit]

    def limit(self, share: float) -> tuple[int, str]:
        by_model = _smallest(self.passed, share)
        number = self.ordered.size
        allowed = (
            int(share * (number + 1)) - 1
        )  # days above it, so that (1 + days above) / (1 + days) <= share
        if allowed < 0:
            by_rank, way = self.largest, "largest"
        else:
            by_rank, way = (
                int(self.ordered[number - 1 - allowed]) if number > allowed else 0,
                "ranks",
            )
        return (by_model, "quantile") if by_model >= by_rank else (rounded(by_rank), way)


@dataclass(frozen=True, slots=True)
class LongModel:
    """A window of several days: a prediction for each account."""

    mean: Floats
    size: Floats
    typical: int
    largest: int
    ahead: bool
    """Whether it is extrapolated."""
    _known: dict[int, float] = field(default_factory=dict, compare=False)

    def passed(self, limit: int) -> float:
        """The share of accounts whose prediction passes a limit."""
        if limit not in self._known:
            tails = log_tail(np.full(self.mean.size, limit + 1), self.mean, self.size)
            self._known[limit] = float(np.exp(tails).mean())
        return self._known[limit]

    def limit(self, share: float) -> tuple[int, str]:
        by_model = _smallest(self.passed, share)
        least = rounded(int(np.ceil(self.largest * GROWTH)))
        if self.ahead:
            return max(by_model, least), "extrapolated"
        return (by_model, "quantile") if by_model >= least else (least, "largest")


def rounded(number: int) -> int:
    """The next number with two digits that are not zero, as people write limits.

    >>> rounded(60), rounded(847), rounded(3101)
    (60, 850, 3200)
    """
    if number < 100:
        return number
    unit: int = 10 ** (len(str(number)) - 2)
    return -(-number // unit) * unit


def _smallest(passed: Callable[[int], float], share: float) -> int:
    """The smallest round limit that is passed no more often than that."""
    low, high = 0, _STEPS_MAX
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if passed(_nth(middle)) <= share else (middle + 1, high)
    return _nth(low)


def _nth(number: int) -> int:
    """The round limits in order: 0 to 99, 100, 110, …, 990, 1000, 1100, …"""
    if number < 100:
        return number
    tens, place = divmod(number - 100, 90)
    limit: int = (10 + place) * 10 ** (tens + 1)
    return limit


def seen(count: Ints, account: Ints, day: Ints, *, accounts: int, length: float) -> LongModel:
    """A window that was full on each of these days; days are in the order of accounts, then of time."""
    first, last = _ends(account)
    who = account[first]
    most = np.maximum.reduceat(count, first).astype(np.float64)
    gap = (day[last] - day[first]).astype(np.float64)
    apart = np.minimum(gap / length, 1.0)
    far = apart >= 0.25
    moved = (count[last] - count[first]).astype(np.float64) ** 2 / 2
    within = float((moved[far] / apart[far]).mean()) if far.any() else float(most.mean())
    mean, spread = _drawn(most, within, weight=1 + gap / length)
    variance = np.maximum(within, mean) + spread
    missing = accounts - who.size  # new accounts: as their peers are
    means = np.append(mean, np.full(missing, most.mean()))
    sizes = np.append(
        size_of(mean, variance), np.full(missing, size_of(most.mean(), within + most.var()))
    )
    return LongModel(
        *_evenly(means, sizes),
        typical=int(np.median(most)),
        largest=int(most.max()),
        ahead=False,
    )


def extrapolated(count: Ints, account: Ints, day: Ints, *, span: float, length: float) -> LongModel:
    """A window longer than the past, in which counts have only grown; `span` and `length` in days."""
    first, last = _ends(account)
    begin = int(day.max()) - span + 1
    reached = [_until(count, day < begin + span * part / 3, first, last) for part in (1, 2)]
    whole = count[last].astype(np.float64)
    earlier, later = reached[1] - reached[0], whole - reached[1]
    within = max(float(((later - earlier) ** 2 / 2).mean()), float(later.mean()), 1e-9)
    pace, spread = _drawn(later, within, weight=np.ones(later.size))
    parts = (length - span) / (span / 3)
    mean = whole + parts * pace
    variance = np.maximum(parts * within + parts**2 * spread, mean)
    return LongModel(
        *_evenly(mean, size_of(mean, variance)),
        typical=int(np.median(mean)),
        largest=int(whole.max()),
        ahead=True,
    )


def _evenly(mean: Floats, size: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(mean, kind="stable")
    parts = min(order.size, 2 * _AT_ONCE)
    taken = order[((np.arange(parts) + 0.5) * order.size / parts).astype(np.int64)]
    return mean[taken], size[taken]


def _ends(account: Ints) -> tuple[Ints, Ints]:
    first = np.flatnonzero(np.diff(account, prepend=-1))
    return first, np.append(first[1:], account.size) - 1


def _until(count: Ints, before: npt.NDArray[np.bool_], first: Ints, last: Ints) -> Floats:
    """What each account had reached on the days before an end, which come first."""
    inside = np.concatenate(([0], np.cumsum(before)))
    number = inside[last + 1] - inside[first]
    reached = count[np.maximum(first + number - 1, first)].astype(np.float64)
    return np.asarray(np.where(number > 0, reached, 0.0))


def _drawn(values: Floats, within: float, *, weight: Floats) -> tuple[Floats, Floats]:
    """Values drawn towards their mean as far as they vary by themselves, and how uncertain that leaves them."""
    group = float(values.mean())
    between = float(values.var()) - within / float(weight.mean())
    n0 = within / between if between > 0 else 1e9
    return (weight * values + n0 * group) / (weight + n0), within / (weight + n0)
