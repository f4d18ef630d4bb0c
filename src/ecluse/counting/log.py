"""What the three kinds of log have in common."""

from typing import Any, Protocol

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.packed import PackedLog
from ecluse.counting.spans import Spans
from ecluse.counting.weighted import WeightedLog
from ecluse.model.policy import Budget, Count

__all__ = ["PACKED_LIMIT_MAX", "Log", "maker"]

PACKED_LIMIT_MAX = 8192
"""Above it a scan costs more than a hash table."""


class Log(Protocol):
    """The sliding counts of one key."""

    open: int

    def room(self, item: Any, now: int) -> bool:
        """Whether one more item certainly brings no window to its bar."""

    def used(self, items: Any, now: int) -> list[int]:
        """What each window would count with these items."""

    def opens(self, items: Any, now: int) -> int:
        """From which instant on every window holds these items too, if nothing else comes; `NEVER` for no instant."""

    def charge_found(self, item: Any, now: int) -> None:
        """Charges the item of the last call of `room`."""

    def charge(self, item: Any, now: int) -> None:
        """Puts the item at its new last access."""

    def last(self, item: Any) -> int | None:
        """The item's last access, if it is still kept."""

    def put_back(self, item: Any, at: int | None, now: int) -> None:
        """Sets an item's last access to an earlier instant, or forgets it."""

    def respan(self, spans: Spans) -> None:
        """Counts in other windows from now on, none longer and none of a larger limit than the longest before."""

    def idle(self, now: int) -> bool:
        """Whether nothing is left to remember."""

    def dump(self, now: int) -> list[tuple[Any, int]]:
        """Every kept item and its last access, oldest first."""

    def load(self, entries: list[tuple[Any, int]], now: int) -> None:
        """Fills an empty log with what `dump` gave."""

    def __len__(self) -> int: ...


def maker(budget: Budget) -> type[PackedLog] | type[IndexedLog[Any]] | type[WeightedLog]:
    """Chooses the log for a budget: by what it counts and by its largest limit."""
    if budget.counts is Count.BYTES:
        return WeightedLog
    small = Spans.of(budget).cap <= PACKED_LIMIT_MAX
    if small and budget.counts in {Count.PERSONS, Count.ACCESSES}:
        return PackedLog
    return IndexedLog
