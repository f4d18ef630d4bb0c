r"""What does the write-ahead log look like, and where does its sound part end?

    header   "ECLWAL1\n" | first u64 | secret 32 | before 32 | crc u32
    record   length u32 | crc u32 | chain 32 | body (one entry, MessagePack)

`secret` makes the salts of the entries, `before` is the chain hash at the end of the log before this
one. chain(0) = SHA-256(header), chain(i) = SHA-256(chain(i-1) || body); the CRC covers chain and body.
The CRC tells a torn record from a whole one; the chain tells a changed, moved, inserted or missing
record from the one that was written there.

A log may be followed in the same file by the next one, header and all, while the first is being
sealed: each is a part. No record begins like a header: its length would be 1.4 GB.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from ecluse.model.entry import Entry

__all__ = [
    "HEADER_SIZE",
    "RECORD_HEAD",
    "Part",
    "WalFault",
    "WalHeader",
    "WalRecord",
    "frame",
    "next_chain",
    "read_records",
]

_MAGIC: Final = b"ECLWAL1\n"
_HEADER: Final = struct.Struct("<8sQ32s32s")
_CRC: Final = struct.Struct("<I")
_HEAD: Final = struct.Struct("<II32s")
HEADER_SIZE: Final = _HEADER.size + _CRC.size
RECORD_HEAD: Final = _HEAD.size
MAX_BODY: Final = 1 << 28

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Entry).decode


@dataclass(frozen=True, slots=True, repr=False)
class WalHeader:
    """The start of a log."""

    first: int
    secret: bytes
    before: bytes

    def write(self) -> bytes:
        """The header's bytes."""
        body = _HEADER.pack(_MAGIC, self.first, self.secret, self.before)
        return body + _CRC.pack(zlib.crc32(body))

    @property
    def chain(self) -> bytes:
        """The chain hash before the first record."""
        return sha256(self.write()).digest()


@dataclass(frozen=True, slots=True)
class Part:
    """A header and the records after it: the whole log, or one of two in the same file.

    Attributes:
        offset: where the header starts in the file, in bytes.
    """

    header: WalHeader
    offset: int = 0


class WalRecord(msgspec.Struct, frozen=True, gc=False):
    """One sound record: its entry, the chain hash after it, and where it ends in the file."""

    entry: Entry
    chain: bytes
    end: int


@dataclass(frozen=True, slots=True)
class WalFault:
    """Where the sound part ends before the file does, and what is there instead."""

    offset: int
    what: str


def frame(entry: Entry, chain: bytes) -> tuple[bytes, bytes]:
    """Writes the record of an entry after the chain hash; returns it with the next chain hash."""
    body = _encode(entry)
    chain = next_chain(chain, body)
    return _HEAD.pack(len(body), zlib.crc32(body, zlib.crc32(chain)), chain) + body, chain


def next_chain(chain: bytes, body: bytes) -> bytes:
    """Continues the chain by one record."""
    return sha256(chain + body).digest()


def read_records(path: Path) -> Iterator[WalHeader | WalRecord | WalFault]:
    """Yields the header, the sound records, further headers among them, and the fault that ends them if the file goes on.

    Raises:
        ValueError: when the first header is damaged.
        OSError: when the file cannot be read.
    """
    with path.open("rb") as file:
        header = _header(file.read(HEADER_SIZE))
        yield header
        chain, offset, seq = header.chain, HEADER_SIZE, header.first
        while head := file.read(RECORD_HEAD):
            if head.startswith(_MAGIC):
                item = _read_turn(head + file.read(HEADER_SIZE - len(head)), chain, seq, offset)
                yield item
                if isinstance(item, WalFault):
                    return
                chain, offset = item.chain, offset + HEADER_SIZE
                continue
            record = _read_record(file, head, chain, offset)
            yield record
            if isinstance(record, WalFault):
                return
            chain, offset, seq = record.chain, record.end, seq + 1


def _header(content: bytes) -> WalHeader:
    if len(content) < HEADER_SIZE:
        raise ValueError("the header of the write-ahead log is cut")
    magic, first, secret, before = _HEADER.unpack(content[: _HEADER.size])
    (crc,) = _CRC.unpack(content[_HEADER.size :])
    if magic != _MAGIC or crc != zlib.crc32(content[: _HEADER.size]):
        raise ValueError("the header of the write-ahead log was altered")
    return WalHeader(first, secret, before)


def _read_turn(content: bytes, chain: bytes, seq: int, offset: int) -> WalHeader | WalFault:
    """The header of a further part."""
    try:
        header = _header(content)
    except ValueError as error:
        return WalFault(offset, f"{error}, or is torn")
    if header.before != chain or header.first != seq:
        return WalFault(offset, "a header does not follow the record before it")
    return header


def _read_record(file: BinaryIO, head: bytes, chain: bytes, offset: int) -> WalRecord | WalFault:
    if len(head) < RECORD_HEAD:
        return WalFault(offset, "a record is cut in its head")
    length, crc, written = _HEAD.unpack(head)
    body = file.read(length) if length <= MAX_BODY else b""
    if len(body) < length:
        return WalFault(offset, "a record is cut, or its length was altered")
    if crc != zlib.crc32(body, zlib.crc32(written)):
        return WalFault(offset, "a record was altered or is torn (its CRC does not fit)")
    if written != next_chain(chain, body):
        return WalFault(
            offset,
            "a record does not follow the one before it: altered, moved, inserted or missing",
        )
    try:
        entry = _decode(body)
    except msgspec.MsgspecError:
        return WalFault(offset, "a record does not hold an entry")
    return WalRecord(entry, written, offset + RECORD_HEAD + length)
