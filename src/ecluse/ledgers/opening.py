"""What state did the last writer leave, and how is it brought back to a known one?

Whatever a crash left is one of: temporary files, files of a segment without manifest, a log whose
entries are already sealed, a checkpoint or record cut in the middle, a mark a little behind. Each is
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
from ecluse.ledgers.wal import HEADER_SIZE, WalFault, WalHeader, WalRecord, read_records
from ecluse.merkle.canonical import canonical
from ecluse.merkle.tree import leaf_hash
from ecluse.model.errors import IntegrityError

__all__ = ["FoundLog", "Opened", "mark_chains", "pending_manifests", "read_log", "reopen"]

_VERIFY = "run `ecluse ledger verify` to see what is left, and keep a copy of the directory"


@dataclass(slots=True)
class Opened:
    """A ledger ready for writing, and the repairs that were made (one JSON object each)."""

    manifests: list[Manifest]
    log: Log
    repairs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class FoundLog:
    """The sound part of a log: leaf hashes end to end, chain hashes (one more than entries), its end, and what follows."""

    header: WalHeader
    leaves: bytearray
    chains: list[bytes]
    end: int
    fault: WalFault | None
    file_size: int

    @property
    def size(self) -> int:
        """Entries of the whole ledger up to its end."""
        return self.header.first + len(self.chains) - 1


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
        if found.header.first > sealed:
            raise IntegrityError(
                f"entries {sealed} to {found.header.first - 1} are missing: a segment is gone",
                help=_VERIFY,
            )
        _cut(layout, disk, found, torn_note, repairs)
        if found.header.first < sealed:  # sealed, and the crash came before the log was replaced
            header = create_log(layout, disk, first=sealed, before=found.chains[-1])
            found = FoundLog(header, bytearray(), [header.chain], HEADER_SIZE, None, HEADER_SIZE)
        note = bytes.fromhex(notes[-1].digest) if notes else bytes(32)
        log = Log(
            layout,
            disk,
            found.header,
            chain=found.chains[-1],
            end=found.end,
            leaves=found.leaves,
            mark_key=mark_key,
            note=note,
        )
        log.write_mark(sync=True)
        disk.sync_folder(layout.root)
    return Opened(manifests, log, repairs)


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
    leaves, chains, end = bytearray(), list[bytes](), HEADER_SIZE
    header, salter, fault = None, None, None
    try:
        for item in read_records(layout.wal):
            if isinstance(item, WalHeader):
                header, salter = item, Salter(item.secret)
                chains.append(item.chain)
            elif isinstance(item, WalRecord):
                assert header is not None
                assert salter is not None
                salt = salter.one(header.first + len(chains) - 1)
                leaves += leaf_hash(canonical(item.entry, salt))
                chains.append(item.chain)
                end = item.end
            else:
                fault = item
    except FileNotFoundError:
        raise IntegrityError("the write-ahead log is missing", help=_VERIFY) from None
    except ValueError as error:
        raise IntegrityError(str(error), help=_VERIFY) from None
    assert header is not None
    return FoundLog(header, leaves, chains, end, fault, layout.wal.stat().st_size)


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
    if mark.chain not in mark_chains(found.header, found.chains, mark.size):
        raise IntegrityError(
            "the write-ahead log is not the one that was acknowledged", help=_VERIFY
        )
    if mark.note != bytes(32) and mark.note.hex() not in {signed.digest for signed in notes}:
        raise IntegrityError("a checkpoint that was signed is missing", help=_VERIFY)


def mark_chains(header: WalHeader, chains: list[bytes], size: int) -> set[bytes]:
    """The chain hashes that a mark of that size may hold: the log's own, and at its start the end of the one before."""
    position = size - header.first
    allowed = {chains[position]} if 0 <= position < len(chains) else set()
    return allowed | ({header.before} if position <= 0 else set())


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
