"""How are entries appended, acknowledged in groups, and taken back when the disk refuses?

The log's end is in three places: `size` (appended, in memory), `durable` (acknowledged, on disk) and
the mark (what survives a loss of power, in a second file). A failed write cuts the file back to
`durable` and voids what was appended since; a failed fsync leaves the kernel's state unknown, so
nothing more is written until the ledger is opened again.

Two locks: `committing` is held while anything is written, `appending` for the few microseconds in
which what is in memory changes. Who takes both takes `committing` first.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

import msgspec

from ecluse.ledgers.disk import Disk, unavailable
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.mark import Mark
from ecluse.ledgers.salts import SECRET_SIZE, Salter
from ecluse.ledgers.wal import HEADER_SIZE, Part, WalHeader, frame
from ecluse.merkle.canonical import canonical
from ecluse.merkle.columns import PSEUDONYM_SIZE
from ecluse.merkle.tree import HASH_SIZE, leaf_hash
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.ports import Ticket

__all__ = ["Appended", "Log", "create_log"]

_INT64: Final = 1 << 63
_COPIED_AT_ONCE: Final = 1 << 20
_LAST_BYTES: Final = 1 << 17
_ROUNDS: Final = 20
_REOPEN: Final = "close the ledger and open it again; every acknowledged entry is kept"


class Appended(msgspec.Struct, frozen=True, gc=False):
    """The ticket of an entry: its sequence number, and how often the log had been cut back by then."""

    seq: int
    epoch: int


def create_log(layout: Layout, disk: Disk, *, first: int, before: bytes) -> WalHeader:
    """Puts a new, empty log in the place of the old one, in one step."""
    header = WalHeader(first, os.urandom(SECRET_SIZE), before)
    disk.write_whole(layout.wal, header.write())
    return header


class Log:
    """The open write-ahead log.

    Attributes:
        parts: one, or two while the first is being sealed.
        size: entries of the whole ledger up to the end of this log, uncommitted ones included.
        leaves: the leaf hashes of its entries, end to end.
        note: SHA-256 of the last checkpoint; change it with `sign`.
        broken: whether nothing more may be written before the ledger is opened again.
    """

    def __init__(
        self, layout: Layout, disk: Disk, parts: tuple[Part, ...], *, chain: bytes, end: int, leaves: bytearray, mark_key: bytes, note: bytes
    ) -> None:  # fmt: skip
        self._layout = layout
        self.parts = parts
        self.leaves = leaves
        self.size = parts[0].header.first + len(leaves) // HASH_SIZE
        self.note = note
        self.broken = False
        self._closed = False
        self._disk = disk
        self._salter = Salter(parts[-1].header.secret)
        self._appending = Lock()
        self._committing = Lock()
        self._chain = chain
        self._frames: list[bytes] = []
        self._durable = self.size
        self._durable_chain, self._durable_end = chain, end
        self._synced, self._unsynced = (self.size, chain), False
        self._cuts: list[int] = []
        self._untold = False
        self._mark_key = mark_key
        self._file = disk.open(layout.wal, os.O_WRONLY | os.O_APPEND)
        try:
            self._mark_file = disk.open(layout.mark, os.O_WRONLY | os.O_CREAT)
        except OSError:
            os.close(self._file)
            raise

    @property
    def first(self) -> int:
        """The sequence number of its first entry."""
        return self.parts[0].header.first

    def append(self, entry: Entry) -> Appended:
        """Adds an entry in memory.

        Raises:
            CallerError: when the entry cannot be stored as it is.
            UnavailableError: when the log must be opened again first.
        """
        with self._appending:
            self._must_be_sound()
            seq = self.size
            _check(entry)
            leaf = leaf_hash(canonical(entry, self._salter.one(seq)))
            record, self._chain = frame(entry, self._chain)
            self._frames.append(record)
            self.leaves += leaf
            self.size = seq + 1
            return Appended(seq, len(self._cuts))

    def commit(self, ticket: Ticket | None, *, sync: bool) -> int:
        """Writes what was appended; with `sync` it also survives a loss of power. Returns the acknowledged size.

        Raises:
            UnavailableError: when the disk refuses; when the ticket was voided by an earlier refusal; without a
                ticket, also when entries were voided since the last such commit by another one's failure.
        """
        with self._committing:
            with self._appending:
                self._must_be_kept(ticket)
                told = (0, self.size) if ticket is None else (ticket.seq, ticket.seq + 1)
            return self._commit(told, sync=sync)

    def kept(self, ticket: Ticket) -> bool:
        """Whether no refusal of the disk has taken the entry back; one that is acknowledged stays so."""
        return not (ticket.epoch < len(self._cuts) and ticket.seq >= self._cuts[ticket.epoch])

    def flush(self) -> int:
        """Commits for nobody in particular; when it fails, the commits of those who appended fail as well."""
        with self._committing:
            return self._commit((0, 0), sync=True)

    def turn(self) -> None:
        """Begins the next part, durably, in the same file: entries from here on have a secret of their own."""
        secret = os.urandom(SECRET_SIZE)
        salter = Salter(secret)  # before appends wait
        with self._committing:
            with self._appending:
                self._must_be_sound()
                assert len(self.parts) == 1
                header = WalHeader(self.size, secret, self._chain)
                offset = self._durable_end + sum(map(len, self._frames))
                self._frames.append(header.write())
                self._chain, self._salter = header.chain, salter
                self.parts = (*self.parts, Part(header, offset))
            self._commit((0, 0), sync=True)

    def shed(self) -> None:
        """Lets go of the first part, whose entries are sealed: a new file holds the rest, byte for byte.

        Appending goes on. Commits go on while the most is copied, and wait for the last bytes.

        Raises:
            UnavailableError: when the disk refuses; unless the log is broken, it goes on as it was.
        """
        temporary = self._layout.wal.with_name(self._layout.wal.name + ".tmp")
        with unavailable("the write-ahead log cannot be replaced"):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
            unused = new = self._disk.open(temporary, flags)
            try:
                copied = self._catch_up(new)
                with self._committing:
                    self._must_be_sound()
                    self._copy(new, copied)
                    self._disk.rename(temporary, self._layout.wal)
                    unused = self._swap(new)
                    self._sync_name()
            except OSError:
                self._disk.unlink(temporary)
                raise
            finally:
                os.close(unused)  # of the old file, this frees its space: not while commits wait

    def renew(self, first: int) -> None:
        """Goes on with a new, empty file; what this one had is sealed, and so is everything before `first`."""
        with self._committing:
            self._must_be_sound()
            self.broken = True  # unless the new one stands, nothing more may be written
            with unavailable("the write-ahead log cannot be replaced"):
                header = create_log(
                    self._layout, self._disk, first=first, before=self._durable_chain
                )
                new = self._disk.open(self._layout.wal, os.O_WRONLY | os.O_APPEND)
            with self._appending:
                assert not self._frames
                old, self._file = self._file, new
                self.parts, self.size, self.leaves = (Part(header),), first, bytearray()
                self._chain, self._salter = header.chain, Salter(header.secret)
                self._durable, self._durable_chain = first, header.chain
                self._durable_end, self._synced = HEADER_SIZE, (first, header.chain)
                self.broken = False
            os.close(old)
            self._put_mark()
        self._sync_mark()

    def sign(self, note: bytes) -> None:
        """Notes the last checkpoint in the mark, durably."""
        with self._committing:
            self.note = note
            self._put_mark()
        self._sync_mark()

    def write_mark(self) -> None:
        """Notes durably how far the log is acknowledged, in the second file."""
        with self._committing:
            self._sync()  # also what a writer that was killed had written and not synced
            self._put_mark()
        self._sync_mark()

    def close(self) -> None:
        """Lets go of both files."""
        with self._committing, self._appending:
            self._closed = True
            os.close(self._file)
            os.close(self._mark_file)

    def _must_be_sound(self) -> None:
        if self._closed:
            raise UnavailableError("the ledger is closed")
        if self.broken:
            raise UnavailableError("the ledger stopped writing after the disk failed", help=_REOPEN)

    def _must_be_kept(self, ticket: Ticket | None) -> None:
        """A commit must not confirm what another one's failure took back."""
        if ticket is not None:
            void = not self.kept(ticket)
        else:
            void, self._untold = self._untold, False
            if void:
                self._void()
        if void:
            raise UnavailableError(
                "the entry was taken back because the disk refused it", help="append it again"
            )

    def _commit(self, told: tuple[int, int], *, sync: bool) -> int:
        with self._appending:
            self._must_be_sound()
            data, size, chain = b"".join(self._frames), self.size, self._chain
            self._frames = []
        if data:
            self._write(data, told)
            self._durable, self._durable_chain = size, chain
            self._durable_end += len(data)
            self._unsynced = True
        if sync and self._unsynced:
            self._sync()
            self._put_mark()
        return self._durable

    def _write(self, data: bytes, told: tuple[int, int]) -> None:
        try:
            self._disk.write(self._file, data)
        except OSError as error:
            with self._appending:
                # Whoever commits is told now; who else appended must learn it from a commit of his own.
                others = told[0] > self._durable or told[1] < self.size
                self._untold |= others and self.size > self._durable
                self._void()
                try:
                    self._disk.truncate(self._file, self._durable_end)
                except OSError:
                    self.broken = True
            with unavailable("the entries cannot be written, and none of this group was kept"):
                raise error from None

    def _void(self) -> None:
        """Takes back what was appended and not acknowledged."""
        self._cuts.append(self._durable)
        self._frames = []
        self._chain = self._durable_chain
        self.size = self._durable
        del self.leaves[(self._durable - self.first) * HASH_SIZE :]
        self.parts = tuple(part for part in self.parts if part.offset < self._durable_end)
        self._salter = Salter(self.parts[-1].header.secret)

    def _sync(self) -> None:
        try:
            self._disk.sync(self._file)
        except OSError as error:
            self.broken = True  # a second fsync would report success for pages that were dropped
            with unavailable("the disk does not confirm what was written"):
                raise error from None
        self._synced, self._unsynced = (self._durable, self._durable_chain), False

    def _put_mark(self) -> None:
        mark = Mark(*self._synced, self.note).write(self._mark_key)
        with self._marking():
            self._disk.write_at(self._mark_file, mark, 0)

    def _sync_mark(self) -> None:
        with self._marking():
            self._disk.sync(self._mark_file)

    @contextmanager
    def _marking(self) -> Iterator[None]:
        try:
            with unavailable("the mark cannot be written"):
                yield
        except UnavailableError:
            self.broken = True  # entries that nobody will hear were kept are kept: no more of them
            raise

    def _catch_up(self, file: int) -> int:
        """Copies what is acknowledged after the first part, until little is left; returns how far."""
        copied = self.parts[1].offset
        for _ in range(_ROUNDS):
            copied = self._copy(file, copied)
            if self._durable_end - copied < _LAST_BYTES:
                break
        return copied

    def _copy(self, file: int, begin: int) -> int:
        """Copies the log from an offset to its acknowledged end, durably; returns that end."""
        end = self._durable_end
        if begin == end:
            return end
        with self._layout.wal.open("rb") as source:
            source.seek(begin)
            while begin < end:
                piece = source.read(min(_COPIED_AT_ONCE, end - begin))
                assert piece, "what is acknowledged is in the file"
                self._disk.write(file, piece)
                begin += len(piece)
        self._disk.sync(file)
        return end

    def _swap(self, new: int) -> int:
        """Goes on in the new file; returns the old one."""
        cut, gone = self.parts[1].offset, self.parts[1].header.first - self.first
        with self._appending:
            old, self._file = self._file, new
            self.parts = tuple(Part(part.header, part.offset - cut) for part in self.parts[1:])
            self._durable_end -= cut
            del self.leaves[: gone * HASH_SIZE]
        return old

    def _sync_name(self) -> None:
        try:
            self._disk.sync_folder(self._layout.root)
        except OSError:
            self.broken = True  # which of the two files a loss of power would leave is unknown
            raise


def _check(entry: Entry) -> None:
    if any(len(person) != PSEUDONYM_SIZE for person in entry.persons):
        raise CallerError("a pseudonym is 16 bytes")
    if any("," in category for category in entry.categories):
        raise CallerError("the name of a category has no comma")
    for number in (
        entry.at,
        entry.created_at or 0,
        entry.bytes,
        entry.window,
        entry.used,
        entry.limit,
    ):
        if not -_INT64 <= number < _INT64:
            raise CallerError("a number of the entry does not fit 64 bits")
    try:
        entry.account.encode()
    except UnicodeEncodeError:
        raise CallerError("an account name is not valid Unicode") from None
