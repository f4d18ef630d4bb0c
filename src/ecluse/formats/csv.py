"""Comma-, semicolon- or tab-separated tables with a header line (RFC 4180)."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import (
    DOES_NOT_PARSE,
    WRONG_FIELDS,
    Format,
    Needs,
    Option,
    Table,
)
from ecluse.formats.common.lines import Lines, complete
from ecluse.formats.common.tokens import Tokens
from ecluse.model.errors import SourceError

__all__ = ["FORMAT"]

_SEPARATORS: Final = (",", ";", "\t", "|")


class _CsvParser:
    """Learns the columns from the first line, or from the option `columns`."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._columns: list[str] = []
        self._separator = needs.options.get("separator", "").replace("\\t", "\t")
        if listed := needs.options.get("columns", ""):
            self._learn([name.strip() for name in listed.split(",")])
            self._separator = self._separator or ","
        self._multiline = needs.options.get("multiline") == "true"
        self._waiting = b""
        self._waiting_from = 1

    def feed(self, block: bytes, first_line: int) -> Table:
        if not self._multiline:
            return self._read(block, first_line)
        if self._waiting:
            block, first_line = self._waiting + block, self._waiting_from
        size = complete(block)
        self._waiting = block[size:]
        self._waiting_from = first_line + block.count(b"\n", 0, size)
        if len(self._waiting) > self._needs.max_line:
            raise SourceError(
                f"a quoted field that begins in the record of line {self._waiting_from} does not end",
                help="set the option `multiline` to false, or repair the file",
            )
        return self._read(block[:size], first_line)

    def finish(self) -> Table | None:
        return self._read(self._waiting, self._waiting_from) if self._waiting else None

    def _read(self, block: bytes, first_line: int) -> Table:
        lines = Lines.of(
            block,
            first_line=first_line,
            max_line=self._needs.max_line,
            multiline=self._multiline,
        )
        if not self._columns and len(lines):
            self._read_header(lines.text(0))
            lines.ignored["header"] += 1
            lines = lines.where(np.arange(len(lines)) > 0)
        if not self._columns:  # nothing but empty lines so far
            return lines.table(
                pl.DataFrame(schema=dict.fromkeys(sorted(self._needs.fields), pl.String))
            )
        tokens = Tokens(lines, (self._separator or ",").encode())
        right = tokens.counts == len(self._columns)
        usable = tokens.balanced & right
        if not usable.all():
            lines.rejects += [(DOES_NOT_PARSE, int(n)) for n in lines.numbers[~tokens.balanced]]
            wrong = lines.numbers[tokens.balanced & ~right]
            lines.rejects += [(WRONG_FIELDS, int(n)) for n in wrong]
        wanted = {name: self._columns.index(name) for name in sorted(self._needs.fields)}
        frame = tokens.frame(wanted, np.flatnonzero(usable))
        return lines.where(usable).table(frame)

    def _read_header(self, line: str) -> None:
        if not self._separator:
            self._separator = max(_SEPARATORS, key=line.count)
        header = Lines.of(line.encode(), first_line=1, max_line=len(line) * 4)
        tokens = Tokens(header, self._separator.encode())
        self._learn([str(tokens.column(i)[0]).strip() for i in range(int(tokens.counts[0]))])

    def _learn(self, columns: list[str]) -> None:
        twice = sorted({name for name in columns if columns.count(name) > 1} & self._needs.fields)
        if twice:
            raise SourceError(f"the column `{twice[0]}` comes twice", help="rename one of them")
        missing = sorted(self._needs.fields - set(columns))
        if missing:
            raise SourceError(
                f"the table has no column `{missing[0]}`, which the mapping names",
                help=f"its columns are {', '.join(columns[:40])}"
                " (set the option `columns` if the first line is not a header)",
            )
        self._columns = columns


def _detect(lines: Sequence[str]) -> bool:
    separator = max(_SEPARATORS, key=lines[0].count)
    fields = lines[0].count(separator)
    regular = all(line.count(separator) >= fields for line in lines)
    return fields >= 2 and regular and not lines[0].startswith(("{", "[", "#"))


FORMAT: Final = Format(
    name="csv",
    description="table separated by commas, semicolons, tabs or bars, with a mapping",
    fields={},
    open_fields=True,
    options={
        "separator": Option("separator; found from the first line when empty (`\\t` is a tab)"),
        "columns": Option("names of the columns, comma-separated, when there is no header line"),
        "multiline": Option("`true` when quoted fields hold line ends", "false"),
    },
    detect=_detect,
    parser=_CsvParser,
)
