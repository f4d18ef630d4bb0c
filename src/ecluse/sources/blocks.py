"""How does a file become blocks of complete lines? Decompressed as it is read, in bounded memory."""

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa

from ecluse.model.errors import SourceError

__all__ = [
    "BLOCK_BYTES",
    "STDIN",
    "Block",
    "Progress",
    "head_of",
    "line_blocks",
    "size_of",
    "whole",
]

BLOCK_BYTES: Final = 8 * 1024 * 1024
STDIN: Final = Path("-")
_CHUNK: Final = 1024 * 1024
_MAX_DOCUMENT: Final = 512 * 1024 * 1024
_MAGIC: Final = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
}  # RFC 1952 §2.3.1, RFC 8878 §3.1.1
_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")

Progress = Callable[[int], None]
"""Told how many bytes of the file on disk have been read so far."""


@dataclass(frozen=True, slots=True)
class Block:
    """Complete lines, or one line too long to be kept.

    Attributes:
        first_line: number of the first line, from 1.
        too_long: the block stands for one line that was left out; `data` is empty.
    """

    data: bytes
    first_line: int
    too_long: bool = False


class _Input:
    """A file or standard input, decompressed by what its first bytes say."""

    def __init__(self, path: Path, progress: Progress) -> None:
        self.closed = False  # asked for by pyarrow, as of any file
        self._path = path
        self._progress = progress
        self._raw = _opened(path)
        self._read_bytes = 0
        self._ahead = self._raw.read(4)
        codec = next((c for magic, c in _MAGIC.items() if self._ahead.startswith(magic)), None)
        self._stream: Any = self
        if codec is not None:
            self._stream = pa.CompressedInputStream(pa.PythonFile(self, mode="r"), codec)

    def read(self, size: int = _CHUNK) -> bytes:
        """Raw bytes, as the decompressor asks for them."""
        data = self._ahead + self._raw.read(max(size - len(self._ahead), 0))
        self._ahead = b""
        self._read_bytes += len(data)
        self._progress(self._read_bytes)
        return data

    def text(self) -> bytes:
        """The next decompressed bytes, or nothing at the end.

        Raises:
            SourceError: when the compressed data ends too early or is damaged.
        """
        try:
            data: bytes = self._stream.read(_CHUNK)
        except (OSError, pa.ArrowException) as error:
            if getattr(error, "errno", None):
                raise
            ends = "is cut off" if "runcated" in str(error) else "is damaged"
            raise SourceError(
                f"`{self._path}`: the compressed data {ends} at byte {self._read_bytes}",
                help="copy the file again; nothing after that place could be read",
            ) from error
        return data

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        if not self.closed and self._path != STDIN:
            self._raw.close()
        self.closed = True


def _opened(path: Path) -> BinaryIO:
    # polars lets an interrupted read begin again; Ctrl-C must end the wait for a slow pipe
    signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - the library takes no keyword
    if path != STDIN:
        return path.open("rb")
    if sys.stdin is None:
        raise SourceError("standard input is closed", help="send a log into it, or name a file")
    return sys.stdin.buffer


def line_blocks(
    path: Path, *, max_line: int, progress: Progress = lambda _bytes: None
) -> Iterator[Block]:
    """Blocks of about `BLOCK_BYTES`, cut at line ends; a longer line than `max_line` never fills the memory.

    Raises:
        SourceError: for compressed data that ends too early, and for what is not text.
        OSError: when the file cannot be read.
    """
    source = _Input(path, progress)
    try:
        yield from _cut(source, path, max_line)
    finally:
        source.close()


def whole(path: Path, progress: Progress = lambda _bytes: None) -> bytes:
    """A whole document, decompressed.

    Raises:
        SourceError: as `line_blocks`, and when it is larger than 512 MiB.
    """
    source = _Input(path, progress)
    pieces, total = [], 0
    try:
        while piece := source.text():
            total += len(piece)
            if total > _MAX_DOCUMENT:
                raise SourceError(
                    f"`{path}`: a document of more than 512 MiB",
                    help="write it as one record a line, which is read in pieces",
                )
            pieces.append(piece)
    finally:
        source.close()
    data = b"".join(pieces).removeprefix(_BOM)
    _refuse_binary(data, path)
    return data


def head_of(path: Path, size: int = 64 * 1024) -> bytes:
    """The first decompressed bytes of a file (not of standard input, which can be read only once)."""
    assert path != STDIN, "standard input would lose its beginning"
    source = _Input(path, lambda _bytes: None)
    head = b""
    try:
        while len(head) < size and (piece := source.text()):
            head += piece
    finally:
        source.close()
    return head[:size].removeprefix(_BOM)


def _cut(source: _Input, path: Path, max_line: int) -> Iterator[Block]:
    pieces: list[bytes] = []
    held, line, skipping, first = 0, 1, False, True
    while piece := source.text():
        if first:
            _refuse_utf16(piece, path)
            piece, first = piece.removeprefix(_BOM), False
        _refuse_binary(piece, path)
        if skipping:
            end = piece.find(b"\n")
            if end < 0:
                continue
            skipping, piece = False, piece[end + 1 :]
            yield Block(b"", line, too_long=True)
            line += 1
        pieces.append(piece)
        held += len(piece)
        unended = b"\n" not in piece and held <= max_line
        if held < BLOCK_BYTES or unended:
            continue
        data = b"".join(pieces)
        end = data.rfind(b"\n") + 1
        if end:
            yield Block(data[:end], line)
            line += data.count(b"\n", 0, end)
        rest = data[end:]
        skipping = len(rest) > max_line
        pieces = [] if skipping else [rest]
        held = 0 if skipping else len(rest)
    if skipping:
        yield Block(b"", line, too_long=True)
    elif data := b"".join(pieces):
        yield Block(data, line)


def _refuse_binary(data: bytes, path: Path) -> None:
    if b"\0" in data:
        raise SourceError(
            f"`{path}`: a binary file, not a log",
            help="gzip and zstd are read as they are; unpack archives first, and say --format parquet for Parquet",
        )


def _refuse_utf16(data: bytes, path: Path) -> None:
    if data.startswith(_UTF16):
        raise SourceError(f"`{path}`: the text is UTF-16", help="convert it to UTF-8")


def size_of(path: Path) -> int:
    """Bytes on disk; 0 for standard input, whose size nobody knows."""
    return 0 if path == STDIN else path.stat().st_size
