"""Tails against exact sums of the probabilities themselves."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.verify.tuning.negative_binomial import SIZE_MAX, log_beta_share, log_tail, size_of


def exact(count, mean, size):
    """ln P(X >= count), term by term."""
    share = mean / (mean + size)
    terms, i = [], count
    while len(terms) < 200_000:
        ways = math.lgamma(i + size) - math.lgamma(size) - math.lgamma(i + 1)
        terms.append(ways + i * math.log(share) + size * math.log1p(-share))
        if i > mean and terms[-1] < max(terms) - 45:
            break
        i += 1
    top = max(terms)
    return top + math.log(math.fsum(math.exp(t - top) for t in terms))


@settings(deadline=None)
@given(st.integers(1, 400), st.floats(0.05, 300), st.floats(0.05, 500))
def test_the_tail_is_the_sum_of_its_probabilities(count, mean, size):
    assert float(log_tail(count, mean, size)) == pytest.approx(
        exact(count, mean, size), rel=1e-6, abs=1e-8
    )


@pytest.mark.parametrize(
    ("count", "mean", "size", "share"),
    [
        # P(X >= x) as SciPy 1.17.1 gives it: scipy.stats.nbinom.sf(x - 1, k, k / (k + m))
        (1, 1.0, 1.0, 0.5),
        (60, 18.0, 3.0, 0.004513729337858653),
        (500, 300.0, 0.5, 0.19700396649305502),
        (40, 18.0, 100.0, 3.6359567123420805e-05),
    ],
)
def test_known_values(count, mean, size, share):
    assert math.exp(float(log_tail(count, mean, size))) == pytest.approx(share, rel=1e-9)


def test_a_tail_too_small_for_a_float_still_has_a_logarithm():
    assert float(log_tail(20_000, 18.0, 3.0)) == pytest.approx(exact(20_000, 18.0, 3.0), rel=1e-9)
    assert float(log_tail(20_000, 18.0, 3.0)) < -2_000


def test_a_very_large_size_is_poisson():
    poisson = math.log(1 - math.exp(-2) * (1 + 2 + 2))  # P(X >= 3), mean 2
    assert float(log_tail(3, 2.0, SIZE_MAX)) == pytest.approx(poisson, rel=1e-5)
    assert float(log_tail(3, 2.0, np.inf)) == pytest.approx(poisson, rel=1e-5)


def test_the_ends():
    assert log_tail([0, -3], 5.0, 2.0).tolist() == [0.0, 0.0]
    assert float(log_tail(1, 0.0, 2.0)) == -math.inf


def test_the_size_of_a_variance():
    assert float(size_of(10.0, 10.0 + 100.0 / 4)) == pytest.approx(4)
    assert float(size_of(10.0, 9.0)) == SIZE_MAX


def test_the_share_of_a_beta_distribution_is_symmetric():
    x, a, b = np.array([0.3]), np.array([2.5]), np.array([7.0])
    both = np.exp(log_beta_share(x, a, b)) + np.exp(log_beta_share(1 - x, b, a))
    assert both[0] == pytest.approx(1)
    assert math.exp(
        log_beta_share(np.array([0.25]), np.array([1.0]), np.array([1.0]))[0]
    ) == pytest.approx(0.25)
