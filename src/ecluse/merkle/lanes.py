"""How are millions of short messages hashed with SHA-256 in little time? (FIPS 180-4 §6.2.2)

A call of the library costs more than the hashing of the two or three blocks that an entry has. Here
64 messages go through the rounds side by side, one a lane, in loops that the compiler turns into
vector instructions: about a fifth of the time. Few messages take the library, which needs no
compilation; the results are the same.
"""

from hashlib import sha256
from math import isqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["sha256_many"]

Bytes = npt.NDArray[np.uint8]

WORTH_IT: Final = 65_536
LOADED_WORTH_IT: Final = 512
_kernel: list[Any] = []


def sha256_many(head: Bytes, text: Bytes, offsets: npt.NDArray[np.int64], tail: Bytes) -> Bytes:
    """Hashes the messages `head[i] || text[offsets[i]:offsets[i + 1]] || tail[i]`; returns 32 bytes a row.

    `head` and `tail` have one row a message, of any width, none included.
    """
    count = len(offsets) - 1
    assert len(head) == len(tail) == count
    if count < (LOADED_WORTH_IT if _kernel else WORTH_IT):
        return _by_library(head, text, offsets, tail)
    out = np.empty((count, 32), dtype=np.uint8)
    _compiled()(np.ascontiguousarray(head), text, offsets, np.ascontiguousarray(tail), out)
    return out


def _by_library(head: Bytes, text: Bytes, offsets: npt.NDArray[np.int64], tail: Bytes) -> Bytes:
    heads, tails, flat, at = head.tobytes(), tail.tobytes(), text.tobytes(), offsets.tolist()
    h, t = head.shape[1], tail.shape[1]
    digests = [
        sha256(
            heads[i * h : (i + 1) * h] + flat[at[i] : at[i + 1]] + tails[i * t : (i + 1) * t]
        ).digest()
        for i in range(len(at) - 1)
    ]
    return np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, 32)


def _compiled() -> Any:
    if not _kernel:
        from ecluse.merkle.lanes_kernel import hash_lanes  # noqa: PLC0415 - compiling costs seconds, once a machine

        constants = np.array([_root_fraction(p, 3) for p in _primes(64)], dtype=np.uint32)
        start = np.array([_root_fraction(p, 2) for p in _primes(8)], dtype=np.uint32)
        _kernel.append(
            lambda head, text, offsets, tail, out: hash_lanes(
                head, text, offsets, tail, constants, start, out
            )
        )
    return _kernel[0]


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _root_fraction(prime: int, degree: int) -> int:
    """The first 32 bits of the fraction of a prime's square or cube root (FIPS 180-4 §4.2.2, §5.3.3)."""
    if degree == 2:
        return isqrt(prime << 64) & 0xFFFFFFFF
    low, high = 0, 1 << 40
    while low < high:
        middle = (low + high + 1) // 2
        if middle**3 <= prime << 96:
            low = middle
        else:
            high = middle - 1
    return low & 0xFFFFFFFF
