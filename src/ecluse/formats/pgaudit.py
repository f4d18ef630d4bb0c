"""PostgreSQL logs with pgAudit entries (`AUDIT: SESSION,…` and `AUDIT: OBJECT,…`), as text or as csvlog."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import DOES_NOT_PARSE, Format, Needs, Option, Table
from ecluse.formats.common.lines import Lines, complete
from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.pgprefix import compile_prefix, iso_time, split_csv
from ecluse.model.errors import SourceError

__all__ = ["FORMAT"]

_OTHER: Final = "not an audit entry"
_AUDIT: Final = "AUDIT: "
# pgAudit README, "Format": the last three are missing or `<…>` when they are not logged.
_ENTRY: Final = (
    "audit_type", "statement_id", "substatement_id", "class", "command", "object_type",
    "object_name", "statement", "parameter", "rows",
)  # fmt: skip
_FEWEST: Final = 8
# PostgreSQL documentation, "Using CSV-Format Log Output"; later versions add columns at the end.
_CSVLOG: Final = (
    "time", "user", "database", "pid", "client", "session_id", "session_line", "command_tag",
    "session_start", "virtual_transaction", "transaction", "severity", "sql_state", "message",
    "detail", "hint", "internal_query", "internal_query_pos", "context", "query", "query_pos",
    "location", "application_name",
)  # fmt: skip
_UNLOGGED: Final = ("", "<not logged>", "<none>", "<previously logged>")
_LONGEST: Final = 64  # lines that one statement may take, times the longest line


class _PgAuditParser:
    """Puts the lines of each log record together: continued with a tab in text, between quotes in csvlog."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._csv = needs.options.get("csvlog") == "true"
        self._prefix = compile_prefix(needs.options.get("prefix", ""))
        self._waiting = b""
        self._waiting_from = 1

    def feed(self, block: bytes, first_line: int) -> Table:
        if self._waiting:
            block, first_line = self._waiting + block, self._waiting_from
        size = complete(block) if self._csv else _last_record(block)
        self._waiting = block[size:]
        self._waiting_from = first_line + block.count(b"\n", 0, size)
        if len(self._waiting) > _LONGEST * self._needs.max_line:
            raise SourceError(f"the record that begins in line {self._waiting_from} does not end")
        return self._read(block[:size], first_line)

    def finish(self) -> Table | None:
        return self._read(self._waiting, self._waiting_from) if self._waiting else None

    def _read(self, block: bytes, first_line: int) -> Table:
        lines = Lines.of(
            block, first_line=first_line, max_line=self._needs.max_line, multiline=self._csv
        )
        rows: list[dict[str, str]] = []
        numbers, repaired = [], []
        ignored, rejects = Counter(lines.ignored), list(lines.rejects)
        for first, text in self._records(lines):
            if _AUDIT not in text:
                ignored[_OTHER] += 1
                continue
            row = self._csv_row(text) if self._csv else self._text_row(text)
            number = int(lines.numbers[first])
            if row is None:
                rejects.append((DOES_NOT_PARSE, number))
            else:
                rows.append(row)
                numbers.append(number)
                repaired.append(lines.repaired is not None and bool(lines.repaired[first]))
        wanted = sorted(self._needs.fields)
        frame = pl.DataFrame(
            {n: pl.Series([_logged(row.get(n)) for row in rows], dtype=pl.String) for n in wanted},
            height=len(rows),
        )
        mask = np.array(repaired, np.bool_)
        return Table(frame, np.array(numbers, np.int64), rejects, ignored, mask)

    def _records(self, lines: Lines) -> list[tuple[int, str]]:
        records: list[tuple[int, list[str]]] = []
        for index in range(len(lines)):
            text = lines.text(index)
            if text.startswith("\t") and records and not self._csv:
                records[-1][1].append(text[1:])
            else:
                records.append((index, [text]))
        return [(first, "\n".join(parts)) for first, parts in records]

    def _text_row(self, text: str) -> dict[str, str] | None:
        match = self._prefix.match(text)
        if match is None:
            return None
        row = {name: value for name, value in match.groupdict().items() if value is not None}
        return _with_entry(row, text[match.end() :])

    def _csv_row(self, text: str) -> dict[str, str] | None:
        values = split_csv(text)
        if len(values) < len(_CSVLOG):
            return None
        row = dict(zip(_CSVLOG, values, strict=False))
        message = row.pop("message")
        if not message.startswith(_AUDIT):
            return None
        return _with_entry(row, message.removeprefix(_AUDIT))


def _with_entry(row: dict[str, str], entry: str) -> dict[str, str] | None:
    values = split_csv(entry)
    if len(values) < _FEWEST or values[0] not in {"SESSION", "OBJECT"}:
        return None
    row |= dict(zip(_ENTRY, values, strict=False))
    if "time" in row:
        row["time"] = iso_time(row["time"])
    if "client" in row:  # `host(port)` or `host:port`
        row["client"] = row["client"].rstrip(")0123456789").rstrip("(:") or row["client"]
    return row


def _logged(value: str | None) -> str | None:
    return None if value is None or value in _UNLOGGED else value


def _last_record(block: bytes) -> int:
    """Where the last record begins: it may go on in the next block."""
    place = block.rfind(b"\n", 0, len(block) - 1)
    while place >= 0 and block[place + 1 : place + 2] == b"\t":
        place = block.rfind(b"\n", 0, place)
    return place + 1


def _detect(lines: Sequence[str]) -> bool:
    prefix = compile_prefix(_DEFAULT_PREFIX)
    return any(prefix.match(line) for line in lines) or any(
        ",LOG," in line and f'"{_AUDIT}' in line for line in lines
    )


_DEFAULT_PREFIX: Final = "%m [%p] %q%u@%d "

FORMAT: Final = Format(
    name="pgaudit",
    description="PostgreSQL log with pgAudit entries",
    fields={
        "time": "time of the entry; an abbreviated zone other than UTC is dropped (set `zone`)",
        "user": "role that ran the statement",
        "database": "database",
        "pid": "process of the session",
        "session_id": "session",
        "client": "address of the client",
        "application_name": "name that the client gave itself",
        **{name: f"as in the pgAudit documentation ({name})" for name in _ENTRY},
    },
    open_fields=False,
    options={
        "prefix": Option("`log_line_prefix` of postgresql.conf", _DEFAULT_PREFIX),
        "csvlog": Option("`true` for logs written with `log_destination = csvlog`", "false"),
    },
    time=(TimeSource(("time",)),),
    detect=_detect,
    parser=_PgAuditParser,
)
