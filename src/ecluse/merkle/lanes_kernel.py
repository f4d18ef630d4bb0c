# ruff: noqa: PLR0917 - compiled functions take their arrays by position
"""What does the compiler see of SHA-256, sixty-four messages at a time?

Arrays have one column a lane. A round is three short loops, each writing one array, because that is
the shape that LLVM turns into vector code; the letters are those of FIPS 180-4 §6.2.2.
"""

from typing import Any, Final

import numba as nb
import numpy as np

from ecluse.counting.compiled import compiled

__all__ = ["hash_lanes"]

LANES: Final = 64
u32 = np.uint32
_jit = compiled(nogil=True)


@nb.njit(inline="always")
def _rotate(x: Any, n: Any) -> Any:
    return (x >> u32(n)) | (x << u32(32 - n))


@_jit
def _round(
    t: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any, k: Any, w: Any
) -> None:
    for i in range(LANES):
        x = e[i]
        choice = g[i] ^ (x & (f[i] ^ g[i]))
        t[i] = h[i] + (_rotate(x, 6) ^ _rotate(x, 11) ^ _rotate(x, 25)) + choice + k + w[i]
    for i in range(LANES):
        d[i] += t[i]
    for i in range(LANES):
        x, y = a[i], b[i]
        majority = (x & y) | (c[i] & (x | y))
        h[i] = t[i] + (_rotate(x, 2) ^ _rotate(x, 13) ^ _rotate(x, 22)) + majority


@_jit
def _schedule(messages: Any, block: int, w: Any) -> None:
    for t in range(16):
        at = block * 64 + t * 4
        for i in range(LANES):
            row = messages[i]
            high = (u32(row[at]) << u32(24)) | (u32(row[at + 1]) << u32(16))
            w[t, i] = high | (u32(row[at + 2]) << u32(8)) | u32(row[at + 3])
    for t in range(16, 64):
        w2, w7, w15, w16, out = w[t - 2], w[t - 7], w[t - 15], w[t - 16], w[t]
        for i in range(LANES):
            x, y = w15[i], w2[i]
            s0 = _rotate(x, 7) ^ _rotate(x, 18) ^ (x >> u32(3))
            s1 = _rotate(y, 17) ^ _rotate(y, 19) ^ (y >> u32(10))
            out[i] = w16[i] + s0 + w7[i] + s1


@_jit
def _compress(block: int, blocks: Any, state: Any, v: Any, w: Any, t: Any, k: Any) -> None:
    a, b, c, d, e, f, g, h = v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
    for row in range(8):
        for i in range(LANES):
            v[row, i] = state[row, i]
    for r in range(0, 64, 8):
        _round(t, a, b, c, d, e, f, g, h, k[r], w[r])
        _round(t, h, a, b, c, d, e, f, g, k[r + 1], w[r + 1])
        _round(t, g, h, a, b, c, d, e, f, k[r + 2], w[r + 2])
        _round(t, f, g, h, a, b, c, d, e, k[r + 3], w[r + 3])
        _round(t, e, f, g, h, a, b, c, d, k[r + 4], w[r + 4])
        _round(t, d, e, f, g, h, a, b, c, k[r + 5], w[r + 5])
        _round(t, c, d, e, f, g, h, a, b, k[r + 6], w[r + 6])
        _round(t, b, c, d, e, f, g, h, a, k[r + 7], w[r + 7])
    for row in range(8):
        for i in range(LANES):
            if block < blocks[i]:  # a lane whose message has ended keeps its state
                state[row, i] += v[row, i]


@_jit
def _pad(message: Any, length: int) -> int:
    """Ends a message as FIPS 180-4 §5.1.1 says; returns its number of blocks."""
    blocks = (length + 8) // 64 + 1
    message[length] = 0x80
    for j in range(length + 1, blocks * 64 - 8):
        message[j] = 0
    for j in range(8):
        message[blocks * 64 - 1 - j] = ((length * 8) >> (8 * j)) & 255
    return blocks


@_jit
def _fill(message: Any, head: Any, text: Any, tail: Any) -> int:
    """Lays one message out; returns its number of blocks."""
    position = 0
    for part in (head, text, tail):
        for j in range(len(part)):
            message[position + j] = part[j]
        position += len(part)
    return int(_pad(message, position))


_flat = nb.types.Array(nb.uint8, 1, "C", readonly=True)
_rows = nb.types.Array(nb.uint8, 2, "C", readonly=True)
_offsets = nb.types.Array(nb.int64, 1, "C", readonly=True)
_words = nb.uint32[::1]


@compiled(nb.void(_rows, _flat, _offsets, _rows, _words, _words, nb.uint8[:, ::1]), nogil=True)
def hash_lanes(head: Any, text: Any, offsets: Any, tail: Any, k: Any, start: Any, out: Any) -> None:
    """Hashes every message; see `lanes.sha256_many`. `k` and `start` are the constants of SHA-256."""
    count = len(offsets) - 1
    longest = 0
    for i in range(count):
        longest = max(longest, offsets[i + 1] - offsets[i])
    longest += head.shape[1] + tail.shape[1]
    messages = np.zeros((LANES, ((longest + 8) // 64 + 1) * 64), np.uint8)
    blocks = np.zeros(LANES, np.int64)
    state, v = np.empty((8, LANES), np.uint32), np.empty((8, LANES), np.uint32)
    w, t = np.empty((64, LANES), np.uint32), np.empty(LANES, np.uint32)
    for first in range(0, count, LANES):
        blocks[:] = 0
        used = min(LANES, count - first)
        for i in range(used):
            row = first + i
            blocks[i] = _fill(
                messages[i], head[row], text[offsets[row] : offsets[row + 1]], tail[row]
            )
        for row in range(8):
            state[row, :] = start[row]
        for block in range(blocks.max()):
            _schedule(messages, block, w)
            _compress(block, blocks, state, v, w, t, k)
        for i in range(used):
            for j in range(32):
                out[first + i, j] = (state[j // 4, i] >> u32(24 - 8 * (j % 4))) & u32(255)
