import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.engine.history import Column, History
from ecluse.model.time import DAY, HOUR, parse_instant
from ecluse.verify.backtest import days as module
from ecluse.verify.backtest.days import account_days, day_of, local_days, monday, start_of


def history(rows, kinds=("adviser",)):
    """Rows of (instant, account, kind code)."""
    at, account, kind = (np.array(c) for c in zip(*rows, strict=True))
    return History(
        at=at.astype(np.int64),
        account=Column(account.astype(np.int32), tuple("abcdefgh")),
        application=Column(np.zeros(len(rows), np.int32), ("x",)),
        person=np.arange(len(rows)).astype(np.uint64),
        kind=Column(kind.astype(np.int32), kinds),
    )


def test_a_day_is_one_of_the_calendar_in_its_zone():
    late = parse_instant("2026-06-30T22:30:00Z")  # half past midnight in Paris
    at = np.array([late - HOUR, late], np.int64)
    assert [day_of(d) for d in local_days(at, zone="UTC").tolist()] == ["2026-06-30"] * 2
    assert [day_of(d) for d in local_days(at, zone="Europe/Paris").tolist()] == [
        "2026-06-30",
        "2026-07-01",
    ]


@pytest.mark.parametrize("text", ["2026-03-29", "2026-10-25", "2026-06-03"])
def test_the_start_of_a_day_is_its_first_instant_also_when_the_clocks_change(text):
    day = parse_instant(text) // DAY
    begin = start_of(day, zone="Europe/Paris")
    around = np.array([begin - 1, begin], np.int64)
    assert local_days(around, zone="Europe/Paris").tolist() == [day - 1, day]


def test_a_week_begins_on_monday():
    sunday = parse_instant("2026-06-07") // DAY
    assert day_of(monday(sunday)) == "2026-06-01"
    assert day_of(monday(sunday + 1)) == "2026-06-08"


def test_events_of_an_account_on_a_day_are_one_account_day():
    found = account_days(
        history([(1, 0, 0), (2, 1, 0), (3, 0, 0), (DAY + 1, 0, 0), (DAY + 2, 1, -1)]), zone="UTC"
    )
    assert found.account.tolist() == [0, 0, 1, 1]
    assert found.day.tolist() == [0, 1, 0, 1]
    assert found.events.tolist() == [2, 1, 1, 1]
    assert found.kind.tolist() == [0, 0, 0, -1]
    assert found.of.tolist() == [0, 2, 0, 1, 3]


ROWS = st.lists(
    st.tuples(st.integers(0, 40 * DAY), st.integers(0, 7), st.integers(-1, 0)),
    min_size=1,
    max_size=60,
)


@given(ROWS)
def test_the_kind_is_that_of_the_first_event_and_both_ways_of_numbering_agree(rows):
    rows = sorted(rows, key=lambda r: r[0])
    past = history(rows)
    found = account_days(past, zone="UTC")
    kept, module._DENSE_MAX = module._DENSE_MAX, -1
    width = len(past.account.words)
    try:
        sparse = account_days(past, zone="UTC") if 40 * width > 8 * len(rows) else found
    finally:
        module._DENSE_MAX = kept
    for name in ("of", "account", "day", "events", "kind"):
        assert getattr(found, name).tolist() == getattr(sparse, name).tolist()
    first = {}
    for at, account, kind in rows:
        first.setdefault((account, at // DAY), kind)
    pairs = zip(found.account.tolist(), found.day.tolist(), strict=True)
    assert dict(zip(pairs, found.kind.tolist(), strict=True)) == first


def test_nothing_asked_is_no_account_day():
    none = History(
        np.zeros(0, np.int64),
        Column(np.zeros(0, np.int32), ()),
        Column(np.zeros(0, np.int32), ()),
        np.zeros(0, np.uint64),
    )
    assert len(account_days(none, zone="Europe/Paris")) == 0
