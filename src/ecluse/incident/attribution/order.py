"""Do rows stand in the order in which somebody read them? The longest increasing subsequence, and how often luck makes one.

Of n rows in random order, the expected number of increasing subsequences of length k is C(n, k) / k!; so a longest one of at
least k comes by luck no more often than that (first moment; Aldous and Diaconis 1999). It needs no random draws and
is never too small. Both directions are looked at, which doubles it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma

__all__ = ["Run", "luck_of_run", "run_of"]


@dataclass(frozen=True, slots=True)
class Run:
    """The longest run of rows in order, of how many, and how often luck makes one as long."""

    length: int
    rows: int
    luck: float


def run_of(places: Sequence[int]) -> Run:
    """The longest run, forwards or backwards, in different places.

    >>> run = run_of([3, 5, 6, 9, 8, 12, 14, 17])
    >>> run.length, run.rows, f"{run.luck:.4f}"
    (7, 8, '0.0032')
    """
    forwards = _longest(places)
    backwards = _longest([-p for p in places])
    length = max(forwards, backwards)
    return Run(length, len(places), luck_of_run(len(places), length))


def luck_of_run(rows: int, length: int) -> float:
    """At most how often rows in random order have a run of this length, in one direction or the other."""
    if length <= 1 or rows <= 2:
        return 1.0
    chosen = lgamma(rows + 1) - lgamma(length + 1) - lgamma(rows - length + 1)
    return min(1.0, 2 * exp(min(0.0, chosen - lgamma(length + 1))))


def _longest(places: Sequence[int]) -> int:
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        if at == len(ends):
            ends.append(place)
        else:
            ends[at] = place
    return len(ends)
