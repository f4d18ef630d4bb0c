"""How often is a count as high as that? Tails of negative-binomial distributions, for arrays, without SciPy.

A count has mean m and size k when its variance is m + m^2 / k; a very large size is Poisson. P(X >= x) is the regularized
incomplete beta function I_p(x, k) with p = m / (m + k) (DLMF 8.17.5), by its continued fraction (DLMF 8.17.22, Lentz's method).
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["SIZE_MAX", "log_beta_share", "log_tail", "size_of"]

Floats = npt.NDArray[np.float64]

SIZE_MAX: Final = 1e6
"""Beyond it a count is as good as Poisson."""

_STEPS: Final = 3000
_TINY: Final = 1e-300
_STIRLING: Final = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)
"""Coefficients of the series of the logarithm of the gamma function (DLMF 5.11.1)."""


def log_tail(count: Any, mean: Any, size: Any) -> Floats:
    """The natural logarithm of P(X >= count), for whole counts; 0 for counts of at most 0."""
    x, m, k = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (count, mean, size)))
    found = np.zeros(x.shape)
    inside = (x > 0) & (m > 0)
    found[(x > 0) & (m <= 0)] = -np.inf
    k = np.minimum(k, SIZE_MAX)
    if inside.any():
        share = m[inside] / (m[inside] + k[inside])
        found[inside] = log_beta_share(share, x[inside], k[inside])
    return np.minimum(found, 0.0)


def size_of(mean: Any, variance: Any) -> Floats:
    """The size of a negative-binomial count of that mean and variance; SIZE_MAX where it is no more dispersed than Poisson."""
    m, v = np.asarray(mean, np.float64), np.asarray(variance, np.float64)
    extra = np.maximum(v - m, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(extra > 0, m * m / extra, SIZE_MAX)
    return np.asarray(np.clip(size, 1e-3, SIZE_MAX))


def log_beta_share(x: Floats, a: Floats, b: Floats) -> Floats:
    """The natural logarithm of I_x(a, b), for 0 < x < 1 and positive a and b."""
    front = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b) + a * np.log(x) + b * np.log1p(-x)
    low = x < (a + 1) / (
        a + b + 2
    )  # there the fraction converges; elsewhere that of the other tail does
    first, second = np.where(low, a, b), np.where(low, b, a)
    fraction = _fraction(np.where(low, x, 1 - x), first, second)
    part = front + np.log(fraction) - np.log(first)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(low, part, np.log1p(-np.exp(np.minimum(part, 0.0)))))


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """The continued fraction of the incomplete beta function, for flat arrays; elements that have converged are left alone."""
    c, d = np.ones_like(x), 1 / _away(1 - (a + b) * x / (a + 1))
    flat = d.copy()
    left = np.arange(x.size)
    for m in range(1, _STEPS):
        xs, as_, bs = x[left], a[left], b[left]
        even = m * (bs - m) * xs / ((as_ + 2 * m - 1) * (as_ + 2 * m))
        odd = -(as_ + m) * (as_ + bs + m) * xs / ((as_ + 2 * m) * (as_ + 2 * m + 1))
        step = np.ones_like(xs)
        for term in (even, odd):
            d[left] = 1 / _away(1 + term * d[left])
            c[left] = _away(1 + term / c[left])
            step = d[left] * c[left]
            flat[left] *= step
        left = left[np.abs(step - 1) > 1e-12]
        if not left.size:
            break
    return flat


def _away(value: Floats) -> Floats:
    """The value, kept away from zero."""
    return np.asarray(np.where(np.abs(value) < _TINY, _TINY, value))


def _log_gamma(x: Floats) -> Floats:
    """Stirling's series, after moving small arguments up by the recurrence."""
    y, shift = x.astype(np.float64), np.zeros_like(x, np.float64)
    for _ in range(12):
        low = y < 12
        if not low.any():
            break
        shift[low] += np.log(y[low])
        y = np.where(low, y + 1, y)
    series = np.zeros_like(y)
    power = 1 / y
    for coefficient in _STIRLING:
        series += coefficient * power
        power = power / (y * y)
    return np.asarray((y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - shift)
