from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.packed import PackedLog
from ecluse.counting.spans import Spans

SPANS = Spans((5, 20, 60), (3, 5, 40), (3, 5, 41))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["charge", "back", "forget", "used"]),
            st.integers(0, 9),
            st.integers(1, 12),
        ),
        max_size=300,
    )
)
@settings(max_examples=300, deadline=None)
def test_both_logs_count_alike(moves):
    now, packed, indexed = 100, PackedLog(SPANS), IndexedLog(SPANS)
    for act, item, step in moves:
        if act == "charge":
            now += step // 4
            packed.charge(item, now)
            indexed.charge(item, now)
        elif act == "used":
            now += step
        elif packed.last(item) is not None:
            at = None if act == "forget" else packed.last(item) - step
            packed.put_back(item, at, now)
            indexed.put_back(item, at, now)
        assert packed.used((item, 77), now) == indexed.used((item, 77), now)
        assert packed.dump(now) == indexed.dump(now)


def test_the_log_does_not_grow_with_history():
    log = IndexedLog(Spans((1000,), (50,), (51,)))
    for n in range(100_000):
        log.charge(n % 60, n)
    assert len(log) == 51
    assert len(log._items) <= 2 * 51 + 65
