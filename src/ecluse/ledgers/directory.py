"""How is a ledger in a directory created, opened and written? (the `Ledger` port)"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
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
from ecluse.ledgers.opening import reopen
from ecluse.ledgers.press import Press, press_apart, press_here
from ecluse.ledgers.reader import COLUMNS, entries_of, scan, take_snapshot
from ecluse.ledgers.sealing import Sealed
from ecluse.ledgers.segment import Manifest
from ecluse.merkle.columns import take_columns
from ecluse.merkle.note import seal_note
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.time import format_instant
from ecluse.ports import Ticket

__all__ = ["DirectoryLedger", "system_time", "write_first_page"]

SEGMENT: Final = 131_072
DIRECT: Final = 4_096
PAUSE: Final = 0.01
"""Seconds that `seal_behind` rests after each millisecond of work, in which it holds the interpreter."""


def system_time() -> int:
    """The system's clock, in microseconds."""
    return time.time_ns() // 1000


class DirectoryLedger:
    """A ledger in a directory, held by one writer; its threads may do everything at the same time.

    `entries` of the log that have grown past `seal_at` are sealed by the next commit; None leaves
    sealing to the caller. In relaxed mode a commit survives the death of the process but not a loss
    of power; `sync`, `seal`, `seal_behind`, `checkpoint` and `close` make everything durable.
    """

    # Two locks, taken in this order: `_sealing` by whoever makes segments or checkpoints, for as long as that
    # takes; `_gate` by appends, and by what must keep them waiting.

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
        self._sealed = Sealed(
            self.layout, self.disk, signer=self._keys.signer, origin=self.page.origin, now=now, manifests=opened.manifests,
            signed=opened.signed,
        )  # fmt: skip
        self.repairs = tuple(opened.repairs)
        self._sealing, self._gate = RLock(), RLock()
        self._seal_after = seal_at
        try:
            for repair in self.repairs:
                self.act("recovery", {**repair, "reason": accept_loss} if accept_loss else repair)
        except BaseException:
            self._log.close()
            os.close(self._lock)
            raise

    @classmethod
    def create(
        cls, root: Path, *, keys: Path | None = None, origin: str = "", months: int = DEFAULT_MONTHS, reason: str = "",
        pseudonym_key: Path | None = None, now: Callable[[], int] = system_time, disk: Disk | None = None, **options: Any,
    ) -> Self:  # fmt: skip
        """Makes a new ledger and opens it.

        Options:
            origin: name of its checkpoints; by default the directory's name and a random part.
            months: how long persons stay in it (6 to 12; up to 36 with a reason).
            pseudonym_key: file of another ledger's pseudonym key, so that both name the same person alike.

        Raises:
            CallerError: when there is one already, the retention is outside its band, or the file is no such key.
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
                own = create_keys(
                    keys or layout.keys, name=name, disk=the_disk, pseudonym_key=pseudonym_key
                )
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
        return tuple(self._sealed.manifests)

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

    def kept(self, ticket: Ticket) -> bool:
        """Whether the entry is still in the ledger; asked after a commit that followed it, whoever made that."""
        return self._log.kept(ticket)

    def sync(self) -> int:
        """Makes every entry survive a loss of power, also in relaxed mode.

        For a thread of its own: when the disk refuses, the commits of those who appended fail as well.
        """
        return self._log.flush()

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
        with self._sealing, self._gate:
            self._log.flush()
            first = self.size
            if len(columns) < DIRECT:
                for entry in entries_of(columns):
                    self._log.append(entry)
                self._log.flush()
                return range(first, first + len(columns))
            self.seal()
            pieces = -(-len(columns) // SEGMENT)
            try:
                for piece in range(pieces):
                    begin, end = (
                        piece * len(columns) // pieces,
                        (piece + 1) * len(columns) // pieces,
                    )
                    self._sealed.add(self._log, columns.slice(begin, end - begin))
            finally:
                if self._sealed.end > self._log.first:
                    self._log.renew(self._sealed.end)
            return range(first, self.size)

    def seal(self) -> Manifest | None:
        """Moves the log's entries into a segment under a signed checkpoint; None when there are none.

        Appends wait until it is done; `seal_behind` keeps nobody waiting.
        """
        with self._sealing, self._gate:
            manifest = None
            while self._sealed.end < self._log.size or self._log.first < self._sealed.end:
                manifest = self._seal_first_part(press=press_here, between=lambda: None)
            return manifest

    def seal_behind(self, *, at_least: int = 1, apart: bool = False) -> Manifest | None:
        """Moves what the log holds now into a segment, while other threads append and commit.

        For a thread of its own. Appends wait for less than a millisecond, commits for a few writes of a small
        file. What an earlier call could not finish is finished first.

        Options:
            at_least: does nothing while fewer entries are unsealed.
            apart: the work on the entries is done by another process, of less priority.

        Raises:
            UnavailableError: when the disk refuses; every entry stays where it was, and the ledger goes on.
        """
        with self._sealing:
            unsealed = self._log.size - self._sealed.end
            if self._log.first == self._sealed.end and unsealed < max(1, at_least):
                return None
            press = press_apart if apart else press_here
            return self._seal_first_part(press=press, between=_pause)

    def checkpoint(self) -> str:
        """Signs the present size and root, keeps the note and returns it."""
        with self._sealing:
            size = self._log.flush()
            return self._sealed.sign(self._log, self._sealed.with_log(self._log, size))

    def replace_manifests(self, rewritten: Sequence[Manifest]) -> None:
        """Puts rewritten segments (same entries, persons destroyed) in force under a signed checkpoint."""
        with self._sealing:
            if self._log.first < self._sealed.end:
                self._log.shed()  # it would keep the persons, and the secret of their salts
            size = self._log.flush()
            with unavailable("the manifests cannot be replaced"):
                self._sealed.replace(self._log, self._sealed.with_log(self._log, size), rewritten)

    def write_page(self, page: FirstPage) -> None:
        """Signs and writes a changed first page."""
        with unavailable("the first page cannot be written"):
            write_first_page(self.layout, self.disk, self._keys, page)
        self.page = page

    def close(self) -> None:
        """Commits what is pending and lets the next writer in."""
        with self._sealing, self._gate:
            try:
                if not self._log.broken:
                    self._log.flush()
                    self._log.write_mark()
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

    def _commit(self, ticket: Ticket | None, *, sync: bool) -> int:
        size = self._log.commit(ticket, sync=sync)
        if self._seal_after is not None and size - self._log.first >= self._seal_after:
            self._seal_now()
        return size

    def _seal_now(self) -> None:
        """Seals on the way; a disk that refuses only postpones it, since the entries are safe in the log."""
        assert self._seal_at is not None
        if not self._sealing.acquire(blocking=False):
            return  # somebody seals already
        try:
            self.seal()
            self._seal_after = self._seal_at
        except UnavailableError:
            self._seal_after = self.size - self._log.first + max(1, self._seal_at // 8)
        finally:
            self._sealing.release()

    def _seal_first_part(self, *, press: Press, between: Callable[[], None]) -> Manifest:
        log, sealed = self._log, self._sealed
        if log.first == sealed.end:
            # What is appended from now on has another secret: that of this part goes with its segment.
            if len(log.parts) == 1:
                log.turn()
            sealed.seal_part(log, press=press, between=between)
        # 5. The log lets go of what is sealed; after a crash the next opening does it.
        log.shed()
        return sealed.manifests[-1]


def _pause() -> None:
    """Lets threads that wait for the interpreter have it."""
    time.sleep(PAUSE)


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
