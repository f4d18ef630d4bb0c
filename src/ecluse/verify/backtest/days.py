"""On which days did each account ask for anything? The account-days of a history, the unit in which disturbance is counted.

A day is one of the calendar in a time zone. Cost: about 20 ns an event. Memory: 12 bytes an event, and a byte for each account
and day while they are numbered.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from ecluse.engine.history import Column, History
from ecluse.model.time import DAY, EPOCH, MINUTE

__all__ = ["AccountDays", "account_days", "day_of", "local_days", "monday", "start_of"]

_SLOT: Final = 15 * MINUTE
"""Every offset from UTC in use since 1972 is a multiple of it."""

_DENSE_MAX: Final = 1 << 28
_THURSDAY: Final = 3
"""1 January 1970 was one, Monday being 0."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AccountDays:
    """The account-days of a history, by account, then by day.

    Attributes:
        of: which account-day each event belongs to.
        account: code of each account-day's account. day: its day, counted from 1970. events: how many it has.
        kind, organization: codes, as of its first event; -1 for unknown.
    """

    of: npt.NDArray[np.int32]
    account: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    events: Ints
    kind: npt.NDArray[np.int32]
    organization: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return int(self.account.size)


def account_days(history: History, *, zone: str) -> AccountDays:
    """Numbers the account-days of a history."""
    day = local_days(history.at, zone=zone)
    if not day.size:
        nothing = np.zeros(0, np.int32)
        return AccountDays(nothing, nothing, nothing, nothing.astype(np.int64), nothing, nothing)
    first, span = int(day.min()), int(day.max()) - int(day.min()) + 1
    name = history.account.codes.astype(np.int64) * span + (day - first)
    width = max(1, len(history.account.words)) * span
    if width <= max(_DENSE_MAX, 8 * day.size):
        there = np.zeros(width, np.bool_)
        there[name] = True
        names = np.flatnonzero(there)
        number = np.cumsum(there, dtype=np.int32) - np.int32(1)
        of = number[name]
    else:
        names, found = np.unique(name, return_inverse=True)
        of = found.astype(np.int32)
    earliest = np.zeros(names.size, np.int64)
    earliest[of[::-1]] = np.arange(day.size - 1, -1, -1)
    return AccountDays(
        of=of,
        account=(names // span).astype(np.int32),
        day=(names % span + first).astype(np.int32),
        events=np.bincount(of, minlength=names.size),
        kind=_at(history.kind, earliest),
        organization=_at(history.organization, earliest),
    )


def _at(column: Column | None, events: Ints) -> npt.NDArray[np.int32]:
    return np.full(events.size, -1, np.int32) if column is None else column.codes[events]


def local_days(at: Ints, *, zone: str) -> npt.NDArray[np.int32]:
    """The day of each of some instants (microseconds, non-decreasing), counted from 1970, in a time zone."""
    if not at.size:
        return np.zeros(0, np.int32)
    slot = at // _SLOT
    begins = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    place = ZoneInfo(zone)
    ahead = [_ahead(int(s) * _SLOT, place) for s in slot[begins]]
    shift = np.repeat(np.array(ahead, np.int64), np.diff(begins, append=at.size))
    return ((at + shift) // DAY).astype(np.int32)


def _ahead(at: int, place: ZoneInfo) -> int:
    local = (EPOCH + timedelta(microseconds=at)).astimezone(place)
    return (local.utcoffset() or timedelta()) // timedelta(microseconds=1)


def start_of(day: int, *, zone: str) -> int:
    """The instant, in microseconds, at which a day begins in a time zone."""
    place, guess = ZoneInfo(zone), day * DAY
    begin = guess - _ahead(guess, place)
    return guess - _ahead(begin, place)  # the offset may have changed in between


def monday(day: int) -> int:
    """The Monday of a day's week; days are counted from 1970."""
    return day - (day + _THURSDAY) % 7


def day_of(day: int) -> str:
    """A day counted from 1970 as ISO 8601.

    >>> day_of(0), day_of(monday(0))
    ('1970-01-01', '1969-12-29')
    """
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
