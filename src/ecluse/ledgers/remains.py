"""What is there of a ledger, and what is missing? For those who must tell even when it was damaged.

A whole ledger is its segments and its log. Of a damaged one everything that can be read is there, and each stretch of
entries that cannot is a hole between two sequence numbers: what the checkpoints signed, the manifests
beside it and the mark say how many entries it held.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from ecluse.ledgers.layout import Layout
from ecluse.ledgers.mark import Mark
from ecluse.ledgers.notes import Signed, read_notes, signed_manifests
from ecluse.ledgers.reader import LogTail, Snapshot, tail_table, take_snapshot
from ecluse.ledgers.segment import Manifest
from ecluse.ledgers.wal import WalFault
from ecluse.model.errors import IntegrityError
from ecluse.model.exposure import LedgerState

__all__ = ["Hole", "Remains", "take_remains"]


@dataclass(frozen=True, slots=True)
class Hole:
    """Entries `[first, end)` that cannot be read; `end` is None when nobody knows how many there were."""

    first: int
    end: int | None
    first_at: int | None
    last_at: int | None
    what: str


@dataclass(slots=True)
class Remains:
    """What can be read, in order.

    Attributes:
        trusted: numbers of the segments whose manifest a checkpoint signed.
        tail: entries that are not sealed.
        acknowledged: how many entries the mark knows of.
        fault: what ends the log before its file does, and how many bytes follow.
        state: the last signed checkpoint, and how many entries there are with those after it.
        history: every signed checkpoint, (size, root in hexadecimal).
    """

    layout: Layout
    manifests: tuple[Manifest, ...]
    trusted: frozenset[int]
    tail: pa.Table
    acknowledged: int
    fault: WalFault | None
    fault_bytes: int
    state: LedgerState
    history: frozenset[tuple[int, str]]
    holes: list[Hole] = field(default_factory=list)

    def parquet(self, manifest: Manifest) -> Path:
        """The Parquet file of a segment."""
        return self.layout.segments / manifest.file


def take_remains(root: Path) -> Remains:
    """Reads what is there.

    Raises:
        CallerError: when there is no ledger.
        IntegrityError: when its first page or its public key was altered.
        UnavailableError: when a file cannot be read.
    """
    layout = Layout(root)
    key = layout.read_public_key()
    page = layout.read_first_page(key)
    origin = page.origin
    # A writer may be at work: what must be there is read first, what is there afterwards.
    notes, _ = read_notes(layout.checkpoints, key, origin)
    promised = _marked(layout)
    holes: list[Hole] = []
    try:
        snapshot = take_snapshot(root)
    except IntegrityError as error:
        snapshot = _salvage(layout, notes, holes, str(error))
    later, odd_later = read_notes(layout.checkpoints, key, origin)
    signed = signed_manifests(later)
    trusted = frozenset(m.number for m in snapshot.manifests if m.digest in signed.get(m.number, set()))  # fmt: skip
    end = int(snapshot.tail["seq"][-1].as_py()) + 1 if len(snapshot.tail) else snapshot.sealed
    end = max([end, *(hole.end for hole in holes if hole.end is not None)])  # a hole is told once
    _missing_at_the_end(holes, end, snapshot, notes, promised)
    if odd_later:
        what = f"the checkpoints are damaged: {odd_later}; what they signed is not known"
        holes.append(Hole(end, None, _last_at(snapshot), None, what))
    last = later[-1].checkpoint if later else None
    state = LedgerState(
        origin, last.size if last else 0, last.root.hex() if last else "", end, page.fingerprint
    )
    return Remains(
        layout, snapshot.manifests, trusted, snapshot.tail, _marked(layout) or snapshot.sealed, snapshot.fault,
        _bytes_after(layout, snapshot.fault), state,
        frozenset((s.checkpoint.size, s.checkpoint.root.hex()) for s in later), holes,
    )  # fmt: skip


def _marked(layout: Layout) -> int | None:
    """How many entries the mark knows of; None without a mark."""
    try:
        return Mark.read(layout.mark.read_bytes(), None).size
    except (ValueError, OSError):
        return None


def _missing_at_the_end(
    holes: list[Hole], end: int, snapshot: Snapshot, notes: list[Signed], promised: int | None
) -> None:
    last_at = _last_at(snapshot)
    known = max(notes[-1].checkpoint.size if notes else 0, promised or 0)
    if promised is None:
        what = "the mark is missing or was altered: how far the log went is not known"
        holes.append(Hole(end, None, last_at, None, what))
    elif known > end:
        what = (
            f"entries {end} to {known - 1} are missing at the end: they were signed or acknowledged"
        )
        holes.append(Hole(end, known, last_at, None, what))


def _last_at(snapshot: Snapshot) -> int | None:
    if len(snapshot.tail):
        return int(snapshot.tail["at"][-1].as_py())
    return snapshot.manifests[-1].max_at if snapshot.manifests else None


def _bytes_after(layout: Layout, fault: WalFault | None) -> int:
    if fault is None:
        return 0
    try:
        return max(0, layout.wal.stat().st_size - fault.offset)
    except OSError:
        return 0


def _salvage(layout: Layout, notes: list[Signed], holes: list[Hole], why: str) -> Snapshot:
    """Reads what there is of a ledger that cannot be read in order."""
    manifests = _fitting(layout, signed_manifests(notes))
    before: Manifest | None = None
    for manifest in manifests:
        end = before.end if before else 0
        if manifest.first > end:
            holes.append(_between(before, manifest.first, manifest.min_at, why))
        before = manifest
    sealed = before.end if before else 0
    log = _log(layout, sealed)
    first, entries = log.first, log.entries
    if first is None:
        what = "the write-ahead log is missing or its header is damaged"
        holes.append(Hole(sealed, None, before.max_at if before else None, None, what))
    elif first > sealed:
        holes.append(_between(before, first, entries[0].at if entries else None, why))
    tail = tail_table(entries, max(sealed, first or 0))
    return Snapshot(layout, tuple(manifests), tail, log.fault)


def _between(before: Manifest | None, first: int, last_at: int | None, why: str) -> Hole:
    begin, first_at = (before.end, before.max_at) if before else (0, None)
    ordered = first_at is None or last_at is None or first_at <= last_at
    what = f"entries {begin} to {first - 1} are missing: {why}"
    return Hole(begin, first, first_at if ordered else None, last_at if ordered else None, what)


def _fitting(layout: Layout, signed: dict[int, set[str]]) -> list[Manifest]:
    """The manifests that a checkpoint signed, and of the others those that fit between them."""
    found = []
    for path in sorted(layout.segments.glob("*.json")):
        try:
            manifest = Manifest.read(path)
        except (ValueError, OSError):
            continue
        if path == layout.manifest(manifest.number):
            found.append(manifest)
    sound = [m for m in found if m.digest in signed.get(m.number, set())]
    for manifest in found:
        if manifest not in sound and all(
            other.end <= manifest.first or manifest.end <= other.first for other in sound
        ):
            sound.append(manifest)
    return sorted(sound, key=lambda manifest: manifest.first)


def _log(layout: Layout, sealed: int) -> LogTail:
    """What can be read; where the disk refuses in the middle, all that comes after is doubtful, and said."""
    tail = LogTail()
    try:
        tail.read(layout, sealed)
    except (ValueError, OSError) as error:
        if tail.first is not None:
            tail.fault = WalFault(tail.end, f"the log cannot be read any further: {error}")
    return tail
