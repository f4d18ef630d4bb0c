"""Which rows does a sample have? CSV, JSON, JSON lines or Parquet, in any encoding that sellers use; nested objects are laid flat.

Bytes in, rows out, each a mapping from column to text. What is no row is counted. The limits hold whatever the bytes say.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Refused", "Shape", "Table", "read_rows"]

_FIELD_MAX: Final = 65_536
_DEPTH_MAX: Final = 8
_COLUMNS_MAX: Final = 1_000
_LISTS: Final = ("data", "results", "rows", "records", "items", "users", "persons", "people")


class Refused(Exception):  # noqa: N818 - told to the person who gave the file
    """The bytes are no such sample; the message says why, without any of it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the sample is written; what is empty is found out.

    Attributes:
        header: whether the first row of a CSV has the names of the columns; else they are called `1`, `2`, …
        rows_max: more rows are refused.
    """

    form: str = ""
    delimiter: str = ""
    encoding: str = ""
    header: bool = True
    rows_max: int = 1_000_000


@dataclass(slots=True)
class Table:
    """The rows of a sample.

    Attributes:
        columns: their names, in the order in which they first come.
        unread: lines and elements that are no rows.
    """

    form: str
    columns: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    unread: int = 0

    def add(self, row: dict[str, str], shape: Shape) -> None:
        """Takes one row.

        Raises:
            Refused: when there are too many rows or columns.
        """
        if len(self.rows) >= shape.rows_max:
            raise Refused(f"more than {shape.rows_max:,} rows")
        for name in row:
            self.columns.setdefault(name, len(self.columns))
        if len(self.columns) > _COLUMNS_MAX:
            raise Refused(f"more than {_COLUMNS_MAX:,} columns")
        self.rows.append(row)


def read_rows(content: bytes, shape: Shape) -> Table:
    """Reads the sample.

    Raises:
        Refused: when it is none.
    """
    form = shape.form or _form(content)
    table = Table(form)
    if form == "parquet":
        _parquet(content, table, shape)
    else:
        text = _text(content, shape)
        {"csv": _csv, "json": _json, "jsonl": _jsonl}[form](text, table, shape)
    if not table.rows:
        raise Refused(f"no rows when read as {form}")
    return table


def _form(content: bytes) -> str:
    if content[:4] == b"PAR1":
        return "parquet"
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"[":
        return "json"
    if start[:1] == b"{":
        first, _, rest = start.partition(b"\n")
        return "jsonl" if _is_json(first) and rest.strip() else "json"
    return "csv"


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _text(content: bytes, shape: Shape) -> str:
    if shape.encoding:
        try:
            return content.decode(shape.encoding)
        except (UnicodeDecodeError, LookupError):
            raise Refused(f"it is not written in {shape.encoding}") from None
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _csv(text: str, table: Table, shape: Shape) -> None:
    csv.field_size_limit(_FIELD_MAX)
    delimiter = shape.delimiter or _delimiter(text)
    lines = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    names: list[str] | None = None
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:
            table.unread += 1
            continue
        if not any(cells):
            continue
        if names is None:
            width = len(cells)
            names = _unique(cells) if shape.header else [str(n) for n in range(1, width + 1)]
            if shape.header:
                continue
        if len(cells) != len(names):
            table.unread += 1
            continue
        table.add(dict(zip(names, cells, strict=True)), shape)


def _delimiter(text: str) -> str:
    """The sign that divides most of the first lines in the same number of cells, and of such signs in most cells."""
    lines = [line for line in text[:65_536].splitlines()[:20] if line.strip()]
    best, worth = ",", (0, 0)
    for sign in ";\t|,:":
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=sign))
        (cells, alike), *_ = counts.most_common(1) or [(0, 0)]
        if cells > 1 and (alike, cells) > worth:
            best, worth = sign, (alike, cells)
    return best


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in (n.strip() for n in names):
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _json(text: str, table: Table, shape: Shape) -> None:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("it is not JSON") from None
    if isinstance(whole, dict):
        lists = [whole[n] for n in _LISTS if isinstance(whole.get(n), list)]
        whole = lists[0] if lists else [whole]
    for element in whole if isinstance(whole, list) else [whole]:
        _take(element, table, shape)


def _jsonl(text: str, table: Table, shape: Shape) -> None:
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            _take(json.loads(line), table, shape)
        except (ValueError, RecursionError):
            table.unread += 1


def _take(element: Any, table: Table, shape: Shape) -> None:
    if isinstance(element, dict) and element:
        table.add(dict(_flat(element, "", 0)), shape)
    else:
        table.unread += 1


def _flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """`{"person": {"nir": 1}}` is the column `person.nir`; the elements of lists are numbered from 0."""
    if depth >= _DEPTH_MAX:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value[:100]):
            yield from _flat(inner, f"{name}.{place}", depth + 1)
    elif value is not None:
        yield name, (str(value).lower() if isinstance(value, bool) else str(value))[:_FIELD_MAX]


def _parquet(content: bytes, table: Table, shape: Shape) -> None:
    import pyarrow as pa  # noqa: PLC0415 - a sample is seldom Parquet
    import pyarrow.parquet as pq  # noqa: PLC0415 - idem

    try:
        with pq.ParquetFile(pa.BufferReader(content)) as file:
            if file.metadata.num_rows > shape.rows_max:
                raise Refused(f"more than {shape.rows_max:,} rows")
            for batch in file.iter_batches(batch_size=8192, use_threads=False):
                for row in batch.to_pylist():
                    _take({k: _plain(v) for k, v in row.items()}, table, shape)
    except (pa.ArrowException, OSError, ValueError):
        raise Refused("it is not Parquet") from None


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
