"""How are leaves folded into one root, a stretch at a time? (RFC 9162 §2.1.1, compact ranges)

A compact range is the shortest list of complete, aligned subtrees that covers the leaves
`[begin, end)`. Neighbouring ranges join without the leaves, so a ledger keeps one range a segment
(at most two hashes a level) and knows the root of the whole tree by joining them.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

import numpy as np

from ecluse.merkle.lanes import sha256_many

__all__ = [
    "EMPTY_ROOT",
    "HASH_SIZE",
    "CompactRange",
    "leaf_hash",
    "node_hash",
    "parents",
    "subtrees",
]

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(content: bytes) -> bytes:
    """Hashes the canonical bytes of one entry (RFC 9162 §2.1.1: SHA-256(0x00 || content))."""
    return sha256(_LEAF + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hashes two neighbouring subtrees (RFC 9162 §2.1.1: SHA-256(0x01 || left || right))."""
    return sha256(_NODE + left + right).digest()


def subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields (level, index) of the complete subtrees that cover `[begin, end)`, left to right.

    >>> list(subtrees(3, 8))
    [(0, 3), (2, 1)]
    """
    assert 0 <= begin <= end
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        yield level, begin >> level
        begin += 1 << level


class CompactRange:
    """The complete subtrees over the leaves `[begin, end)`; grows at its right end."""

    __slots__ = ("_nodes", "begin", "end")

    def __init__(self, begin: int = 0, end: int | None = None, nodes: Sequence[bytes] = ()) -> None:
        self.begin = begin
        self.end = begin if end is None else end
        self._nodes = list(nodes)
        if len(self._nodes) != sum(1 for _ in subtrees(self.begin, self.end)):
            raise ValueError(f"{len(self._nodes)} hashes cannot cover leaves {begin} to {self.end}")

    @classmethod
    def over(cls, leaves: bytes, begin: int = 0) -> "CompactRange":
        """Builds the range over leaf hashes laid end to end, level by level."""
        count, rest = divmod(len(leaves), HASH_SIZE)
        if rest:
            raise ValueError("leaf hashes are 32 bytes each")
        left: list[bytes] = []
        right: list[bytes] = []
        level, index = leaves, begin
        while level:
            if index & 1:
                left.append(level[:HASH_SIZE])
                level, index = level[HASH_SIZE:], index + 1
            if len(level) // HASH_SIZE & 1:
                right.append(level[-HASH_SIZE:])
                level = level[:-HASH_SIZE]
            level, index = parents(level), index >> 1
        return cls(begin, begin + count, left + right[::-1])

    @property
    def nodes(self) -> tuple[bytes, ...]:
        """The hashes of the subtrees, left to right, in the order of `subtrees`."""
        return tuple(self._nodes)

    def copy(self) -> "CompactRange":
        """Returns a range that grows apart from this one."""
        return CompactRange(self.begin, self.end, self._nodes)

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash at the right end."""
        self._push(leaf, 0, self.end)
        self.end += 1

    def join(self, other: "CompactRange") -> None:
        """Adds the range that starts where this one ends.

        Raises:
            ValueError: when the other one starts elsewhere.
        """
        if other.begin != self.end:
            raise ValueError(
                f"the range from {other.begin} does not follow the one that ends at {self.end}"
            )
        for node, (level, index) in zip(other.nodes, subtrees(other.begin, other.end), strict=True):
            self._push(node, level, index)
        self.end = other.end

    def root(self) -> bytes:
        """Folds the subtrees from the right; the Merkle tree hash when the range starts at a subtree's edge."""
        if not self._nodes:
            return EMPTY_ROOT
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = node_hash(node, root)
        return root

    def _push(self, node: bytes, level: int, index: int) -> None:
        while index & 1 and (index - 1) << level >= self.begin:
            node = node_hash(self._nodes.pop(), node)
            level, index = level + 1, index >> 1
        self._nodes.append(node)


def parents(level: bytes) -> bytes:
    """Hashes neighbours of one level, an even number of them laid end to end, into the next level."""
    count = len(level) // (2 * HASH_SIZE)
    if count == 0:
        return b""
    prefix = np.full((count, 1), _NODE[0], dtype=np.uint8)
    pairs = np.frombuffer(level, dtype=np.uint8)
    offsets = np.arange(0, len(level) + 1, 2 * HASH_SIZE, dtype=np.int64)
    return sha256_many(prefix, pairs, offsets, np.empty((count, 0), dtype=np.uint8)).tobytes()
