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


def test_times_further_apart_than_six_bytes_are_kept_apart():
    log = PackedLog(Spans((1100 * DAY,), (5,), (6,)))
    log.charge(1, 0)
    log.charge(2, 4000 * DAY)
    assert log.used((), 4000 * DAY) == [1]
    assert log.last(2) == 4000 * DAY


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
