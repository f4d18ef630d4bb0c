"""Which accesses a target concerns: by the request's words, and by the instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ecluse.model.access import AccessRequest
from ecluse.model.policy import Effect, Hours, Target
from ecluse.model.time import MINUTE

__all__ = ["GIVEN", "WORDS", "Clockwork", "OpenHours", "when_given", "words_match"]

WORDS: Final = {
    "kind": "kinds",
    "organization": "organizations",
    "application": "applications",
    "operation": "operations",
    "factor": "factors",
    "categories": "categories",
    "justified": "justified",
    "stepped_up": "stepped_up",
}
"""The fields of a request that a target can name, and the target's condition on each."""

GIVEN: Final = {Effect.JUSTIFY: "justified", Effect.STEP_UP: "stepped_up"}
"""The effects that ask for something, and the fact by which a request tells that it was given."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SLOT: Final = 15 * MINUTE  # every offset from UTC in use since 1972 is a multiple of it
_SLOTS_KEPT_MAX: Final = 4096
_FIRST, _LAST = -62_135_510_400_000_000, 253_402_214_400_000_000
"""The calendar of `datetime` but for its first and last day; instants beyond are taken as these."""


def words_match(target: Target, request: AccessRequest) -> bool:
    """Whether the request's words satisfy the target.

    An unknown word satisfies any condition. What was given besides, a justification or a second
    factor, is never unknown and compared exactly.
    """
    if target.justified is not None and request.justified != target.justified:
        return False
    if target.stepped_up is not None and request.stepped_up != target.stepped_up:
        return False
    pairs = (
        (target.kinds, request.kind),
        (target.organizations, request.organization),
        (target.applications, request.application),
        (target.operations, request.operation),
        (target.factors, request.factor),
    )
    for allowed, value in pairs:
        if allowed is not None and value is not None and value not in allowed:
            return False
    wanted = target.categories
    return not wanted or not request.categories or not wanted.isdisjoint(request.categories)


def when_given(target: Target, effect: Effect, *, given: bool | None) -> Target:
    """The same target where what the effect asks for was given, was not given, or does not matter (`None`)."""
    if effect is Effect.JUSTIFY:
        return replace(target, justified=given)
    assert effect is Effect.STEP_UP, "no other effect asks for something"
    return replace(target, stepped_up=given)


class OpenHours:
    """Answers whether an instant lies in hours of the day and days of the week of a time zone."""

    __slots__ = ("_known", "_spans", "_weekdays", "_zone")

    def __init__(self, hours: Hours) -> None:
        self._zone = ZoneInfo(hours.zone)
        self._spans = hours.spans
        self._weekdays = hours.weekdays
        self._known: dict[
            int, tuple[int, int]
        ] = {}  # slot -> weekday, minute of the day at its start

    def __contains__(self, at: int) -> bool:
        slot = at // _SLOT
        local = self._known.get(slot)
        if local is None:
            local = self._look_up(at)
        weekday, minute = local[0], local[1] + at % _SLOT // MINUTE
        return weekday in self._weekdays and any(a <= minute < b for a, b in self._spans)

    def _look_up(self, at: int) -> tuple[int, int]:
        slot = at // _SLOT
        begin, end = self._local(slot * _SLOT), self._local((slot + 1) * _SLOT - 1)
        if begin.utcoffset() != end.utcoffset():  # as in Newfoundland until 2011, at 00:01
            local = self._local(at)
            return local.weekday(), local.hour * 60 + local.minute - at % _SLOT // MINUTE
        if len(self._known) >= _SLOTS_KEPT_MAX:
            self._known.clear()
        found = self._known[slot] = (begin.weekday(), begin.hour * 60 + begin.minute)
        return found

    def _local(self, at: int) -> datetime:
        instant = min(max(at, _FIRST), _LAST)
        return (_EPOCH + timedelta(microseconds=instant)).astimezone(self._zone)


class Clockwork:
    """The conditions of a target that depend on the instant: hours, and the age of the account."""

    __slots__ = ("_hours", "_older", "_younger", "needed")

    def __init__(self, target: Target) -> None:
        self._hours = OpenHours(target.hours) if target.hours is not None else None
        self._younger, self._older = target.younger_than, target.older_than
        self.needed = not (self._hours is None and self._younger is None and self._older is None)

    def matches(self, request: AccessRequest, now: int) -> bool:
        """Whether the request at this instant satisfies them; an unknown age satisfies any condition."""
        if self._hours is not None and now not in self._hours:
            return False
        if request.created_at is None:
            return True
        age = now - request.created_at
        if self._younger is not None and age >= self._younger:
            return False
        return self._older is None or age >= self._older
