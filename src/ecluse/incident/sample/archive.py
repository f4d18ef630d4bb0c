"""What is in an archive that strangers made? One file at most, of a bounded size, and never by a name that leads elsewhere.

Nothing is written to disk, so a name can do no harm here; one that tries (`../../etc/passwd`, `/etc/passwd`, a link) is refused all the
same, for whoever opens the archive next.
"""

import io
import stat
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Final

from ecluse.incident.sample.rows import Refused

__all__ = ["BYTES_MAX", "RATIO_MAX", "unpack"]

BYTES_MAX: Final = 512 * 1024 * 1024
RATIO_MAX: Final = 200
_MEMBERS_MAX: Final = 10_000
_FREE: Final = 1024 * 1024
"""Up to this size the ratio does not matter: empty tables compress well."""


def unpack(content: bytes, member: str = "", *, most: int = BYTES_MAX) -> bytes:
    """The sample's own bytes, out of a zip or gzip file or as they are.

    Options:
        member: which file of a zip archive, when it has several.

    Raises:
        Refused: when the archive is broken, too large, packed too tightly, or has a name that leads out of it.
    """
    if content[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        content = _zip(content, member, most)
    elif content[:2] == b"\x1f\x8b":
        content = _gzip(content, most)
    elif member:
        raise Refused("it is no zip archive, so no file in it can be chosen")
    if content[:4] == b"PK\x03\x04" or content[:2] == b"\x1f\x8b":
        raise Refused(
            "there is another archive in the archive: unpack it first, on a machine for that"
        )
    if len(content) > most:
        raise Refused(f"more than {most // 1024 // 1024} MiB")
    return content


def _zip(content: bytes, member: str, most: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            if len(files) > _MEMBERS_MAX:
                raise Refused(f"more than {_MEMBERS_MAX:,} files in the archive")
            for info in files:
                _check_name(info)
            chosen = _chosen(files, member)
            if chosen.flag_bits & 0x1:
                raise Refused("the file in the archive is encrypted: unpack it first")
            with archive.open(chosen) as file:
                return _bounded(file, chosen.compress_size, most)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise Refused("the zip archive is broken, or packed in a way that is not read") from None


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    absolute = PurePosixPath(name).is_absolute() or bool(PureWindowsPath(name).anchor)
    if ".." in parts or absolute or "\0" in name:
        raise Refused("a name in the archive leads out of it")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused("there is a link in the archive")


def _chosen(files: list[zipfile.ZipInfo], member: str) -> zipfile.ZipInfo:
    if member:
        found = [info for info in files if info.filename == member]
        if not found:
            raise Refused("the archive has no file of that name")
        return found[0]
    if len(files) != 1:
        raise Refused(f"the archive has {len(files)} files: say with --member which is the sample")
    return files[0]


def _gzip(content: bytes, most: int) -> bytes:
    whole = bytearray()
    left = content
    try:
        while left:
            inflate = zlib.decompressobj(wbits=31)
            whole += inflate.decompress(left, most + 1 - len(whole))
            _check_size(len(whole), len(content), most)
            if not inflate.eof:
                raise Refused("the gzip file ends in the middle")
            left = inflate.unused_data.lstrip(b"\0")
    except zlib.error:
        raise Refused("the gzip file is broken") from None
    return bytes(whole)


def _bounded(file: IO[bytes], packed: int, most: int) -> bytes:
    whole = bytearray()
    while piece := file.read(1024 * 1024):
        whole += piece
        _check_size(len(whole), packed, most)
    return bytes(whole)


def _check_size(size: int, packed: int, most: int) -> None:
    if size > most:
        raise Refused(f"it unpacks to more than {most // 1024 // 1024} MiB")
    if size > _FREE and size > RATIO_MAX * max(packed, 1):
        raise Refused(
            f"it unpacks to more than {RATIO_MAX} times its size, as an archive made to fill disks does"
        )
