"""What is in an evidence pack: its files, whether in a folder or a zip file; the cells of its tables; its timestamp?

A part of the stand-alone verifier of evidence packs; the standard library alone.
"""

import calendar
import csv
import io
import lzma
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import IO

from ecluse.ledgers.standalone.verify_ecluse import Wrong

__all__ = ["NO_PACK", "Pack", "check_timestamp"]

# --- begin
NO_PACK = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, csv.Error, struct.error, KeyError, TypeError, ValueError, AttributeError,
    StopIteration, IndexError, EOFError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip
"""What comes of reading something that is no pack."""

LARGEST = 1 << 28
csv.field_size_limit(1 << 30)


class Pack:
    """The files of a pack by their names, with `/` between folders."""

    def __init__(self, path: Path) -> None:
        self.zip = None if path.is_dir() else zipfile.ZipFile(path)
        self.root = path
        if self.zip is None:
            found = [Path(folder) / name for folder, _, names in os.walk(path) for name in names]
            if any(file.is_symlink() or not file.is_file() for file in found):
                raise Wrong("the pack holds something that is no ordinary file")
            self.names = {file.relative_to(path).as_posix(): str(file) for file in found}
            return
        members = [name for name in self.zip.namelist() if not name.endswith("/")]
        tops = {name.split("/", 1)[0] for name in members}
        self.names = {name.partition("/")[2]: name for name in members}
        if len(tops) != 1 or "" in self.names or len(self.names) != len(members):
            raise Wrong("the zip file does not hold one folder, each file once")

    def open(self, name: str) -> IO[bytes]:
        if name not in self.names:
            raise Wrong(f"`{name}` is missing")
        place = self.names[name]
        return Path(place).open("rb") if self.zip is None else self.zip.open(place)

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise Wrong(f"`{name}` is too large to be what it says")
        return content

    def text(self, name: str) -> str:
        return self.read(name).decode()

    def digest(self, name: str) -> tuple[str, int]:
        digest, size = sha256(), 0
        with self.open(name) as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
        return digest.hexdigest(), size

    def rows(self, name: str) -> Iterator[list[str]]:
        with self.open(name) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            for row in csv.reader(text, strict=True):
                yield [_cell(value) for value in row]


CODE = re.compile(r"\\(?:\\|u([0-9a-f]{4})|U([0-9a-f]{8}))")


def _cell(written: str) -> str:
    """Reads a cell back: a leading `'` and the escapes of characters that act without being seen."""
    bare = written.removeprefix("'")
    if "\\" not in bare:
        return bare
    return CODE.sub(lambda found: chr(int(found[1] or found[2] or "5c", 16)), bare)


def _der(data: bytes) -> list[tuple[int, bytes]]:
    """The values of a constructed DER value (X.690): tag and content each."""
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + length > len(data):
            raise Wrong("the timestamp is cut")
        found.append((tag, data[at : at + length]))
        at += length
    return found


def check_timestamp(pack: Pack, authority: Path | None) -> str:
    """The timestamp is one of this pack (RFC 3161); with openssl, also that the authority signed it."""
    if "timestamp.tsr" not in pack.names:
        return "no timestamp: no time-stamping authority was configured, so the date is the register's own word"
    try:
        token = _der(_der(_der(pack.read("timestamp.tsr"))[0][1])[1][1])
        signed = _der(_der(token[1][1])[0][1])
        content = _der(_der(signed[2][1])[1][1])[0][1]
        info = _der(_der(content)[0][1])
    except IndexError:
        raise Wrong("the timestamp is none") from None
    return _stamped(pack, info, authority)


def _stamped(pack: Pack, info: list[tuple[int, bytes]], authority: Path | None) -> str:
    imprint = _der(info[2][1])[1][1]
    if imprint.hex() != pack.digest("tagmanifest-sha256.txt")[0]:
        raise Wrong("the timestamp is that of something else")
    at = next(value for tag, value in info if tag == 0x18).decode()
    told = f"timestamp of {at[:4]}-{at[4:6]}-{at[6:8]} {at[8:10]}:{at[10:12]}:{at[12:14]} UTC over this pack"
    program = shutil.which("openssl")
    if program is None:
        return f"{told} (openssl is not here: that the authority signed it was not checked)"
    with tempfile.TemporaryDirectory() as folder:
        for name in ("tagmanifest-sha256.txt", "timestamp.tsr", "tsa.pem"):
            (Path(folder) / name).write_bytes(pack.read(name))
        ca = str(authority.resolve()) if authority else "tsa.pem"
        command = [program, "ts", "-verify", "-data", "tagmanifest-sha256.txt", "-in", "timestamp.tsr", "-CAfile", ca, "-attime", str(calendar.timegm(time.strptime(at[:14], "%Y%m%d%H%M%S")))]  # fmt: skip
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        raise Wrong(f"the timestamp is not one of the authority: {ran.stderr.strip()[-200:]}")
    return told + (
        ", signed by the authority"
        if authority
        else ", signed by the authority that the pack names"
    )
