"""Instants are integer microseconds since 1970-01-01 UTC; durations are integer microseconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = [
    "DAY",
    "EPOCH",
    "HOUR",
    "MINUTE",
    "SECOND",
    "format_duration",
    "format_instant",
    "parse_duration",
    "parse_instant",
]

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_DURATION: Final = re.compile(r"([0-9]{1,9})(s|m|h|d)")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_duration(text: str) -> int:
    """Reads `90s`, `10m`, `24h` or `30d` into microseconds.

    Raises:
        ValueError: when the text is anything else, or zero.

    >>> parse_duration("10m") == 10 * MINUTE
    True
    """
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(
            f"`{text}` is not a duration: write a whole number and s, m, h or d, such as 10m"
        )
    return int(match[1]) * _UNITS[match[2]]


def format_duration(micros: int) -> str:
    """Writes a duration with the largest unit that divides it, as policies write it, except days.

    >>> format_duration(24 * HOUR), format_duration(30 * DAY), format_duration(90 * SECOND)
    ('24h', '30d', '90s')
    """
    assert micros > 0
    if micros == DAY:
        return "24h"
    for unit, size in reversed(_UNITS.items()):
        if micros % size == 0:
            return f"{micros // size}{unit}"
    return f"{micros}us"


def parse_instant(text: str) -> int:
    """Reads RFC 3339 with an offset (`2025-07-12T10:00:00Z`), or a date (midnight UTC), into microseconds.

    Raises:
        ValueError: when the text is anything else, or has a time without an offset.

    >>> parse_instant("2025-07-12T12:00:00+02:00")
    1752314400000000
    """
    try:
        instant = datetime.fromisoformat(text)
        instant = instant if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"`{text}` is not an instant") from error
    if instant.tzinfo is None:
        if len(text) != 10:
            raise ValueError(f"`{text}` has no offset: end it with Z, or with +02:00 and the like")
        instant = instant.replace(tzinfo=UTC)
    return (instant - EPOCH) // timedelta(microseconds=1)


def format_instant(micros: int) -> str:
    """Writes an instant as RFC 3339 in UTC; fractions appear only when there are any.

    >>> format_instant(1752314400000000)
    '2025-07-12T10:00:00Z'
    """
    return (EPOCH + timedelta(microseconds=micros)).isoformat().replace("+00:00", "Z")
