"""Which bytes are hashed, so that two people who compute the same exposure get the same digest?

    column  = SHA-256 of the values, one after the other; of a column of texts the lengths first, then the texts
    list    = SHA-256 of the JSON text [[name, rows, column], …] in the order of `COLUMNS`
    digest  = SHA-256 of the JSON text of what was asked, the checkpoints, the list, the gaps and the numbers

The list is sorted by person. Whole numbers are 8 bytes, little-endian; yes, no and unknown are the bytes 1, 0
and 2; the length of a text is a whole number, -1 where there is none. JSON text has sorted keys and no spaces. Neither
who froze an exposure, when, nor the file's own encoding enters: whoever computes it again from the ledger must agree.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.model.exposure import ExposureVersion

__all__ = ["COLUMNS", "SCHEMA", "exposure_digest", "list_digest"]

SCHEMA: Final = pa.schema(
    [
        pa.field("person", pa.binary(16), nullable=False),
        pa.field("linked", pa.bool_(), nullable=False),
        pa.field("manner", pa.string(), nullable=False),
        pa.field("categories", pa.string(), nullable=False),
        pa.field("shown", pa.string(), nullable=False),
        pa.field("exported", pa.string(), nullable=False),
        pa.field("listed", pa.string(), nullable=False),
        pa.field("first_at", pa.int64(), nullable=False),
        pa.field("last_at", pa.int64(), nullable=False),
        pa.field("accesses", pa.int64(), nullable=False),
        pa.field("minor", pa.bool_()),
        pa.field("protected", pa.bool_()),
        pa.field("member_state", pa.string()),
    ]
)
"""The list of a frozen exposure: one row a person, sorted by `person`; `categories` and the three by manner joined by spaces."""

COLUMNS: Final = tuple(SCHEMA.names)
_FORM: Final = "ecluse exposure 1"
_BESIDE: Final = ("number", "digest", "made_at", "made_by", "file_digest")


def exposure_digest(version: ExposureVersion) -> str:
    """The digest of an exposure, from its facts; what it says in `digest` itself is not looked at."""
    facts = {name: value for name, value in asdict(version).items() if name not in _BESIDE}
    return sha256(_text({"form": _FORM, **facts})).hexdigest()


def list_digest(batches: Iterable[pa.RecordBatch]) -> str:
    """The digest of a list of persons with the columns of `SCHEMA`, some rows at a time.

    Raises:
        ValueError: when the columns are others, or the persons are not sorted, each once.
    """
    columns = [_Column(field) for field in SCHEMA]
    rows, last = 0, b""
    for batch in batches:
        if [(field.name, field.type) for field in batch.schema] != [
            (field.name, field.type) for field in SCHEMA
        ]:
            raise ValueError("the columns are not those of a list of persons")
        last = _in_order(batch.column("person"), last)
        rows += batch.num_rows
        for column, values in zip(columns, batch.columns, strict=True):
            column.add(values)
    parts = [[column.name, rows, column.digest()] for column in columns]
    return sha256(_text(parts)).hexdigest()


def _text(document: Any) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _in_order(persons: pa.Array, last: bytes) -> bytes:
    """Checks that each person comes after the one before it; returns the last one."""
    if not len(persons):
        return last
    if persons.null_count:
        raise ValueError("a person is missing")
    words = np.frombuffer(_flat(persons), dtype=">u8").reshape(-1, 2)
    high, low = words[:, 0], words[:, 1]
    later = (high[1:] > high[:-1]) | ((high[1:] == high[:-1]) & (low[1:] > low[:-1]))
    if not later.all() or not last < words[0].tobytes():
        raise ValueError("the persons are not sorted, each once")
    return bytes(words[-1].tobytes())


def _flat(values: pa.Array) -> memoryview:
    """The bytes of a column of values of one width, end to end."""
    width = values.type.byte_width
    return memoryview(values.buffers()[1])[
        values.offset * width : (values.offset + len(values)) * width
    ]


class _Column:
    """The hash of one column as its values come."""

    def __init__(self, field: pa.Field) -> None:
        self.name = field.name
        self._type = field.type
        self._values = sha256()
        self._lengths = sha256()

    def add(self, values: pa.Array) -> None:
        if pa.types.is_string(self._type):
            lengths = pc.fill_null(pc.binary_length(values), -1).cast(pa.int64())
            self._lengths.update(lengths.to_numpy().astype("<i8").data)
            offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)
            begin, end = offsets[values.offset], offsets[values.offset + len(values)]
            data = values.buffers()[2]
            if data is not None and end > begin:
                self._values.update(memoryview(data)[begin:end])
        elif pa.types.is_boolean(self._type):
            numbers = pc.fill_null(values.cast(pa.uint8()), 2)
            self._values.update(numbers.to_numpy().data)
        elif values.null_count:
            raise ValueError(f"a value of `{self.name}` is missing")
        elif len(values):
            self._values.update(_flat(values))

    def digest(self) -> str:
        if pa.types.is_string(self._type):
            self._lengths.update(self._values.digest())
            return self._lengths.hexdigest()
        return self._values.hexdigest()
