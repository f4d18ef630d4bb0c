"""When do people in France work: time zone, week-ends and public holidays, computed."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from ecluse.model.time import EPOCH

__all__ = [
    "ZONE",
    "daily",
    "day_of",
    "days_between",
    "easter",
    "evenings_and_weekends",
    "instant",
    "is_working_day",
    "moment",
    "public_holidays",
]

ZONE: Final = "Europe/Paris"
_PARIS: Final = ZoneInfo(ZONE)


def easter(year: int) -> date:
    """The date of Easter Sunday (anonymous Gregorian algorithm, Nature, 20 April 1876).

    >>> easter(2025).isoformat()
    '2025-04-20'
    """
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of metropolitan France (Code du travail, art. L3133-1)."""
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    moving = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
    return frozenset(
        [date(year, month, day) for month, day in fixed]
        + [easter(year) + timedelta(days=after) for after in moving]
    )


def is_working_day(day: date) -> bool:
    """Whether offices are open: neither a week-end nor a public holiday."""
    return day.weekday() < 5 and day not in public_holidays(day.year)


@lru_cache(maxsize=4096)
def instant(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """The instant of a wall-clock time in Paris, in microseconds UTC; hour 24 is the next midnight."""
    if hour == 24:
        return instant(day + timedelta(days=1), 0, minute, second)
    local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_PARIS)
    return (local - EPOCH) // timedelta(microseconds=1)


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every day from the first to the last, both included."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def moment(text: str) -> int:
    """The instant of `2026-06-24 04:26` or `2026-06-24` in Paris, in microseconds UTC."""
    local = datetime.fromisoformat(text)
    return instant(local.date(), local.hour, local.minute, local.second)


def day_of(at: int) -> date:
    """The day in Paris of an instant in microseconds."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(_PARIS).date()


def daily(
    first: date, last: date, *, hours: tuple[int, int], worked_only: bool
) -> tuple[tuple[int, int], ...]:
    """The same full hours of every day, or of every working day, as stretches of time."""
    return tuple(
        (instant(day, hours[0]), instant(day, hours[1]))
        for day in days_between(first, last)
        if is_working_day(day) or not worked_only
    )


def evenings_and_weekends(
    first: int, last: int, *, closed: tuple[int, int], opened: tuple[int, int]
) -> tuple[tuple[int, int], ...]:
    """The stretches between two instants in which offices are closed, given (hour, minute) of closing and opening."""
    spans: list[tuple[int, int]] = []
    begin = first
    for day in days_between(day_of(first), day_of(last)):
        if is_working_day(day):
            spans.append((begin, min(last, max(begin, instant(day, *opened)))))
            begin = max(begin, instant(day, *closed))
    spans.append((begin, last))
    return tuple((start, end) for start, end in spans if end > start)
