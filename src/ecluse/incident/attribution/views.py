"""Who saw the persons of a sample, and when? The few rows of the ledger that an attribution needs, as arrays."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = ["Views", "Who"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Who:
    """A session of an account; an account as a whole has an empty session.

    Attributes:
        alone: whether the account saw one person only, whatever its sessions.
    """

    account: str
    session: str = ""
    alone: bool = False
    applications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Views:
    """Views of persons of the sample by candidates: sessions or accounts.

    Attributes:
        record, candidate, at, place: one entry a view: the person's number in the sample, the candidate's number, microseconds,
            and a number that grows with the order in which the ledger has them.
        who: the candidates that saw somebody of the sample, by their number.
        size: distinct persons whom each of these saw in all.
        others: for candidates that saw nobody of the sample: (no fewer persons than it saw, how many saw so many).
        lone: persons who were seen by an account that saw nobody else.
    """

    record: Ints
    candidate: Ints
    at: Ints
    place: Ints
    who: tuple[Who, ...]
    size: Ints
    others: tuple[tuple[int, int], ...] = ()
    lone: int = 0
    first_at: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    last_at: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __post_init__(self) -> None:
        assert len(self.record) == len(self.candidate) == len(self.at) == len(self.place)
        assert len(self.who) == len(self.size)

    @property
    def candidates(self) -> int:
        """Everybody who saw anybody."""
        return len(self.who) + sum(number for _, number in self.others)

    def only(self, keep: npt.NDArray[np.bool_]) -> "Views":
        """The same with some of the views; sizes stay as they are."""
        return Views(
            self.record[keep], self.candidate[keep], self.at[keep], self.place[keep],
            self.who, self.size, self.others, self.lone, self.first_at, self.last_at,
        )  # fmt: skip

    def pairs(self) -> tuple[Ints, Ints]:
        """Distinct pairs of candidate and record, in the order of candidates."""
        if not len(self.record):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        most = int(self.record.max()) + 1
        both = np.unique(self.candidate * most + self.record)
        return both // most, both % most
