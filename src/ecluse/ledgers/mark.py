"""How far was the write-ahead log acknowledged, by a witness that cutting the log does not cut?

A log whose tail is cut at a record's edge looks like a log that never was longer. The mark, 112 bytes
in a file of its own, holds how many entries were acknowledged, the log's chain hash there, the hash
of the last checkpoint, and a keyed digest of the three. It is rewritten in place after each durable
commit, without waiting for the disk: killing the process loses nothing of it; a loss of power may
leave an older mark, never a newer one, since it is written after the log is safe.
"""

import struct
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

__all__ = ["MARK_SIZE", "Mark"]

_MAGIC: Final = b"ECLMARK1"
_LAYOUT: Final = struct.Struct("<8sQ32s32s")
MARK_SIZE: Final = _LAYOUT.size + 32
PURPOSE: Final = b"ecluse-mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was acknowledged.

    Attributes:
        size: entries of the whole ledger.
        chain: the log's chain hash after the last of them.
        note: SHA-256 of the last checkpoint; zeros before the first.
    """

    size: int
    chain: bytes
    note: bytes

    def write(self, key: bytes) -> bytes:
        """The file's content."""
        body = _LAYOUT.pack(_MAGIC, self.size, self.chain, self.note)
        return body + blake2b(body, key=key, digest_size=32).digest()

    @classmethod
    def read(cls, content: bytes, key: bytes | None) -> "Mark":
        """Reads the file's content; without a key, the keyed digest is not checked.

        Raises:
            ValueError: when it is not what was written with this key.
        """
        if len(content) != MARK_SIZE:
            raise ValueError("the mark has the wrong size")
        body, digest = content[: _LAYOUT.size], content[_LAYOUT.size :]
        magic, size, chain, note = _LAYOUT.unpack(body)
        if magic != _MAGIC or (
            key is not None and blake2b(body, key=key, digest_size=32).digest() != digest
        ):
            raise ValueError("the mark was altered")
        return cls(size, chain, note)
