"""The windows of one budget, laid out for counting; shared by the logs of all its keys."""

from dataclasses import dataclass, field
from typing import Final

from ecluse.model.policy import Budget

__all__ = ["LENGTH_END", "NEVER", "Spans"]

LENGTH_END: Final = 1 << 47
"""Windows are shorter, in microseconds: four years, while `PackedLog` keeps times over twice that."""

NEVER: Final = 1 << 62
"""An instant after all others, in microseconds."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Lengths, limits and warning bars, shortest window first.

    Attributes:
        bars: from which count on the fast path no longer answers: the lower of warning and excess.
        cap: entries kept per key besides open reservations. Only the newest can matter: with
            limit Q, the Q + 1 most recent items hold every item of each window that is not over.
    """

    lengths: tuple[int, ...]
    limits: tuple[int, ...]
    bars: tuple[int, ...]
    cap: int = field(init=False)

    def __post_init__(self) -> None:
        assert self.lengths == tuple(sorted(self.lengths)), "windows come shortest first"
        assert self.lengths[0] > 0, "a window has some length"
        assert self.lengths[-1] < LENGTH_END, "a window is shorter than four years"
        object.__setattr__(self, "cap", max(self.limits) + 1)

    @classmethod
    def of(cls, budget: Budget) -> "Spans":
        """Lays out the windows of a budget."""
        return cls(
            lengths=tuple(w.length for w in budget.windows),
            limits=tuple(w.limit for w in budget.windows),
            bars=tuple(min(budget.warn_from(w.limit), w.limit + 1) for w in budget.windows),
        )

    def verdict(self, used: list[int]) -> tuple[int, bool] | None:
        """The window that decides: the longest over its limit, else the longest at its warning bar.

        Returns:
            Its index and whether it is over; None when no window has anything to say.
        """
        for index in range(len(used) - 1, -1, -1):
            if used[index] > self.limits[index]:
                return index, True
        for index in range(len(used) - 1, -1, -1):
            if used[index] >= self.bars[index]:
                return index, False
        return None
