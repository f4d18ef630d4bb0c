from datetime import date
from itertools import pairwise

import pytest

from ecluse.model.time import HOUR, MINUTE, parse_instant
from ecluse.simulator.workdays import (
    daily,
    day_of,
    days_between,
    easter,
    evenings_and_weekends,
    instant,
    is_working_day,
    moment,
    public_holidays,
)


@pytest.mark.parametrize(
    ("year", "day"),
    [(2021, "2021-04-04"), (2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2038, "2038-04-25")],
)  # fmt: skip
def test_easter_of_known_years(year: int, day: str) -> None:
    assert easter(year).isoformat() == day


def test_the_eleven_holidays_of_2025() -> None:
    assert sorted(day.isoformat()[5:] for day in public_holidays(2025)) == [
        "01-01", "04-21", "05-01", "05-08", "05-29", "06-09", "07-14", "08-15", "11-01", "11-11", "12-25",
    ]  # fmt: skip


def test_the_day_of_kairos_was_a_saturday_before_a_holiday() -> None:
    assert not is_working_day(date(2025, 7, 12))
    assert not is_working_day(date(2025, 7, 14))
    assert is_working_day(date(2025, 7, 11))


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-06-24 04:26", "2026-06-24T02:26:00Z"),  # summer time
        ("2024-02-06 17:45", "2024-02-06T16:45:00Z"),
        ("2025-10-26 03:00", "2025-10-26T02:00:00Z"),  # the night of the change
        ("2026-01-12", "2026-01-11T23:00:00Z"),
    ],
)
def test_wall_clock_of_paris(wall: str, utc: str) -> None:
    assert moment(wall) == parse_instant(utc)


def test_hour_24_is_the_next_midnight_and_days_may_have_23_hours() -> None:
    assert instant(date(2025, 1, 31), 24) == instant(date(2025, 2, 1))
    assert instant(date(2025, 3, 30), 24) - instant(date(2025, 3, 30)) == 23 * HOUR


def test_day_of_is_that_of_paris() -> None:
    assert day_of(parse_instant("2025-07-11T22:30:00Z")) == date(2025, 7, 12)


def test_daily_spans_leave_out_holidays_when_asked() -> None:
    every = daily(date(2025, 7, 11), date(2025, 7, 15), hours=(8, 18), worked_only=False)
    worked = daily(date(2025, 7, 11), date(2025, 7, 15), hours=(8, 18), worked_only=True)
    assert len(every) == 5
    assert [day_of(first) for first, _ in worked] == [date(2025, 7, 11), date(2025, 7, 15)]
    assert all(last - first == 10 * HOUR for first, last in every)


def test_evenings_and_weekends_never_meet_office_hours() -> None:
    spans = evenings_and_weekends(
        moment("2024-02-06 17:45"), moment("2024-03-05 17:45"), closed=(17, 45), opened=(8, 30)
    )
    office = [
        (instant(day, 8, 30), instant(day, 17, 45))
        for day in days_between(date(2024, 2, 6), date(2024, 3, 5))
        if is_working_day(day)
    ]
    assert all(end <= begin or start >= finish for start, end in spans for begin, finish in office)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    weekend = max(end - start for start, end in spans)
    assert weekend == 62 * HOUR + 45 * MINUTE
