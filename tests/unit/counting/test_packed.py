from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.counting.packed import PackedLog
from ecluse.counting.spans import Spans
from ecluse.model.time import DAY, HOUR, MINUTE

SPANS = Spans((MINUTE, HOUR), (3, 5), (4, 6))


def test_bytes_that_straddle_two_entries_are_no_entry():
    log = PackedLog(Spans((HOUR,), (100,), (101,)))
    log.charge(0x0102030405060708, 1)
    log.charge(0x0102030405060708 << 32 & (2**64 - 1), 2)
    straddling = int.from_bytes(bytes(log._items)[4:12], "little")
    assert log.last(straddling) is None
    assert log.used((straddling,), 3) == [3]
    assert log.room(straddling, 3)
    log.charge_found(straddling, 3)
    assert log.used((), 3) == [3]


def test_an_entry_before_straddling_bytes_is_found():
    log = PackedLog(Spans((HOUR,), (100,), (101,)))
    parts = [0xAAAA_AAAA, 0xBBBB_BBBB]
    item = parts[1] << 32 | parts[0]
    for at, entry in enumerate((item, parts[0] << 32 | 1, 2 << 32 | parts[1])):
        log.charge(entry, at)  # the last two hold the bytes of the first across their edge
    assert log.last(item) == 0
    assert log.room(item, 5)
    log.charge_found(item, 5)
    assert len(log) == 3
    assert log.last(item) == 5


def test_times_further_apart_than_six_bytes_are_kept_apart():
    log = PackedLog(Spans((1100 * DAY,), (5,), (6,)))
    log.charge(1, 0)
    log.charge(2, 4000 * DAY)
    assert log.used((), 4000 * DAY) == [1]
    assert log.last(2) == 4000 * DAY


def test_times_of_many_years_are_kept_as_the_base_moves():
    log = PackedLog(Spans((1100 * DAY,), (5,), (6,)))
    for n in range(30):
        at = n * 500 * DAY
        log.charge(n % 7, at)
        log.charge(n % 7, at + 1)  # the newest again
        assert log.used((), at + 1) == [min(n + 1, 3)]
        assert log.last(n % 7) == at + 1


def test_the_newest_item_read_again_after_nine_years_has_its_new_time():
    log = PackedLog(Spans((1100 * DAY,), (5,), (6,)))
    log.charge(1, 0)
    assert log.room(1, 3600 * DAY)
    log.charge_found(1, 3600 * DAY)
    assert log.dump(3600 * DAY) == [(1, 3600 * DAY)]


def test_an_item_put_back_before_the_base_moves_the_base():
    log = PackedLog(SPANS)
    log.charge(1, 10 * MINUTE)
    log.put_back(1, 5 * MINUTE, 10 * MINUTE)
    log.charge(2, 10 * MINUTE)
    assert log.dump(10 * MINUTE) == [(1, 5 * MINUTE), (2, 10 * MINUTE)]
    log.put_back(2, 4 * MINUTE, 10 * MINUTE)
    assert log.dump(10 * MINUTE) == [(2, 4 * MINUTE), (1, 5 * MINUTE)]


def test_room_says_no_before_the_bar_and_yes_again_when_time_has_passed():
    log = PackedLog(SPANS)
    for item in range(3):
        assert log.room(item, item)
        log.charge_found(item, item)
    assert not log.room(9, 3)
    assert log.room(9, 2 * MINUTE)


def test_an_item_that_comes_back_to_a_short_window_takes_its_room():
    log = PackedLog(Spans((10, 1000), (2, 100), (3, 101)))
    log.charge(1, 0)
    log.charge(2, 0)
    assert log.used((), 20) == [0, 2]
    for item in (1, 2):
        assert log.room(item, 20)
        log.charge_found(item, 20)
    assert not log.room(3, 20)
    assert log.used((), 20) == [2, 2]


def test_the_edges_of_the_identities_are_identities():
    log = PackedLog(SPANS)
    log.charge(0, 1)
    log.charge(2**64 - 1, 2)
    assert log.used((0, 2**64 - 1), 3) == [2, 2]
    assert log.dump(3) == [(0, 1), (2**64 - 1, 2)]


def test_an_open_item_keeps_a_log_from_being_idle():
    log = PackedLog(SPANS)
    log.charge(1, 0)
    log.open = 1
    assert not log.idle(2 * HOUR)
    log.open = 0
    assert log.idle(2 * HOUR)


def test_a_log_keeps_the_newest_up_to_its_cap_and_what_is_open():
    log = PackedLog(SPANS)
    log.open = 2
    for item in range(20):
        log.charge(item, item)
    assert [item for item, _ in log.dump(20)] == list(range(12, 20))
    log.open = 0
    assert [item for item, _ in log.dump(20)] == list(range(14, 20))


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=80),
    st.sets(st.integers(0, 120), min_size=33, max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_a_long_list_is_counted_as_a_short_one(charges, items):
    log, now = PackedLog(Spans((20, 90), (40, 50), (41, 51))), 0
    for item, step in charges:
        now += step
        log.charge(item, now)
    one_by_one = [log.used((item,), now) for item in items]
    empty = log.used((), now)
    assert log.used(tuple(items), now) == [
        count + sum(one[w] - count for one in one_by_one) for w, count in enumerate(empty)
    ]


charges_of = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=80)


def charged(spans, charges):
    log, now = PackedLog(spans), 0
    for item, step in charges:
        now += step
        log.charge(item, now)
    return log, now


@given(charges_of, charges_of, st.integers(0, 100))
@settings(max_examples=200, deadline=None)
def test_a_log_loaded_as_it_was_stored_goes_on_as_the_log(charges, more, later):
    log, now = charged(Spans((5, 20, 90), (2, 5, 12), (2, 4, 13)), charges)
    again = PackedLog(log._spans)
    items, times, base = log.packed(now)
    again.load_packed(items, times, base, now)
    now += later
    assert again.used((7,), now) == log.used((7,), now)
    for item, step in more:
        now += step
        assert again.room(item, now) == log.room(item, now)
        again.charge(item, now)
        log.charge(item, now)
    assert again.dump(now) == log.dump(now)


def test_a_stored_log_holds_no_more_than_its_cap():
    log = PackedLog(SPANS)
    log.open = 3
    for item in range(9):
        log.charge(item, item)
    again = PackedLog(SPANS)
    again.load_packed(*log.packed(9), 9)
    assert [item for item, _ in again.dump(9)] == [3, 4, 5, 6, 7, 8]
