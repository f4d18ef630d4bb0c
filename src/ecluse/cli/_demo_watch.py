"""What is going on in the portal? The visits that `examples/portal/visitors` tells, added up."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

__all__ = ["Manner", "Visit", "Watch", "clock"]


class Visit(msgspec.Struct, frozen=True):
    """One request of a visitor and its answer; the portal's `visitors.told` writes it."""

    at: float
    account: str
    thief: bool
    manner: str
    path: str
    status: int
    persons: int
    total: int
    title: str = ""
    reference: int | None = None


_AGAIN: Final = "all of it again, in new sessions"


@dataclass
class Manner:
    """One turn of the thief at one way to read.

    Attributes:
        gained: persons that it had not seen before.
        refused: requests that were refused, with the title of the last.
    """

    name: str
    at: float
    requests: int = 0
    gained: int = 0
    refused: int = 0
    title: str = ""

    def line(self) -> str:
        """What came of it."""
        said = f"{clock(self.at)}  {self.name}: {self.gained:,} more persons"
        if self.refused:
            said += f", {self.refused} of {self.requests} requests refused"
        return f"{said} ({self.title})" if self.title else said


@dataclass
class Watch:
    """Everything so far.

    Attributes:
        manners: turns of the thief, the last one still going on.
        first: the first refusal of the thief.
        others: requests, refusals and persons of each other account.
    """

    at: float = 0.0
    thief: str = ""
    stolen: int = 0
    manners: list[Manner] = field(default_factory=list)
    first: Visit | None = None
    others: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def feed(self, visit: Visit) -> Manner | None:
        """Adds a visit; gives the turn that it ended, if it did."""
        self.at = max(self.at, visit.at)
        if visit.thief:
            return self._feed_thief(visit)
        requests, refused, _ = self.others.get(visit.account, (0, 0, 0))
        refused += _is_refused(visit)
        self.others[visit.account] = requests + 1, refused, visit.total
        return None

    def rows(self) -> list[Manner]:
        """The first turn at each manner, and all that came after as one."""
        first: dict[str, Manner] = {}
        again: Manner | None = None
        for turn in self.manners:
            if first.setdefault(turn.name, turn) is turn:
                continue
            again = again or Manner(_AGAIN, turn.at)
            again.requests += turn.requests
            again.gained += turn.gained
            again.refused += turn.refused
            again.title = turn.title or again.title
        return [*first.values(), *([again] if again else [])]

    @property
    def requests(self) -> int:
        """Of the thief."""
        return sum(manner.requests for manner in self.manners)

    @property
    def refused(self) -> int:
        """Of the thief's requests."""
        return sum(manner.refused for manner in self.manners)

    @property
    def disturbed(self) -> int:
        """Refused requests of everybody else."""
        return sum(refused for _, refused, _ in self.others.values())

    def _feed_thief(self, visit: Visit) -> Manner | None:
        self.thief = visit.account
        ended = None
        if not self.manners or self.manners[-1].name != visit.manner:
            ended = self.manners[-1] if self.manners else None
            self.manners.append(Manner(visit.manner, visit.at))
        turn = self.manners[-1]
        turn.requests += 1
        turn.gained += visit.total - self.stolen
        self.stolen = visit.total
        if _is_refused(visit):
            turn.refused += 1
            turn.title = visit.title
            self.first = self.first or visit
        return ended


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds.

    >>> clock(64.9)
    '1:04'
    """
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _is_refused(visit: Visit) -> bool:
    return visit.status not in {200, 302, 404}
