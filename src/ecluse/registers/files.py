"""How do files of a register reach the disk, so that a crash leaves the old one or the new one, never half of one?"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ecluse.loaders.defaults import shipped
from ecluse.loaders.nodes import MAX_BYTES
from ecluse.model.errors import UnavailableError

__all__ = ["FILE_MODE", "FOLDER_MODE", "locked", "make_folder", "sync_folder", "unavailable", "write_all", "write_whole", "written_or_shipped"]  # fmt: skip

FILE_MODE: Final = 0o640
FOLDER_MODE: Final = 0o750
"""A register tells who was robbed of what: nobody outside the group reads it."""

_WAIT: Final = 10.0
_PAUSE: Final = 0.02

_HELP: Final = {
    errno.ENOSPC: "free some space and run the command again; what was written before is kept",
    errno.EDQUOT: "raise the quota and run the command again; what was written before is kept",
    errno.EFBIG: "raise the file size limit and run the command again; what was written before is kept",
    errno.EACCES: "give this user the right to read and write the register's folder",
    errno.EPERM: "give this user the right to read and write the register's folder",
    errno.EROFS: "mount the file system for writing, or copy the register to another one",
    errno.ENOENT: "check the path; `ecluse incident init` makes a register",
    errno.ENOTDIR: "check the path: a part of it that should be a folder is a file",
    errno.ELOOP: "a file of a register is no symbolic link; put the file itself there",
}


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


def write_all(descriptor: int, content: bytes) -> None:
    """Writes everything at the current position, however often the system takes only a part."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path) -> None:
    """Waits until names created and renamed in the folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file that is afterwards there as a whole, or (after a crash) as it was before.

    Raises:
        OSError: when the disk refuses; the file is then as it was before.
    """
    unfinished = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(unfinished, flags, FILE_MODE)
        try:
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(path: Path) -> Path:
    """Makes a folder that only owner and group may enter, unless it is there; gives it back."""
    if not path.is_dir():
        path.mkdir(mode=FOLDER_MODE, exist_ok=True)
        sync_folder(path.parent)
    return path


def written_or_shipped(folder: Path, name: str) -> tuple[bytes, str]:
    """The text and the name of a file that people may have written into the register; else of the one that ships.

    Raises:
        UnavailableError: when it is there and cannot be read.
    """
    path = folder / name
    with unavailable(f"`{path}` cannot be read"):
        try:
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1), str(path)
        except FileNotFoundError:
            return shipped(name), name


@contextmanager
def locked(path: Path, *, flags: int, shared: bool = False) -> Iterator[int]:
    """Opens a file and holds its lock; waits ten seconds for whoever else holds it.

    Raises:
        UnavailableError: when the lock is held for longer, or the file cannot be opened.
    """
    with unavailable(f"`{path}` cannot be opened"):
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    try:
        until = time.monotonic() + _WAIT
        while not _lock(descriptor, shared=shared):
            if time.monotonic() > until:
                raise UnavailableError(
                    f"`{path}` is being written by another process",
                    help="wait until it ends and run the command again; nothing was written",
                )
            time.sleep(_PAUSE)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, shared: bool) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
