import pytest

from ecluse.counting.spans import LENGTH_END, Spans
from ecluse.model.policy import Budget, Key, Window
from ecluse.model.time import DAY, HOUR


def spans(share, *limits):
    windows = tuple(Window((n + 1) * HOUR, limit) for n, limit in enumerate(limits))
    return Spans.of(Budget("b", (Key.ACCOUNT,), windows, warn_share=share))


@pytest.mark.parametrize(
    ("share", "limit", "bar"),
    [
        (None, 10, 11),
        (0.7, 10, 7),
        (0.701, 10, 8),  # rounded up
        (0.7, 1, 1),
        (0.001, 10, 1),
        (1.0, 10, 10),
        (0.5, 0, 1),
        (0.29, 100, 29),  # 0.29 * 100 is more than 29 in binary
        (0.999, 2**60, 2**60 * 999 // 1000 + 1),
    ],
)
def test_a_warning_begins_at_the_share_rounded_up(share, limit, bar):
    assert spans(share, limit).bars == (bar,)


def test_the_longest_window_over_its_limit_decides_before_any_warning():
    found = spans(0.5, 4, 8, 12)
    assert found.cap == 13
    assert found.verdict([1, 3, 5]) is None
    assert found.verdict([2, 3, 5]) == (0, False)
    assert found.verdict([2, 4, 6]) == (2, False)
    assert found.verdict([5, 8, 12]) == (0, True)
    assert found.verdict([5, 9, 12]) == (1, True)


@pytest.mark.parametrize("lengths", [(2, 1), (0, 1), (-1,), (1, LENGTH_END)])
def test_windows_have_a_length_and_an_order(lengths):
    with pytest.raises(AssertionError):
        Spans(lengths, (1,) * len(lengths), (2,) * len(lengths))


def test_the_longest_window_that_a_policy_may_have_is_short_enough():
    assert 1100 * DAY < LENGTH_END
