"""Which limits can ever bind? The most that shorter windows let into a longer one.

A sliding window of length W and limit Q lets at most Q into any stretch of length W. Several of them
together let at most R into a stretch of length T, where a thief takes as soon as allowed:
R(t) = min over i of (Q_i + R(t - W_i)), R = 0 before the start (the sub-additive closure of their
arrival curves; Le Boudec and Thiran, "Network Calculus", theorem 1.2.1). A limit of at least R over a
window of length T never refuses anything.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import gcd
from typing import Final

from ecluse.model.policy import Window

__all__ = ["most_in"]

_MAX_STEPS: Final = 20_000


def most_in(windows: Sequence[Window], length: int) -> int:
    """The most that windows (shortest first, at least one) let into a half-open stretch of that length.

    Exact when the lengths divide each other, or when the stretch is at most 20,000 times their greatest
    common divisor; otherwise an upper bound, the smallest of Q * ceil(T / W).

    >>> most_in([Window(10, 60), Window(60, 150)], 120)
    300
    >>> most_in([Window(2, 3), Window(3, 4)], 5)
    7
    """
    assert windows
    if all(longer.length % shorter.length == 0 for shorter, longer in pairwise(windows)):
        return _most_in_chain(windows, length)
    step = gcd(*(w.length for w in windows))
    if length <= _MAX_STEPS * step:
        return _most_by_greed(windows, -(-length // step), step)
    return min(w.limit * -(-length // w.length) for w in windows)


def _most_in_chain(windows: Sequence[Window], length: int) -> int:
    """Each length divides the next: whole stretches of the longest, and what the others let into the rest."""
    if length <= 0 or not windows:
        return 0
    *shorter, last = windows
    full = min(last.limit, _most_in_chain(shorter, last.length)) if shorter else last.limit
    whole, rest = divmod(length, last.length)
    partial = _most_in_chain(shorter, rest) if shorter and rest else full * (rest > 0)
    return whole * full + min(full, partial)


def _most_by_greed(windows: Sequence[Window], steps: int, step: int) -> int:
    taken: list[int] = []
    for now in range(steps):
        spans = ((w.limit, now - w.length // step) for w in windows)
        taken.append(min(limit + (taken[past] if past >= 0 else 0) for limit, past in spans))
    return taken[-1]
