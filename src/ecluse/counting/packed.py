"""Distinct counts for small limits: 14 bytes an item, in the order of last access.

Theory of operation. The log holds each item once, at its last access: 8 bytes of identity in one
bytearray, 6 bytes of time (microseconds after `_base`) in another, oldest first. A window is a
suffix of the log: `_heads[w]` is the index of its first entry, so its count is `len - head`. Time
moves heads to the right; an access takes its item out of the middle and puts it at the end. No
other event changes a count, so one structure is exact for every window at once.

One number makes the common case short: `_slack` is how many new items every window can surely still
take before one of them warns or is over. Heads are moved only when somebody needs exact numbers: while they lag behind, every window is
taken for longer than it is, its count for at least what it is, and `_slack` for no more than it is.

Cost: finding an item scans 8 bytes an entry from the newest (C speed, 0.1 µs when it was read
lately, about 5 µs for a miss in 6,000 entries); a list of many items makes a table of the log first.
The rest is O(windows). Space: at most `cap + open` entries, 14 bytes each, plus the slack of a
bytearray (one eighth).
"""

import struct

from ecluse.counting.spans import NEVER, Spans

__all__ = ["PackedLog"]

_ITEM, _TIME = 8, 6
_TIME_MAX = 1 << (8 * _TIME)
_SCANNED_MAX = 32
"""Items of one request that are looked for by scanning; for more, a table of the log costs less."""


class PackedLog:
    """Distinct 64-bit items of one key, counted in every window of one budget."""

    __slots__ = ("_base", "_heads", "_items", "_raw", "_slack", "_spans", "_spot", "_times", "open")

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._items = bytearray()
        self._times = bytearray()
        self._heads = [0] * len(spans.lengths)
        self._base = 0
        self._slack = min(spans.bars) - 1
        self._spot = -1
        self._raw = b""
        self.open = 0
        """Items that an open reservation charged; they are kept beyond the cap."""

    def __len__(self) -> int:
        return len(self._items) // _ITEM

    def room(self, item: int, now: int) -> bool:
        """Whether one more item certainly brings no window to its bar; remembers where the item is."""
        if self._slack <= 0:
            self._advance(now)
            if self._slack <= 0:
                return False
        items = self._items
        raw = self._raw = item.to_bytes(_ITEM, "little")
        place = items.rfind(raw)
        while place > 0 and place & 7:  # eight bytes across two entries are no entry
            place = items.rfind(raw, 0, place + _ITEM - 1)
        self._spot = place >> 3  # -1 stays -1
        return True

    def used(self, items: tuple[int, ...], now: int) -> list[int]:
        """What each window would count with these distinct items."""
        self._advance(now)
        size, spots = len(self), self._places(items)
        return [size - head + sum(spot < head for spot in spots) for head in self._heads]

    def opens(self, items: tuple[int, ...], now: int) -> int:
        """From which instant on every window holds these distinct items too, if nothing else comes.

        It is `now` when they all do already, and `NEVER` when the items alone are too many. Cost:
        that of finding the items, and O(items x windows).
        """
        self._advance(now)
        spots = sorted((spot for spot in self._places(items) if spot >= 0), reverse=True)
        opens = now
        for length, limit in zip(self._spans.lengths, self._spans.limits, strict=True):
            room = limit - len(items)
            if room < 0:
                return NEVER
            place = len(self) - 1 - room  # the newest entry that must leave, but for the items' own
            for spot in spots:  # they count whenever they were read, so they need not leave
                if spot < place:
                    break
                place -= 1
            if place >= 0:
                opens = max(opens, self._time(place) + length)
        return opens

    def charge_found(self, item: int, now: int) -> None:
        """Charges the item of the last call of `room`, which said yes; nothing came in between."""
        del item
        spot = self._spot
        if spot < 0:
            self._slack -= 1
        elif (
            spot == (len(self._items) >> 3) - 1
            and spot >= self._heads[0]
            and now - self._base < _TIME_MAX
        ):
            self._times[-_TIME:] = (now - self._base).to_bytes(_TIME, "little")
            return  # the newest item of every window again: only its time changes
        else:
            self._take_out(spot)
        self._append(self._raw, now)

    def charge(self, item: int, now: int) -> None:
        """Puts the item at its new last access."""
        self._raw = item.to_bytes(_ITEM, "little")
        self._spot = self._find(self._raw)
        self.charge_found(item, now)

    def last(self, item: int) -> int | None:
        """The item's last access, if it is still kept."""
        spot = self._find(item.to_bytes(_ITEM, "little"))
        return None if spot < 0 else self._time(spot)

    def put_back(self, item: int, at: int | None, now: int) -> None:
        """Sets an item's last access to an earlier instant, or forgets the item (`None`).

        Cost: one scan for the item, and O(windows x log entries).
        """
        raw = item.to_bytes(_ITEM, "little")
        spot = self._find(raw)
        if spot >= 0:
            self._take_out(spot)
        if at is not None and at > now - self._spans.lengths[-1]:
            self._insert(raw, at)
        self._heads = [self._upto(now - length) for length in self._spans.lengths]
        self._advance(now)

    def respan(self, spans: Spans) -> None:
        """Counts in other windows from now on; O(1), and the next count moves their heads."""
        self._spans = spans
        self._heads = [0] * len(spans.lengths)
        self._slack = 0

    def idle(self, now: int) -> bool:
        """Whether nothing is left to remember."""
        self._advance(now)
        return not self._items and not self.open

    def dump(self, now: int) -> list[tuple[int, int]]:
        """Every kept item and its last access, oldest first; items of one instant by number."""
        self._advance(now)
        self._trim()
        pairs = [
            (self._time(i), int.from_bytes(self._items[i * _ITEM : (i + 1) * _ITEM], "little"))
            for i in range(len(self))
        ]
        return [(item, at) for at, item in sorted(pairs)]

    def load(self, entries: list[tuple[int, int]], now: int) -> None:
        """Fills an empty log with what `dump` gave."""
        assert not self._items, "a snapshot is loaded into an empty log"
        for item, at in entries:
            self._append(item.to_bytes(_ITEM, "little"), at)
        self._advance(now)

    def packed(self, now: int) -> tuple[bytes, bytes, int]:
        """Every kept item as it is stored: 8 bytes each, 6 bytes of time each, and what the times count from.

        Items of one instant come in the order in which they were charged.
        """
        self._advance(now)
        begin = max(0, len(self) - self._spans.cap)
        return bytes(self._items[begin * _ITEM :]), bytes(self._times[begin * _TIME :]), self._base

    def load_packed(self, items: bytes, times: bytes, base: int, now: int) -> None:
        """Fills an empty log with what `packed` gave, or with the like; O(windows x log entries) at most.

        Args:
            items: distinct, at most as many as the cap, in the order of their last access.
            times: of each, microseconds after `base` in 6 bytes, none after `now`.
            base: microseconds.
            now: microseconds.
        """
        assert not self._items, "a snapshot is loaded into an empty log"
        assert len(items) // _ITEM == len(times) // _TIME <= self._spans.cap, "a time for each item"
        self._items += items
        self._times += times
        self._base = base
        self._slack = min(self._spans.bars) - 1 - len(self)
        if self._slack <= 0:  # while there is room, heads may lag behind
            self._heads = [self._upto(now - length) for length in self._spans.lengths]
            self._advance(now)

    def _places(self, items: tuple[int, ...]) -> list[int]:
        if len(items) > _SCANNED_MAX:
            size = len(self)
            table = dict(zip(struct.unpack(f"<{size}Q", self._items), range(size), strict=True))
            return [table.get(item, -1) for item in items]
        return [self._find(item.to_bytes(_ITEM, "little")) for item in items]

    def _find(self, raw: bytes) -> int:
        items = self._items
        place = items.rfind(raw)
        while place > 0 and place % _ITEM:  # eight bytes across two entries are no entry
            place = items.rfind(raw, 0, place + _ITEM - 1)
        return place // _ITEM if place >= 0 else -1

    def _time(self, spot: int) -> int:
        return self._base + int.from_bytes(self._times[spot * _TIME : (spot + 1) * _TIME], "little")

    def _append(self, raw: bytes, now: int) -> None:
        items = self._items
        if not items:
            self._base = now
        elif now - self._base >= _TIME_MAX:
            self._advance(now)
            self._rebase(self._time(0) if items else now)
        items += raw
        self._times += (now - self._base).to_bytes(_TIME, "little")
        if len(items) > _ITEM * (self._spans.cap + self.open):
            self._trim()

    def _take_out(self, spot: int) -> None:
        del self._items[spot * _ITEM : (spot + 1) * _ITEM]
        del self._times[spot * _TIME : (spot + 1) * _TIME]
        heads = self._heads
        if spot < heads[0]:
            self._slack -= 1  # it had left the shortest window, and comes back new
            self._heads = [head - 1 if spot < head else head for head in heads]

    def _insert(self, raw: bytes, at: int) -> None:
        if not self._items:
            self._append(raw, at)
            return
        if at < self._base:
            self._rebase(at)
        place = self._upto(at)
        self._items[place * _ITEM : place * _ITEM] = raw
        self._times[place * _TIME : place * _TIME] = (at - self._base).to_bytes(_TIME, "little")

    def _upto(self, at: int) -> int:
        """How many entries are not later than an instant: a binary search."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._time(middle) <= at:
                low = middle + 1
            else:
                high = middle
        return low

    def _rebase(self, base: int) -> None:
        times = [self._time(i) for i in range(len(self))]
        self._base = base
        self._times = bytearray(b"".join((at - base).to_bytes(_TIME, "little") for at in times))

    def _trim(self) -> None:
        excess = len(self) - self._spans.cap - self.open
        if excess > 0:
            self._drop(excess)

    def _drop(self, number: int) -> None:
        del self._items[: number * _ITEM]
        del self._times[: number * _TIME]
        self._heads = [max(0, head - number) for head in self._heads]

    def _advance(self, now: int) -> None:
        size = len(self._items) // _ITEM
        slack = NEVER
        heads, spans = self._heads, self._spans
        for index, length in enumerate(spans.lengths):
            head, floor = heads[index], now - length
            while head < size:
                if self._time(head) > floor:
                    break
                head += 1
            heads[index] = head
            slack = min(slack, spans.bars[index] - 1 - size + head)
        self._slack = slack
        if heads[-1]:
            self._drop(heads[-1])
