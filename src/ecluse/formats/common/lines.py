"""Where does each line of a block begin and end? Positions by numpy, text columns as views into the block."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from ecluse.formats.common.contract import (
    BLANK_LINE,
    LINE_TOO_LONG,
    Booleans,
    Bytes,
    Integers,
    Table,
)

__all__ = ["Lines", "complete", "text_column"]

_INLINE: Final = 12
"""A view holds up to twelve bytes itself, else four and where the rest is (Arrow columnar format, "BinaryView")."""
_PADDING: Final = bytes(40)
_MASKS: Final = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)


@dataclass(slots=True)
class Lines:
    r"""The usable lines of a block; blank and too long ones are already accounted for.

    Attributes:
        data: the block, repaired where it was not UTF-8, and padded.
        size: bytes of the block without the padding.
        buffer: the bytes of the block as an array.
        starts, ends: of each line in the buffer, without its line end (`\n` or `\r\n`).
        numbers: of each line in the file, from 1.
    """

    data: bytes
    size: int
    buffer: Bytes
    starts: Integers
    ends: Integers
    numbers: Integers
    repaired: Booleans | None
    rejects: list[tuple[str, int]]
    ignored: Counter[str]

    @classmethod
    def of(
        cls,
        block: bytes,
        *,
        first_line: int,
        max_line: int,
        replacement: str = "\\x{:02x}",
        multiline: bool = False,
    ) -> "Lines":
        """Splits a block into lines, or into records whose quoted fields may hold line ends.

        Args:
            block: bytes of complete lines; the last may lack its line end.
            first_line: number of the first line in the file, from 1.
            max_line: bytes beyond which a line is a reject.
            replacement: how a byte that is not UTF-8 is written.
            multiline: a line end between quotes does not end the record.
        """
        repaired_lines: list[int] = []
        if not _is_utf8(block):
            block, repaired_lines = _repair(block, replacement)
        size = len(block)
        block += _PADDING  # so that twelve bytes can be read from every place
        buffer = np.frombuffer(block, np.uint8, count=size)
        starts, ends, numbers = _split(buffer, multiline=multiline)
        repaired = None
        if repaired_lines:
            repaired = np.zeros(len(starts), np.bool_)
            repaired[np.searchsorted(numbers, repaired_lines, side="right") - 1] = True
        numbers += first_line
        lines = cls(block, size, buffer, starts, ends, numbers, repaired, [], Counter())
        length = ends - starts
        too_long, blank = length > max_line, length == 0
        lines.rejects = [(LINE_TOO_LONG, int(n)) for n in numbers[too_long]]
        if count := int(blank.sum()):
            lines.ignored[BLANK_LINE] = count
        return lines.where(~(too_long | blank)) if count or lines.rejects else lines

    def where(self, mask: Booleans) -> "Lines":
        """The lines for which the mask is true, with the same accounts."""
        repaired = None if self.repaired is None else self.repaired[mask]
        return replace(
            self,
            starts=self.starts[mask],
            ends=self.ends[mask],
            numbers=self.numbers[mask],
            repaired=repaired,
        )

    def __len__(self) -> int:
        return len(self.starts)

    def text(self, index: int) -> str:
        """One line."""
        return self.data[self.starts[index] : self.ends[index]].decode()

    def positions(self, byte: bytes) -> Integers:
        """Where a byte stands in the buffer."""
        if byte not in self.data:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.buffer == byte[0])

    def words(self, places: Integers, kind: type[Any]) -> Any:
        """The integers that begin at each place."""
        width = np.dtype(kind).itemsize
        raw = np.dtype(
            f"V{width}"
        )  # opaque bytes are copied five times quicker than unaligned integers
        size = self.size + len(_PADDING) - width + 1
        return np.ndarray((size,), raw, buffer=self.data, strides=(1,))[places].view(kind)

    def having(self, positions: Integers) -> Booleans:
        """The lines in which at least one of the (sorted) positions lies."""
        has: Booleans = np.searchsorted(positions, self.ends) > np.searchsorted(
            positions, self.starts
        )
        return has

    def table(self, frame: pl.DataFrame) -> Table:
        """A table of one row a line, with the accounts of this block."""
        assert frame.height == len(self) or not frame.width
        return Table(frame, self.numbers, self.rejects, self.ignored, self.repaired)


def text_column(
    lines: Lines, starts: Integers, ends: Integers, present: Booleans | None = None
) -> pl.Series:
    """The pieces of the buffer between each start and end as a text column, without copying long ones."""
    count = len(starts)
    if not count:
        return pl.Series([], dtype=pl.String)
    length = np.maximum(ends - starts, 0)
    if present is not None:
        length = np.where(present, length, 0)
    places = np.clip(starts, 0, lines.size)
    views = np.zeros((count, 2), np.uint64)
    halves = views.view(
        np.uint32
    )  # little-endian, as Arrow is on every machine that it is built for
    halves[:, 0] = length
    outside = length > _INLINE
    halves[:, 1] = lines.words(places, np.uint32) & _MASKS[np.minimum(length, 4)].astype(np.uint32)
    views[:, 1] = lines.words(places + 4, np.uint64) & _MASKS[np.clip(length - 4, 0, 8)]
    halves[outside, 2] = 0
    halves[outside, 3] = places[outside]
    validity = None
    if present is not None:
        validity = pa.py_buffer(np.packbits(present, bitorder="little").tobytes())
    array = pa.Array.from_buffers(
        pa.string_view(), count, [validity, pa.py_buffer(views), pa.py_buffer(lines.data)]
    )
    column = pl.from_arrow(array)
    assert isinstance(column, pl.Series)
    return column


def complete(block: bytes) -> int:
    """How many bytes of a block hold records that are complete, when line ends between quotes do not count."""
    breaks = _breaks(np.frombuffer(block, np.uint8), multiline=True)
    return int(breaks[-1]) + 1 if len(breaks) else 0


def _split(buffer: Bytes, *, multiline: bool) -> tuple[Integers, Integers, Integers]:
    """Starts, ends and numbers (from 0) of the lines."""
    breaks = _breaks(buffer, multiline=multiline)
    if len(buffer) and (not len(breaks) or breaks[-1] != len(buffer) - 1):
        breaks = np.append(breaks, len(buffer))
    starts = np.empty(len(breaks), np.int64)
    starts[:1] = 0
    starts[1:] = breaks[:-1] + 1
    ends = breaks.astype(np.int64)
    if len(ends):
        ends -= (ends > starts) & (buffer[np.maximum(ends - 1, 0)] == ord("\r"))
    numbers = np.arange(len(starts), dtype=np.int64)
    if multiline:
        numbers = np.searchsorted(_breaks(buffer, multiline=False), starts).astype(np.int64)
    return starts, ends, numbers


def _breaks(buffer: Bytes, *, multiline: bool) -> Integers:
    breaks = np.flatnonzero(buffer == ord("\n"))
    if multiline:
        quotes = np.flatnonzero(buffer == ord('"'))
        breaks = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    return breaks


def _is_utf8(block: bytes) -> bool:
    if block.isascii():
        return True
    whole = pa.py_buffer(np.array([0, len(block)], np.int64))
    array = pa.Array.from_buffers(pa.large_string(), 1, [None, whole, pa.py_buffer(block)])
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _repair(block: bytes, replacement: str) -> tuple[bytes, list[int]]:
    lines = block.split(b"\n")
    repaired = []
    for index, line in enumerate(lines):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            text = line.decode("utf-8", "surrogateescape")
            lines[index] = "".join(
                replacement.format(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c
                for c in text
            ).encode()
            repaired.append(index)
    return b"\n".join(lines), repaired
