"""How is a stretch of time laid out on a chart? Columns of equal length, and round instants for the axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ecluse.model.report import Bucket
from ecluse.model.time import DAY, EPOCH, HOUR, MINUTE, SECOND

__all__ = ["Column", "Tick", "columns", "ticks"]

_STEPS: Final = (
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7)),
)


@dataclass(frozen=True, slots=True)
class Column:
    """Events of one stretch of time; `at` is its first instant, in microseconds."""

    at: int
    permitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A round instant on the axis, and how finely it must be written (`month`, `day`, `minute` or `second`)."""

    at: int
    grain: str


def columns(timeline: Sequence[Bucket], *, bucket: int, most: int) -> tuple[Column, ...]:
    """Joins neighbouring buckets into at most `most` columns of equal length, the empty stretches included.

    The sums over all columns are the sums over all buckets.
    """
    assert most > 0
    if not timeline:
        return ()
    size = max(1, bucket)
    first = min(b.at for b in timeline)
    count = (max(b.at for b in timeline) - first) // size + 1
    each = -(-count // most)
    permitted, refused = [0] * -(-count // each), [0] * -(-count // each)
    for b in timeline:
        place = (b.at - first) // size // each
        permitted[place] += b.permitted
        refused[place] += b.refused
    return tuple(
        Column(first + i * each * size, p, r)
        for i, (p, r) in enumerate(zip(permitted, refused, strict=True))
    )


def ticks(first: int, last: int, *, most: int, offset: int = 0) -> tuple[Tick, ...]:
    """Finds at most `most` round instants in `[first, last]`: clock times, days, or first days of months.

    `offset` says how far the zone's clocks are ahead of UTC, in microseconds. A short stretch may have none.
    """
    assert most > 0
    assert first <= last
    step = next((s for s in _STEPS if _number(first, last, s, offset) <= most), None)
    if step is None:
        return _months(first, last, most, offset)
    start = -(-(first + offset) // step) * step - offset
    grain = "day" if step >= DAY else "minute" if step >= MINUTE else "second"
    return tuple(Tick(at, grain) for at in range(start, last + 1, step))


def _number(first: int, last: int, step: int, offset: int) -> int:
    return (last + offset) // step - (first + offset - 1) // step


def _months(first: int, last: int, most: int, offset: int) -> tuple[Tick, ...]:
    """Months are numbered from the year 0, so that steps of 12 are whole years."""
    begin, end = _month_of(first + offset), _month_of(last + offset)
    step = next(
        (s for s in (1, 2, 3, 6, 12) if (end - begin) // s < most),
        -(-(end - begin) // (12 * most)) * 12,
    )
    found = (_month_at(m) - offset for m in range(-(-begin // step) * step, end + 1, step))
    return tuple(Tick(at, "month") for at in found if first <= at <= last)[:most]


def _month_of(micros: int) -> int:
    day = EPOCH + timedelta(microseconds=micros)
    return day.year * 12 + day.month - 1


def _month_at(number: int) -> int:
    return (datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) - EPOCH) // timedelta(
        microseconds=1
    )
