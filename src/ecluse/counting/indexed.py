"""Distinct counts for large limits and for any hashable item: a hash table over a log of accesses.

Theory of operation. Every access is appended to the log; the table gives each item's newest
position. An entry is alive when the table still points to it, and a byte beside it says so. A
window's count is the number of live entries from its head on. Time moves a head over entries, and
only live ones lower the count; an access raises the count of the windows that its item's former
entry had already left. Dead entries are swept out when they outnumber the live ones.

Cost: O(1) amortised an access and window, one hash probe for all windows. Space: at most
`cap + open` live entries, about 130 bytes each, and no more dead ones than live ones (plus 64).
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from itertools import compress
from typing import Generic, TypeVar

from ecluse.counting.spans import NEVER, Spans

__all__ = ["IndexedLog"]

Item = TypeVar("Item", bound=Hashable)

_ADVANCE_EVERY = 0x3F
"""Mask: windows are moved at least once in 64 accesses, so that what has left them is forgotten."""

_STRIDE = 1024
"""Entries counted at once, a microsecond or so, when many live ones are passed over."""


class IndexedLog(Generic[Item]):
    """Distinct items of one key, counted in every window of one budget."""

    __slots__ = (
        "_alive",
        "_counts",
        "_first",
        "_heads",
        "_items",
        "_slack",
        "_spans",
        "_spots",
        "_times",
        "open",
    )

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._spots: dict[Item, int] = {}  # item -> position since the log began
        self._items: list[Item] = []
        self._times = array("q")
        self._alive = bytearray()  # 1 for a live entry
        self._first = 0  # position of the first entry kept
        self._heads = [0] * len(spans.lengths)
        self._counts = [0] * len(spans.lengths)
        self._slack = min(spans.bars) - 1
        self.open = 0

    def __len__(self) -> int:
        return len(self._spots)

    def room(self, item: Item, now: int) -> bool:
        """Whether one more item certainly brings no window to its bar."""
        del item
        if self._slack <= 0:
            self._advance(now)
        return self._slack > 0

    def used(self, items: tuple[Item, ...], now: int) -> list[int]:
        """What each window would count with these distinct items."""
        self._advance(now)
        spots = [self._spots.get(item, -1) for item in items]
        return [
            count + sum(spot < head for spot in spots)
            for count, head in zip(self._counts, self._heads, strict=True)
        ]

    def opens(self, items: tuple[Item, ...], now: int) -> int:
        """From which instant on every window holds these distinct items too, if nothing else comes.

        It is `now` when they all do already, and `NEVER` when the items alone are too many. Cost:
        O(items + windows), and a microsecond for each thousand entries among those that must leave.
        """
        self._advance(now)
        found = [spot for item in items if (spot := self._spots.get(item, -1)) >= 0]
        self._mark(found, 0)  # they count whenever they were read, so they need not leave
        opens = now
        for index, length in enumerate(self._spans.lengths):
            room = self._spans.limits[index] - len(items)
            if room < 0:
                opens = NEVER
                break
            head = self._heads[index]
            surplus = self._counts[index] - sum(spot >= head for spot in found) - room
            if surplus > 0:
                opens = max(opens, self._times[self._nth(surplus, head - self._first)] + length)
        self._mark(found, 1)
        return opens

    def _mark(self, spots: list[int], alive: int) -> None:
        for spot in spots:
            self._alive[spot - self._first] = alive

    def _nth(self, number: int, place: int) -> int:
        """The place of the n-th live entry from a place on."""
        alive = self._alive
        place = alive.index(1, place)
        while (passed := alive.count(1, place, place + _STRIDE)) < number:
            number -= passed
            place = alive.index(1, place + _STRIDE)
        for _ in range(number - 1):
            place = alive.index(1, place + 1)
        return place

    def charge(self, item: Item, now: int) -> None:
        """Puts the item at its new last access."""
        spot = self._spots.get(item, -1)
        if spot >= 0:
            self._alive[spot - self._first] = 0
        if spot < self._heads[0]:
            self._slack -= 1
            for index, head in enumerate(self._heads):
                if spot >= head:
                    break
                self._counts[index] += 1
        self._spots[item] = self._first + len(self._items)
        self._items.append(item)
        self._times.append(now)
        self._alive.append(1)
        if not len(self._items) & _ADVANCE_EVERY:
            self._advance(now)
        self._trim()
        if len(self._items) > 2 * len(self._spots) + 64:
            self._sweep()

    charge_found = charge

    def last(self, item: Item) -> int | None:
        """The item's last access, if it is still kept."""
        spot = self._spots.get(item)
        return None if spot is None else self._times[spot - self._first]

    def put_back(self, item: Item, at: int | None, now: int) -> None:
        """Sets an item's last access to an earlier instant, or forgets the item (`None`).

        Cost: O(log entries) while the former entry is still in the log, O(entries) after a sweep.
        """
        self._advance(now)
        self._forget(item)
        if at is None or at <= now - self._spans.lengths[-1]:
            return
        place = bisect_left(self._times, at)
        while place < len(self._times) and self._times[place] == at:
            if self._items[place] == item:
                self._revive(item, self._first + place, now)
                return
            place += 1
        self._insert(item, at, place, now)

    def _revive(self, item: Item, spot: int, now: int) -> None:
        self._spots[item] = spot
        self._alive[spot - self._first] = 1
        if spot < self._heads[-1]:  # heads had passed it over what was trimmed
            self._recount(now)
            return
        self._counts = [c + (spot >= h) for c, h in zip(self._counts, self._heads, strict=True)]

    def _insert(self, item: Item, at: int, place: int, now: int) -> None:
        self._items.insert(place, item)
        self._times.insert(place, at)
        self._alive.insert(place, 1)
        bar = self._first + place
        self._spots = {
            other: spot + 1 if spot >= bar else spot for other, spot in self._spots.items()
        }
        self._spots[item] = bar
        self._recount(now)

    def respan(self, spans: Spans) -> None:
        """Counts in other windows from now on; O(1), and the next count moves their heads."""
        self._spans = spans
        self._heads = [self._first] * len(spans.lengths)
        self._counts = [len(self._spots)] * len(spans.lengths)
        self._slack = 0

    def idle(self, now: int) -> bool:
        """Whether nothing is left to remember."""
        self._advance(now)
        return not self._spots and not self.open

    def dump(self, now: int) -> list[tuple[Item, int]]:
        """Every kept item and its last access, oldest first; items of one instant in their own order."""
        self._advance(now)
        self._trim()
        pairs = [(self._times[spot - self._first], item) for item, spot in self._spots.items()]
        return [(item, at) for at, item in sorted(pairs)]

    def load(self, entries: list[tuple[Item, int]], now: int) -> None:
        """Fills an empty log with what `dump` gave."""
        assert not self._items, "a snapshot is loaded into an empty log"
        for item, at in entries:
            self._spots[item] = len(self._items)
            self._items.append(item)
            self._times.append(at)
        self._alive += b"\1" * len(entries)
        self._recount(now)

    def columns(self, now: int) -> tuple[list[Item], "array[int]"]:
        """Every kept item and its last access, oldest first; items of one instant as they were charged."""
        self._advance(now)
        self._trim()
        if len(self._items) != len(self._spots):
            self._sweep()
        begin = max(0, len(self._items) - self._spans.cap)
        return self._items[begin:], self._times[begin:]

    def load_columns(self, items: list[Item], times: "array[int]", now: int) -> None:
        """Fills an empty log with what `columns` gave, or with the like.

        Args:
            items: distinct, at most as many as the cap, in the order of their last access.
            times: of each, microseconds, signed 64 bits, none after `now`.
            now: microseconds.
        """
        assert not self._items, "a snapshot is loaded into an empty log"
        assert len(items) == len(times) <= self._spans.cap, "a time for each item"
        gone = bisect_right(times, now - self._spans.lengths[-1])
        self._items, self._times = items[gone:], times[gone:]
        self._alive = bytearray(b"\1") * len(self._items)
        self._spots = {item: place for place, item in enumerate(self._items)}
        assert len(self._spots) == len(self._items), "items are distinct"
        self._heads = [bisect_right(self._times, now - length) for length in self._spans.lengths]
        self._counts = [len(self._items) - head for head in self._heads]
        self._advance(now)

    def _forget(self, item: Item) -> None:
        spot = self._spots.pop(item, None)
        if spot is not None:
            self._alive[spot - self._first] = 0
            self._counts = [c - (spot >= h) for c, h in zip(self._counts, self._heads, strict=True)]

    def _recount(self, now: int) -> None:
        self._heads = [self._first] * len(self._heads)
        self._counts = [len(self._spots)] * len(self._counts)
        self._advance(now)

    def _trim(self) -> None:
        while len(self._spots) > self._spans.cap + self.open:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        place = self._alive.index(1, self._heads[-1] - self._first)
        self._forget(self._items[place])
        past = self._first + place + 1  # all entries before it are dead
        self._heads = [max(head, past) for head in self._heads]

    def _advance(self, now: int) -> None:
        end = self._first + len(self._items)
        for index, length in enumerate(self._spans.lengths):
            head, floor = self._heads[index], now - length
            longest = index == len(self._heads) - 1
            while head < end:
                if self._times[head - self._first] > floor:
                    break
                if self._alive[head - self._first]:
                    self._counts[index] -= 1
                    if longest:
                        del self._spots[self._items[head - self._first]]
                        self._alive[head - self._first] = 0
                head += 1
            self._heads[index] = head
        self._slack = min(
            bar - 1 - count for bar, count in zip(self._spans.bars, self._counts, strict=True)
        )
        gone = self._heads[-1] - self._first
        if gone > 64 and 2 * gone > len(self._items):
            del self._items[:gone]
            del self._times[:gone]
            del self._alive[:gone]
            self._first += gone

    def _sweep(self) -> None:
        """Rebuilds the log from its live entries; paid for by the accesses that left the dead ones."""
        alive = self._alive
        self._heads = [alive.count(1, 0, max(0, head - self._first)) for head in self._heads]
        self._items = list(compress(self._items, alive))
        self._times = array("q", compress(self._times, alive))
        self._alive = bytearray(b"\1" * len(self._items))
        self._spots = {item: place for place, item in enumerate(self._items)}
        self._first = 0
