"""How are many entries proved at once? By the tree itself, with every stretch between them as few hashes.

The leaves of the entries that are shown, the places where a checkpoint was signed, and between these the complete subtrees
of what is not shown (`merkle.tree.subtrees`), left to right: whoever folds them up again has the root at every checkpoint on
the way. One pass so proves that each entry is in the tree (RFC 9162 §2.1.3) and that each checkpoint begins the next (§2.1.4),
with fewer hashes than a proof for each.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecluse.merkle.tree import HASH_SIZE, CompactRange, parents, subtrees

__all__ = ["Levels", "PartialTree", "fold"]

Numbers = npt.NDArray[np.int64]


class Levels:
    """All complete subtrees over a stretch of leaves, level by level; twice the size of the leaves."""

    def __init__(self, leaves: bytes, begin: int) -> None:
        self._levels: list[tuple[int, bytes]] = []
        level, index = leaves, begin
        while level:
            self._levels.append((index, level))
            if index & 1:
                level, index = level[HASH_SIZE:], index + 1
            if len(level) // HASH_SIZE & 1:
                level = level[:-HASH_SIZE]
            level, index = parents(level), index >> 1

    def nodes(self, begin: int, end: int) -> list[bytes]:
        """The hashes of the complete subtrees that cover `[begin, end)`, within the stretch."""
        found = []
        for height, index in subtrees(begin, end):
            first, level = self._levels[height]
            at = (index - first) * HASH_SIZE
            found.append(level[at : at + HASH_SIZE])
        return found


class PartialTree:
    """Takes a tree stretch by stretch and gives the hashes of what is not shown, in order.

    Args:
        stops: sizes at which the root must be known again, such as those of checkpoints.
    """

    def __init__(self, stops: Sequence[int]) -> None:
        self._stops = np.array(sorted(set(stops)), dtype=np.int64)
        self._gap = CompactRange(0)

    def whole(self, stretch: CompactRange) -> bytes | None:
        """Passes over a stretch of which nothing is shown, and gives the hashes; None when a stop lies within it."""
        low, high = np.searchsorted(self._stops, [stretch.begin + 1, stretch.end])
        if low < high:
            return None
        self._gap.join(stretch)
        if self._stops.size > high and self._stops[high] == stretch.end:
            return self.end()
        return b""

    def add(self, leaves: bytes, begin: int, shown: Numbers) -> bytes:
        """Passes over the leaves from `begin` on, those in `shown` (sorted) apart; gives the hashes of the others."""
        end = begin + len(leaves) // HASH_SIZE
        levels = Levels(leaves, begin)
        low, high = np.searchsorted(self._stops, [begin + 1, end], side="left")
        high += int(self._stops.size > high and self._stops[high] == end)
        ends = np.concatenate((shown, self._stops[low:high]))
        after = np.concatenate((shown + 1, self._stops[low:high]))
        order = np.lexsort((after, ends))
        made, at = bytearray(), begin
        for stop, go_on in zip(ends[order].tolist(), after[order].tolist(), strict=True):
            if self._gap.end > self._gap.begin:  # what came before this stretch
                self._gap.join(CompactRange(at, stop, levels.nodes(at, stop)))
                made += b"".join(self._gap.nodes)
            elif stop > at:
                made += b"".join(levels.nodes(at, stop))
            at = max(at, go_on)
            self._gap = CompactRange(at)
        self._gap.join(CompactRange(at, end, levels.nodes(at, end)))
        return bytes(made)

    def end(self) -> bytes:
        """The hashes of what was passed over last."""
        made = b"".join(self._gap.nodes)
        self._gap = CompactRange(self._gap.end)
        return made


def fold(tree: CompactRange, hashes: Sequence[bytes], end: int) -> None:
    """Adds to a tree the hashes that cover the leaves from its end up to `end`."""
    tree.join(CompactRange(tree.end, end, hashes))
