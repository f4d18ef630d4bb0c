"""Where does the salt of an entry come from?

Each log and each segment has a secret of 32 bytes; the salt of an entry is the AES-256 encryption of
its sequence number under it. One salt, given away with a proof, tells nothing about the others, and
destroying the secret destroys them all.
"""

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

__all__ = ["SECRET_SIZE", "Salter"]

SECRET_SIZE = 32


class Salter:
    """Makes the salts of one log or segment."""

    __slots__ = ("_encryptor",)

    def __init__(self, secret: bytes) -> None:
        # One block under ECB is the bare cipher, which is what a keyed permutation of counters needs.
        cipher: Cipher[modes.ECB] = Cipher(algorithms.AES256(secret), modes.ECB())  # noqa: S305
        self._encryptor: CipherContext = cipher.encryptor()

    def __repr__(self) -> str:
        return "Salter()"

    def one(self, number: int) -> bytes:
        """The salt of the entry with this sequence number (16 bytes)."""
        return self._encryptor.update(number.to_bytes(16, "little"))

    def many(self, first: int, count: int) -> bytes:
        """The salts of consecutive entries, end to end."""
        blocks = np.zeros((count, 2), dtype="<u8")
        blocks[:, 0] = np.arange(first, first + count, dtype=np.uint64)
        return self._encryptor.update(blocks.tobytes())
