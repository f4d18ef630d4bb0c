"""How do bytes reach the disk so that a crash between any two operations leaves a known state?

Every change that the ledger makes to its directory goes through a `Disk`, one method an operation,
so that tests can stop the world before each of them.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecluse.model.errors import UnavailableError

__all__ = ["Disk", "hold_lock", "unavailable"]

_HELP = {
    errno.ENOSPC: "free some space and go on; every acknowledged entry is kept",
    errno.EDQUOT: "raise the quota and go on; every acknowledged entry is kept",
    errno.EFBIG: "raise the file size limit and go on; every acknowledged entry is kept",
    errno.EACCES: "give this user the right to read and write the ledger's directory",
    errno.EROFS: "mount the file system for writing",
    errno.ENOENT: "check the path; `ecluse ledger init` creates a ledger",
}


class Disk:
    """The operating system's files; each method is one operation that is done or not done."""

    def open(self, path: Path, flags: int, mode: int = 0o640) -> int:
        """Opens a file and returns its descriptor."""
        return os.open(path, flags | os.O_CLOEXEC, mode)

    def write(self, descriptor: int, data: bytes) -> None:
        """Writes everything at the current position."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        """Writes a few bytes (within one sector) in place."""
        os.pwrite(descriptor, data, offset)

    def sync(self, descriptor: int) -> None:
        """Waits until what was written to the file survives a loss of power."""
        os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cuts the file to a size in bytes."""
        os.ftruncate(descriptor, size)

    def cut(self, path: Path, size: int) -> None:
        """Cuts a file that nobody has open to a size in bytes, durably."""
        descriptor = self.open(path, os.O_WRONLY)
        try:
            self.truncate(descriptor, size)
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Puts a file in the place of another, atomically."""
        source.replace(target)

    def unlink(self, path: Path) -> None:
        """Removes a file, if it is there."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Waits until names created, renamed and removed in the folder survive a loss of power."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def write_whole(self, path: Path, data: bytes, mode: int = 0o640) -> None:
        """Writes a file that is afterwards there as a whole, or (after a crash) not at all."""
        temporary = path.with_name(path.name + ".tmp")
        descriptor = self.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            self.write(descriptor, data)
            self.sync(descriptor)
        finally:
            os.close(descriptor)
        self.rename(temporary, path)
        self.sync_folder(path.parent)

    def append(self, path: Path, data: bytes) -> None:
        """Adds to the end of a file, durably; what a failed attempt left is cut off again."""
        descriptor = self.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            size = os.fstat(descriptor).st_size
            try:
                self.write(descriptor, data)
                self.sync(descriptor)
            except OSError:
                self.truncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)


@contextmanager
def unavailable(what: str) -> Iterator[None]:
    """Turns an error of the operating system into one that says what could not be done.

    Raises:
        UnavailableError: in place of OSError.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnavailableError(f"{what}: {reason}", help=_HELP.get(error.errno or 0, "")) from error


def hold_lock(path: Path) -> int:
    """Takes the ledger's lock for as long as the returned descriptor stays open.

    Raises:
        UnavailableError: when another process holds it, or the file cannot be opened.
    """
    with unavailable(f"the lock of `{path.parent}` cannot be opened"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UnavailableError(
            f"the ledger `{path.parent}` is being written by another process",
            help="wait until it ends; reading, verifying and querying need no lock",
        ) from None
    return descriptor
