"""What do so many days promise, whatever their distribution? Ranks and exact binomial tails."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["at_most", "binomial_tail", "conformal"]

Floats = npt.NDArray[np.float64]


def conformal(scores: Floats, among: Floats) -> Floats:
    """The conformal p-value of each score: (1 + how many of the others are at least as high) / (1 + how many there are).

    If a day is exchangeable with those that it is compared with, its p-value is at most t with probability t at most, for
    every t (Vovk et al.). It is never below 1 / (n + 1): sixty days cannot promise one in ten thousand.
    """
    ordered = np.sort(among)
    higher = ordered.size - np.searchsorted(ordered, scores, side="left")
    return np.asarray((1 + higher) / (1 + ordered.size))


def binomial_tail(successes: int, trials: int, share: float) -> float:
    """P(at least so many successes), exactly.

    >>> binomial_tail(0, 10, 0.5), binomial_tail(10, 10, 0.5) == 0.5**10
    (1.0, True)
    """
    if successes <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    below = math.fsum(_terms(successes, trials, share))
    return min(max(1.0 - below, 0.0), 1.0)


def _terms(successes: int, trials: int, share: float) -> Any:
    odds = math.log(share), math.log1p(-share)
    for k in range(min(successes, trials + 1)):
        ways = math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
        yield math.exp(ways + k * odds[0] + (trials - k) * odds[1])


def at_most(successes: int, trials: int, *, doubt: float = 0.1) -> float:
    """The largest share under which so few successes still have the probability `doubt` (Clopper and Pearson).

    >>> round(at_most(0, 2302), 5)
    0.001
    """
    if successes >= trials:
        return 1.0
    low, high = successes / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        few = 1.0 - binomial_tail(successes + 1, trials, middle)
        low, high = (middle, high) if few > doubt else (low, middle)
    return high
