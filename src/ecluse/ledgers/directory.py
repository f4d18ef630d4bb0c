"""How is a ledger in a directory created, opened and written? (the `Ledger` port)"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final, Self

import msgspec
import polars as pl

from ecluse.ledgers.disk import Disk, hold_lock, unavailable
from ecluse.ledgers.keys import Keys, Pseudonymizer, create_keys, load_keys
from ecluse.ledgers.layout import DEFAULT_MONTHS, FirstPage, Layout, months_in_band
from ecluse.ledgers.log import Log, create_log
from ecluse.ledgers.mark import PURPOSE, Mark
from ecluse.ledgers.notes import note_digest
from ecluse.ledgers.opening import reopen
from ecluse.ledgers.reader import COLUMNS, entries_of, frame_of_log, scan, take_snapshot
from ecluse.ledgers.sealing import write_segment
from ecluse.ledgers.segment import Manifest
from ecluse.merkle.columns import Columns, take_columns
from ecluse.merkle.note import Checkpoint, seal_note
from ecluse.merkle.tree import CompactRange
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.time import format_instant
from ecluse.ports import Ticket

__all__ = ["DirectoryLedger", "system_time", "write_first_page"]

SEGMENT: Final = 131_072
DIRECT: Final = 4_096


def system_time() -> int:
    """The system's clock, in microseconds."""
    return time.time_ns() // 1000


class DirectoryLedger:
    """A ledger in a directory, held by one writer.

    `entries` of the log that have grown past `seal_at` are sealed by the next commit; None leaves
    sealing to the caller. In relaxed mode a commit survives the death of the process but not a loss
    of power; `sync`, `seal`, `checkpoint` and `close` make everything durable.
    """

    def __init__(
        self, root: Path, *, keys: Path | None = None, relaxed: bool = False, seal_at: int | None = SEGMENT, accept_loss: str = "",
        now: Callable[[], int] = system_time, disk: Disk | None = None,
    ) -> None:  # fmt: skip
        """Opens a ledger for writing and repairs what a crash left.

        Options:
            keys: folder of the keys, unless it is the one in the ledger.
            accept_loss: why it is opened although acknowledged entries are missing; recorded in the ledger.

        Raises:
            CallerError: when there is no ledger.
            UnavailableError: when another process writes to it, or a file cannot be read.
            IntegrityError: when what was acknowledged is not there.
        """
        self.layout = Layout(root)
        self.disk = disk or Disk()
        self._now, self._relaxed, self._seal_at = now, relaxed, seal_at
        public = self.layout.read_public_key()
        self._lock = hold_lock(self.layout.lock)
        try:
            self.page = self.layout.read_first_page(public)
            self._keys = _own_keys(keys or self.layout.keys, self.page, public.public)
            opened = reopen(
                self.layout, self.disk, self._keys, self.page, accept_loss=bool(accept_loss)
            )
        except BaseException:
            os.close(self._lock)
            raise
        self._log: Log = opened.log
        self._manifests = opened.manifests
        self.repairs = tuple(opened.repairs)
        self._gate = RLock()
        self._seal_after = seal_at
        self._tree = CompactRange()
        for manifest in self._manifests:
            self._tree.join(manifest.range)
        for repair in self.repairs:
            self.act("recovery", {**repair, "reason": accept_loss} if accept_loss else repair)

    @classmethod
    def create(
        cls, root: Path, *, keys: Path | None = None, origin: str = "", months: int = DEFAULT_MONTHS, reason: str = "",
        now: Callable[[], int] = system_time, disk: Disk | None = None, **options: Any,
    ) -> Self:  # fmt: skip
        """Makes a new ledger and opens it.

        Options:
            origin: name of its checkpoints; by default the directory's name and a random part.
            months: how long persons stay in it (6 to 12; up to 36 with a reason).

        Raises:
            CallerError: when there is one already, or the retention is outside its band.
            UnavailableError: when the directory cannot be written.
        """
        months_in_band(months, reason)
        layout, the_disk = Layout(root), disk or Disk()
        if layout.first_page.exists():
            raise CallerError(f"`{root}` is a ledger already")
        name = origin or f"ecluse/{_name(root)}-{os.urandom(4).hex()}"
        if not name.isprintable() or any(c in name for c in " +"):
            raise CallerError(f"`{name}` cannot be an origin: it has a space or a plus sign")
        with unavailable(f"the ledger `{root}` cannot be created"):
            layout.segments.mkdir(parents=True, exist_ok=True)
            lock = hold_lock(layout.lock)
            try:
                own = create_keys(keys or layout.keys, name=name, disk=the_disk)
                _write_first_files(
                    layout,
                    the_disk,
                    own,
                    FirstPage(
                        name, format_instant(now()), own.pseudonymizer.fingerprint, months, reason
                    ),
                )
            finally:
                os.close(lock)
        return cls(root, keys=keys, now=now, disk=disk, **options)

    # -- what it is

    @property
    def size(self) -> int:
        """Entries, uncommitted ones included."""
        return self._log.size

    @property
    def pseudonymizer(self) -> Pseudonymizer:
        """Makes the pseudonyms of this ledger."""
        return self._keys.pseudonymizer

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The sealed segments, in order."""
        return tuple(self._manifests)

    # -- writing

    def append(self, entry: Entry, *, durable: bool = False) -> Ticket:
        """Adds an entry; it is acknowledged by the next commit, or at once when `durable`."""
        with self._gate:
            ticket = self._log.append(entry)
        if durable:
            self._commit(ticket, sync=True)
        return ticket

    def commit(self, ticket: Ticket | None = None) -> int:
        """Acknowledges every entry appended so far with one fsync; returns how many the ledger holds."""
        return self._commit(ticket, sync=not self._relaxed)

    def sync(self) -> int:
        """Makes every entry survive a loss of power, also in relaxed mode."""
        return self._commit(None, sync=True)

    def act(self, kind: str, detail: dict[str, Any], *, account: str = "") -> Ticket:
        """Records an act (`query`, `retention`, …), durably."""
        text = msgspec.json.encode(detail).decode()
        return self.append(
            Entry(at=self._now(), account=account, kind=kind, detail=text), durable=True
        )

    def extend(self, frame: pl.DataFrame) -> range:
        """Adds many entries and returns their sequence numbers; thousands go straight into segments.

        Raises:
            CallerError: when a column is unknown, missing or of the wrong shape.
            UnavailableError: when the disk refuses; whole segments that were written before stay.
        """
        try:
            columns = take_columns(frame)
        except (ValueError, pl.exceptions.PolarsError) as error:
            raise CallerError(str(error).splitlines()[0]) from None
        with self._gate:
            self._commit(None, sync=True)
            first = self.size
            if len(columns) < DIRECT:
                for entry in entries_of(columns):
                    self._log.append(entry)
                self._commit(None, sync=True)
                return range(first, first + len(columns))
            self.seal()
            pieces = -(-len(columns) // SEGMENT)
            with self._replacing():
                for piece in range(pieces):
                    begin, end = (
                        piece * len(columns) // pieces,
                        (piece + 1) * len(columns) // pieces,
                    )
                    self._add_segment(columns.slice(begin, end - begin), secret=None, expected=None)
            return range(first, self.size)

    def seal(self) -> Manifest | None:
        """Moves the log's entries into a segment under a signed checkpoint; None when there are none."""
        with self._gate:
            self._commit(None, sync=True, sealing=True)
            if not self._log.leaves:
                return None
            columns = take_columns(frame_of_log(self.layout))
            with self._replacing():
                return self._add_segment(
                    columns, secret=self._log.header.secret, expected=bytes(self._log.leaves)
                )

    def checkpoint(self) -> str:
        """Signs the present size and root, keeps the note and returns it."""
        with self._gate:
            self._commit(None, sync=True, sealing=True)
            return self._sign(self._tree_with_log(), ())

    def replace_manifests(self, rewritten: Sequence[Manifest]) -> None:
        """Puts rewritten segments (same entries, persons destroyed) in force under a signed checkpoint."""
        with self._gate:
            self._commit(None, sync=True, sealing=True)
            with unavailable("the manifests cannot be replaced"):
                for manifest in rewritten:
                    self.disk.write_whole(self.layout.pending(manifest.number), manifest.write())
                self._sign(self._tree_with_log(), rewritten)
                for manifest in rewritten:
                    old = self._manifests[manifest.number]
                    assert (old.first, old.count, old.subtrees) == (
                        manifest.first,
                        manifest.count,
                        manifest.subtrees,
                    )
                    self.disk.rename(
                        self.layout.pending(manifest.number), self.layout.manifest(manifest.number)
                    )
                    self.disk.sync_folder(self.layout.segments)
                    self._manifests[manifest.number] = manifest
                    self.disk.unlink(self.layout.segments / old.file)
                self.disk.sync_folder(self.layout.segments)

    def write_page(self, page: FirstPage) -> None:
        """Signs and writes a changed first page."""
        with unavailable("the first page cannot be written"):
            write_first_page(self.layout, self.disk, self._keys, page)
        self.page = page

    def close(self) -> None:
        """Commits what is pending and lets the next writer in."""
        try:
            if not self._log.broken:
                self._commit(None, sync=True, sealing=True)
                self._log.write_mark(sync=True)
        finally:
            self._log.close()
            os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- reading

    def scan(
        self, *, since: int | None = None, columns: Sequence[str] = COLUMNS
    ) -> Iterator[pl.DataFrame]:
        """Yields the committed entries in append order; see `reader.scan`."""
        return scan(take_snapshot(self.layout.root), since=since, columns=columns)

    # -- inside

    def _commit(self, ticket: Ticket | None, *, sync: bool, sealing: bool = False) -> int:
        log = self._log
        try:
            size = log.commit(ticket, sync=sync)
        except UnavailableError:
            with (
                self._gate
            ):  # another thread may just have sealed, and with it committed, what this one appended
                if log is self._log:
                    raise
            return self._commit(ticket, sync=sync, sealing=sealing)
        if (
            not sealing
            and self._seal_after is not None
            and size - self._log.header.first >= self._seal_after
        ):
            self._seal_now()
        return size

    def _seal_now(self) -> None:
        """Seals on the way; a disk that refuses only postpones it, since the entries are safe in the log."""
        assert self._seal_at is not None
        with self._gate:
            try:
                self.seal()
                self._seal_after = self._seal_at
            except UnavailableError:
                self._seal_after = self.size - self._log.header.first + max(1, self._seal_at // 8)

    def _add_segment(
        self, columns: Columns, *, secret: bytes | None, expected: bytes | None
    ) -> Manifest:
        tree = self._tree.copy()
        with unavailable("the segment cannot be written"):
            manifest = self._write_segment(columns, tree, secret=secret, expected=expected)
        self._manifests.append(manifest)
        self._tree = tree
        return manifest

    def _write_segment(
        self, columns: Columns, tree: CompactRange, *, secret: bytes | None, expected: bytes | None
    ) -> Manifest:
        return write_segment(
            self.layout, self.disk, columns, tree=tree, number=len(self._manifests), secret=secret, expected=expected,
            sign=lambda manifest: self._sign(tree, [manifest]),
        )  # fmt: skip

    @contextmanager
    def _replacing(self) -> Iterator[None]:
        """Around the writing of segments: afterwards a new, empty log follows them, also when a later one failed."""
        try:
            yield
        finally:
            old = self._log
            if self._tree.end > old.header.first:
                # 5. A new log takes the place of the old one, whose entries are sealed. 6. The mark follows.
                old.broken = True  # unless the new one stands, nothing more may be written
                with unavailable("the write-ahead log cannot be replaced"):
                    header = create_log(
                        self.layout, self.disk, first=self._tree.end, before=old.chain
                    )
                    self._log = old.followed_by(header)
                old.close()
                self._log.write_mark(sync=True)

    def _tree_with_log(self) -> CompactRange:
        tree = self._tree.copy()
        tree.join(CompactRange.over(bytes(self._log.leaves), tree.end))
        return tree

    def _sign(self, tree: CompactRange, manifests: Sequence[Manifest]) -> str:
        signer = self._keys.signer
        previous = self._log.note.hex() if self._log.note != bytes(32) else ""
        signed = tuple((manifest.number, manifest.digest) for manifest in manifests)
        checkpoint = Checkpoint(
            self.page.origin, tree.end, tree.root(), format_instant(self._now()), previous, signed
        )
        note = seal_note(checkpoint.text(), signer.key, signer.sign)
        with unavailable("the checkpoint cannot be written"):
            self.disk.append(self.layout.checkpoints, note.encode())
        self._log.note = bytes.fromhex(note_digest(note))
        self._log.write_mark(sync=True)
        return note


def _own_keys(folder: Path, page: FirstPage, public: bytes) -> Keys:
    keys = load_keys(folder, name=page.origin)
    if keys.signer.key.public != public:
        raise IntegrityError(
            f"the signing key in `{folder}` is not this ledger's",
            help="name the right folder with --keys",
        )
    if keys.pseudonymizer.fingerprint != page.fingerprint:
        raise IntegrityError(
            f"the pseudonym key in `{folder}` is not this ledger's",
            help="name the right folder with --keys",
        )
    return keys


def _name(root: Path) -> str:
    kept = "".join(
        c if c.isalnum() and c.isascii() else "-" for c in Path(os.path.realpath(root)).name
    )
    return kept or "ledger"


def _write_first_files(layout: Layout, disk: Disk, keys: Keys, page: FirstPage) -> None:
    header = create_log(layout, disk, first=0, before=bytes(32))
    disk.write_whole(
        layout.mark, Mark(0, header.chain, bytes(32)).write(keys.signer.derive(PURPOSE))
    )
    disk.write_whole(layout.checkpoints, b"")
    disk.write_whole(layout.public_key, f"{keys.signer.key}\n".encode())
    write_first_page(layout, disk, keys, page)


def write_first_page(layout: Layout, disk: Disk, keys: Keys, page: FirstPage) -> None:
    """Signs and writes what the ledger says about itself; its existence makes the directory a ledger."""
    disk.write_whole(
        layout.first_page, seal_note(page.text(), keys.signer.key, keys.signer.sign).encode()
    )
