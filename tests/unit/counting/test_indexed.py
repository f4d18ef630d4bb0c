from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.packed import PackedLog
from ecluse.counting.spans import NEVER, Spans

WIDE = Spans((5, 20, 60), (3, 5, 40), (3, 5, 41))
NARROW = Spans((20, 60), (1, 3), (2, 4))

moves_of = st.lists(
    st.tuples(
        st.sampled_from(["charge", "charge", "reserve", "back", "forget", "used", "room"]),
        st.integers(0, 9),
        st.integers(1, 12),
    ),
    max_size=200,
)


class Both:
    """A packed and an indexed log that are told the same; some items are kept for reservations."""

    def __init__(self, spans):
        self.logs = PackedLog(spans), IndexedLog(spans)
        self.now, self.before = 100, {}

    def play(self, act, item, step):
        if act in {"charge", "reserve"}:
            self.now += step // 4
            if act == "reserve" and item not in self.before:
                self.before[item] = self.logs[0].last(item)
                self._open(1)
            for log in self.logs:
                log.charge(item, self.now)
        elif act == "used":
            self.now += step
        elif act == "room":
            for log in self.logs:
                if log.room(item, self.now):
                    assert log.used((item,), self.now)[-1] < log._spans.bars[-1]
                    assert log.room(item, self.now)
                    log.charge_found(item, self.now)
                else:
                    log.charge(item, self.now)
        elif item in self.before:
            at = None if act == "forget" else self.before[item]
            del self.before[item]
            self._open(-1)
            for log in self.logs:
                log.put_back(item, at, self.now)

    def _open(self, number):
        for log in self.logs:
            log.open += number


@given(moves_of, st.sampled_from([WIDE, NARROW]))
@settings(max_examples=400, deadline=None)
def test_both_logs_count_alike(moves, spans):
    both = Both(spans)
    for move in moves:
        both.play(*move)
        one, other = (log.used((move[1], 77), both.now) for log in both.logs)
        top = [limit + 1 for limit in spans.limits]
        assert [min(n, t) for n, t in zip(one, top, strict=True)] == [
            min(n, t) for n, t in zip(other, top, strict=True)
        ]
        one, other = (log.opens((move[1], 77), both.now) for log in both.logs)
        assert one == other


@given(moves_of)
@settings(max_examples=200, deadline=None)
def test_both_logs_keep_the_same_where_nothing_is_trimmed(moves):
    both = Both(WIDE)
    for move in moves:
        both.play(*move)
        one, other = (log.dump(both.now) for log in both.logs)
        assert one == other
        assert [log.last(move[1]) for log in both.logs] == [dict(one).get(move[1])] * 2


def test_an_item_put_back_before_what_was_trimmed_takes_no_room_from_others():
    log = IndexedLog(Spans((100,), (2,), (3,)))
    log.charge(1, 0)
    log.open = 1
    for item, at in ((1, 5), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6)):
        log.charge(item, at)
    log.open = 0
    log.put_back(1, 0, 7)
    for item in (8, 9):
        log.charge(item, item)
        assert log.used((), item) == [3]
        assert log.last(1) is None
    assert len(log) == 3


def test_an_item_put_back_after_a_sweep_returns_to_its_place():
    log = IndexedLog(Spans((10, 1000), (500, 500), (501, 501)))
    log.open = 1
    log.charge("a", 1)
    log.charge("a", 20)
    for n in range(200):
        log.charge(n % 2, 20)
    assert len(log._items) < 150  # the first access of "a" was swept out
    log.put_back("a", 1, 21)
    assert log.last("a") == 1
    assert log.used((), 21) == [2, 3]
    assert log.used((), 1001) == [0, 2]


def test_an_item_whose_former_access_has_left_every_window_is_forgotten():
    log = IndexedLog(Spans((10,), (5,), (6,)))
    log.charge("a", 1)
    log.put_back("a", -9, 1)
    assert log.idle(1)


def test_the_log_does_not_grow_with_history():
    log = IndexedLog(Spans((1000,), (50,), (51,)))
    for n in range(100_000):
        log.charge(n % 60, n)
    assert len(log) == 51
    assert len(log._items) <= 2 * 51 + 65


def test_entries_that_have_left_every_window_are_given_back():
    log = IndexedLog(Spans((1000,), (50_000,), (50_001,)))
    for n in range(20_000):
        log.charge(n, n)
    assert len(log) <= 1000 + 64
    assert len(log._items) <= 2 * 1000 + 200


def test_room_says_yes_again_when_time_has_passed():
    log = IndexedLog(Spans((10,), (2,), (3,)))
    log.charge(1, 0)
    assert log.room(2, 0)
    log.charge(2, 0)
    assert not log.room(3, 9)
    assert log.room(3, 10)


def test_an_open_item_keeps_a_log_from_being_idle():
    log = IndexedLog(Spans((10,), (2,), (3,)))
    log.charge(1, 0)
    log.open = 1
    assert not log.idle(100)
    log.open = 0
    assert log.idle(100)


def test_a_sweep_leaves_every_window_as_it_was():
    log = IndexedLog(Spans((10, 1000), (50, 50), (51, 51)))
    for item in range(5):
        log.charge(item, 1)
    for _ in range(300):
        log.charge("busy", 20)
        log.used((), 20)
        assert len(log._items) <= 2 * 6 + 65
    assert log.used((0, "busy", "new"), 20) == [3, 7]
    assert log.used((), 1001) == [0, 1]


def test_a_log_keeps_the_newest_up_to_its_cap_and_what_is_open():
    log = IndexedLog(Spans((1000,), (5,), (6,)))
    log.open = 2
    for item in range(20):
        log.charge(item, item)
    assert [item for item, _ in log.dump(20)] == list(range(12, 20))
    log.open = 0
    assert [item for item, _ in log.dump(20)] == list(range(14, 20))


def test_it_opens_when_thousands_have_left_and_dead_entries_are_passed_over():
    spans = Spans((100_000,), (2_500,), (2_501,))
    one, other = PackedLog(spans), IndexedLog(spans)
    for at in range(6_000):
        for log in (one, other):
            log.charge(at if at % 3 else at % 700 + 10_000, at)
    for items in ((1,), (5_999,), tuple(range(2_400)), tuple(range(4_000, 6_500))):
        opens = other.opens(items, 6_000)
        assert opens == one.opens(items, 6_000) > 100_000
    assert other.opens(tuple(range(2_501)), 6_000) == NEVER


def test_a_sweep_brings_back_nothing_that_has_left():
    log = IndexedLog(Spans((10,), (50,), (51,)))
    for item in range(5):
        log.charge(item, 1)
    for _ in range(300):
        log.charge("busy", 20)
        log.used((), 20)
    assert log.dump(20) == [("busy", 20)]
    assert log.used((0,), 20) == [2]


charges_of = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), max_size=120)


@given(charges_of, charges_of, st.sampled_from([WIDE, NARROW]), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_a_log_loaded_from_columns_goes_on_as_the_log(charges, more, spans, later):
    log, now = IndexedLog(spans), 0
    for item, step in charges:
        now += step
        log.charge(item, now)
    again = IndexedLog(spans)
    items, times = log.columns(now)
    again.load_columns(items, times, now + later)  # entries may have left since
    now += later
    for item, step in more:
        assert again.used((item,), now) == log.used((item,), now)
        assert again.room(item, now) == log.room(item, now)
        now += step
        again.charge(item, now)
        log.charge(item, now)
    assert again.dump(now) == log.dump(now)
    assert len(again) == len(log)


def test_columns_hold_no_more_than_the_cap():
    log = IndexedLog(NARROW)
    log.open = 3
    for item in range(9):
        log.charge(item, item)
    items, times = log.columns(9)
    assert (items, list(times)) == ([5, 6, 7, 8], [5, 6, 7, 8])
