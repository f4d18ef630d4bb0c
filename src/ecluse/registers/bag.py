"""How does a folder become a bag that says of itself whether it is whole? (BagIt 1.0, RFC 8493)

Files are written one after the other, each hashed as it is written; the manifests follow, and nothing is listed that was not
written here. The bag lies in an unfinished folder beside its final name, which it takes when everything is on disk: a folder, or one
zip file whose bytes follow from its content alone. What a killed process leaves unfinished is removed by the next attempt.
"""

import errno
import fcntl
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Final

from ecluse.model.errors import CallerError, UnavailableError
from ecluse.registers.files import sync_folder, unavailable

__all__ = ["Bag", "Listed", "PayloadFile", "building", "safe_name"]

_BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the bag: SHA-256 (hex) and bytes."""

    digest: str
    size: int


class PayloadFile:
    """A file that is being written into a bag."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self._digest = sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        """Adds to the file."""
        self._file.write(content)
        self._digest.update(content)
        self.size += len(content)

    def close(self) -> Listed:
        """Ends the file, durably."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Listed(self._digest.hexdigest(), self.size)

    def abandon(self) -> None:
        """Closes the file without waiting for the disk: the bag will not be finished."""
        self._file.close()


@dataclass(slots=True)
class Bag:
    """An unfinished bag.

    Attributes:
        payload, tags: what was written, by name (with `/` between folders).
    """

    root: Path
    payload: dict[str, Listed] = field(default_factory=dict)
    tags: dict[str, Listed] = field(default_factory=dict)

    @contextmanager
    def file(self, name: str) -> Iterator[PayloadFile]:
        """Gives a file to write; those under `data/` are payload, others are tags."""
        path = self.root / name
        assert path.resolve().is_relative_to(self.root.resolve()), name
        path.parent.mkdir(parents=True, exist_ok=True)
        file = PayloadFile(path)
        try:
            yield file
        except BaseException:
            file.abandon()
            raise
        (self.payload if name.startswith("data/") else self.tags)[name] = file.close()

    def add(self, name: str, content: bytes) -> Listed:
        """Writes a whole file."""
        with self.file(name) as file:
            file.write(content)
        return self.payload.get(name) or self.tags[name]

    def read(self, name: str) -> bytes:
        """What was written."""
        return (self.root / name).read_bytes()

    def copy(self, name: str, source: Path) -> Listed:
        """Copies a file from elsewhere; a symbolic link is not followed, and only an ordinary file is read."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(source, flags), "rb") as original, self.file(name) as file:
            if not S_ISREG(os.fstat(original.fileno()).st_mode):
                raise OSError(errno.EINVAL, "it is no ordinary file", str(source))
            while chunk := original.read(_CHUNK):
                file.write(chunk)
        return self.payload.get(name) or self.tags[name]

    def close(self, info: dict[str, str]) -> str:
        """Writes what makes it a bag; returns the SHA-256 (hex) of the tag manifest, which covers everything."""
        total = sum(listed.size for listed in self.payload.values())
        told = {**info, "Payload-Oxum": f"{total}.{len(self.payload)}"}
        self.add("bagit.txt", _BAGIT)
        lines = [f"{name}: {' '.join(value.split())}\n" for name, value in told.items()]
        self.add("bag-info.txt", "".join(lines).encode())
        self.add("manifest-sha256.txt", _manifest(self.payload))
        listed = _manifest(self.tags)
        self.add("tagmanifest-sha256.txt", listed)
        return sha256(listed).hexdigest()


def safe_name(name: str) -> str:
    """A name for a file, from one that a stranger may have chosen; ordinary letters, digits, `.`, `-` and `_` stay."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in ".-_") else "_" for c in name)
    return kept.lstrip(".")[:120] or "_"


@contextmanager
def building(target: Path, *, last: Callable[[], None] = lambda: None) -> Iterator[Bag]:
    """Gives an unfinished bag that takes the name `target` when the block ends well; a name in `.zip` makes one file.

    Options:
        last: called when everything is on disk, before the name is given.

    Raises:
        CallerError: when something has that name already, or its folder is not there.
        UnavailableError: when the disk refuses, or another process makes the same pack; nothing has the final name then.
    """
    if target.exists() or target.is_symlink():
        raise CallerError(
            f"`{target}` is there already", help="name another; a pack is never written over"
        )
    if not target.parent.is_dir():
        raise CallerError(f"`{target.parent}`: there is no such folder", help="make it first")
    stage = target.with_name(f".{target.name[:200]}.unfinished")
    with unavailable(f"the pack `{target}` cannot be written"):
        stage.mkdir(mode=0o700, exist_ok=True)
        lock = _alone(stage, target)
        try:
            folder = stage / (target.stem if target.suffix == ".zip" else target.name)
            _clear(stage)
            folder.mkdir(mode=0o700)
            yield Bag(folder)
            _finish(folder, stage, target, last)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            os.close(lock)


def _alone(stage: Path, target: Path) -> int:
    descriptor = os.open(stage / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UnavailableError(
            f"another process is making `{target}`", help="wait until it ends, or name another pack"
        ) from None
    return descriptor


def _clear(stage: Path) -> None:
    """Removes what a killed process left."""
    for path in stage.iterdir():
        if path.name != ".lock":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _finish(folder: Path, stage: Path, target: Path, last: Callable[[], None]) -> None:
    made = folder
    if target.suffix == ".zip":
        made = stage / "made.zip"
        _zip(folder, made)
    for inner in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        sync_folder(inner)
    if target.exists() or target.is_symlink():  # since it was looked at first
        raise CallerError(f"`{target}` is there already", help="name another")
    last()
    made.rename(target)
    sync_folder(target.parent)


def _zip(folder: Path, made: Path) -> None:
    """Writes the files in the order of their names, without times or owners."""
    with made.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
                member = zipfile.ZipInfo(name, _ZIP_TIME)
                member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o640 << 16
                with (
                    archive.open(member, "w", force_zip64=True) as inner,
                    path.open("rb") as source,
                ):
                    shutil.copyfileobj(source, inner, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def _manifest(listed: dict[str, Listed]) -> bytes:
    """RFC 8493 §2.1.3; names are ours and need no escapes."""
    return "".join(f"{listed[name].digest}  {name}\n" for name in sorted(listed)).encode()
