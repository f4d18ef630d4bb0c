import numpy as np
import pytest

from ecluse.simulator.requests import OPERATIONS, make, merge, operation_code


def three() -> object:
    return make(
        np.array([30, 10, 20]), persons=np.array([1, 2, 3, 4, 5, 6]), counts=np.array([1, 3, 2]), actor=np.array([7, 8, 9])
    )  # fmt: skip


def test_persons_travel_with_their_request() -> None:
    ordered = three().in_time_order()
    assert ordered.at.tolist() == [10, 20, 30]
    assert ordered.actor.tolist() == [8, 9, 7]
    assert ordered.counts.tolist() == [3, 2, 1]
    assert ordered.persons.tolist() == [2, 3, 4, 5, 6, 1]


def test_simultaneous_requests_keep_their_order() -> None:
    same = make(np.array([5, 5, 5]), persons=np.array([3, 1, 2]))
    assert same.in_time_order().persons.tolist() == [3, 1, 2]


def test_between_is_half_open() -> None:
    assert three().between(10, 30).at.tolist() == [10, 20]


def test_nobody_is_allowed_and_mixed_with_others() -> None:
    login = make(np.array([1]), persons=np.zeros(0), counts=np.array([0]))
    both = merge([three(), login]).in_time_order()
    assert both.counts.tolist() == [0, 3, 2, 1]
    assert both.persons.tolist() == [2, 3, 4, 5, 6, 1]


def test_counts_must_match_persons() -> None:
    with pytest.raises(AssertionError):
        make(np.array([1]), persons=np.array([1, 2]), counts=np.array([1]))


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(AssertionError, match="colour"):
        make(np.array([1]), persons=np.array([1]), colour=3)


def test_merging_nothing_gives_nothing() -> None:
    assert len(merge([])) == 0
    assert len(merge([]).in_time_order()) == 0


def test_operations_have_stable_numbers() -> None:
    assert [operation_code(word) for word in OPERATIONS] == list(range(6))
    with pytest.raises(ValueError, match="tuple"):
        operation_code("delete")
