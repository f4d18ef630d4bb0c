"""Where does a person stand in a sorted list of pseudonyms? Millions at once, without an object for each."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Pairs", "pairs_in", "pairs_of", "places"]

Pairs = npt.NDArray[np.uint64]
"""Pseudonyms as two numbers a row, the first 8 bytes and the last, so that their order is that of the bytes."""

_SIZE = 16


def pairs_of(pseudonyms: bytes | memoryview) -> Pairs:
    """Pseudonyms that lie end to end."""
    pairs: Pairs = np.frombuffer(pseudonyms, dtype=">u8").reshape(-1, 2).astype(np.uint64)
    return pairs


def pairs_in(column: Any) -> Pairs:
    """The pseudonyms of a column of 16 bytes each, of Arrow."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.binary(_SIZE))  # fmt: skip
    if not len(whole):
        return np.empty((0, 2), np.uint64)
    begin = whole.offset * _SIZE
    return pairs_of(memoryview(whole.buffers()[1])[begin : begin + len(whole) * _SIZE])


def places(known: Pairs, wanted: Pairs) -> npt.NDArray[np.int64]:
    """For each one wanted its place in the sorted list, or -1."""
    found = np.full(len(wanted), -1, np.int64)
    at = np.searchsorted(known[:, 0], wanted[:, 0])
    open_ = np.arange(len(wanted))
    while len(open_):
        open_ = open_[at[open_] < len(known)]
        open_ = open_[known[at[open_], 0] == wanted[open_, 0]]
        same = known[at[open_], 1] == wanted[open_, 1]
        found[open_[same]] = at[open_[same]]
        open_ = open_[~same]  # two persons whose first halves are equal
        at[open_] += 1
    return found
