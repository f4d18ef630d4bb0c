"""How are the wanted entries of many segments read fast, and those of a damaged one carefully?

A segment whose file has the digest that a checkpoint signed is what was sealed, to the byte: Polars reads the wanted rows of
several such files at once. Every other file may hold anything: it is read by itself, and each of its rows, not
only the wanted ones, is held against the leaf hash that was sealed under a signed root.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.ledgers.asking import Gap, Question
from ecluse.ledgers.remains import Remains
from ecluse.ledgers.segment import SCHEMA, Manifest, bare, batch_leaves, check_schema, secret_of
from ecluse.merkle.tree import HASH_SIZE, CompactRange

__all__ = ["Part", "read_carefully", "read_together"]

Flags = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Part:
    """What stands in some segments.

    Attributes:
        at: instants of all entries, in order.
        rows: the wanted entries, the columns of the question and `sound`, whether each is verified.
        elsewhere: `seq` and `persons_count` of the accesses outside the period.
        unread: where segments begin and end that cannot be read.
    """

    at: npt.NDArray[np.int64]
    rows: pl.DataFrame
    elsewhere: pl.DataFrame
    gaps: list[Gap] = field(default_factory=list)
    unread: list[tuple[int, int]] = field(default_factory=list)


def read_together(remains: Remains, manifests: Sequence[Manifest], question: Question) -> Part:
    """Reads segments whose files are as they were sealed.

    Raises:
        OSError, pl.exceptions.PolarsError: when one cannot be read after all.
    """
    paths = [remains.parquet(manifest) for manifest in manifests]
    files = pl.scan_parquet(paths, glob=False)
    elsewhere = files.filter(question.elsewhere()).select("seq", "persons_count")
    at = (files if question.entries is None else files.filter(question.before())).select("at")
    lazy = [files.filter(question.wanted()).select(question.columns), at]
    if question.bounded:
        lazy.append(elsewhere)
    rows, times, *others = pl.collect_all(lazy)
    outside = others[0] if others else _nowhere()
    return Part(times["at"].to_numpy(), rows.with_columns(sound=pl.lit(value=True)), outside)


def _nowhere() -> pl.DataFrame:
    return pl.DataFrame(schema={"seq": pl.Int64, "persons_count": pl.Int64})


def read_carefully(remains: Remains, manifest: Manifest, question: Question) -> Part:
    """Reads a segment whose file may hold anything; what cannot be believed is a gap."""
    trusted = manifest.number in remains.trusted
    try:
        table, secret = _whole_table(remains, manifest)
    except (pa.ArrowException, OSError, ValueError):
        lost = question.hidden(manifest.count)
        gap = _doubt(manifest, "cannot be read: its entries are left out", lost, manifest.count)
        empty = _frame(SCHEMA.empty_table(), np.empty(0, bool))
        unread = [(manifest.first, manifest.end)]
        return _relevant(Part(np.empty(0, np.int64), empty, _nowhere(), [gap], unread), manifest, question, trusted=trusted)  # fmt: skip
    sound = _proven(remains, manifest, table, secret) if trusted else np.zeros(len(table), bool)
    frame = _frame(table, sound)
    missing = manifest.count - int(sound.sum())
    gap = _doubt(manifest, "was altered: its entries are counted as they stand", question.hidden(missing), missing)  # fmt: skip
    part = Part(
        frame.filter(question.before())["at"].to_numpy(), frame.filter(question.wanted()).select(*question.columns, "sound"),
        frame.filter(question.elsewhere()).select("seq", "persons_count"), [gap],
    )  # fmt: skip
    return _relevant(part, manifest, question, trusted=trusted)


def _frame(table: pa.Table, sound: Flags) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(table))
    return frame.with_columns(sound=pl.Series(sound, dtype=pl.Boolean))


def _relevant(part: Part, manifest: Manifest, question: Question, *, trusted: bool) -> Part:
    """Without the gap of a segment that, as was signed, lies outside every period."""
    if trusted and not question.touches(manifest.min_at, manifest.max_at):
        part.gaps = []
    return part


def _whole_table(remains: Remains, manifest: Manifest) -> tuple[pa.Table, bytes | None]:
    with pq.ParquetFile(remains.parquet(manifest)) as file:
        check_schema(file)
        table = bare(file.read())
        table.validate(full=True)
        return table.cast(SCHEMA), secret_of(file)


def _proven(remains: Remains, manifest: Manifest, table: pa.Table, secret: bytes | None) -> Flags:
    """Which rows are entries that were sealed: their leaf hash stands at their place under a signed root."""
    nothing = np.zeros(len(table), bool)
    seq = table["seq"].to_numpy()
    inside = (seq >= manifest.first) & (seq < manifest.end)
    inside[np.setdiff1d(np.arange(len(seq)), np.unique(seq, return_index=True)[1])] = False
    try:
        content = remains.layout.leaves(manifest.number).read_bytes()
        if CompactRange.over(content, manifest.first).nodes != manifest.range.nodes:
            return nothing
        stored = np.frombuffer(content, np.uint8).reshape(-1, HASH_SIZE)
        kept = table.filter(pa.array(inside))
        mine = np.frombuffer(batch_leaves(kept, secret)[0], np.uint8).reshape(-1, HASH_SIZE)
    except (ValueError, OSError):
        return nothing
    same = (stored[kept["seq"].to_numpy() - manifest.first] == mine).all(axis=1)
    nothing[np.flatnonzero(inside)[same]] = True
    return nothing


def _doubt(manifest: Manifest, what: str, at_most: int | None = 0, lost: int | None = 0) -> Gap:
    """The gap of a segment."""
    told = f"segment {manifest.number} (entries {manifest.first} to {manifest.end - 1}) {what}"
    return Gap(manifest.min_at, manifest.max_at, told, at_most, lost)
