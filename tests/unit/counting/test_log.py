"""What every kind of log does alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.packed import PackedLog
from ecluse.counting.spans import Spans
from ecluse.counting.weighted import WeightedLog


def spans(*windows):
    lengths, limits = zip(*windows, strict=True)
    return Spans(lengths, limits, tuple(limit + 1 for limit in limits))


@st.composite
def narrowed(draw):
    """Windows, and others that ask for no more than these."""
    before = sorted(draw(st.sets(st.integers(2, 60), min_size=1, max_size=3)))
    limits = sorted(draw(st.lists(st.integers(1, 9), min_size=len(before), max_size=len(before))))
    after = sorted(draw(st.sets(st.integers(1, before[-1]), min_size=1, max_size=3)))
    fewer = sorted(
        draw(st.lists(st.integers(0, limits[-1]), min_size=len(after), max_size=len(after)))
    )
    return spans(*zip(before, limits, strict=True)), spans(*zip(after, fewer, strict=True))


@pytest.mark.parametrize("kind", [PackedLog, IndexedLog, WeightedLog])
@given(
    windows=narrowed(),
    first=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=25),
    later=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=25),
)
def test_other_windows_count_as_if_they_had_always_been(kind, windows, first, later):
    def item(name, number):
        return (number, name + 1) if kind is WeightedLog else name

    now, log, fresh = 0, kind(windows[0]), kind(windows[1])
    for number, (name, pause) in enumerate(first):
        now += pause
        log.charge(item(name, number), now)
        fresh.charge(item(name, number), now)
    log.respan(windows[1])
    for number, (name, pause) in enumerate(later, start=100):
        now += pause
        wanted = (item(name, number),)
        capped = [
            min(a, b + 1) for a, b in zip(log.used(wanted, now), windows[1].limits, strict=True)
        ]
        expected = [
            min(a, b + 1) for a, b in zip(fresh.used(wanted, now), windows[1].limits, strict=True)
        ]
        assert capped == expected
        assert log.room(wanted[0], now) == fresh.room(wanted[0], now) or not log.room(
            wanted[0], now
        )
        log.charge(wanted[0], now)
        fresh.charge(wanted[0], now)
