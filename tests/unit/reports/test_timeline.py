"""Columns lose no event; ticks are round and lie inside."""

from hypothesis import given
from hypothesis import strategies as st

from ecluse.model.report import Bucket
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND, parse_instant
from ecluse.reports.timeline import Column, columns, ticks

NOON = parse_instant("2025-07-12T12:00:00Z")


def test_no_buckets_no_columns():
    assert columns((), bucket=0, most=10) == ()


def test_a_gap_in_the_timeline_is_an_empty_column():
    found = columns((Bucket(NOON, 5, 1), Bucket(NOON + 2 * HOUR, 3, 0)), bucket=HOUR, most=10)
    assert found == (Column(NOON, 5, 1), Column(NOON + HOUR, 0, 0), Column(NOON + 2 * HOUR, 3, 0))


def test_too_many_buckets_are_joined():
    found = columns(
        tuple(Bucket(NOON + i * SECOND, 1, 2) for i in range(10)), bucket=SECOND, most=4
    )
    assert found == tuple(
        Column(NOON + i * 3 * SECOND, n, 2 * n) for i, n in enumerate((3, 3, 3, 1))
    )


def test_events_fifty_years_apart_cost_no_more_columns_than_asked_for():
    found = columns((Bucket(0, 1, 0), Bucket(NOON, 0, 1)), bucket=SECOND, most=80)
    assert len(found) <= 80
    assert (found[0].permitted, found[-1].refused) == (1, 1)


@given(
    st.sets(st.integers(0, 5000), min_size=1, max_size=30),
    st.integers(1, 50),
    st.sampled_from([1, SECOND, 7 * MINUTE, DAY]),
)
def test_columns_keep_the_sums(places, most, bucket):
    found = columns(
        tuple(Bucket(NOON + p * bucket, p, p + 1) for p in places), bucket=bucket, most=most
    )
    assert len(found) <= most
    assert sum(c.permitted for c in found) == sum(places)
    assert sum(c.refused for c in found) == sum(places) + len(places)


def test_hours_of_a_working_day():
    found = ticks(NOON - 4 * HOUR, NOON + 4 * HOUR, most=5)
    assert [(t.at, t.grain) for t in found] == [
        (NOON + h * HOUR, "minute") for h in (-4, -2, 0, 2, 4)
    ]


def test_days_begin_at_midnight_of_the_zone():
    midnight_in_paris = parse_instant("2025-07-12T22:00:00Z")
    found = ticks(NOON, NOON + 3 * DAY, most=4, offset=2 * HOUR)
    assert found[0].at == midnight_in_paris
    assert found[0].grain == "day"


def test_a_year_is_marked_by_first_days_of_months():
    found = ticks(parse_instant("2025-07-12"), parse_instant("2026-07-11"), most=8)
    assert [t.at for t in found] == [
        parse_instant(d)
        for d in (
            "2025-09-01",
            "2025-11-01",
            "2026-01-01",
            "2026-03-01",
            "2026-05-01",
            "2026-07-01",
        )
    ]
    assert {t.grain for t in found} == {"month"}


def test_fifty_years_are_marked_by_years():
    found = ticks(parse_instant("1970-01-01"), parse_instant("2025-07-12"), most=6)
    assert len(found) <= 6
    assert all(t.at % DAY == 0 for t in found)


@given(
    st.integers(0, 2**52),
    st.integers(0, 2**50),
    st.integers(1, 12),
    st.sampled_from([-5 * HOUR, 0, 2 * HOUR, 330 * MINUTE]),
)
def test_ticks_are_few_rising_and_inside(first, length, most, offset):
    found = [t.at for t in ticks(first, first + length, most=most, offset=offset)]
    assert len(found) <= most
    assert found == sorted(set(found))
    assert all(first <= at <= first + length for at in found)
