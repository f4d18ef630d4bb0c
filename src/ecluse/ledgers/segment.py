"""What is in a sealed segment: its Parquet file, its leaf hashes, its manifest?

The Parquet file has the columns of `Entry` in append order, `seq` before them and three after:
`persons_count`, which stays when the persons are destroyed; `commitment`, kept instead of destroyed
private fields; `salt`, for the rows that still have theirs in a file some rows of which have not.
The secret of a segment nothing of which was destroyed stands in the file's metadata.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.ledgers.salts import Salter
from ecluse.merkle.columns import PSEUDONYM_SIZE, Columns, Hashes, commitments, public_leaves
from ecluse.merkle.tree import CompactRange

__all__ = [
    "ROW_GROUP",
    "SCHEMA",
    "Manifest",
    "bare",
    "batch_leaves",
    "batches",
    "check_schema",
    "columns_of",
    "commitments_of",
    "file_digest",
    "salts_of",
    "secret_of",
    "table_of",
    "write_table",
]

ROW_GROUP: Final = 8_192
BATCH: Final = 65_536
PERSONS: Final = pa.list_(pa.field("element", pa.binary(PSEUDONYM_SIZE), nullable=False))
_STRINGS: Final = (
    "kind", "account", "account_kind", "session", "organization", "lineage", "application",
    "source", "factor", "operation", "categories",
)  # fmt: skip
SCHEMA: Final = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("at", pa.int64(), nullable=False),
        *(pa.field(name, pa.string(), nullable=name in {"session", "source"}) for name in _STRINGS),
        pa.field("persons", PERSONS),
        pa.field("own", pa.string()),
        pa.field("created_at", pa.int64()),
        pa.field("bytes", pa.int64(), nullable=False),
        pa.field("effect", pa.string(), nullable=False),
        pa.field("policy", pa.string(), nullable=False),
        pa.field("window", pa.int64(), nullable=False),
        pa.field("used", pa.int64(), nullable=False),
        pa.field("limit", pa.int64(), nullable=False),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("persons_count", pa.int64(), nullable=False),
        pa.field("commitment", pa.binary(32)),
        pa.field("salt", pa.binary(16)),
    ]
)
_NUMBERS: Final = ("seq", "at", "created_at", "bytes", "window", "used", "limit", "persons_count")
_PLAIN: Final = ("persons.list.element", "commitment", "salt")
_SECRET: Final = b"ecluse.secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a segment holds and how it is recognised; its file is this, written in one way only.

    Attributes:
        file, parquet: name and SHA-256 of the Parquet file.
        subtrees: the complete subtrees over its leaves (`merkle.tree.CompactRange`).
        root: root of the whole tree at its end.
        min_at, max_at: microseconds.
        destroyed: entries whose private fields are gone: `count`, `first`, `last` (sequence numbers), `before` (microseconds) and `on`.
    """

    number: int
    file: str
    first: int
    count: int
    min_at: int
    max_at: int
    parquet: str
    subtrees: tuple[str, ...]
    root: str
    destroyed: dict[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The sequence number after the last one."""
        return self.first + self.count

    @property
    def range(self) -> CompactRange:
        """The segment's part of the tree."""
        return CompactRange(self.first, self.end, [bytes.fromhex(node) for node in self.subtrees])

    def write(self) -> bytes:
        """The file's content."""
        names = (
            "number",
            "file",
            "first",
            "count",
            "min_at",
            "max_at",
            "parquet",
            "subtrees",
            "root",
            "destroyed",
        )
        return json.dumps({name: getattr(self, name) for name in names}, indent=1).encode() + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the file's content, as checkpoints sign it."""
        return sha256(self.write()).hexdigest()

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Reads a manifest.

        Raises:
            ValueError: when the file is not exactly as `write` writes it.
        """
        content = path.read_bytes()
        try:
            document = json.loads(content)
            manifest = cls(**{**document, "subtrees": tuple(document["subtrees"])})
            same = manifest.write() == content and manifest.range.end == manifest.end
        except (TypeError, KeyError, ValueError):
            same = False
        if not same:
            raise ValueError(f"`{path.name}` was altered")
        return manifest


def table_of(columns: Columns, first: int) -> pa.Table:
    """Builds the Arrow table of consecutive entries, nothing destroyed."""
    count = len(columns)
    frame = columns.frame
    values = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(PSEUDONYM_SIZE), int(columns.offsets[-1]), [None, pa.py_buffer(columns.persons)]
    )
    persons = pa.ListArray.from_arrays(pa.array(columns.offsets.astype(np.int32)), values).cast(
        PERSONS
    )
    arrays: dict[str, Any] = {
        "seq": pa.array(np.arange(first, first + count)),
        "persons": persons,
        "persons_count": pa.array(np.diff(columns.offsets)),
        "commitment": pa.nulls(count, pa.binary(32)),
        "salt": pa.nulls(count, pa.binary(16)),
    }
    names = SCHEMA.names
    return pa.table(
        [arrays[name] if name in arrays else _array(frame[name], name) for name in names],
        names=names,
    )


def _array(values: pl.Series, name: str) -> pa.Array:
    wanted = SCHEMA.field(name).type
    if values.dtype == pl.String and (first := values[0]) is not None and (values == first).all():
        codes = pa.array(np.zeros(len(values), dtype=np.int32))
        return pa.DictionaryArray.from_arrays(codes, pa.array([first], pa.string()))
    return values.to_arrow().cast(wanted)


def write_table(table: pa.Table, *, secret: bytes | None) -> bytes:
    """Writes a table as the bytes of a Parquet file; the secret goes to its metadata."""
    sink = io.BytesIO()
    leaves = [name for name in (f.name for f in SCHEMA) if name != "persons"] + [
        "persons.list.element"
    ]
    with pq.ParquetWriter(
        sink,
        table.schema,
        compression={name: "NONE" if name in _PLAIN else "ZSTD" for name in leaves},
        use_dictionary=[name for name in leaves if name not in _NUMBERS and name not in _PLAIN],
        column_encoding={
            **dict.fromkeys(_NUMBERS, "DELTA_BINARY_PACKED"),
            **dict.fromkeys(_PLAIN, "PLAIN"),
        },
        write_statistics=["seq", "at", "account", "kind", "effect", "application"],
        store_schema=False,
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)
        if secret is not None:
            writer.add_key_value_metadata({_SECRET.decode(): secret.hex()})
    return sink.getvalue()


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def check_schema(file: pq.ParquetFile) -> None:
    """Checks that a file has the columns of a segment and no others.

    Raises:
        ValueError: when it has not.
    """
    found = [(column.name, str(column.type)) for column in file.schema_arrow]
    if found != [(column.name, str(column.type)) for column in SCHEMA]:
        raise ValueError("the columns are not those of a segment")


def bare(table: pa.Table) -> pa.Table:
    """The same columns without metadata, which in an altered file may be anything."""
    return pa.table(table.columns, names=table.column_names)


def secret_of(file: pq.ParquetFile) -> bytes | None:
    """The segment's secret, or None once something in it was destroyed.

    Raises:
        ValueError: when the metadata holds something else.
    """
    text = (file.metadata.metadata or {}).get(_SECRET)
    if text is None:
        return None
    secret = bytes.fromhex(text.decode())
    if len(secret) != 32:
        raise ValueError("the secret is 32 bytes")
    return secret


def batches(path: Path, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Reads a segment's Parquet file in append order, some ten thousand at a time."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=BATCH, columns=columns)


def columns_of(table: pa.Table) -> Columns:
    """Takes entries whose private fields are all there back out of a table of `SCHEMA`."""
    lists = table["persons"].combine_chunks()
    if isinstance(lists, pa.ChunkedArray):
        lists = pa.concat_arrays(lists.chunks) if lists.num_chunks else pa.array([], PERSONS)
    offsets = lists.offsets.to_numpy().astype(np.int64)
    flat = lists.values
    start = (flat.offset + int(offsets[0])) * PSEUDONYM_SIZE
    size = int(offsets[-1] - offsets[0]) * PSEUDONYM_SIZE
    persons = memoryview(flat.buffers()[1])[start : start + size] if size else memoryview(b"")
    frame = pl.DataFrame(pl.from_arrow(table.drop_columns(["persons"])))
    return Columns(frame, offsets - offsets[0], persons)


def batch_leaves(table: pa.Table, secret: bytes | None) -> tuple[bytes, pa.Array]:
    """Recomputes the leaf hashes of entries of `SCHEMA`; returns them with the rows whose persons are destroyed (booleans).

    Raises:
        ValueError: when a row's private fields are neither there nor properly destroyed.
    """
    destroyed = pc.is_valid(table["commitment"].combine_chunks())
    committed = commitments_of(table, secret)
    private_left = [
        name
        for name in ("persons", "own", "session", "source", "salt")
        if _kept(table, name, destroyed)
    ]
    if private_left:
        raise ValueError(
            f"`{private_left[0]}` is still there although the entry counts as destroyed"
        )
    return public_leaves(
        pl.DataFrame(pl.from_arrow(table.drop_columns(["persons"]))), committed
    ), destroyed


def commitments_of(table: pa.Table, secret: bytes | None) -> Hashes:
    """The commitments of entries of `SCHEMA`: kept ones where persons are destroyed, recomputed ones elsewhere.

    Raises:
        ValueError: when the private fields or the salt of an entry are missing.
    """
    committed = _kept_commitments(table["commitment"])
    live = np.flatnonzero(table["commitment"].is_null().to_numpy())
    if len(live):
        rows = table.take(pa.array(live)) if len(live) < len(table) else table
        if any(rows[name].null_count for name in ("persons", "own", "session", "source")):
            raise ValueError(
                "the private fields of an entry are missing, and were not destroyed by a retention"
            )
        columns = columns_of(rows)
        if not (np.diff(columns.offsets) == columns.frame["persons_count"].to_numpy()).all():
            raise ValueError("`persons_count` differs from the persons that are listed")
        committed[live] = commitments(columns, salts_of(rows, secret))
    return committed


def _kept_commitments(column: pa.ChunkedArray) -> Hashes:
    kept = np.zeros((len(column), 32), dtype=np.uint8)
    for row, value in enumerate(column.to_pylist()) if column.null_count < len(column) else ():
        if value is not None:
            kept[row] = np.frombuffer(value, dtype=np.uint8)
    return kept


def _kept(table: pa.Table, name: str, destroyed: pa.Array) -> bool:
    return bool(pc.any(pc.and_(pc.is_valid(table[name]), destroyed)).as_py())


def salts_of(rows: pa.Table, secret: bytes | None) -> bytes:
    """The salts of entries whose private fields are all there, end to end."""
    if secret is None:
        salts = rows["salt"]
        if salts.null_count:
            raise ValueError("the salt of an entry is missing")
        return b"".join(salts.to_pylist())
    numbers = rows["seq"].to_numpy()
    if len(numbers) and numbers[-1] - numbers[0] + 1 == len(numbers):
        return Salter(secret).many(int(numbers[0]), len(numbers))
    salter = Salter(secret)
    return b"".join([salter.one(number) for number in numbers.tolist()])
