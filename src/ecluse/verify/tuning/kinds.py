"""What does the past of one kind of account look like: its account-days, and a model of each window of each budget?"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from ecluse.model.time import DAY
from ecluse.verify.tuning.baseline import Baseline, fit
from ecluse.verify.tuning.models import DayModel, LongModel, WindowModel, extrapolated, seen
from ecluse.verify.tuning.peaks import Peaks

__all__ = ["ACCOUNTS_MIN", "CALM_MIN", "DAYS_MIN", "SPAN_MIN", "KindDays", "too_few"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ACCOUNTS_MIN: Final = 3
DAYS_MIN: Final = 200
CALM_MIN: Final = 60
SPAN_MIN: Final = 28
"""Fewer accounts, account-days, account-days without a refusal, or days of the past, and the signed limits are kept."""

_SEEN: Final = 0.8
"""A window up to this share of the past is seen; a longer one is extrapolated."""


@dataclass(slots=True)
class KindDays:
    """The account-days of one kind, by account and then by day.

    Attributes:
        account: number of each day's account, from 0. day: counted from 1970. weekday: 0 for Monday.
        peaks: by budget id: lengths, and int64[days, windows].
        teaches: whether a day is honest and had no refusal, so that the baseline may learn from it.
        honest: whether it is not known to be a theft; others are left out of everything.
        begin: first day of the whole past; windows are full so many days later.
    """

    kind: str
    account: Ints
    day: Ints
    weekday: Ints
    teaches: Flags
    honest: Flags
    begin: int
    peaks: dict[str, Peaks] = field(default_factory=dict)

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return int(self.account.max()) + 1 if self.account.size else 0

    def __len__(self) -> int:
        return int(self.account.size)

    def part(self, wanted: Flags) -> "KindDays":
        """Some of the days; accounts keep their numbers."""
        return KindDays(
            self.kind, self.account[wanted], self.day[wanted], self.weekday[wanted], self.teaches[wanted],
            self.honest[wanted], self.begin,
            {name: Peaks(p.lengths, p.count[wanted]) for name, p in self.peaks.items()},
        )  # fmt: skip

    def models(self, budget: str) -> list[WindowModel]:
        """A model for each window of a budget."""
        return [self.model(budget, number) for number in range(len(self.peaks[budget].lengths))]

    def model(self, budget: str, window: int) -> WindowModel:
        """The model of one window."""
        peaks = self.peaks[budget]
        length, count = peaks.lengths[window], peaks.count[:, window].astype(np.int64)
        if length <= DAY:
            baseline, _ = self.baseline(count)
            use = self.honest
            return DayModel.of(baseline, count[use], self.account[use], self.weekday[use])
        return self._long(count, length / DAY)

    def baseline(self, count: Ints) -> tuple[Baseline, npt.NDArray[np.float64]]:
        """The baseline of counts a day, and the winsorised counts (`baseline.fit`)."""
        first, last = int(self.day.min()), int(self.day.max())
        months = (last - first + 1 - 30) / 30
        return fit(
            count, self.account, self.weekday, use=self.teaches & self.honest, early=self.day < first + 30,
            accounts=self.accounts, months=max(months, 0.0),
        )  # fmt: skip

    def _long(self, count: Ints, length: float) -> LongModel:
        guilty = np.bincount(self.account, ~self.honest, self.accounts) > 0
        use = ~guilty[self.account]
        span = float(self.day.max()) - self.begin + 1
        full = use & (self.day >= self.begin + int(np.ceil(length)) - 1)
        if length <= _SEEN * span and full.any():
            return seen(
                count[full],
                self.account[full],
                self.day[full],
                accounts=self.accounts,
                length=length,
            )
        return extrapolated(count[use], self.account[use], self.day[use], span=span, length=length)


def too_few(days: KindDays, span: int) -> str:
    """Why nothing can be said of a kind, or nothing."""
    if span < SPAN_MIN:
        return f"the past spans {span} days, and fewer than {SPAN_MIN} show no ordinary month"
    if days.accounts < ACCOUNTS_MIN:
        return f"it has {days.accounts} account{'s' * (days.accounts != 1)}, and fewer than {ACCOUNTS_MIN} are no peers"
    usable = int(days.honest.sum())
    if usable < DAYS_MIN:
        return f"it has {usable} account-days, and fewer than {DAYS_MIN} promise nothing"
    calm = int((days.teaches & days.honest).sum())
    if calm < CALM_MIN:
        return f"it has {calm} account-days without a refusal, and fewer than {CALM_MIN} show nothing ordinary"
    return ""
