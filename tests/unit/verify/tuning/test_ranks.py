import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.verify.tuning.ranks import at_most, binomial_tail, conformal


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_its_sum(successes, trials, share):
    exact = math.fsum(
        math.comb(trials, k) * share**k * (1 - share) ** (trials - k)
        for k in range(successes, trials + 1)
    )
    assert binomial_tail(successes, trials, share) == pytest.approx(exact, abs=1e-9)


def test_the_largest_share_leaves_the_doubt():
    for successes, trials in ((0, 100), (3, 500), (6, 11_400)):
        share = at_most(successes, trials)
        assert 1 - binomial_tail(successes + 1, trials, share) == pytest.approx(0.1, rel=1e-6)
    assert at_most(5, 5) == 1.0


def test_a_rank_promises_no_more_than_there_are_days():
    among = np.arange(9.0)
    assert conformal(np.array([100.0, 8.0, -1.0]), among).tolist() == [0.1, 0.2, 1.0]


def test_ranks_of_exchangeable_days_are_honest():
    rng = np.random.default_rng(3)
    low = [
        float((conformal(rng.normal(size=40), rng.normal(size=60)) <= 0.1).mean())
        for _ in range(400)
    ]
    assert np.mean(low) <= 0.11
