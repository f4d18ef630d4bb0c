"""What state did the last writer leave, and how is it brought back to a known one?

Whatever a crash left is one of: temporary files, files of a segment without manifest, a log whose
entries, or the first of whose parts, are already sealed, a checkpoint or record cut in the middle, a
mark a little behind. Each is
repaired here, and a repair that dropped bytes is told, so that it becomes an entry of the ledger.
Anything else is not a crash, and is refused.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecluse.ledgers.disk import Disk, unavailable
from ecluse.ledgers.keys import Keys
from ecluse.ledgers.layout import FirstPage, Layout
from ecluse.ledgers.log import Log, create_log
from ecluse.ledgers.mark import PURPOSE, Mark
from ecluse.ledgers.notes import Signed, read_notes, signed_manifests
from ecluse.ledgers.reader import read_manifests
from ecluse.ledgers.salts import Salter
from ecluse.ledgers.segment import Manifest
from ecluse.ledgers.wal import (
    HEADER_SIZE,
    Part,
    WalFault,
    WalHeader,
    WalRecord,
    read_records,
)
from ecluse.merkle.canonical import canonical
from ecluse.merkle.tree import HASH_SIZE, leaf_hash
from ecluse.model.errors import IntegrityError

__all__ = ["FoundLog", "Opened", "mark_chains", "pending_manifests", "read_log", "reopen"]

_VERIFY = "run `ecluse ledger verify` to see what is left, and keep a copy of the directory"


@dataclass(slots=True)
class Opened:
    """A ledger ready for writing.

    Attributes:
        signed: how many entries the last checkpoint covers.
        repairs: what was repaired, one JSON object each.
    """

    manifests: list[Manifest]
    log: Log
    signed: int
    repairs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class FoundLog:
    """What is sound in a log.

    Attributes:
        parts: one, or two when the first was about to be sealed.
        leaves: leaf hashes end to end.
        chains: chain hashes, one more than entries; where a part begins, that of its header.
        end: where the last sound record ends, in bytes.
        fault: what is there instead of a record, or None.
    """

    parts: list[Part]
    leaves: bytearray
    chains: list[bytes]
    end: int
    fault: WalFault | None
    file_size: int

    @property
    def first(self) -> int:
        """The sequence number of its first entry."""
        return self.parts[0].header.first

    @property
    def size(self) -> int:
        """Entries of the whole ledger up to its end."""
        return self.first + len(self.chains) - 1

    def part_from(self, seq: int) -> Part | None:
        """The part whose first entry has this sequence number."""
        return next((part for part in self.parts if part.header.first == seq), None)

    def salt(self, seq: int) -> bytes:
        """The salt of one of its entries."""
        part = next(part for part in reversed(self.parts) if part.header.first <= seq)
        return Salter(part.header.secret).one(seq)


def reopen(layout: Layout, disk: Disk, keys: Keys, page: FirstPage, *, accept_loss: bool) -> Opened:
    """Brings the directory to a known state and opens its log.

    Raises:
        IntegrityError: when acknowledged entries are damaged or missing and `accept_loss` is not set.
    """
    repairs: list[dict[str, Any]] = []
    with unavailable(f"the ledger `{layout.root}` cannot be opened"):
        notes, torn_note = _read_notes(layout, keys, page)
        _name_signed(layout, disk, notes)
        manifests = list(read_manifests(layout))
        _sweep(layout, disk, manifests)
        found = read_log(layout)
        mark_key = keys.signer.derive(PURPOSE)
        _compare_mark(layout, found, mark_key, notes, repairs, accept_loss=accept_loss)
        sealed = manifests[-1].end if manifests else 0
        if found.first > sealed:
            raise IntegrityError(
                f"entries {sealed} to {found.first - 1} are missing: a segment is gone",
                help=_VERIFY,
            )
        _cut(layout, disk, found, torn_note, repairs)
        if found.first < sealed:  # the crash came before the log let go of what is sealed
            found = _without_sealed(layout, disk, found, sealed)
        note = bytes.fromhex(notes[-1].digest) if notes else bytes(32)
        log = Log(
            layout,
            disk,
            tuple(found.parts),
            chain=found.chains[-1],
            end=found.end,
            leaves=found.leaves,
            mark_key=mark_key,
            note=note,
        )
        log.write_mark()
        disk.sync_folder(layout.root)
    return Opened(manifests, log, notes[-1].checkpoint.size if notes else 0, repairs)


def _without_sealed(layout: Layout, disk: Disk, found: FoundLog, sealed: int) -> FoundLog:
    """Puts what follows the sealed entries in the place of the log."""
    part = found.part_from(sealed)
    if part is None:
        if found.size > sealed:
            raise IntegrityError(
                f"the segments end at entry {sealed - 1}, in the middle of a part of the log",
                help=_VERIFY,
            )
        header = create_log(layout, disk, first=sealed, before=found.chains[-1])
        return FoundLog([Part(header)], bytearray(), [header.chain], HEADER_SIZE, None, HEADER_SIZE)
    kept = layout.wal.read_bytes()[part.offset : found.end]
    disk.write_whole(layout.wal, kept)
    gone = sealed - found.first
    leaves, chains = found.leaves[gone * HASH_SIZE :], found.chains[gone:]
    return FoundLog([Part(part.header)], leaves, chains, len(kept), None, len(kept))


def _name_signed(layout: Layout, disk: Disk, notes: list[Signed]) -> None:
    """Finishes what a checkpoint promised: a manifest that was signed takes its name."""
    for number, path in pending_manifests(layout, signed_manifests(notes)).items():
        disk.rename(path, layout.manifest(number))
        disk.sync_folder(layout.segments)


def pending_manifests(layout: Layout, signed: dict[int, set[str]]) -> dict[int, Path]:
    """The manifests that were signed and do not have their name yet."""
    found = {}
    for path in sorted(layout.segments.glob("*.json.new")):
        try:
            manifest = Manifest.read(path)
        except ValueError:
            continue
        if path == layout.pending(manifest.number) and manifest.digest in signed.get(
            manifest.number, set()
        ):
            found[manifest.number] = path
    return found


def _sweep(layout: Layout, disk: Disk, manifests: list[Manifest]) -> None:
    """Removes what no manifest knows: half-written segments, and persons that a retention replaced."""
    known = {manifest.file for manifest in manifests}
    known |= {
        path.name
        for m in manifests
        for path in (layout.manifest(m.number), layout.leaves(m.number))
    }
    for path in [*layout.segments.iterdir(), *layout.root.glob("*.tmp")]:
        if path.name not in known and path.suffix in {".tmp", ".new", ".parquet", ".leaves"}:
            disk.unlink(path)


def _read_notes(layout: Layout, keys: Keys, page: FirstPage) -> tuple[list[Signed], int]:
    """Reads the checkpoints; returns them with the number of bytes of one that was not written to its end."""
    notes, fault = read_notes(layout.checkpoints, keys.signer.key, page.origin)
    content = layout.checkpoints.read_bytes() if layout.checkpoints.exists() else b""
    rest = content[notes[-1].end if notes else 0 :]
    _, blank, signature = rest.partition(b"\n\n")
    if blank and b"\n" in signature:
        raise IntegrityError(f"`{layout.checkpoints}`: {fault}", help=_VERIFY)
    return notes, len(rest)


def read_log(layout: Layout) -> FoundLog:
    """Reads the write-ahead log and hashes its entries.

    Raises:
        IntegrityError: when it is missing or its header is damaged.
    """
    parts, leaves, chains, end = list[Part](), bytearray(), list[bytes](), 0
    salter, fault = None, None
    try:
        for item in read_records(layout.wal):
            if isinstance(item, WalHeader):
                parts.append(Part(item, end))
                chains[-1:] = [item.chain]
                salter, end = Salter(item.secret), end + HEADER_SIZE
            elif isinstance(item, WalRecord):
                assert salter is not None, "a header comes first"
                salt = salter.one(parts[0].header.first + len(chains) - 1)
                leaves += leaf_hash(canonical(item.entry, salt))
                chains.append(item.chain)
                end = item.end
            else:
                fault = item
    except FileNotFoundError:
        raise IntegrityError("the write-ahead log is missing", help=_VERIFY) from None
    except ValueError as error:
        raise IntegrityError(str(error), help=_VERIFY) from None
    return FoundLog(parts, leaves, chains, end, fault, layout.wal.stat().st_size)


def _compare_mark(
    layout: Layout,
    found: FoundLog,
    key: bytes,
    notes: list[Signed],
    repairs: list[dict[str, Any]],
    *,
    accept_loss: bool,
) -> None:
    try:
        mark = Mark.read(layout.mark.read_bytes() if layout.mark.exists() else b"", key)
    except ValueError as error:
        if not accept_loss:
            raise IntegrityError(
                f"{error}: what was acknowledged cannot be told", help=_VERIFY
            ) from None
        repairs.append({"repaired": "the mark was damaged", "lost": "unknown"})
        return
    lost = mark.size - found.size
    if lost > 0 and not accept_loss:
        what = found.fault.what if found.fault else "the file is cut"
        raise IntegrityError(
            f"{lost} acknowledged entries from {found.size} on are damaged or missing: {what}",
            help=_VERIFY,
        )
    if lost > 0:
        repairs.append(
            {"repaired": "acknowledged entries were lost", "lost": lost, "first": found.size}
        )
        return
    if mark.chain not in mark_chains(found, mark.size):
        raise IntegrityError(
            "the write-ahead log is not the one that was acknowledged", help=_VERIFY
        )
    if mark.note != bytes(32) and mark.note.hex() not in {signed.digest for signed in notes}:
        raise IntegrityError("a checkpoint that was signed is missing", help=_VERIFY)


def mark_chains(found: FoundLog, size: int) -> set[bytes]:
    """The chain hashes that a mark of that size may hold: the log's own there, and at the start of a part the end of the one before."""
    position = size - found.first
    allowed = {found.chains[position]} if 0 <= position < len(found.chains) else set()
    allowed |= {part.header.before for part in found.parts if part.header.first == size}
    return allowed | ({found.parts[0].header.before} if position <= 0 else set())


def _cut(
    layout: Layout, disk: Disk, found: FoundLog, torn_note: int, repairs: list[dict[str, Any]]
) -> None:
    if torn_note:
        disk.cut(layout.checkpoints, layout.checkpoints.stat().st_size - torn_note)
        repairs.append(
            {"repaired": "a checkpoint that was not written to its end", "bytes": torn_note}
        )
    torn = found.file_size - found.end
    if torn:
        disk.cut(layout.wal, found.end)
        what = found.fault.what if found.fault else ""
        repairs.append(
            {"repaired": "a record that was never acknowledged", "bytes": torn, "what": what}
        )
