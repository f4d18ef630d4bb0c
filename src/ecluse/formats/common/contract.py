"""What does a log format give? A name, its fields, and a parser from blocks of bytes to rows."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from ecluse.formats.common.mapping import TimeSource

__all__ = [
    "BLANK_LINE",
    "DOES_NOT_PARSE",
    "LINE_TOO_LONG",
    "NOT_UTF8",
    "WRONG_FIELDS",
    "Booleans",
    "Bytes",
    "Format",
    "Integers",
    "Needs",
    "Option",
    "Parser",
    "Shape",
    "Table",
]

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

DOES_NOT_PARSE = "does not parse"
LINE_TOO_LONG = "line too long"
NOT_UTF8 = "not UTF-8"
WRONG_FIELDS = "wrong number of fields"
BLANK_LINE = "blank line"


class Shape(Enum):
    """In which pieces a parser is fed."""

    LINES = "lines"
    """Blocks of complete lines."""
    DOCUMENT = "document"
    """A whole file at once."""
    PARQUET = "parquet"
    """Tables; the source reads them by columns."""


@dataclass(slots=True)
class Table:
    r"""Rows of one piece of a log, and what became of the other records of the piece.

    Attributes:
        frame: one row a record; columns are the fields asked for, as text or as lists of text.
        numbers: line (or record) number of each row, from 1.
        rejects: reason and line number of each record that could not be read.
        ignored: records that the format itself leaves out (directives, blank lines), by reason.
        repaired: rows whose line held bytes that are not UTF-8; those bytes are written `\xHH`.
    """

    frame: pl.DataFrame
    numbers: Integers
    rejects: list[tuple[str, int]] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    repaired: Booleans | None = None

    @property
    def records(self) -> int:
        """All records of the piece, whatever became of them."""
        return self.frame.height + len(self.rejects) + self.ignored.total()


class Parser(Protocol):
    """Reads one file. It is called with its pieces in order, and keeps what must be known across them."""

    def feed(self, block: bytes, first_line: int) -> Table:
        """The rows of the next piece: complete lines, or a whole document."""

    def finish(self) -> Table | None:
        """The rows that were waiting for more, at the end of the file."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a format, given under `options:` in the mapping."""

    description: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class Needs:
    """What the reader wants from a parser.

    Attributes:
        fields: the fields that the mapping names; a parser gives these columns and no others.
        options: the format's options, defaults filled in.
        max_line: bytes beyond which a line is a reject.
    """

    fields: frozenset[str]
    options: dict[str, str] = field(default_factory=dict)
    max_line: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """A log format.

    Attributes:
        fields: the fields that a mapping can name, each with its meaning.
        open_fields: whether a file may have other fields too (CSV columns, JSON pointers).
        url_fields: fields that hold raw parts of URLs: what is taken from them is percent-decoded.
        detect: whether the first lines of a file look like this format.
        parser: makes the parser of one file.
        time: where the time sits when the mapping does not say.
        shape: tells, from the first bytes and the options, in which pieces the parser wants the file.
    """

    name: str
    description: str
    fields: dict[str, str]
    detect: Callable[[Sequence[str]], bool]
    parser: Callable[[Needs], Parser]
    shape: Callable[[bytes, dict[str, str]], Shape] = lambda _head, _options: Shape.LINES
    options: dict[str, Option] = field(default_factory=dict)
    url_fields: frozenset[str] = frozenset()
    open_fields: bool = False
    time: tuple[TimeSource, ...] = ()
