"""How are the leaves of many entries made at once, bit for bit as one by one?

`Columns` holds entries as a frame and, apart, the pseudonyms end to end with their offsets, which is
what both the hash and the Parquet file want. Columns that hold one value throughout are folded into
the text around them.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from ecluse.merkle.canonical import ENTRY_TAG, PRIVATE_TAG, PUBLIC, SALT_SIZE
from ecluse.merkle.lanes import sha256_many
from ecluse.model.entry import ACCESS

__all__ = [
    "DEFAULTS",
    "PSEUDONYM_SIZE",
    "Columns",
    "Hashes",
    "commitments",
    "flatten_persons",
    "leaves",
    "public_leaves",
    "take_columns",
]

PSEUDONYM_SIZE: Final = 16
Hashes = npt.NDArray[np.uint8]
"""One row of 32 bytes a hash."""

DEFAULTS: Final[dict[str, str | int | None]] = {
    "at": None,
    "kind": ACCESS,
    "account": None,
    "account_kind": "",
    "session": "",
    "organization": "",
    "lineage": "",
    "application": "",
    "source": "",
    "factor": "",
    "operation": "",
    "categories": "",
    "own": "",
    "created_at": None,
    "bytes": 0,
    "effect": "permit",
    "policy": "",
    "window": 0,
    "used": 0,
    "limit": 0,
    "detail": "",
}
"""Every column but `persons`, with what a missing one holds. `at` and `account` have no default."""

NUMBERS: Final = frozenset({"at", "created_at", "bytes", "window", "used", "limit"})


@dataclass(slots=True)
class Columns:
    """Entries as columns.

    Attributes:
        frame: every column of `DEFAULTS`, without nulls but in `created_at`.
        offsets: where each entry's pseudonyms start in `persons`, counted in pseudonyms; one more than entries.
        persons: pseudonyms, 16 bytes each, end to end.
    """

    frame: pl.DataFrame
    offsets: npt.NDArray[np.int64]
    persons: memoryview

    def __len__(self) -> int:
        return self.frame.height

    def slice(self, begin: int, length: int) -> "Columns":
        """A stretch of the entries, without copying."""
        offsets = self.offsets[begin : begin + length + 1]
        first, last = int(offsets[0]), int(offsets[-1])
        part = self.persons[first * PSEUDONYM_SIZE : last * PSEUDONYM_SIZE]
        return Columns(self.frame.slice(begin, length), offsets - first, part)


def take_columns(frame: pl.DataFrame) -> Columns:
    """Brings a frame with the columns of `Entry` into shape: defaults for missing columns and nulls.

    Raises:
        ValueError: when `at` or `account` is missing or null somewhere, a pseudonym is not 16 bytes, or a column is unknown.
    """
    unknown = set(frame.columns) - set(DEFAULTS) - {"persons"}
    if unknown:
        raise ValueError(
            f"an entry has no column {', '.join(f'`{name}`' for name in sorted(unknown))}"
        )
    shaped = frame.select(_shaped(frame, name) for name in DEFAULTS)
    for name in ("at", "account"):
        if shaped[name].null_count():
            raise ValueError(f"every entry needs `{name}`")
    if "persons" not in frame.columns:
        return Columns(shaped, np.zeros(frame.height + 1, dtype=np.int64), memoryview(b""))
    offsets, persons = flatten_persons(frame["persons"])
    return Columns(shaped, offsets, persons)


def _shaped(frame: pl.DataFrame, name: str) -> pl.Expr:
    kind: Any = pl.Int64 if name in NUMBERS else pl.String
    default = DEFAULTS[name]
    if name not in frame.columns:
        return pl.repeat(default, frame.height, dtype=kind).alias(name)
    column = pl.col(name).cast(kind)
    return column if default is None else column.fill_null(default)


def flatten_persons(persons: pl.Series) -> tuple[npt.NDArray[np.int64], memoryview]:
    """Where each row's pseudonyms start, counted in pseudonyms, and all of them end to end.

    Raises:
        ValueError: when a pseudonym is missing or not 16 bytes.
    """
    if not isinstance(persons.dtype, pl.List):
        raise ValueError("`persons` holds lists of pseudonyms")  # noqa: TRY004 - the caller's frame, not a type of ours
    lists = (
        persons.fill_null([])
        .cast(pl.List(pl.Binary))
        .rechunk()
        .to_arrow()
        .cast(pa.large_list(pa.large_binary()))
    )
    offsets = lists.offsets.to_numpy().astype(np.int64)
    values = lists.values.slice(offsets[0], offsets[-1] - offsets[0])
    if values.null_count:
        raise ValueError("`persons` holds a null among the pseudonyms")
    ends = np.frombuffer(values.buffers()[1], dtype=np.int64)[
        values.offset : values.offset + len(values) + 1
    ]
    if len(values) and not (np.diff(ends) == PSEUDONYM_SIZE).all():
        raise ValueError("a pseudonym is 16 bytes")
    flat = memoryview(values.buffers()[2])[ends[0] : ends[-1]] if len(values) else memoryview(b"")
    return offsets - offsets[0], flat


def commitments(columns: Columns, salts: bytes) -> Hashes:
    """Hashes the private fields of every entry with its salt (16 bytes each, end to end); 32 bytes a row."""
    count = len(columns)
    assert len(salts) == SALT_SIZE * count
    persons = _fixed_text(columns.persons.hex(), columns.offsets * (2 * PSEUDONYM_SIZE))
    parts: list[str | pl.Series] = []
    for values in (
        columns.frame["session"],
        columns.frame["source"],
        persons,
        columns.frame["own"],
    ):
        parts += _netstring(values)
    head = np.empty((count, 1 + SALT_SIZE), dtype=np.uint8)
    head[:, 0] = PRIVATE_TAG[0]
    head[:, 1:] = np.frombuffer(salts, dtype=np.uint8).reshape(count, SALT_SIZE)
    text, offsets = _concatenated(parts, count)
    return sha256_many(head, text, offsets, np.empty((count, 0), dtype=np.uint8))


def leaves(columns: Columns, committed: Hashes) -> bytes:
    """Hashes every entry into its leaf, from the public columns and the commitments; 32 bytes each, end to end."""
    count = pl.Series(np.diff(columns.offsets))
    return public_leaves(columns.frame.with_columns(persons_count=count), committed)


def public_leaves(frame: pl.DataFrame, committed: Hashes) -> bytes:
    """Hashes entries whose private fields may be gone; the frame has every column of `PUBLIC`."""
    parts: list[str | pl.Series] = ["\x00" + ENTRY_TAG.decode()]
    for name in PUBLIC:
        values = frame[name]
        if values.null_count() and name != "created_at":
            raise ValueError(f"`{name}` is missing in an entry")
        parts += _netstring(
            values if values.dtype == pl.String else values.cast(pl.String).fill_null("")
        )
    text, offsets = _concatenated(parts, frame.height)
    return sha256_many(
        np.empty((frame.height, 0), dtype=np.uint8), text, offsets, committed
    ).tobytes()


def _netstring(values: pl.Series) -> list[str | pl.Series]:
    if values.is_empty():
        return []
    first = values[0]
    if (values == first).all():
        return [f"{len(first.encode())}:{first},"]
    lengths = values.str.len_bytes()
    if lengths.min() == lengths.max():
        return [f"{lengths[0]}:", values, ","]
    return [lengths.cast(pl.String), ":", values, ","]


def _fixed_text(text: str, offsets: npt.NDArray[np.int64]) -> pl.Series:
    array = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text.encode())
    )
    return pl.Series(values=array, dtype=pl.String)


def _concatenated(
    parts: list[str | pl.Series], height: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Joins the parts row by row; returns the rows end to end, and where each starts."""
    columns: dict[str, pl.Series] = {}
    pieces: list[pl.Expr] = []
    for is_text, run in groupby(parts, key=lambda part: isinstance(part, str)):
        if is_text:
            pieces.append(pl.lit("".join(str(part) for part in run)))
            continue
        for part in run:
            columns[str(len(columns))] = pl.Series(part)
            pieces.append(pl.col(str(len(columns) - 1)))
    columns["rows"] = pl.Series(np.zeros(height, dtype=np.int8))
    joined = (
        pl.DataFrame(columns)
        .select(pl.concat_str([*pieces, pl.col("rows").cast(pl.String).str.head(0)]))
        .to_series()
    )
    array = joined.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.large_string())
    _, ends, data = array.buffers()
    offsets = (
        np.frombuffer(ends, dtype=np.int64)[array.offset : array.offset + height + 1]
        if ends
        else np.zeros(1, np.int64)
    )
    return np.frombuffer(data or b"", dtype=np.uint8), offsets
