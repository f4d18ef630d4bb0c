"""What is an ordinary day of each account? A negative-binomial prediction, drawn towards the account's peers.

    day d of account a:  count ~ NB(mean mu_a s_d, size k_a),  s_d the factor of the day of the week
    mu_a = (sum of its days + n0 mu) / (n + n0)                mu of the peers; n0 = variance within / variance between
    variance of the prediction = m + m^2 / k_a + (uncertainty of mu_a) s_d^2,  m = mu_a s_d

n0 is the credibility of Bühlmann; k is found by moments over all peers, and an account's own is drawn to it with the weight of ten
days. So a new account has the wide prediction of its peers, and needs no time of learning.

Poisoning. Whoever reads a little more each day must not teach the baseline to let him. Days with a refusal are left out; a day
whose Anscombe residual is above 2.58 counts as if it had that residual (Farrington, Noufaily et al.); and the mean of an account may
be at most a quarter higher than in the month before.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ecluse.verify.tuning.negative_binomial import SIZE_MAX, log_tail, size_of

__all__ = ["GROWTH", "Baseline", "fit"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

GROWTH: Final = 1.25
"""What the mean of an account may be in one month, as a share of the month before."""

_RESIDUAL: Final = 2.58
_ROUNDS: Final = 4
_OWN_WEIGHT: Final = 10.0
"""Days by which an account's own dispersion is drawn to that of its peers."""
_WEEKDAY_MIN: Final = 30
_AT_FIRST: Final = 1.0
"""1 / k before anything is fitted, around medians: one wild day must not widen the bar that it is held against."""
_EVEN: Final = 1e9
"""Instead of n0 where the accounts do not differ at all."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The predictions for the accounts of one kind in one window.

    Attributes:
        group: mean of the peers. size: k of the peers. n0: days at which an account's own mean weighs half.
        weekday: factor of each day of the week, Monday first.
        total, days: of each account, what its mean rests on: sum of its (winsorised) days, and how many there are, both
            in days of factor 1. inverse: 1 / k of each account.
        capped: accounts whose mean was held down to a quarter more than the month before.
    """

    group: float
    size: float
    n0: float
    weekday: Floats
    total: Floats
    days: Floats
    inverse: Floats
    most: Floats
    capped: int

    def log_tail(
        self, count: Floats | Ints, account: Ints, weekday: Ints, *, without: Floats | None = None
    ) -> Floats:
        """The logarithm of P(X >= count) on a day of an account; `without` leaves a day of that (winsorised) count out first."""
        factor = self.weekday[weekday]
        total, days = self.total[account], self.days[account]
        if without is not None:
            there = ~np.isnan(without)
            total = np.where(there, total - np.nan_to_num(without), total)
            days = np.where(there, days - factor, days)
        weight = np.maximum(days, 0) + self.n0
        mean = np.minimum(
            (np.maximum(total, 0) + self.n0 * self.group) / weight, self.most[account]
        )
        expected = mean * factor
        within = mean + mean * mean * self.inverse[account]
        variance = expected + expected**2 * self.inverse[account] + within / weight * factor**2
        return log_tail(count, expected, size_of(expected, variance))

    def mean(self) -> Floats:
        """The mean of each account on a day of factor 1."""
        own = (self.total + self.n0 * self.group) / (self.days + self.n0)
        return np.minimum(own, self.most)


def fit(
    count: Ints, account: Ints, weekday: Ints, *, use: npt.NDArray[np.bool_], early: npt.NDArray[np.bool_], accounts: int, months: float
) -> tuple[Baseline, Floats]:  # fmt: skip
    """Fits the days of the accounts of one kind.

    Args:
        count: of each day.
        account: number of each day's account, below `accounts`.
        weekday: 0 for Monday.
        use: whether a day teaches anything; days with a refusal do not.
        early: whether a day is of the first month.
        accounts: how many there are.
        months: how many came after the first one; 0 for no cap on growth.

    Returns:
        The baseline, and each day's winsorised count (NaN where it was not used).
    """
    x = count[use].astype(np.float64)
    who, day = account[use], weekday[use]
    factor = _weekdays(x, day)
    s = factor[day]
    kept = _winsorised(x, np.maximum(_medians(x, who), 1.0), _AT_FIRST)
    days = np.bincount(who, s, accounts).astype(np.float64)
    for _ in range(_ROUNDS):
        total = np.bincount(who, kept, accounts)
        group = float(kept.sum() / max(s.sum(), 1e-9))
        own = np.where(days > 0, total / np.maximum(days, 1e-9), group)
        inverse = _dispersion(kept, own[who] * s, _freedom(who, accounts))
        n0 = _credibility(own, days, group, inverse)
        mean = (total + n0 * group) / (days + n0)
        kept = _winsorised(x, mean[who] * s, inverse)
    pooled = inverse
    each, n = _each_dispersion(kept, own[who] * s, who, accounts)
    most, capped = _growth(kept, who, s, early[use], group, n0, accounts, months)
    baseline = Baseline(
        group=group, size=1 / max(pooled, 1 / SIZE_MAX), n0=n0, weekday=factor,
        total=np.bincount(who, kept, accounts).astype(np.float64), days=days,
        inverse=(n * each + _OWN_WEIGHT * pooled) / (n + _OWN_WEIGHT), most=most,
        capped=int((capped & (mean > most)).sum()),
    )  # fmt: skip
    told = np.full(count.size, np.nan)
    told[use] = kept
    return baseline, told


def _weekdays(x: Floats, day: Ints) -> Floats:
    number, total = np.bincount(day, minlength=7), np.bincount(day, x, 7)
    overall = x.mean() if x.size and x.any() else 1.0
    known = (number >= _WEEKDAY_MIN) & (total > 0)
    return np.asarray(np.where(known, total / np.maximum(number, 1) / overall, 1.0))


def _freedom(who: Ints, accounts: int) -> Floats:
    """By what a squared deviation from an account's own mean is too small, for each day."""
    number = np.bincount(who, minlength=accounts)[who]
    return np.asarray(number / np.maximum(number - 1, 1))


def _dispersion(x: Floats, mean: Floats, freedom: Floats) -> float:
    """1 / k of all peers by moments: what the squares have more than Poisson, in means squared."""
    extra = float(((x - mean) ** 2 * freedom - mean).sum() / max(float((mean**2).sum()), 1e-9))
    return min(max(extra, 1 / SIZE_MAX), 10.0)


def _each_dispersion(x: Floats, mean: Floats, who: Ints, accounts: int) -> tuple[Floats, Floats]:
    number = np.bincount(who, minlength=accounts).astype(np.float64)
    squares = np.bincount(who, (x - mean) ** 2 * _freedom(who, accounts) - mean, accounts)
    found = squares / np.maximum(np.bincount(who, mean**2, accounts), 1e-9)
    return np.clip(found, 1 / SIZE_MAX, 10.0), np.where(number > 1, number, 0.0)


def _credibility(own: Floats, days: Floats, group: float, inverse: float) -> float:
    there = days > 0
    within = group + group * group * inverse
    if there.sum() < 2:
        return _EVEN
    weight = days[there]
    spread = float((weight * (own[there] - group) ** 2).sum())
    free = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = (spread - (int(there.sum()) - 1) * within) / max(free, 1e-9)
    return min(within / between, _EVEN) if between > 0 else _EVEN


def _medians(x: Floats, who: Ints) -> Floats:
    """For each day, the median of its account's days."""
    order = np.lexsort((x, who))
    first = np.flatnonzero(np.diff(who[order], prepend=-1))
    number = np.diff(first, append=who.size)
    middle = x[order][first + number // 2]
    return np.asarray(middle[np.searchsorted(who[order][first], who)])


def _winsorised(x: Floats, mean: Floats, inverse: float) -> Floats:
    """Counts whose Anscombe residual is above the bar, brought down to it."""
    reach = _RESIDUAL * np.sqrt(1 + mean * inverse) * np.cbrt(np.sqrt(mean)) / 1.5
    bar = (np.cbrt(mean) ** 2 + reach) ** 1.5
    return np.asarray(np.minimum(x, bar))


def _growth(  # noqa: PLR0917 - the columns that the means are made of
    kept: Floats, who: Ints, s: Floats, early: npt.NDArray[np.bool_], group: float, n0: float, accounts: int, months: float
) -> tuple[Floats, npt.NDArray[np.bool_]]:  # fmt: skip
    """The most that each account's mean may be, and for whom a first month says so."""
    no_cap = np.full(accounts, np.inf)
    if months <= 0:
        return no_cap, np.zeros(accounts, np.bool_)
    days = np.bincount(who[early], s[early], accounts)
    total = np.bincount(who[early], kept[early], accounts)
    first = (total + n0 * group) / (days + n0)
    known = days > 0
    return np.where(known, first * GROWTH**months, no_cap), known
