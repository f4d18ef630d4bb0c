"""Is one sealed segment what it was when it was sealed, and if not, which entry is the first that is not?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.ledgers.layout import Layout
from ecluse.ledgers.segment import (
    Manifest,
    bare,
    batch_leaves,
    check_schema,
    file_digest,
    secret_of,
)
from ecluse.merkle.tree import HASH_SIZE, CompactRange

__all__ = ["CheckedSegment", "Fault", "before_of", "check_segment"]

_BATCH: Final = 131_072


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the first entry concerned (or None), the file, and what."""

    seq: int | None
    file: str
    what: str


@dataclass(slots=True)
class CheckedSegment:
    """What was found in one segment.

    Attributes:
        end: the sequence number after its last entry.
        leaves: its leaf hashes, end to end: recomputed, or the stored ones where that failed.
        destroyed: entries whose persons are destroyed, and the latest `at` among them.
        retentions: `before` of the retention entries in it, in microseconds.
    """

    number: int
    end: int
    manifest: Manifest | None
    leaves: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    destroyed: int = 0
    destroyed_max_at: int = -(1 << 63)
    retentions: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Rows:
    leaves: bytearray = field(default_factory=bytearray)
    min_at: int = (1 << 63) - 1
    max_at: int = -(1 << 63)
    destroyed: list[int] = field(default_factory=list)
    destroyed_max_at: int = -(1 << 63)
    retentions: list[int] = field(default_factory=list)


def check_segment(
    layout: Layout, number: int, first: int, tree: CompactRange, *, step: Callable[[int], None]
) -> CheckedSegment:
    """Recomputes a segment from its rows, compares with everything that is stored beside them, and adds it to the tree."""
    checked = CheckedSegment(number, first, _manifest(layout, number))
    faults = checked.faults
    stored = _stored_leaves(layout, number, first, faults)
    rows, problem = _read_rows(layout, checked, first, step)
    if problem:
        faults.append(problem)
    _compare(layout, checked, stored, rows, first, complete=problem is None)
    checked.leaves = stored if faults else bytes(rows.leaves)
    checked.end = first + len(checked.leaves) // HASH_SIZE
    part = CompactRange.over(checked.leaves, first)
    tree.join(part)
    if not faults:
        _compare_manifest(layout, checked, rows, part, tree)
    checked.destroyed, checked.destroyed_max_at = len(rows.destroyed), rows.destroyed_max_at
    checked.retentions = rows.retentions
    return checked


def _manifest(layout: Layout, number: int) -> Manifest | None:
    try:
        path = layout.manifest(number)
        manifest = Manifest.read(path if path.exists() else layout.pending(number))
    except (ValueError, OSError):
        return None
    return manifest


def _stored_leaves(layout: Layout, number: int, first: int, faults: list[Fault]) -> bytes:
    path = layout.leaves(number)
    try:
        stored = path.read_bytes()
    except OSError:
        faults.append(Fault(first, path.name, "the leaf hashes are missing"))
        return b""
    rest = len(stored) % HASH_SIZE
    if rest:
        faults.append(
            Fault(
                first + len(stored) // HASH_SIZE,
                path.name,
                "the leaf hashes are cut in the middle of one",
            )
        )
    return stored[: len(stored) - rest]


def _read_rows(
    layout: Layout, checked: CheckedSegment, first: int, step: Callable[[int], None]
) -> tuple[_Rows, Fault | None]:
    rows = _Rows()
    number, manifest = checked.number, checked.manifest
    if manifest is None:
        return rows, Fault(
            first, layout.manifest(number).name, "the manifest is missing or was altered"
        )
    if manifest.number != number or manifest.first != first:
        what = f"the manifest is that of segment {manifest.number} from entry {manifest.first}: moved, or a segment is missing"
        return rows, Fault(first, layout.manifest(number).name, what)
    path = layout.segments / manifest.file
    if manifest.file not in {
        layout.parquet(number, generation).name
        for generation in range(_generation(manifest.file) + 1)
    }:
        return rows, Fault(
            first, layout.manifest(number).name, "the manifest names another segment's file"
        )
    if not path.is_file():
        return rows, Fault(first, manifest.file, "the segment's entries are missing")
    intact = file_digest(path) == manifest.parquet
    try:
        for table, secret in _tables(path):
            if not intact:
                table.validate(full=True)  # what is hashed below must at least be well-formed
            fault = _take_rows(rows, table, secret, first, manifest.file)
            step(len(table))
            if fault:
                return rows, fault
    except (pa.ArrowException, ValueError, OSError, MemoryError):
        at = first + len(rows.leaves) // HASH_SIZE
        return rows, Fault(
            at, manifest.file, "the file was altered: from this entry on it cannot be read"
        )
    altered = (
        None
        if intact
        else Fault(
            None, manifest.file, "the file was altered (its SHA-256 differs from the manifest's)"
        )
    )
    return rows, _first_difference(layout, checked, rows, first) or altered


def _generation(file: str) -> int:
    parts = file.split(".")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() and len(parts[1]) < 5 else 0


def _tables(path: Any) -> Iterator[tuple[pa.Table, bytes | None]]:
    with pq.ParquetFile(path) as file:
        check_schema(file)
        secret = secret_of(file)
        for batch in file.iter_batches(batch_size=_BATCH):
            yield bare(pa.Table.from_batches([batch])), secret


def _take_rows(
    rows: _Rows, table: pa.Table, secret: bytes | None, first: int, file: str
) -> Fault | None:
    expected = first + len(rows.leaves) // HASH_SIZE
    numbers = table["seq"].to_numpy()
    wrong = np.flatnonzero(numbers != np.arange(expected, expected + len(numbers)))
    if len(wrong):
        here, found = expected + int(wrong[0]), int(numbers[wrong[0]])
        what = f"entry {found} stands where entry {here} should: entries are missing, inserted or swapped"
        return Fault(here, file, what)
    hashes, destroyed = batch_leaves(table, secret)
    gone = destroyed.to_numpy(zero_copy_only=False)
    at = table["at"].to_numpy()
    rows.leaves += hashes
    rows.min_at, rows.max_at = min(rows.min_at, int(at.min())), max(rows.max_at, int(at.max()))
    if gone.any():
        rows.destroyed += numbers[gone].tolist()
        rows.destroyed_max_at = max(rows.destroyed_max_at, int(at[gone].max()))
    rows.retentions += _retentions(table)
    return None


def _retentions(table: pa.Table) -> list[int]:
    chosen = table.select(["kind", "detail"]).filter(pc.equal(table["kind"], "retention"))
    return [before_of(detail) for detail in chosen["detail"].to_pylist()]


def before_of(detail: str) -> int:
    """The instant before which a retention entry destroyed persons; 0 when it destroyed none."""
    try:
        return int(msgspec.json.decode(detail, type=dict[str, Any]).get("before", 0))
    except (msgspec.MsgspecError, TypeError, ValueError):
        return 0


def _first_difference(
    layout: Layout, checked: CheckedSegment, rows: _Rows, first: int
) -> Fault | None:
    path = layout.leaves(checked.number)
    stored = path.read_bytes() if path.exists() else b""
    mine = np.frombuffer(bytes(rows.leaves), dtype=np.uint8).reshape(-1, HASH_SIZE)
    theirs = np.frombuffer(stored[: len(stored) // HASH_SIZE * HASH_SIZE], dtype=np.uint8).reshape(
        -1, HASH_SIZE
    )
    common = min(len(mine), len(theirs))
    wrong = np.flatnonzero((mine[:common] != theirs[:common]).any(axis=1))
    assert checked.manifest is not None
    file, manifest = checked.manifest.file, checked.manifest
    sealed = manifest.subtrees == tuple(
        node.hex() for node in CompactRange.over(bytes(rows.leaves), first).nodes
    )
    if len(wrong) or len(mine) != len(theirs):
        at = first + (int(wrong[0]) if len(wrong) else common)
        if sealed:
            return Fault(
                at,
                path.name,
                "the leaf hash of this entry was altered or is missing; the entry itself is intact",
            )
        if len(mine) < len(theirs) and not len(wrong):
            return Fault(at, file, "this entry and those after it are missing from the segment")
        return Fault(
            at,
            file,
            "this entry was altered: its content does not have the leaf hash that was sealed",
        )
    return None


def _compare(
    layout: Layout,
    checked: CheckedSegment,
    stored: bytes,
    rows: _Rows,
    first: int,
    *,
    complete: bool,
) -> None:
    """A segment that was cut together with its leaf hashes still has the count of its manifest against it."""
    manifest = checked.manifest
    if not complete or manifest is None or checked.faults:
        return
    count = len(rows.leaves) // HASH_SIZE
    if count != manifest.count or len(stored) != manifest.count * HASH_SIZE:
        checked.faults.append(
            Fault(
                first + min(count, manifest.count),
                layout.manifest(checked.number).name,
                "the count of entries differs",
            )
        )


def _compare_manifest(
    layout: Layout, checked: CheckedSegment, rows: _Rows, part: CompactRange, tree: CompactRange
) -> None:
    manifest = checked.manifest
    assert manifest is not None
    facts = (
        manifest.subtrees == tuple(node.hex() for node in part.nodes),
        manifest.root == tree.root().hex(),
        (manifest.min_at, manifest.max_at) == (rows.min_at, rows.max_at),
        manifest.destroyed.get("count", 0) == len(rows.destroyed),
        not rows.destroyed
        or (manifest.destroyed.get("first"), manifest.destroyed.get("last"))
        == (rows.destroyed[0], rows.destroyed[-1]),
    )
    if not all(facts):
        what = "the manifest does not describe the entries: it was altered, or entries before were replaced"
        checked.faults.append(Fault(manifest.first, layout.manifest(checked.number).name, what))
