"""Is the ledger what it was, entry by entry, and does every checkpoint ever signed still hold?"""

import fcntl
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ecluse.ledgers.checking import CheckedSegment, Fault, before_of, check_segment
from ecluse.ledgers.keys import GITIGNORE, Keys, load_keys
from ecluse.ledgers.layout import FirstPage, Layout
from ecluse.ledgers.mark import PURPOSE, Mark
from ecluse.ledgers.notes import Signed, read_note, read_notes, signed_manifests
from ecluse.ledgers.opening import FoundLog, mark_chains, pending_manifests, read_log
from ecluse.ledgers.wal import WalRecord, read_records
from ecluse.merkle.note import VerifierKey
from ecluse.merkle.tree import HASH_SIZE, CompactRange
from ecluse.model.errors import EcluseError, IntegrityError
from ecluse.model.time import format_instant

__all__ = ["Destroyed", "Fault", "Verification", "verify"]

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Entries of one segment whose persons a retention destroyed; everything else in them was verified."""

    first: int
    last: int
    count: int
    on: str
    before: str


@dataclass(slots=True)
class Verification:
    """What verifying found; the ledger holds when `faults` is empty.

    Attributes:
        faults: the earliest entry first.
        notices: what is no fault but should be known.
        root: of the whole tree, in hexadecimal.
    """

    entries: int = 0
    segments: int = 0
    checkpoints: int = 0
    root: str = ""
    faults: list[Fault] = field(default_factory=list)
    destroyed: list[Destroyed] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


@dataclass(slots=True)
class _Work:
    """What the steps hand on."""

    layout: Layout
    key: VerifierKey
    keys: Keys | None
    result: Verification
    page: FirstPage | None = None
    mark: Mark | None = None
    notes: list[Signed] = field(default_factory=list)
    roots: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)
    tree: CompactRange = field(default_factory=CompactRange)
    retentions: list[int] = field(default_factory=list)
    destroyed_max_at: int = -(1 << 63)
    destroyed_first: int | None = None

    def fault(self, what: str, file: Path, seq: int | None = None) -> None:
        self.result.faults.append(Fault(seq, file.name, what))


def verify(
    root: Path,
    *,
    keys: Path | None = None,
    trusted: VerifierKey | None = None,
    witnessed: Sequence[str] = (),
    step: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Recomputes every entry, leaf, node and signature, and compares with what is stored.

    Options:
        keys: folder of the keys; without them the mark's keyed digest is not checked, and a notice says so.
        trusted: the verifier key, from outside; by default the one in the ledger is believed.
        witnessed: checkpoints that were kept outside.
        step: called with the number of entries just checked.

    Raises:
        CallerError: when there is no ledger.
        UnavailableError: when a file cannot be read.
    """
    for attempt in range(_ATTEMPTS):
        result = _verify_once(Layout(root), keys, trusted, witnessed, step)
        if result.holds or attempt == _ATTEMPTS - 1 or not _is_being_written(Layout(root)):
            break
    result.faults.sort(key=lambda fault: (fault.seq is None, fault.seq or 0))
    return result


def _verify_once(
    layout: Layout,
    keys: Path | None,
    trusted: VerifierKey | None,
    witnessed: Sequence[str],
    step: Callable[[int], None],
) -> Verification:
    result = Verification()
    try:
        key = layout.read_public_key()
    except IntegrityError as error:
        if trusted is None:
            result.faults.append(Fault(None, layout.public_key.name, str(error)))
            return result
        key = trusted
    if trusted is not None and trusted != key:
        result.faults.append(
            Fault(None, layout.public_key.name, "the public key is not the trusted one")
        )
        key = trusted
    # 1. The first page and the keys.  2. The mark, before what it speaks of can grow.
    work = _Work(layout, key, None, result)
    _check_first_page(work, keys)
    _read_mark(work)
    # 3. The signatures, and each checkpoint after the one before it.
    _check_notes(work, witnessed)
    # 4. The segments, row by row.  5. The log after them.
    _check_segments(work, step)
    _check_log(work, step)
    # 6. What checkpoints and retentions say about all of it.
    _check_ends(work)
    result.entries, result.root = work.tree.end, work.tree.root().hex()
    return result


def _check_first_page(work: _Work, keys: Path | None) -> None:
    layout, folder = work.layout, keys or work.layout.keys
    try:
        work.page = layout.read_first_page(work.key)
    except IntegrityError as error:
        work.fault(str(error), layout.first_page)
    if work.page is None or not folder.is_dir():
        work.result.notices.append(
            f"the keys are not in `{folder}`: the mark was read but not authenticated"
        )
        return
    try:
        found = load_keys(folder, name=work.page.origin)
    except EcluseError as error:
        work.fault(str(error), folder)
        return
    if found.signer.key.public != work.key.public:
        work.fault("the signing key is not this ledger's", folder / "signing.key")
    elif found.pseudonymizer.fingerprint != work.page.fingerprint:
        work.fault("the pseudonym key is not this ledger's", folder / "pseudonym.key")
    else:
        work.keys = found
    ignore = folder / ".gitignore"
    if not ignore.is_file() or ignore.read_bytes() != GITIGNORE:
        work.fault("the file that keeps the keys out of version control was altered", ignore)
    if any((folder / name).stat().st_mode & 0o077 for name in ("signing.key", "pseudonym.key")):
        work.result.notices.append(f"the keys in `{folder}` can be read by others than their owner")


def _read_mark(work: _Work) -> None:
    path = work.layout.mark
    key = work.keys.signer.derive(PURPOSE) if work.keys else None
    try:
        work.mark = Mark.read(path.read_bytes(), key)
    except (ValueError, FileNotFoundError) as error:
        work.fault(f"{error}" if isinstance(error, ValueError) else "the mark is missing", path)


def _check_notes(work: _Work, witnessed: Sequence[str]) -> None:
    layout, result = work.layout, work.result
    origin = work.page.origin if work.page else work.key.name
    work.notes, fault = read_notes(layout.checkpoints, work.key, origin)
    end = work.notes[-1].end if work.notes else 0
    content = layout.checkpoints.read_bytes() if layout.checkpoints.exists() else b""
    _, blank, signature = content[end:].partition(b"\n\n")
    if fault and blank and b"\n" in signature:
        work.fault(fault, layout.checkpoints)
    elif fault:
        result.notices.append(
            f"the last checkpoint was not written to its end ({len(content) - end} bytes); the next opening cuts it"
        )
    if not layout.checkpoints.exists():
        work.fault("the checkpoints are missing", layout.checkpoints)
    result.checkpoints = len(work.notes)
    if (
        work.mark
        and work.mark.note != bytes(32)
        and work.mark.note.hex() not in {note.digest for note in work.notes}
    ):
        work.fault("a checkpoint that was signed is missing or was altered", layout.checkpoints)
    for number, note in enumerate(work.notes, start=1):
        checkpoint = note.checkpoint
        work.roots.setdefault(checkpoint.size, []).append((f"checkpoint {number}", checkpoint.root))
    for note_text in witnessed:
        checkpoint = read_note(note_text, work.key)
        work.roots.setdefault(checkpoint.size, []).append(
            (f"the checkpoint kept outside, of {checkpoint.at},", checkpoint.root)
        )


def _check_segments(work: _Work, step: Callable[[int], None]) -> None:
    layout = work.layout
    numbers = {
        int(path.stem)
        for path in layout.segments.glob("*.json")
        if path.stem.isdigit() and len(path.stem) == 6
    }
    stray = [
        path
        for path in layout.segments.glob("*.json")
        if not (path.stem.isdigit() and len(path.stem) == 6)
    ]
    for path in stray:
        work.fault("a file that is not of this ledger", path)
    signed = signed_manifests(work.notes)
    pending = set(pending_manifests(layout, signed)) - numbers
    if pending:
        work.result.notices.append(
            "a segment was signed but its manifest does not have its name yet; the next opening gives it"
        )
    numbers |= pending
    last = max([*numbers, *signed, -1]) if _sealed_beyond(work) else max([*numbers, -1])
    for number in range(last + 1):
        first = work.tree.end
        before = work.tree.copy()
        checked = check_segment(layout, number, first, work.tree, step=step)
        work.result.faults += checked.faults
        _compare_roots(work, before, checked.leaves)
        manifest = checked.manifest
        if (
            manifest is not None
            and not checked.faults
            and manifest.digest not in signed.get(number, set())
        ):
            work.fault("no checkpoint has signed this manifest", layout.manifest(number), first)
        _note_destroyed(work, checked)
        if manifest is None and not checked.leaves:
            break
    work.result.segments = len(numbers)


def _sealed_beyond(work: _Work) -> bool:
    """Whether the log starts after what segments hold, so that a signed segment must have existed."""
    try:
        header = next(read_records(work.layout.wal))
    except (OSError, ValueError):
        return False
    files = sorted(work.layout.segments.glob("*.leaves"))
    return getattr(header, "first", 0) > sum(path.stat().st_size // HASH_SIZE for path in files)


def _note_destroyed(work: _Work, checked: CheckedSegment) -> None:
    work.retentions += checked.retentions
    if not checked.destroyed or checked.manifest is None:
        return
    work.destroyed_max_at = max(work.destroyed_max_at, checked.destroyed_max_at)
    if work.destroyed_first is None:
        work.destroyed_first = checked.manifest.destroyed.get("first")
    told = checked.manifest.destroyed
    work.result.destroyed.append(
        Destroyed(
            told.get("first", -1),
            told.get("last", -1),
            checked.destroyed,
            told.get("on", ""),
            format_instant(told.get("before", 0)),
        )
    )


def _compare_roots(work: _Work, tree: CompactRange, leaves: bytes) -> None:
    """Compares the roots that were signed for sizes within the stretch that follows the tree."""
    end = tree.end + len(leaves) // HASH_SIZE
    for size in sorted(size for size in work.roots if tree.end <= size <= end):
        grown = tree.copy()
        grown.join(CompactRange.over(leaves[: (size - tree.end) * HASH_SIZE], tree.end))
        for label, root in work.roots.pop(size):
            if grown.root() != root:
                work.fault(
                    f"{label} does not hold: among the first {size} entries some were altered",
                    work.layout.checkpoints,
                )


def _check_log(work: _Work, step: Callable[[int], None]) -> None:
    layout, sealed = work.layout, work.tree.end
    try:
        found = read_log(layout)
    except IntegrityError as error:
        work.fault(str(error), layout.wal, sealed)
        return
    if found.first > sealed:
        work.fault(
            f"entries {sealed} to {found.first - 1} are missing: a segment is gone",
            layout.segments,
            sealed,
        )
    else:
        if found.first < sealed:
            _check_stale_part(work, found)
        before, leaves = work.tree.copy(), bytes(found.leaves[(sealed - found.first) * HASH_SIZE :])
        work.tree.join(CompactRange.over(leaves, sealed))
        _compare_roots(work, before, leaves)
        work.retentions += [
            before_of(r.entry.detail)
            for r in read_records(layout.wal)
            if isinstance(r, WalRecord) and r.entry.kind == "retention"
        ]
    step(len(found.chains) - 1)
    _compare_mark(work, found)


def _check_stale_part(work: _Work, found: FoundLog) -> None:
    """The log still has entries that are sealed: all of them, or its first part."""
    first, sealed = found.first, work.tree.end
    count = min(sealed, found.size) - first
    stored = b"".join(path.read_bytes() for path in sorted(work.layout.segments.glob("*.leaves")))
    kept = bytes(found.leaves[: count * HASH_SIZE])
    if stored[first * HASH_SIZE : (first + count) * HASH_SIZE] != kept:
        work.fault(
            "the log holds other entries than the segment made from it", work.layout.wal, first
        )
    if found.size > sealed and found.part_from(sealed) is None:
        work.fault("the segments end in the middle of a part of the log", work.layout.wal, sealed)
    work.result.notices.append(
        "the log has not let go of entries that are sealed; the writer at work, or the next opening, does it"
    )


def _compare_mark(work: _Work, found: FoundLog) -> None:
    mark, layout = work.mark, work.layout
    extra = found.file_size - found.end
    if mark is None:
        if found.fault:
            work.fault(f"{found.fault.what} (at byte {found.fault.offset})", layout.wal, found.size)
        return
    if mark.size > found.size:
        what = found.fault.what if found.fault else "the log is cut"
        work.fault(
            f"{mark.size - found.size} acknowledged entries are altered or missing from here: {what}",
            layout.wal,
            found.size,
        )
    elif mark.chain not in mark_chains(found, mark.size):
        work.fault(
            "the log is not the one that was acknowledged: entries were replaced",
            layout.wal,
            found.first,
        )
    elif extra:
        work.result.notices.append(
            f"{extra} bytes follow the last acknowledged entry and hold none; the next opening cuts them"
        )


def _check_ends(work: _Work) -> None:
    total = work.tree.end
    for size in sorted(work.roots):
        for label, _ in work.roots[size]:
            what = f"{label} covers {size} entries, the ledger holds {total}: the last {size - total} are missing"
            work.fault(what, work.layout.checkpoints, total)
    if work.destroyed_max_at >= max([0, *work.retentions]) and work.destroyed_first is not None:
        what = "persons were removed from entries that no retention entry covers"
        work.fault(what, work.layout.segments, work.destroyed_first)


def _is_being_written(layout: Layout) -> bool:
    if not layout.lock.is_file():
        return False
    descriptor = os.open(layout.lock, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
