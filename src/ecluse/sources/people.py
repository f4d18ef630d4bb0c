"""How is the organization's own file about its people read? CSV, Parquet, or a table of SQLite or DuckDB; some rows at a time.

Every value comes as text. The ending says what a file is: `.csv` or `.txt` (comma, semicolon or tab; UTF-8), `.parquet`, `.sqlite`,
`.sqlite3`, `.db`, `.duckdb`. A table of another database is exported to one of these first (`COPY … TO` in PostgreSQL, `mysqldump
--tab`, `bcp`): no password of the organization's database ever comes near this tool.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ecluse.model.errors import CallerError, SourceError

__all__ = ["people_columns", "read_people"]

_ROWS: Final = 65_536
_BLOCK: Final = 8 << 20
_TEXT: Final = frozenset({".csv", ".txt", ".tsv"})
_SQLITE: Final = frozenset({".sqlite", ".sqlite3", ".db"})
_HELP: Final = "export it as CSV in UTF-8 with a line of headings, or as Parquet"
Progress = Callable[[float], None]
"""Told the share that was read, from 0 to 1, after each piece."""


def people_columns(path: Path, table: str | None = None) -> list[str]:
    """The columns of the file.

    Raises:
        CallerError: when the file is of no known kind, or `table` is missing.
        SourceError: when it cannot be read.
    """
    return list(_opened(path, table)[0])


def read_people(
    path: Path, columns: Sequence[str], *, table: str | None = None, progress: Progress = lambda _: None
) -> Iterator[pl.DataFrame]:  # fmt: skip
    """The wanted columns as text, some ten thousand rows at a time; an empty value is null.

    Raises:
        CallerError: when the file is of no known kind, `table` is missing, or there is no such column.
        SourceError: when it cannot be read.
    """
    known, rows = _opened(path, table)
    for column in columns:
        if column not in known:
            raise CallerError(
                f"`{path}` has no column `{column}`", help=f"its columns are {', '.join(known)}"
            )
    for batch, share in rows(list(dict.fromkeys(columns))):
        yield batch.with_columns(pl.all().cast(pl.String).replace("", None))
        progress(share)


_Rows = Callable[[list[str]], Iterator[tuple[pl.DataFrame, float]]]


def _opened(path: Path, table: str | None) -> tuple[list[str], _Rows]:
    ending = path.suffix.lower()
    if ending in _TEXT:
        return _csv(path)
    if ending == ".parquet":
        return _parquet(path)
    if ending in _SQLITE or ending == ".duckdb":
        if table is None:
            raise CallerError(f"`{path}` is a database: which table?", help="name it with --table")
        return _database(path, table, duck=ending == ".duckdb")
    raise CallerError(
        f"`{path}`: the ending does not say what it is",
        help="give a .csv, .parquet, .sqlite or .duckdb file",
    )


def _csv(path: Path) -> tuple[list[str], _Rows]:
    try:
        with path.open("rb") as file:
            head = file.readline(1 << 20).decode("utf-8-sig")
        size = path.stat().st_size
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"`{path}` cannot be read: {_told(error)}", help=_HELP) from None
    delimiter = max(",;\t", key=head.count)
    names = [name.strip().strip('"') for name in head.rstrip("\r\n").split(delimiter)]
    if len(set(names)) < len(names) or "" in names:
        raise SourceError(f"`{path}`: the first line is no line of headings", help=_HELP)

    def rows(columns: list[str]) -> Iterator[tuple[pl.DataFrame, float]]:
        options = pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), include_columns=columns, strings_can_be_null=False
        )  # fmt: skip
        parse = pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        read = pyarrow.csv.ReadOptions(block_size=_BLOCK, column_names=names, skip_rows=1)
        try:
            with path.open("rb") as file, pyarrow.csv.open_csv(file, read, parse, options) as reader:  # fmt: skip
                for batch in reader:
                    yield _frame(pa.Table.from_batches([batch])), min(1.0, file.tell() / max(size, 1))  # fmt: skip
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"`{path}` cannot be read: {_told(error)}", help=_HELP) from None  # fmt: skip

    return names, rows


def _parquet(path: Path) -> tuple[list[str], _Rows]:
    try:
        with pq.ParquetFile(path) as file:
            names, total = list(file.schema_arrow.names), max(1, file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"`{path}` cannot be read: {_told(error)}", help=_HELP) from None

    def rows(columns: list[str]) -> Iterator[tuple[pl.DataFrame, float]]:
        done = 0
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=_ROWS, columns=columns):
                    done += batch.num_rows
                    yield _frame(pa.Table.from_batches([batch])).select(columns), done / total
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"`{path}` cannot be read: {_told(error)}", help=_HELP) from None  # fmt: skip

    return names, rows


def _database(path: Path, table: str, *, duck: bool) -> tuple[list[str], _Rows]:
    if not path.is_file():
        raise SourceError(f"`{path}`: there is no such file")
    try:
        connection = _connected(path, duck=duck)
        described = connection.execute(f"SELECT * FROM {_quoted(table)} LIMIT 0").description
        names = [column[0] for column in described or ()]
        counted = connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()
        total = max(1, counted[0]) if counted else 1
    except _database_errors(duck=duck) as error:
        raise SourceError(
            f"`{path}` cannot be read: {_told(error)}", help="is the table named as in the file?"
        ) from None  # fmt: skip

    def rows(columns: list[str]) -> Iterator[tuple[pl.DataFrame, float]]:
        wanted = ", ".join(f"CAST({_quoted(name)} AS {'VARCHAR' if duck else 'TEXT'})" for name in columns)  # fmt: skip
        done = 0
        try:
            cursor = connection.execute(f"SELECT {wanted} FROM {_quoted(table)}")
            while part := cursor.fetchmany(_ROWS):
                done += len(part)
                schema = dict.fromkeys(columns, pl.String)
                yield pl.DataFrame(part, schema=schema, orient="row"), done / total
        except _database_errors(duck=duck) as error:
            raise SourceError(f"`{path}` cannot be read: {_told(error)}", help=_HELP) from None  # fmt: skip
        finally:
            connection.close()

    return names, rows


def _connected(path: Path, *, duck: bool) -> Any:
    if duck:
        import duckdb  # noqa: PLC0415 - heavy, and rarely needed

        return duckdb.connect(str(path), read_only=True)
    return sqlite3.connect(f"file:{path.as_posix().replace('%', '%25').replace('?', '%3f').replace('#', '%23')}?mode=ro", uri=True)  # fmt: skip


def _database_errors(*, duck: bool) -> tuple[type[Exception], ...]:
    if duck:
        import duckdb  # noqa: PLC0415 - heavy, and rarely needed

        return (duckdb.Error,)
    return (sqlite3.Error,)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


def _told(error: Exception) -> str:
    """What is wrong, in words of our own: those of the library may quote a line, and a line is a person's data."""
    text = str(error)
    if columns := re.search(r"(?:Row #(\d+): )?Expected (\d+) columns, got (\d+)", text):
        row = f"row {columns[1]}" if columns[1] else "a row"
        return f"{row} has {columns[3]} values, and there are {columns[2]} headings"
    if "UTF8" in text or "UTF-8" in text:
        return "it is not text in UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if named := re.search(r"no such (?:table|column): \S{1,80}", text):
        return named[0]
    return {"sqlite3": "SQLite", "_duckdb": "DuckDB", "duckdb": "DuckDB"}.get(
        type(error).__module__.split(".")[0], "the reader"
    ) + f" refuses it ({type(error).__name__})"
