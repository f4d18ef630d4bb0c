"""Runs of rows, and that luck makes long ones no more often than is said."""

import itertools
import random

import pytest

from ecluse.incident.attribution.order import luck_of_run, run_of


def longest(places):
    best = 1
    for size in range(2, len(places) + 1):
        if any(
            all(a < b for a, b in itertools.pairwise(c))
            for c in itertools.combinations(places, size)
        ):
            best = size
    return best


def test_a_run_is_the_longest_by_brute_force():
    rng = random.Random(1)
    for _ in range(60):
        places = rng.sample(range(50), rng.randrange(2, 8))
        assert run_of(places).length == max(longest(places), longest([-p for p in places]))


@pytest.mark.parametrize("rows", [4, 6, 7])
def test_luck_is_never_said_to_be_smaller_than_it_is(rows):
    runs = [run_of(order).length for order in itertools.permutations(range(rows))]
    for length in range(2, rows + 1):
        true = sum(run >= length for run in runs) / len(runs)
        assert true <= luck_of_run(rows, length) + 1e-12


def test_the_order_of_a_session_is_no_luck():
    assert run_of(list(range(30))).luck < 1e-30
    shuffled = random.Random(2).sample(range(30), 30)
    assert run_of(shuffled).luck > 1e-3


def test_two_rows_are_always_in_order():
    assert run_of([5, 3]).luck == 1.0
