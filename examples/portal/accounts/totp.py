"""Which code does the telephone show? RFC 6238: six digits, from a secret and the half minute."""

import base64
import hmac
import secrets
import struct

__all__ = ["STEP", "code", "is_right", "new_secret"]

STEP = 30
"""Seconds that a code lasts."""


def new_secret() -> str:
    """A secret of 160 bits, written as authenticators take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(secret: str, at: float) -> str:
    """The code at an instant, seconds since 1970."""
    step = struct.pack(">Q", int(at) // STEP)
    digest = hmac.digest(base64.b32decode(secret), step, "sha1")
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def is_right(secret: str, given: str, at: float) -> bool:
    """Whether a code is the one of this half minute, or of the one before or after (RFC 6238, 5.2)."""
    digits = given.replace(" ", "").encode("utf-8", "replace")
    codes = (code(secret, at + drift).encode() for drift in (-STEP, 0, STEP))
    return any(hmac.compare_digest(digits, right) for right in codes)
