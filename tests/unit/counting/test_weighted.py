import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.counting.spans import Spans
from ecluse.counting.weighted import WeightedLog

SPANS = Spans((3, 10), (60, 100), (61, 101))


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 30), st.none() | st.integers(0, 8)), max_size=80
    )
)
def test_sums_are_those_of_the_windows_up_to_the_limit(accesses):
    log, now, past = WeightedLog(SPANS), 0, []
    for number, (step, weight, taken) in enumerate(accesses):
        now += step
        if taken is None:
            log.charge((number, weight), now)
            past.append((now, number, weight))
        elif past:
            log.open = 1  # what is open is never trimmed
            _, *item = past.pop(-1 - taken % len(past))
            log.put_back(tuple(item), None, now)
        for used, length, limit in zip(log.used((), now), SPANS.lengths, SPANS.limits, strict=True):
            true = sum(w for at, _, w in past if at > now - length)
            if log.open:
                assert used == true or not past or true > limit
            assert min(used, limit + 1) <= min(true, limit + 1)
            if all(a[2] is None for a in accesses):
                assert min(used, limit + 1) == min(true, limit + 1)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 30)), max_size=80))
def test_no_more_is_kept_than_can_matter(accesses):
    log, now = WeightedLog(SPANS), 0
    for number, (step, weight) in enumerate(accesses):
        now += step
        log.charge((number, weight), now)
        assert len(log) <= SPANS.cap
        kept = [w for (_, w), _ in log.dump(now)]
        assert sum(kept[1:]) < SPANS.cap


@pytest.mark.parametrize(("taken", "sums"), [(1, [30, 30]), (2, [0, 40]), (3, [30, 70])])
def test_an_access_can_be_taken_out_wherever_it_is(taken, sums):
    log = WeightedLog(Spans((3, 10), (100, 100), (101, 101)))
    log.open = 1
    log.charge((1, 40), 1)
    log.charge((2, 30), 6)
    log.put_back((taken, {1: 40, 2: 30, 3: 9}[taken]), None, 7)
    assert log.used((), 7) == sums
    assert log.used(((9, 5),), 7) == [s + 5 for s in sums]
    assert log.used((), 10) == [0, sums[1]]
    assert log.used((), 11)[1] == sums[1] - (40 if taken != 1 else 0)


def test_the_last_access_of_an_access_is_none():
    log = WeightedLog(SPANS)
    log.charge((1, 5), 0)
    assert log.last((1, 5)) is None


def test_room_counts_the_weight():
    log = WeightedLog(SPANS)
    log.charge((1, 50), 0)
    assert log.room((2, 10), 0)
    assert not log.room((2, 11), 0)
    assert log.room((2, 11), 3)
    log.open = 1
    assert not log.idle(20)
    log.open = 0
    assert log.idle(20)


def test_what_was_dumped_is_loaded():
    log, other = WeightedLog(SPANS), WeightedLog(SPANS)
    for number in range(4):
        log.charge((number, 20), number * 2)
    other.load(log.dump(7), 7)
    assert other.used((), 7) == log.used((), 7) == [20, 80]


def test_what_is_kept_reaches_one_more_than_the_limit():
    log = WeightedLog(Spans((10,), (100,), (101,)))
    for number, weight in enumerate((1, 60, 40)):
        log.charge((number, weight), number)
    assert log.used((), 3) == [101]
    log.charge((3, 1), 3)
    assert log.used((), 3) == [101]
    assert [number for (number, _), _ in log.dump(3)] == [1, 2, 3]


def test_nothing_is_trimmed_that_a_release_may_bring_back():
    log = WeightedLog(Spans((10,), (100,), (101,)))
    log.charge((0, 90), 0)
    log.open = 1
    log.charge((1, 150), 1)
    log.put_back((1, 150), None, 2)
    log.open = 0
    assert log.used((), 2) == [90]


def test_an_access_that_was_taken_out_does_not_make_room_twice():
    log = WeightedLog(Spans((10,), (100,), (101,)))
    log.open = 1
    for number, weight in enumerate((40, 30, 40, 20)):
        log.charge((number, weight), number)
    log.put_back((1, 30), None, 4)
    assert log.opens(((9, 41),), 4) == 12
    assert log.opens(((9, 81),), 4) == 13
