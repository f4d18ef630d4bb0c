"""How does an entry of the ledger stand in a table, so that a person reads it and a program proves it?

One row an entry, with every field that is hashed into its leaf, and the salt of the fields about persons; or, instead of these
fields and the salt, the commitment that the ledger made to them. `time` is `at` in words. Cells are harmless (`reports.cells`).
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from ecluse.merkle.canonical import PRIVATE, PUBLIC
from ecluse.merkle.columns import PSEUDONYM_SIZE
from ecluse.reports.cells import cell

__all__ = ["ENTRY_COLUMNS", "PERSON_COLUMNS", "entry_lines", "heading", "person_lines"]

ENTRY_COLUMNS: Final = ("seq", "time", *PUBLIC, *PRIVATE, "salt", "commitment")

PERSON_COLUMNS: Final = (
    "person", "linked", "manner", "categories", "shown", "exported", "listed", "first_at", "last_at", "accesses",
    "minor", "protected", "member_state",
)  # fmt: skip


def heading(columns: Sequence[str]) -> bytes:
    """The first line of a table."""
    return (",".join(columns) + "\r\n").encode()


def entry_lines(
    rows: pa.Table,
    salts: Sequence[bytes | None],
    committed: npt.NDArray[np.uint8],
    *,
    without_persons: bool,
) -> bytes:
    """Entries as lines of CSV.

    Args:
        rows: with the columns of a segment.
        salts: None for an entry whose persons were destroyed.
        committed: the commitments, 32 bytes a row.
        without_persons: give the commitment instead of session, source, persons and salt.
    """
    if not len(rows):
        return b""
    bare = [without_persons or salt is None for salt in salts]
    frame = pl.DataFrame(pl.from_arrow(rows.drop_columns(["persons", "salt", "commitment"])))
    digits = committed.tobytes().hex()
    commitment = [digits[i * 64 : i * 64 + 64] if gone else "" for i, gone in enumerate(bare)]
    salt = ["" if gone else (salt or b"").hex() for gone, salt in zip(bare, salts, strict=True)]
    time = pl.from_epoch("at", time_unit="us").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    frame = frame.with_columns(
        time.alias("time"),
        pl.Series("persons", _persons(rows["persons"], bare), dtype=pl.String),
        pl.Series("salt", salt, dtype=pl.String),
        pl.Series("commitment", commitment, dtype=pl.String),
    )
    hidden = pl.Series(bare, dtype=pl.Boolean)
    if hidden.any():
        none = pl.lit("")
        frame = frame.with_columns(
            pl.when(hidden).then(none).otherwise(pl.col(name)).alias(name)
            for name in PRIVATE
            if name != "persons"
        )
    return _csv(frame.select(ENTRY_COLUMNS))


def person_lines(batch: pa.RecordBatch) -> bytes:
    """Rows of a frozen list of persons as lines of CSV."""
    frame = pl.DataFrame(pl.from_arrow(batch))
    words = {True: "yes", False: "no"}
    return _csv(
        frame.with_columns(
            pl.col("person").bin.encode("hex"),
            *(
                pl.col(name).replace_strict(words, default="", return_dtype=pl.String)
                for name in ("linked", "minor", "protected")
            ),
        ).select(PERSON_COLUMNS)
    )


def _persons(column: pa.ChunkedArray, bare: Sequence[bool]) -> list[str]:
    lists = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    offsets = lists.offsets.to_numpy().tolist()
    values: Any = lists.values
    data = values.buffers()[1]
    begin = values.offset * PSEUDONYM_SIZE
    end = begin + len(values) * PSEUDONYM_SIZE
    digits = memoryview(data)[begin:end].hex() if data is not None else ""
    size = 2 * PSEUDONYM_SIZE
    made = []
    for gone, low, high in zip(bare, offsets, offsets[1:], strict=False):
        if gone:
            made.append("")
        elif high - low == 1:
            made.append(digits[low * size : high * size])
        else:
            made.append(" ".join(digits[i * size : i * size + size] for i in range(low, high)))
    return made


def _csv(frame: pl.DataFrame) -> bytes:
    shaped = frame.with_columns(
        _harmless(frame[name]) for name in frame.columns if frame[name].dtype == pl.String
    )
    text: str = shaped.write_csv(include_header=False, line_terminator="\r\n", quote_style="necessary")  # fmt: skip
    return text.encode()


def _harmless(values: pl.Series) -> pl.Series:
    """Each text once; names repeat, and most are ordinary."""
    known = values.fill_null("").unique().to_list()
    changed = {text: made for text in known if (made := cell(text)) != text}
    filled = values.fill_null("")
    return filled.replace(list(changed), list(changed.values())) if changed else filled
