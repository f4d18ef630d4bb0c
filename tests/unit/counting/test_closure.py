"""The closure of sliding windows equals what a greedy thief takes, and never claims too little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.counting.closure import most_in
from ecluse.model.policy import Window


def windows(*pairs):
    return [Window(length, limit) for length, limit in pairs]


@pytest.mark.parametrize(
    ("pairs", "length", "most"),
    [
        ([(10, 60)], 10, 60),
        ([(10, 60)], 11, 120),
        ([(10, 60), (60, 150)], 120, 300),
        ([(10, 60), (60, 150), (1440, 500), (43200, 4000)], 518400, 48000),
        ([(2, 3), (3, 4)], 5, 7),  # the naive bound says 8
        ([(7, 5)], 0, 0),
        ([(10, 0)], 100, 0),
    ],
)
def test_known_values(pairs, length, most):
    assert most_in(windows(*pairs), length) == most


def test_incommensurable_lengths_over_a_long_time_give_an_upper_bound():
    assert most_in(windows((2, 3), (3, 4)), 1_000_001) == min(3 * 500_001, 4 * 333_334)


rising = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=1, max_size=3).map(
    lambda pairs: [Window(a, b) for a, b in sorted(dict(pairs).items())]
)


@given(rising, st.integers(1, 24))
def test_equals_a_thief_who_takes_as_soon_as_allowed(chosen, length):
    """Whole steps: at each step as many as every window (t - W, t] still allows."""
    taken = []
    for now in range(length):
        taken.append(0)
        spare = min(w.limit - sum(taken[max(0, now - w.length + 1) :]) for w in chosen)
        taken[now] = max(0, spare)
    assert most_in(chosen, length) == sum(taken)
