"""Which fields does a separated line have? All lines of a block at once, quoted fields included."""

from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import Booleans, Integers
from ecluse.formats.common.lines import Lines, text_column

__all__ = ["Tokens", "unquoted"]

_QUOTE: Final = b'"'


class Tokens:
    """Fields between separators outside quotes; a quote within a quoted field is doubled (RFC 4180 §2).

    Attributes:
        balanced: lines with an even number of quotes; the others cannot be cut.
        counts: fields of each line.
    """

    def __init__(self, lines: Lines, separator: bytes) -> None:
        self._lines = lines
        quotes = lines.positions(_QUOTE)
        first_quote = np.searchsorted(quotes, lines.starts)
        self.balanced: Booleans = (np.searchsorted(quotes, lines.ends) - first_quote) % 2 == 0
        places = lines.positions(separator)
        line = np.searchsorted(lines.starts, places, side="right") - 1
        inside = (line >= 0) & (places < lines.ends[line]) if len(lines) else line < -1
        if len(quotes):
            before = np.searchsorted(quotes, places) - first_quote[line] if len(lines) else line
            inside &= before % 2 == 0
        self._places = places[inside]
        per_line = np.bincount(line[inside], minlength=len(lines))
        self.counts: Integers = per_line + 1
        self._first = np.cumsum(per_line) - per_line

    def column(self, number: int, rows: Integers | None = None) -> pl.Series:
        """The field of that number (from 0) of these lines, unquoted; null in lines that are too short."""
        lines = np.arange(len(self._lines)) if rows is None else rows
        starts, ends, present = self._span(number, lines)
        return unquoted(text_column(self._lines, starts, ends, present))

    def frame(self, columns: dict[str, int], rows: Integers | None = None) -> pl.DataFrame:
        """Several fields by name."""
        height = len(self._lines) if rows is None else len(rows)
        named = {name: self.column(number, rows) for name, number in columns.items()}
        return pl.DataFrame(named, height=height)

    def _span(self, number: int, lines: Integers) -> tuple[Integers, Integers, Booleans]:
        starts, ends = self._lines.starts[lines], self._lines.ends[lines]
        first, count = self._first[lines], self.counts[lines]
        if number:
            starts = self._place(first + number - 1) + 1
        ends = np.where(count > number + 1, self._place(first + number), ends)
        return starts, ends, count > number

    def _place(self, indexes: Integers) -> Integers:
        if not len(self._places):
            return np.zeros(len(indexes), np.int64)
        found: Integers = self._places[np.clip(indexes, 0, len(self._places) - 1)]
        return found


def unquoted(column: pl.Series) -> pl.Series:
    """Texts without the quotes around them, and with doubled quotes inside made single."""
    quoted = (column.str.starts_with('"') & column.str.ends_with('"')).fill_null(value=False)
    if not quoted.any():
        return column
    bare = column.str.replace(r'^"(?s:(.*))"$', "$1").str.replace_all('""', '"', literal=True)
    return pl.select(pl.when(quoted).then(bare).otherwise(column)).to_series()
