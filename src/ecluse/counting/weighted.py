"""Sums over sliding windows: bytes shown, each access with its own weight.

An access is one entry (number, time, weight, and the weight of all entries up to it); a window's sum
is kept while its head moves. Only the newest entries whose weights reach the largest limit plus one
can matter; older ones are dropped. Cost: O(1) amortised an access and window (moving a head across a
deque of n entries costs n / 64 steps more). Space: every entry weighs at least 1, so at most limit + 1
entries, about 220 bytes each; in practice limit divided by the usual size of an answer. While a
reservation is open, what the longest window holds is kept.
"""

from bisect import bisect_left
from collections import deque
from operator import itemgetter

from ecluse.counting.spans import NEVER, Spans

__all__ = ["WeightedLog"]


class WeightedLog:
    """Weighted accesses of one key, summed in every window of one budget. Items are (number, weight)."""

    __slots__ = ("_entries", "_heads", "_spans", "_sums", "open")

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._entries: deque[tuple[int, int, int, int]] = deque()  # (number, at, weight, total)
        self._heads = [0] * len(spans.lengths)
        self._sums = [0] * len(spans.lengths)
        self.open = 0

    def __len__(self) -> int:
        return len(self._entries)

    def room(self, item: tuple[int, int], now: int) -> bool:
        """Whether one more access certainly brings no window to its bar."""
        self._advance(now)
        return all(s + item[1] < bar for s, bar in zip(self._sums, self._spans.bars, strict=True))

    def used(self, items: tuple[tuple[int, int], ...], now: int) -> list[int]:
        """What each window would sum up to with these accesses."""
        self._advance(now)
        more = sum(weight for _, weight in items)
        return [s + more for s in self._sums]

    def opens(self, items: tuple[tuple[int, int], ...], now: int) -> int:
        """From which instant on every window holds these accesses too, if nothing else comes.

        It is `now` when they all do already, and `NEVER` when they alone weigh too much. Cost:
        O(windows x log entries) probes of the deque.
        """
        opens, used = now, self.used(items, now)
        more = sum(weight for _, weight in items)
        for index, length in enumerate(self._spans.lengths):
            if more > self._spans.limits[index]:
                return NEVER
            surplus = used[index] - self._spans.limits[index]
            if surplus > 0:
                head = self._heads[index]
                _, _, weight, total = self._entries[head]
                bar = total - weight + surplus  # once the entries up to this total have left
                place = bisect_left(self._entries, bar, lo=head, key=itemgetter(3))
                opens = max(opens, self._entries[place][1] + length)
        return opens

    def charge(self, item: tuple[int, int], now: int) -> None:
        """Adds an access."""
        self._advance(now)
        number, weight = item
        self._append(number, now, weight)
        self._sums = [s + weight for s in self._sums]
        self._trim()

    charge_found = charge

    def last(self, item: tuple[int, int]) -> int | None:
        """Nothing: an access is new each time."""
        del item
        return None

    def put_back(self, item: tuple[int, int], at: int | None, now: int) -> None:
        """Takes an access out again; O(entries since then)."""
        assert at is None, "an access has no earlier instant to go back to"
        self._advance(now)
        for back, (number, _, weight, _) in enumerate(reversed(self._entries), start=1):
            if number == item[0]:
                spot = len(self._entries) - back
                del self._entries[spot]
                for later in range(spot, len(self._entries)):
                    name, when, amount, total = self._entries[later]
                    self._entries[later] = (name, when, amount, total - weight)
                inside = [spot >= head for head in self._heads]
                self._sums = [s - weight * i for s, i in zip(self._sums, inside, strict=True)]
                self._heads = [h - (not i) for h, i in zip(self._heads, inside, strict=True)]
                return

    def respan(self, spans: Spans) -> None:
        """Counts in other windows from now on; O(log entries)."""
        self._spans = spans
        self._heads = [0] * len(spans.lengths)
        self._sums = [sum(entry[2] for entry in self._entries)] * len(spans.lengths)

    def idle(self, now: int) -> bool:
        """Whether nothing is left to remember."""
        self._advance(now)
        return not self._entries and not self.open

    def dump(self, now: int) -> list[tuple[tuple[int, int], int]]:
        """Every kept access and its instant, oldest first."""
        self._advance(now)
        self._trim()
        return [((number, weight), at) for number, at, weight, _ in self._entries]

    def load(self, entries: list[tuple[tuple[int, int], int]], now: int) -> None:
        """Fills an empty log with what `dump` gave."""
        assert not self._entries, "a snapshot is loaded into an empty log"
        for (number, weight), at in entries:
            self._append(number, at, weight)
        self._recount(now)

    def _append(self, number: int, at: int, weight: int) -> None:
        before = self._entries[-1][3] if self._entries else 0
        self._entries.append((number, at, weight, before + weight))

    def _recount(self, now: int) -> None:
        self._heads = [0] * len(self._heads)
        self._sums = [sum(entry[2] for entry in self._entries)] * len(self._sums)
        self._advance(now)

    def _trim(self) -> None:
        if self.open:
            return  # a release may make any of the newest entries vanish
        while self._entries and self._sums[-1] - self._entries[0][2] >= self._spans.cap:
            self._shift()

    def _shift(self) -> None:
        weight = self._entries.popleft()[2]
        self._sums = [
            s - weight if head == 0 else s for s, head in zip(self._sums, self._heads, strict=True)
        ]
        self._heads = [max(0, head - 1) for head in self._heads]

    def _advance(self, now: int) -> None:
        for index, length in enumerate(self._spans.lengths):
            head, floor = self._heads[index], now - length
            while head < len(self._entries):
                _, at, weight, _ = self._entries[head]
                if at > floor:
                    break
                self._sums[index] -= weight
                head += 1
            self._heads[index] = head
        for _ in range(self._heads[-1]):
            self._entries.popleft()
        self._heads = [head - self._heads[-1] for head in self._heads]
