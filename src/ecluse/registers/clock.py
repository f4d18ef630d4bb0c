"""Does this machine's clock follow a time server? What the kernel says of its own discipline (adjtimex(2)), read without any right."""

import ctypes
import ctypes.util
import sys
from typing import Final

from ecluse.model.evidence import Clock

__all__ = ["kernel_clock"]

_UNSYNCHRONIZED: Final = 0x0040
_ERROR: Final = 5


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`; what follows is left to the kernel."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_clock(back: int = 0, most: int = 0) -> Clock:
    """The state of the clock, with what the ledger tells; what cannot be read is unknown."""
    state = _Timex()
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        answer = -1
    if answer < 0 or not sys.platform.startswith("linux"):
        return Clock(back, most)
    follows = answer != _ERROR and not state.status & _UNSYNCHRONIZED
    return Clock(back, most, synchronized=follows, error=state.maxerror if follows else None)
