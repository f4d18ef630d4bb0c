from hypothesis import given
from hypothesis import strategies as st

from ecluse.counting.spans import Spans
from ecluse.counting.weighted import WeightedLog


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 30)), max_size=80))
def test_sums_are_those_of_the_windows_up_to_the_limit(accesses):
    spans = Spans((3, 10), (60, 100), (61, 101))
    log, now, past = WeightedLog(spans), 0, []
    for number, (step, weight) in enumerate(accesses):
        now += step
        log.charge((number, weight), now)
        past.append((now, weight))
        for used, length, limit in zip(log.used((), now), spans.lengths, spans.limits, strict=True):
            true = sum(w for at, w in past if at > now - length)
            assert min(used, limit + 1) == min(true, limit + 1)
    assert len(log) <= spans.cap


def test_an_access_can_be_taken_out():
    log = WeightedLog(Spans((10,), (100,), (101,)))
    log.charge((1, 40), 5)
    log.charge((2, 30), 6)
    log.put_back((1, 40), None, 7)
    assert log.used((), 7) == [30]
