"""How are entries appended, acknowledged in groups, and taken back when the disk refuses?

The log's end is in three places: `size` (appended, in memory), `durable` (acknowledged, on disk) and
the mark (the same, in a second file). A failed write cuts the file back to `durable` and voids what
was appended since; a failed fsync leaves the kernel's state unknown, so nothing more is written until
the ledger is opened again.
"""

import os
from threading import Lock
from typing import Final

import msgspec

from ecluse.ledgers.disk import Disk, unavailable
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.mark import Mark
from ecluse.ledgers.salts import SECRET_SIZE, Salter
from ecluse.ledgers.wal import HEADER_SIZE, WalHeader, frame
from ecluse.merkle.canonical import canonical
from ecluse.merkle.columns import PSEUDONYM_SIZE
from ecluse.merkle.tree import HASH_SIZE, leaf_hash
from ecluse.model.entry import Entry
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.ports import Ticket

__all__ = ["Appended", "Log", "create_log"]

_INT64: Final = 1 << 63
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
    """The open write-ahead log; `leaves` are the leaf hashes of its entries, end to end."""

    def __init__(
        self, layout: Layout, disk: Disk, header: WalHeader, *, chain: bytes, end: int, leaves: bytearray, mark_key: bytes,
        note: bytes, cuts: list[int] | None = None,
    ) -> None:  # fmt: skip
        self._layout = layout
        self.header = header
        self.leaves = leaves
        self.note = note
        self.broken = False
        self._disk = disk
        self._salter = Salter(header.secret)
        self._appending = Lock()
        self._committing = Lock()
        self._chain = chain
        self._frames: list[bytes] = []
        self._durable = self.size
        self._durable_chain, self._durable_end = chain, end
        self._unsynced = False
        self._cuts = cuts if cuts is not None else []
        self._mark_key = mark_key
        self._file = disk.open(layout.wal, os.O_WRONLY | os.O_APPEND)
        try:
            self._mark_file = disk.open(layout.mark, os.O_WRONLY | os.O_CREAT)
        except OSError:
            os.close(self._file)
            raise

    @property
    def size(self) -> int:
        """Entries of the whole ledger up to the end of this log, uncommitted ones included."""
        return self.header.first + len(self.leaves) // HASH_SIZE

    @property
    def chain(self) -> bytes:
        """The chain hash after the last acknowledged entry."""
        return self._durable_chain

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
            return Appended(seq, len(self._cuts))

    def commit(self, ticket: Ticket | None, *, sync: bool) -> int:
        """Writes what was appended; with `sync` it also survives a loss of power. Returns the acknowledged size.

        Raises:
            UnavailableError: when the disk refuses, or the ticket was voided by an earlier refusal.
        """
        with self._committing:
            with self._appending:
                self._must_be_sound()
                if ticket is not None and self._is_void(ticket):
                    raise UnavailableError(
                        "the entry was taken back because the disk refused it",
                        help="append it again",
                    )
                data, size, chain = b"".join(self._frames), self.size, self._chain
                self._frames = []
            if data:
                self._write(data)
                self._durable, self._durable_chain = size, chain
                self._durable_end += len(data)
                self._unsynced = True
            if sync and self._unsynced:
                self._sync()
                self.write_mark()
            return self._durable

    def write_mark(self, *, sync: bool = False) -> None:
        """Notes how far the log is acknowledged, in the second file."""
        mark = Mark(self._durable, self._durable_chain, self.note).write(self._mark_key)
        with unavailable("the mark cannot be written"):
            self._disk.write_at(self._mark_file, mark, 0)
            if sync:
                self._disk.sync(self._mark_file)

    def followed_by(self, header: WalHeader) -> "Log":
        """Opens the new, empty log that took this one's place; tickets keep their meaning."""
        return Log(
            self._layout, self._disk, header, chain=header.chain, end=HEADER_SIZE, leaves=bytearray(),
            mark_key=self._mark_key, note=self.note, cuts=self._cuts,
        )  # fmt: skip

    def close(self) -> None:
        """Lets go of both files."""
        os.close(self._file)
        os.close(self._mark_file)

    def _is_void(self, ticket: Ticket) -> bool:
        return ticket.epoch < len(self._cuts) and ticket.seq >= self._cuts[ticket.epoch]

    def _must_be_sound(self) -> None:
        if self.broken:
            raise UnavailableError("the ledger stopped writing after the disk failed", help=_REOPEN)

    def _write(self, data: bytes) -> None:
        try:
            self._disk.write(self._file, data)
        except OSError as error:
            self._take_back()
            with unavailable("the entries cannot be written, and none of this group was kept"):
                raise error from None

    def _sync(self) -> None:
        try:
            self._disk.sync(self._file)
        except OSError as error:
            self.broken = True  # a second fsync would report success for pages that were dropped
            with unavailable("the disk does not confirm what was written"):
                raise error from None
        self._unsynced = False

    def _take_back(self) -> None:
        with self._appending:
            self._cuts.append(self._durable)
            self._frames = []
            self._chain = self._durable_chain
            del self.leaves[(self._durable - self.header.first) * HASH_SIZE :]
            try:
                self._disk.truncate(self._file, self._durable_end)
            except OSError:
                self.broken = True


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
