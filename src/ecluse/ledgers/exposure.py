"""Exactly which persons were released to an account, and where could the ledger not tell?

Persons count once however often they were read. Entries are verified as they are used: each segment's
file against the digest that a checkpoint signed, and each of the account's own entries against its
leaf hash. Whatever is missing or doubtful is a gap with its interval, never a smaller number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.ledgers.notes import read_notes, signed_manifests
from ecluse.ledgers.reader import Snapshot, take_snapshot
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
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND, format_duration, format_instant

__all__ = ["Exposure", "Gap", "expose"]

_RELEASED: Final = [effect.word for effect in Effect if effect.releases]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time about which the ledger cannot tell everything; None where it is open."""

    first_at: int | None
    last_at: int | None
    what: str


@dataclass(slots=True)
class Exposure:
    """What was released to the accounts.

    Attributes:
        persons: distinct persons.
        records: person x access pairs, those whose persons were destroyed since included.
        list: one row a person: `person` (16 bytes), `first_at`, `last_at`, `accesses`, `categories`, `applications`.
        refused: accesses that were refused.
        known: whether the ledger has any access of these accounts.
    """

    accounts: tuple[str, ...]
    since: int | None
    until: int | None
    persons: int = 0
    records: int = 0
    categories: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None
    refused: int = 0
    gaps: list[Gap] = field(default_factory=list)
    known: bool = False
    list: pl.DataFrame = field(default_factory=pl.DataFrame)


def expose(
    root: Path, accounts: Sequence[str], *, since: int | None = None, until: int | None = None
) -> Exposure:
    """Finds the persons released to the accounts at instants in `[since, until)`.

    Raises:
        CallerError: when there is no ledger.
        IntegrityError: when it is too damaged to be read in order; `verify` names where.
    """
    snapshot = take_snapshot(root)
    exposure = Exposure(tuple(accounts), since, until)
    rows = _own_rows(snapshot, exposure)
    _count(exposure, rows)
    if snapshot.fault is not None:
        exposure.gaps.append(
            Gap(
                _last_at(snapshot),
                None,
                "bytes follow the last whole entry of the log: a write was torn",
            )
        )
    _gaps_of_acts(snapshot, exposure)
    exposure.gaps.sort(key=lambda gap: (gap.first_at is None, gap.first_at or 0))
    return exposure


def _own_rows(snapshot: Snapshot, exposure: Exposure) -> pl.DataFrame:
    layout = snapshot.layout
    key = layout.read_public_key()
    signed = signed_manifests(
        read_notes(layout.checkpoints, key, layout.read_first_page(key).origin)[0]
    )
    frames = [_frame(snapshot.tail.filter(_wanted(snapshot.tail, exposure)))]
    before = np.iinfo(np.int64).min
    steps: list[tuple[int, int]] = []
    for manifest in snapshot.manifests:
        trusted = manifest.digest in signed.get(manifest.number, set())
        try:
            times, table, secret, intact = _read(snapshot, manifest, exposure)
        except (pa.ArrowException, OSError, ValueError):
            exposure.gaps.append(_doubt(manifest, "cannot be read: its entries are left out"))
            continue
        if not trusted or not intact:
            exposure.gaps.append(
                _doubt(manifest, "was altered: its entries are counted as they stand")
            )
        elif len(table):
            _check_leaves(snapshot, manifest, table, secret, exposure)
        steps += _steps_back(times, int(before))
        before = max(before, int(times.max()))
        frames.insert(-1, _frame(table))
    steps += _steps_back(snapshot.tail["at"].to_numpy(), int(before))
    _gap_of_steps(exposure, steps)
    return pl.concat(frames)


def _read(
    snapshot: Snapshot, manifest: Manifest, exposure: Exposure
) -> tuple[Any, pa.Table, bytes | None, bool]:
    path = snapshot.parquet(manifest)
    intact = file_digest(path) == manifest.parquet
    with pq.ParquetFile(path) as file:
        check_schema(file)
        secret = secret_of(file)
        with pq.ParquetFile(path, read_dictionary=["account", "kind"]) as coded:
            narrow = coded.read(columns=["at", "account", "kind"])
        if not intact:
            narrow.validate(full=True)
        mask = _wanted(narrow, exposure)
        groups, sizes = _groups(file, mask)
        if not groups:
            return narrow["at"].to_numpy(), SCHEMA.empty_table(), secret, intact
        table = bare(file.read_row_groups(groups))
        if not intact:
            table.validate(full=True)
    kept = pa.concat_arrays([mask.slice(begin, length) for begin, length in sizes])
    return narrow["at"].to_numpy(), table.filter(kept), secret, intact


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


def _wanted(table: pa.Table, exposure: Exposure) -> pa.Array:
    mask = _among(table["account"], exposure.accounts) & _among(table["kind"], (ACCESS,))
    at = table["at"].to_numpy()
    if exposure.since is not None:
        mask &= at >= exposure.since
    if exposure.until is not None:
        mask &= at < exposure.until
    return pa.array(mask)


def _among(column: pa.ChunkedArray, words: Sequence[str]) -> Any:
    """Which values are among the words; a dictionary-coded column is compared word by word, not row by row."""
    wanted = pa.array(words, pa.string())
    masks = [np.empty(0, dtype=bool)]
    for chunk in column.chunks:
        coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        hits = pc.is_in(coded.dictionary, wanted).to_numpy(zero_copy_only=False)
        masks.append(hits[coded.indices.to_numpy()])
    return np.concatenate(masks)


def _frame(table: pa.Table) -> pl.DataFrame:
    columns = ["seq", "at", "application", "categories", "persons", "persons_count", "effect"]
    return pl.DataFrame(
        pl.from_arrow(
            table.select(columns).cast(pa.schema([SCHEMA.field(name) for name in columns]))
        )
    )


def _check_leaves(
    snapshot: Snapshot,
    manifest: Manifest,
    table: pa.Table,
    secret: bytes | None,
    exposure: Exposure,
) -> None:
    stored = np.frombuffer(snapshot.layout.leaves(manifest.number).read_bytes(), dtype=np.uint8)
    rows = table["seq"].to_numpy() - manifest.first
    try:
        mine = np.frombuffer(batch_leaves(table, secret)[0], dtype=np.uint8).reshape(-1, HASH_SIZE)
        wrong = (stored.reshape(-1, HASH_SIZE)[rows] != mine).any(axis=1)
    except (ValueError, IndexError):
        exposure.gaps.append(
            _doubt(manifest, "does not fit its leaf hashes: its entries are counted as they stand")
        )
        return
    if wrong.any():
        at = table["at"].to_numpy()[wrong]
        what = f"{int(wrong.sum())} entries fail verification, the first is entry {manifest.first + int(rows[wrong][0])}; they are counted as they stand"
        exposure.gaps.append(Gap(int(at.min()), int(at.max()), what))


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


def _gap_of_steps(exposure: Exposure, steps: list[tuple[int, int]]) -> None:
    real = [(low, high) for low, high in steps if high >= low]
    if not real:
        return
    low, high = min(step[0] for step in real), max(step[1] for step in real)
    entries = "1 entry is" if len(steps) == 1 else f"{len(steps)} entries are"
    what = f"the clock went back: {entries} dated earlier than entries before, by up to {_about(high - low)}"
    exposure.gaps.append(Gap(low, high, what))


def _about(micros: int) -> str:
    """A duration in its largest unit, rounded up; below a second in microseconds."""
    unit = next((u for u in (DAY, HOUR, MINUTE, SECOND) if micros >= u), 1)
    return format_duration(-(-micros // unit) * unit) if micros else "0s"


def _count(exposure: Exposure, rows: pl.DataFrame) -> None:
    exposure.known = rows.height > 0
    released = rows.filter(pl.col("effect").is_in(_RELEASED))
    exposure.refused = rows.height - released.height
    exposure.records = int(released["persons_count"].sum())
    if not released.height:
        exposure.list = _persons(released)
        return
    exposure.first_at, exposure.last_at = int(released["at"].min()), int(released["at"].max())  # type: ignore[arg-type]
    exposure.applications = _words(released["application"])
    exposure.categories = _words(released["categories"].unique().str.split(",").explode())
    lost = released.filter(pl.col("persons").is_null())
    if lost.height:
        what = (
            f"the persons of {lost.height} accesses ({int(lost['persons_count'].sum())} records) were destroyed "
            "at the end of their retention; the accesses themselves are counted"
        )
        exposure.gaps.append(Gap(int(lost["at"].min()), int(lost["at"].max()), what))  # type: ignore[arg-type]
    exposure.list = _persons(released.filter(pl.col("persons").is_not_null()))
    exposure.persons = exposure.list.height


def _words(values: pl.Series) -> tuple[str, ...]:
    return tuple(sorted(word for word in values.unique().to_list() if word))


def _persons(rows: pl.DataFrame) -> pl.DataFrame:
    pairs = (
        rows.filter(pl.col("persons_count") > 0)
        .select(
            "at", "application", "categories", person=pl.col("persons").cast(pl.List(pl.Binary))
        )
        .explode("person")
    )
    together = pl.col("categories").unique().sort().str.join(",")
    grouped = pairs.group_by("person").agg(
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
        accesses=pl.len(),
        categories=together,
        applications=pl.col("application").unique().sort().str.join(" "),
    )
    known: dict[str, str] = {}
    for joined in grouped["categories"].unique().to_list():
        known[joined] = " ".join(sorted({word for word in joined.split(",") if word}))
    return grouped.with_columns(
        pl.col("categories").replace_strict(known, return_dtype=pl.String)
    ).sort("first_at", "person")


def _last_at(snapshot: Snapshot) -> int | None:
    if len(snapshot.tail):
        return int(snapshot.tail["at"][-1].as_py())
    return snapshot.manifests[-1].max_at if snapshot.manifests else None


def _gaps_of_acts(snapshot: Snapshot, exposure: Exposure) -> None:
    """Repairs that the ledger recorded: what was cut or lost when it was opened after a crash."""
    previous: int | None = None
    tables = [(snapshot.parquet(m), m.max_at) for m in snapshot.manifests]
    for path, last in tables:
        try:
            table = pq.read_table(
                path, columns=["at", "kind", "detail"], filters=[("kind", "=", "recovery")]
            )
        except (pa.ArrowException, OSError):
            continue
        _add_recoveries(table, exposure, previous)
        previous = last
    tail = snapshot.tail
    _add_recoveries(tail.filter(pc.equal(tail["kind"], "recovery")), exposure, previous)


def _add_recoveries(table: pa.Table, exposure: Exposure, previous: int | None) -> None:
    for at, detail in zip(table["at"].to_pylist(), table["detail"].to_pylist(), strict=True):
        facts = msgspec.json.decode(detail, type=dict[str, Any])
        what = str(facts.get("repaired", "a repair"))
        size = (
            f" ({facts['bytes']} bytes)"
            if "bytes" in facts
            else f" ({facts['lost']} entries)"
            if "lost" in facts
            else ""
        )
        exposure.gaps.append(
            Gap(
                previous,
                at,
                f"on {format_instant(at)}, when the ledger was opened after a crash: {what}{size}",
            )
        )
