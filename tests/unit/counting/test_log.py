import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.log import PACKED_LIMIT_MAX, maker
from ecluse.counting.packed import PackedLog
from ecluse.counting.spans import NEVER, Spans
from ecluse.counting.weighted import WeightedLog
from ecluse.model.policy import Budget, Count, Key, Window


@pytest.mark.parametrize(
    ("counts", "limit", "kind"),
    [
        (Count.PERSONS, PACKED_LIMIT_MAX - 1, PackedLog),
        (Count.PERSONS, PACKED_LIMIT_MAX, IndexedLog),
        (Count.ACCESSES, 5, PackedLog),
        (Count.ACCESSES, PACKED_LIMIT_MAX, IndexedLog),
        (Count.ACCOUNTS, 5, IndexedLog),  # accounts are words
        (Count.BYTES, 5, WeightedLog),
    ],
)
def test_the_log_fits_what_is_counted(counts, limit, kind):
    windows = (Window(1, 1), Window(2, limit))
    assert maker(Budget("b", (Key.SYSTEM,), windows, counts=counts)) is kind


WINDOWS = st.sampled_from(
    [Spans((20, 60), (3, 5), (4, 6)), Spans((20, 60), (2, 40), (2, 41)), Spans((30,), (0,), (1,))]
)
CHARGES = st.lists(
    st.tuples(
        st.sampled_from(["charge", "charge", "charge", "open", "back"]),
        st.integers(0, 9),
        st.sampled_from([0, 0, 1, 3, 9]),
    ),
    max_size=80,
)


def _fits(log, spans, items, now):
    """Whether every window holds the items too; moves the log on."""
    used = log.used(items, now)
    return all(u <= limit for u, limit in zip(used, spans.limits, strict=True))


def _played(log, charges):
    """The log after charges and releases, and the instant then."""
    now, before = 100, {}
    for act, item, step in charges:
        now += step
        if act == "open" and item not in before:
            before[item] = log.last(item)
            log.open += 1
        if act == "back" and item in before:
            log.open -= 1
            log.put_back(item, before.pop(item), now)
        else:
            log.charge(item, now)
    return now


def _check_opening(make, spans, play, items):
    """What `opens` says holds in a copy of the log, to the microsecond, and asking changes nothing."""
    log = make(spans)
    now = play(log)
    kept = log.dump(now)
    opens = log.opens(items, now)
    assert log.dump(now) == kept

    def fits_at(at):
        copy = make(spans)
        copy.open = log.open
        copy.load(kept, now)
        return _fits(copy, spans, items, at)

    if opens == now:
        assert fits_at(now)
    elif opens == NEVER:
        assert not fits_at(now + 10_000)
    else:
        assert now < opens
        assert not fits_at(opens - 1)
        assert fits_at(opens)
    assert _fits(log, spans, items, now) == (opens == now)


@pytest.mark.parametrize("make", [PackedLog, IndexedLog])
@given(WINDOWS, CHARGES, st.sets(st.integers(0, 12), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
def test_a_log_of_items_opens_when_it_says(make, spans, charges, items):
    _check_opening(make, spans, lambda log: _played(log, charges), tuple(items))


@given(
    st.sampled_from([Spans((3, 10), (60, 100), (61, 101)), Spans((5,), (0,), (1,))]),
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 30), st.none() | st.integers(0, 8)), max_size=40
    ),
    st.integers(1, 110),
)
@settings(max_examples=300, deadline=None)
def test_a_log_of_weights_opens_when_it_says(spans, accesses, weight):
    def play(log):
        now, past = 100, []
        log.open = int(any(taken is not None for _, _, taken in accesses))
        for number, (step, amount, taken) in enumerate(accesses):
            now += step
            if taken is not None and past:
                log.put_back(past.pop(-1 - taken % len(past)), None, now)
            else:
                log.charge((number, amount), now)
                past.append((number, amount))
        return now

    _check_opening(WeightedLog, spans, play, ((-1, weight),))
