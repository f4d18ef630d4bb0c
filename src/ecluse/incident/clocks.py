"""How long is there left? Each clock of the law runs from its own instant; beside it runs a shadow from the first warning.

Hours are counted one by one, over weekends, holidays and changes to summer time: the plain count is the target, never the
longer one that Regulation (EEC, Euratom) 1182/71 might allow. A calendar month ends on the same day and wall time of the next month, or
on its last day. The shadow says what the authority will ask: what if you had been aware when you were first warned?
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ecluse.model.clock import Clock, ClockSettings
from ecluse.model.incident import Deadline, Incident, Instant, InstantKind
from ecluse.model.time import EPOCH, HOUR

__all__ = ["OURS", "deadlines", "due_at", "first_warning", "left"]

OURS: Final = frozenset(
    {
        InstantKind.AUTHORITY_TOLD,
        InstantKind.CONTROLLER_TOLD,
        InstantKind.COMPLEMENTED,
        InstantKind.CSIRT_TOLD,
        InstantKind.CSIRT_NOTIFIED,
        InstantKind.CSIRT_REPORTED,
        InstantKind.COMPLAINT_FILED,
        InstantKind.PERSONS_TOLD,
    }
)
"""Instants of what the organization itself does. A clock that runs from one has no shadow: no warning could have started it."""


def deadlines(incident: Incident, settings: ClockSettings) -> tuple[Deadline, ...]:
    """The clocks of every regime that is on, in the order of the settings."""
    return tuple(
        _deadline(incident, clock, settings.zone)
        for clock in settings.clocks
        if settings.regime(clock.regime).on
    )


def left(deadline: Deadline, now: int) -> int | None:
    """Microseconds until it is due, negative once it is late; None when it does not run, or is met."""
    if deadline.due is None or deadline.met_at is not None:
        return None
    return deadline.due - now


def first_warning(incident: Incident) -> Instant | None:
    """The first of all warnings that were received, read or not."""
    return incident.instant(InstantKind.WARNING_RECEIVED)


def due_at(begins: int, clock: Clock, zone: str) -> int:
    """When a clock that began at an instant (microseconds) ends."""
    if clock.hours is not None:
        return begins + clock.hours * HOUR
    assert clock.months is not None
    return _months_later(begins, clock.months, ZoneInfo(zone))


def _deadline(incident: Incident, clock: Clock, zone: str) -> Deadline:
    known = [i for kind in clock.begins if (i := incident.instant(kind)) is not None]
    begins = min(known, key=lambda i: i.at, default=None)
    met = incident.instant(clock.met_by)
    waived = _waived(incident, clock)
    runs = begins is not None and not waived and _applies(incident, clock)
    warning = first_warning(incident)
    shadow = None
    if warning is not None and not waived and _applies(incident, clock) and OURS.isdisjoint(clock.begins) and (begins is None or warning.at < begins.at):  # fmt: skip
        shadow = due_at(warning.at, clock, zone)
    return Deadline(
        name=clock.name,
        begins=begins.kind if begins is not None else None,
        due=due_at(begins.at, clock, zone) if runs and begins is not None else None,
        shadow_due=shadow,
        met_at=met.at if met is not None else None,
        hours=clock.hours,
        months=clock.months,
        begun_at=begins.at if begins is not None else None,
        waived=waived,
    )


def _waived(incident: Incident, clock: Clock) -> str:
    """The decision that stops the clock; empty when none does."""
    for what in clock.waived_by:
        decided = incident.decision(what)
        if decided is not None and decided.answer == "no":
            return what
    return ""


def _applies(incident: Incident, clock: Clock) -> bool:
    answers = [incident.decision(what) for what in clock.only_if]
    return all(decided is not None and decided.answer == "yes" for decided in answers)


def _months_later(begins: int, months: int, zone: ZoneInfo) -> int:
    local = (EPOCH + timedelta(microseconds=begins)).astimezone(zone)
    count = local.year * 12 + local.month - 1 + months
    year, month = divmod(count, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    wall = local.replace(year=year, month=month + 1, day=day)
    return min(_instant(wall, fold) for fold in (0, 1))  # of two readings the earlier


def _instant(wall: datetime, fold: int) -> int:
    return (wall.replace(fold=fold).astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
