"""Tails of the binomial law against exact fractions, and luck over everybody."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from ecluse.incident.attribution.chance import any_luck, tail, tail_below
from ecluse.incident.attribution.views import Views, Who


def exact(records, least, share):
    share = Fraction(share)
    return float(
        sum(
            comb(records, k) * share**k * (1 - share) ** (records - k)
            for k in range(least, records + 1)
        )
    )


@pytest.mark.parametrize("records", [1, 2, 10, 50, 200])
@pytest.mark.parametrize("share", [1e-6, 0.008, 0.2, 0.5, 0.99])
def test_a_tail_is_that_of_the_fractions(records, share):
    for least in {0, 1, 2, records // 2, records - 1, records}:
        assert tail(records, least, share) == pytest.approx(
            exact(records, least, share), rel=1e-9, abs=1e-300
        )


def test_the_worked_numbers_of_the_reference():
    assert [f"{tail(10, k, 0.008):.0e}" for k in (2, 5, 10)] == ["3e-03", "8e-09", "1e-21"]
    assert f"{tail(10, 5, 0.2):.0e}" == "3e-02"


def test_nothing_comes_from_nobody_and_everything_from_all():
    assert tail(5, 1, 0.0) == 0
    assert tail(5, 5, 1.0) == 1
    assert tail(5, 6, 0.5) == 0
    assert tail_below(5, 4, 1.0) == 0
    assert tail_below(5, 5, 1.0) == 1


def test_below_and_above_are_the_whole():
    assert tail_below(20, 7, 0.3) + tail(20, 8, 0.3) == pytest.approx(1)


def views(sizes, others=()):
    empty = np.empty(0, dtype=np.int64)
    return Views(
        empty,
        empty,
        empty,
        empty,
        tuple(Who(str(n)) for n in range(len(sizes))),
        np.array(sizes, dtype=np.int64),
        others,
    )


def test_luck_of_anybody_is_the_sum_of_each_ones_own():
    seen = views([100, 2_000], ((60, 40_000),))
    parts = tail(50, 3, 0.0001) + tail(50, 3, 0.002) + 40_000 * tail(50, 3, 0.00006)
    assert any_luck(seen, 50, 3, 1_000_000) == pytest.approx(parts)
    small = tail(50, 3, 0.0001) + 40_000 * tail(50, 3, 0.00006)
    assert any_luck(seen, 50, 3, 1_000_000, largest=100) == pytest.approx(small)
    assert any_luck(seen, 50, 1, 1_000_000) == 1.0
