"""What stands in the tables beside an estate? Rows of accounts and of caseloads, or the first line that is wrong."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from ecluse.model.errors import SourceError
from ecluse.model.time import parse_instant

__all__ = ["ACCOUNT_COLUMNS", "CASELOAD_COLUMNS", "read_accounts", "read_caseload"]

ACCOUNT_COLUMNS: Final = ("account", "kind", "organization", "created_at", "created_by")
CASELOAD_COLUMNS: Final = ("account", "person")

_PARQUET: Final = b"PAR1"
_COMPRESSED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd", b"PK": "zip"}


def read_accounts(path: Path) -> pl.DataFrame:
    """One row an account: the columns of ACCOUNT_COLUMNS as strings, `created_at` in microseconds.

    All columns but `account` may be empty for unknown.

    Raises:
        SourceError: with file and line, when the table is not of this form or names an account twice.
    """
    table = _read(path, ACCOUNT_COLUMNS)
    _refuse_where(
        path,
        table["account"].is_null(),
        "the account is empty",
        "give it a name, or remove the line",
    )
    doubled = table["account"].is_duplicated() & ~table["account"].is_first_distinct()
    _refuse_where(path, doubled, "the account is listed before", "keep one line an account")
    return table.with_columns(_instants(path, table["created_at"]))


def read_caseload(path: Path) -> pl.DataFrame:
    """One row a relation, `account` and `person` as strings, each pair once, ordered by account.

    Raises:
        SourceError: with file and line, when the table is not of this form.
    """
    table = _read(path, CASELOAD_COLUMNS)
    for column in CASELOAD_COLUMNS:
        advice = "write both columns on every line"
        _refuse_where(path, table[column].is_null(), f"the {column} is empty", advice)
    return table.unique().sort("account", "person")


def _read(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    head = _head(path)
    try:
        table = pl.read_parquet(path) if head.startswith(_PARQUET) else _read_csv(path, head)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0].lower()
        raise SourceError(
            f"{path}: not a CSV or Parquet table: {first}", help=_help(columns)
        ) from None
    missing = [c for c in columns if c not in table.columns]
    if missing:
        found = ", ".join(table.columns[:10])
        message = f"{path}:1: the column `{missing[0]}` is missing; found are {found}"
        raise SourceError(message, help=_help(columns))
    texts = [
        pl.col(c).cast(pl.String).str.strip_chars().replace("", None)
        for c in columns
        if c != "created_at"
    ]
    return table.with_columns(texts).select(columns)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(65536)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        advice = "table paths are relative to the estate file"
        raise SourceError(f"{path}: {reason}", help=advice) from None
    for magic, name in _COMPRESSED.items():
        if head.startswith(magic):
            raise SourceError(
                f"{path}: the table is compressed ({name})", help="decompress it first"
            )
    if not head:
        raise SourceError(f"{path}: the table is empty", help="its first line names its columns")
    if b"\0" in head and not head.startswith(_PARQUET):
        raise SourceError(
            f"{path}: neither a CSV nor a Parquet table", help="is this the right file?"
        )
    return head


def _read_csv(path: Path, head: bytes) -> pl.DataFrame:
    first = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace")
    separator = max(",;\t", key=first.count)
    _refuse_ragged(path, separator)
    table = pl.read_csv(path, separator=separator, infer_schema=False, encoding="utf8")
    return table.rename(lambda name: name.strip().removeprefix("\ufeff"))


def _refuse_ragged(path: Path, separator: str) -> None:
    """Names the first line with a wrong number of fields; the fast reader would fill it up in silence."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=separator, strict=True)
        try:
            width = len(next(rows, []))
            for row in rows:
                if len(row) != width and row:
                    message = f"{path}:{rows.line_num}: {len(row)} fields where the first line has {width}"
                    raise SourceError(
                        message, help="put a value that holds the separator in double quotes"
                    )
        except csv.Error as error:
            raise SourceError(
                f"{path}:{rows.line_num}: not CSV: {error}", help="check the quotes"
            ) from None
        except UnicodeDecodeError as error:
            message = f"{path}:{rows.line_num + 1}: not UTF-8: {error.reason}"
            raise SourceError(message, help="save the table as UTF-8") from None


def _refuse_where(path: Path, wrong: pl.Series, message: str, advice: str) -> None:
    row = wrong.arg_max() if wrong.any() else None
    if row is not None:
        raise SourceError(f"{path}:{row + 2}: {message}", help=advice)


def _instants(path: Path, created: pl.Series) -> pl.Series:
    """Dates and times in any of the accepted types as microseconds since 1970, UTC."""
    if isinstance(created.dtype, pl.Datetime) and created.dtype.time_zone is None:
        message = f"{path}: `created_at` has times without a time zone"
        raise SourceError(message, help="store them in UTC with their time zone")
    if created.dtype == pl.Date or isinstance(created.dtype, pl.Datetime):
        return created.cast(pl.Datetime("us")).cast(pl.Int64)
    if created.dtype.is_integer():
        return created.cast(pl.Int64)
    values: list[int | None] = []
    for row, text in enumerate(created.cast(pl.String).to_list()):
        try:
            values.append(parse_instant(text.strip()) if text and text.strip() else None)
        except (ValueError, OverflowError):
            advice = "write 2025-07-12, or 2025-07-12T10:00:00+02:00 with the offset"
            raise SourceError(
                f"{path}:{row + 2}: `created_at` is not an instant", help=advice
            ) from None
    return pl.Series("created_at", values, dtype=pl.Int64)


def _help(columns: Sequence[str]) -> str:
    return f"its columns are {', '.join(columns)}"
