"""Do the days held out bear out what the earlier days promise?

The same limits are made from the earlier days alone and held against the days after them. Beside that, each held-out day is ranked:
how extreme is it under the prediction of its account, among the earlier days of its kind? If nothing has changed, one in a hundred is
more extreme than ninety-nine in a hundred.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from ecluse.model.time import DAY, format_duration
from ecluse.model.tuning import HeldOut
from ecluse.verify.tuning.kinds import KindDays
from ecluse.verify.tuning.limits import Signed, chosen, passed
from ecluse.verify.tuning.ranks import binomial_tail, conformal

__all__ = ["check"]

_EXTREME: Final = 0.01
_DOUBT: Final = 0.01
_DRIFT_DOUBT: Final = 1e-4
"""Many windows are looked at, so each needs stronger evidence."""
_AMONG: Final = 100_000
"""Earlier days ranked among; of more, these are taken evenly."""

Floats = npt.NDArray[np.float64]


def check(
    kinds: Sequence[KindDays],
    signed: Signed,
    *,
    price: float,
    may_raise: bool,
    last: int,
    ceiling: int,
) -> HeldOut:
    """Holds out the days from `last` on (counted from 1970)."""
    earlier = [days.part(days.day < last) for days in kinds]
    later = [days.part(days.day >= last) for days in kinds]
    models = {(d.kind, budget): d.models(budget) for d in earlier for budget in d.peaks}
    limits = chosen(
        earlier, models, signed, price=price, may_raise=may_raise, ceiling=ceiling
    ).limits
    whole = sum(int(days.honest.sum()) for days in later)
    disturbed = sum(int(passed(days, limits).sum()) for days in later)
    extreme, ranked, drift = 0, 0, []
    for before, after in zip(earlier, later, strict=True):
        for budget, number, label in _day_windows(before):
            ranks = _ranks(before, after, budget, number)
            high = int((ranks <= _EXTREME).sum())
            extreme, ranked = extreme + high, ranked + ranks.size
            if ranks.size and binomial_tail(high, ranks.size, _EXTREME) < _DRIFT_DOUBT:
                drift.append(
                    f"{before.kind}, {label}: {high} of {ranks.size} days more extreme than 99 in 100"
                )
    return HeldOut(
        days=whole,
        disturbed=disturbed,
        expected=whole * price / 1000,
        holds=binomial_tail(disturbed, max(whole, 1), price / 1000) > _DOUBT,
        extreme=extreme,
        usual=ranked * _EXTREME,
        drift=tuple(drift),
    )


def _day_windows(days: KindDays) -> list[tuple[str, int, str]]:
    return [
        (budget, number, f"{format_duration(length)} of `{budget}`")
        for budget, peaks in days.peaks.items()
        for number, length in enumerate(peaks.lengths)
        if length <= DAY
    ]


def _ranks(before: KindDays, after: KindDays, budget: str, number: int) -> Floats:
    """The conformal p-value of each later honest day whose account was there before; among all earlier ones, each predicted without itself."""
    count = before.peaks[budget].count[:, number].astype(np.int64)
    baseline, kept = before.baseline(count)
    use = np.flatnonzero(before.honest)
    use = use[:: max(1, -(-use.size // _AMONG))]
    scores = -baseline.log_tail(
        count[use], before.account[use], before.weekday[use], without=kept[use]
    )
    there = after.honest & (after.account < baseline.days.size)
    new = after.peaks[budget].count[there, number].astype(np.int64)
    return conformal(-baseline.log_tail(new, after.account[there], after.weekday[there]), scores)
