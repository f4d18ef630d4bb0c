"""Which accesses of some accounts does one ledger hold, verified as they are read?

Each segment's file is compared with the digest that a checkpoint signed, and each of the accounts' own
entries with its leaf hash. Whatever is missing or doubtful is a gap with its interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.ledgers.mark import Mark
from ecluse.ledgers.notes import read_notes, signed_manifests
from ecluse.ledgers.reader import Snapshot
from ecluse.ledgers.segment import (
    SCHEMA,
    Manifest,
    bare,
    batch_leaves,
    check_schema,
    file_digest,
    secret_of,
)
from ecluse.merkle.tree import HASH_SIZE
from ecluse.model.entry import ACCESS
from ecluse.model.policy import Effect
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND, format_duration
from ecluse.service.rebuild_acts import OBSERVED, RELEASE

__all__ = ["Found", "Gap", "Question", "find"]

_REFUSALS: Final = "refusals"
_KINDS: Final = (ACCESS, OBSERVED, RELEASE, _REFUSALS)
_RELEASING: Final = [effect.word for effect in Effect if effect.releases]
_ROW: Final = ("seq", "at", "account", "application", "categories", "persons", "persons_count")
_COLUMNS: Final = (*_ROW, "kind", "effect", "detail")
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time about which the ledger cannot tell everything; None where it is open."""

    first_at: int | None
    last_at: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Question:
    """Accesses of which accounts, at instants in `[since, until)`, in microseconds; None where it is open."""

    accounts: tuple[str, ...]
    since: int | None = None
    until: int | None = None


@dataclass(slots=True)
class Found:
    """What a ledger holds of the accounts.

    Attributes:
        rows: accesses in the interval: `seq`, `at`, `account`, `application`, `categories`, `persons`, `persons_count`,
            and `released`, whether data left.
        releases: entries of kind `release`, whenever they were written: `seq`, `at`, `account`, `persons`, `detail`, and
            `sound`, whether the entry is verified and acknowledged.
        refused: refusals in the interval that were counted and not kept one by one.
        elsewhere: sequence numbers of the accounts' accesses, those outside the interval included.
        unread: where segments begin and end that cannot be read.
    """

    rows: pl.DataFrame
    releases: pl.DataFrame
    refused: int
    elsewhere: npt.NDArray[np.int64]
    unread: list[tuple[int, int]]
    gaps: list[Gap]


@dataclass(slots=True)
class _Work:
    """What is gathered segment by segment."""

    question: Question
    rows: list[pl.DataFrame] = field(default_factory=list)
    releases: list[pl.DataFrame] = field(default_factory=list)
    elsewhere: list[npt.NDArray[np.int64]] = field(default_factory=list)
    refused: int = 0
    unread: list[tuple[int, int]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)
    before: int = int(np.iinfo(np.int64).min)

    def take(self, table: pa.Table, sound: Flags) -> None:
        arrow = table.select(_COLUMNS).cast(pa.schema([SCHEMA.field(name) for name in _COLUMNS]))
        accounts = pl.Enum(list(self.question.accounts))
        frame = pl.DataFrame(pl.from_arrow(arrow)).with_columns(pl.col("account").cast(accounts))
        kind, effect = pl.col("kind"), pl.col("effect")
        released = (kind == OBSERVED) | effect.is_in(_RELEASING)
        accesses = frame.filter(kind.is_in((ACCESS, OBSERVED)))
        self.rows.append(accesses.select(*_ROW, released=released))
        releases = frame.with_columns(sound=pl.Series(sound, dtype=pl.Boolean))
        self.releases.append(
            releases.filter(kind == RELEASE).select(
                "seq", "at", "account", "persons", "detail", "sound"
            )
        )
        refusals = frame.filter(kind == _REFUSALS)["detail"]
        counts = refusals.str.json_path_match("$.count").cast(pl.Int64, strict=False)
        self.refused += int(counts.sum())

    def pass_by(self, times: Any, first: int, mine: Flags) -> None:
        """Notes what is known of all entries from one sequence number on."""
        self.elsewhere.append(first + np.flatnonzero(mine))
        self.steps += _steps_back(times, self.before)
        if len(times):
            self.before = max(self.before, int(times.max()))


def find(snapshot: Snapshot, question: Question) -> Found:
    """Reads a ledger."""
    layout = snapshot.layout
    key = layout.read_public_key()
    signed = signed_manifests(
        read_notes(layout.checkpoints, key, layout.read_first_page(key).origin)[0]
    )
    work = _Work(question)
    for manifest in snapshot.manifests:
        trusted = manifest.digest in signed.get(manifest.number, set())
        _take_segment(work, snapshot, manifest, trusted=trusted)
    wanted, mine = _wanted(snapshot.tail, question)
    work.pass_by(snapshot.tail["at"].to_numpy(), snapshot.sealed, mine)
    tail = snapshot.tail.filter(wanted)
    work.take(tail, tail["seq"].to_numpy() < _acknowledged(snapshot))
    _gap_of_steps(work)
    return Found(
        pl.concat(work.rows),
        pl.concat(work.releases),
        work.refused,
        np.concatenate(work.elsewhere),
        work.unread,
        work.gaps,
    )


def _acknowledged(snapshot: Snapshot) -> int:
    """How many entries the mark knows of; read after the log, it is behind it by no more than the commit at work."""
    try:
        return Mark.read(snapshot.layout.mark.read_bytes(), None).size
    except (ValueError, OSError):
        return snapshot.sealed


def _take_segment(work: _Work, snapshot: Snapshot, manifest: Manifest, *, trusted: bool) -> None:
    try:
        narrow, mine, table, secret, intact = _read(snapshot, manifest, work.question)
    except (pa.ArrowException, OSError, ValueError):
        work.unread.append((manifest.first, manifest.end))
        work.gaps.append(_doubt(manifest, "cannot be read: its entries are left out"))
        return
    sound = np.full(len(table), fill_value=trusted and intact)
    if not trusted or not intact:
        work.gaps.append(_doubt(manifest, "was altered: its entries are counted as they stand"))
    elif len(table):
        sound = _check_leaves(work, snapshot, manifest, table, secret)
    work.pass_by(narrow["at"].to_numpy(), manifest.first, mine)
    work.take(table, sound)


def _read(
    snapshot: Snapshot, manifest: Manifest, question: Question
) -> tuple[pa.Table, Flags, pa.Table, bytes | None, bool]:
    """Reads a few columns of all entries, and the wanted entries whole."""
    path = snapshot.parquet(manifest)
    intact = file_digest(path) == manifest.parquet
    with pq.ParquetFile(path) as file:
        check_schema(file)
        secret = secret_of(file)
        with pq.ParquetFile(path, read_dictionary=["account", "kind"]) as coded:
            narrow = coded.read(columns=["at", "account", "kind"])
        if not intact:
            narrow.validate(full=True)
        wanted, mine = _wanted(narrow, question)
        groups, sizes = _groups(file, wanted)
        if not groups:
            return narrow, mine, SCHEMA.empty_table(), secret, intact
        table = bare(file.read_row_groups(groups))
        if not intact:
            table.validate(full=True)
    kept = pa.concat_arrays([wanted.slice(begin, length) for begin, length in sizes])
    return narrow, mine, table.filter(kept), secret, intact


def _groups(file: pq.ParquetFile, mask: pa.Array) -> tuple[list[int], list[tuple[int, int]]]:
    """The row groups that hold a wanted row, and where each lies."""
    groups, sizes, begin = [], [], 0
    for group in range(file.num_row_groups):
        length = file.metadata.row_group(group).num_rows
        if pc.any(mask.slice(begin, length)).as_py():
            groups.append(group)
            sizes.append((begin, length))
        begin += length
    return groups, sizes


def _wanted(table: pa.Table, question: Question) -> tuple[pa.Array, Flags]:
    """Which entries are to be read whole, and which are accesses of the accounts at any time."""
    mine = _place(table["account"], question.accounts) >= 0
    kind = _place(table["kind"], _KINDS)
    inside = mine & (kind >= 0)
    at = table["at"].to_numpy()
    if question.since is not None:
        inside &= at >= question.since
    if question.until is not None:
        inside &= at < question.until
    release = mine & (kind == _KINDS.index(RELEASE))
    accesses: Flags = mine & (kind >= 0) & (kind <= _KINDS.index(OBSERVED))
    return pa.array(inside | release), accesses


def _place(column: pa.ChunkedArray, words: Sequence[str]) -> Any:
    """Which of the words each value is, or -1; a dictionary-coded column is compared word by word, not row by row."""
    wanted = pa.array(words, pa.string())
    places = [np.empty(0, dtype=np.int32)]
    for chunk in column.chunks:
        coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        found = pc.fill_null(pc.index_in(coded.dictionary, wanted), -1).to_numpy()
        places.append(found[coded.indices.to_numpy()])
    return np.concatenate(places)


def _check_leaves(
    work: _Work, snapshot: Snapshot, manifest: Manifest, table: pa.Table, secret: bytes | None
) -> Flags:
    """Which of the entries have the leaf hash that was sealed."""
    stored = np.frombuffer(snapshot.layout.leaves(manifest.number).read_bytes(), dtype=np.uint8)
    rows = table["seq"].to_numpy() - manifest.first
    try:
        mine = np.frombuffer(batch_leaves(table, secret)[0], dtype=np.uint8).reshape(-1, HASH_SIZE)
        wrong = (stored.reshape(-1, HASH_SIZE)[rows] != mine).any(axis=1)
    except (ValueError, IndexError):
        what = "does not fit its leaf hashes: its entries are counted as they stand"
        work.gaps.append(_doubt(manifest, what))
        return np.full(len(table), fill_value=False)
    if wrong.any():
        at = table["at"].to_numpy()[wrong]
        what = f"{int(wrong.sum())} entries fail verification, the first is entry {manifest.first + int(rows[wrong][0])}; they are counted as they stand"
        work.gaps.append(Gap(int(at.min()), int(at.max()), what))
    sound: Flags = ~wrong
    return sound


def _doubt(manifest: Manifest, what: str) -> Gap:
    return Gap(
        manifest.min_at,
        manifest.max_at,
        f"segment {manifest.number} (entries {manifest.first} to {manifest.end - 1}) {what}",
    )


def _steps_back(times: Any, before: int) -> list[tuple[int, int]]:
    """Where an entry is dated before an earlier one: (its instant, the latest instant before it)."""
    if not len(times):
        return []
    latest = np.maximum.accumulate(np.concatenate(([before], times)))[:-1]
    back = np.flatnonzero(times < latest)
    return (
        []
        if not len(back)
        else [(int(times[back].min()), int(latest[back].max())), *[(0, -1)] * (len(back) - 1)]
    )


def _gap_of_steps(work: _Work) -> None:
    real = [(low, high) for low, high in work.steps if high >= low]
    if not real:
        return
    low, high = min(step[0] for step in real), max(step[1] for step in real)
    entries = "1 entry is" if len(work.steps) == 1 else f"{len(work.steps)} entries are"
    what = f"the clock went back: {entries} dated earlier than entries before, by up to {_about(high - low)}"
    work.gaps.append(Gap(low, high, what))


def _about(micros: int) -> str:
    """A duration in its largest unit, rounded up; below a second in microseconds."""
    unit = next((u for u in (DAY, HOUR, MINUTE, SECOND) if micros >= u), 1)
    return format_duration(-(-micros // unit) * unit) if micros else "0s"
