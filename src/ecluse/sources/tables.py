"""How is a Parquet file read? Row group by row group, and only the columns that are wanted."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.model.errors import SourceError
from ecluse.sources.blocks import Progress

__all__ = ["column_names", "read_columns", "write_table"]

_ROWS: Final = 1_000_000


def column_names(path: Path) -> list[str]:
    """The columns of a table.

    Raises:
        SourceError: when the file is not Parquet, or is cut off.
    """
    names: list[str] = _open(path).schema_arrow.names
    return names


def read_columns(path: Path, columns: list[str], progress: Progress) -> Iterator[pl.DataFrame]:
    """Frames of about a million rows; texts stay dictionary-coded (`Categorical`) where they are in the file.

    Raises:
        SourceError: when a column is missing or the file is damaged.
    """
    file = _open(path)
    missing = [name for name in columns if name not in file.schema_arrow.names]
    if missing:
        raise SourceError(
            f"`{path}`: the table has no column `{missing[0]}`, which the mapping names",
            help=f"its columns are {', '.join(file.schema_arrow.names)}",
        )
    size = path.stat().st_size
    total = max(file.metadata.num_rows, 1)
    done = 0
    try:
        for group in _groups(file.metadata):
            table = file.read_row_groups(group, columns=columns, use_threads=True)
            done += table.num_rows
            frame = pl.from_arrow(table)
            assert isinstance(frame, pl.DataFrame)
            yield frame
            progress(size * done // total)
    except pa.ArrowException as error:
        raise SourceError(
            f"`{path}`: the table cannot be read after row {done}", help="write or copy it again"
        ) from error


def write_table(frame: pl.DataFrame, path: Path, *, rows: int | None = None) -> None:
    """Writes a table, in row groups of so many rows.

    Raises:
        OSError: when the disk refuses.
    """
    try:
        frame.write_parquet(path, compression="zstd", row_group_size=rows, statistics=True)
    except pl.exceptions.ComputeError as error:  # polars has the number of the system in the text
        told = re.search(r"\(os error (\d+)\)", str(error))
        if told is None:
            raise
        raise OSError(int(told[1]), os.strerror(int(told[1])), str(path)) from error


def _open(path: Path) -> pq.ParquetFile:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise SourceError(
            f"`{path}`: the name is not text in UTF-8",
            help="rename the file; Parquet is opened by its name",
        ) from None
    try:
        plain = pq.ParquetFile(path)
        coded = [
            field.name
            for field in plain.schema_arrow
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        return pq.ParquetFile(path, read_dictionary=[c for c in coded if c != "person"])
    except pa.ArrowException as error:
        raise SourceError(
            f"`{path}`: not a Parquet file, or one that is cut off", help="copy the file again"
        ) from error


def _groups(metadata: pq.FileMetaData) -> Iterator[list[int]]:
    """Row groups together until they have about a million rows."""
    group: list[int] = []
    rows = 0
    for number in range(metadata.num_row_groups):
        group.append(number)
        rows += metadata.row_group(number).num_rows
        if rows >= _ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group
