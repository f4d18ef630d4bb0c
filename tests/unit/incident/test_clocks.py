"""Clocks run from the right instant, over weekends and changes of the clock, with a shadow from the first warning."""

from dataclasses import replace

import pytest

from ecluse.incident.clocks import deadlines, due_at, left
from ecluse.model.clock import Clock, Regime
from ecluse.model.incident import InstantKind
from ecluse.model.time import HOUR, parse_instant
from incident_factory import CLOCKS, incident, instant, warning

ALL_ON = replace(CLOCKS, regimes=tuple(Regime(r.name, on=True) for r in CLOCKS.regimes))
SIGNIFICANT = ("decided", {"what": "nis2_significant", "answer": "yes", "reasons": "x"})


def clocks(*acts, settings=CLOCKS):
    return {d.name: d for d in deadlines(incident(*acts), settings)}


def test_scenario_h():
    """Warned on Friday at 18:00, aware on Saturday at 09:00 in Paris: due on Tuesday at 09:00, shadow on Monday at 18:00."""
    clock = clocks(
        warning("2026-11-27T18:00:00+01:00"),
        instant("aware", "2026-11-28T09:00:00+01:00", reasons="the reads were looked at"),
    )["gdpr_33_1"]
    assert clock.due == parse_instant("2026-12-01T09:00:00+01:00")
    assert clock.shadow_due == parse_instant("2026-11-30T18:00:00+01:00")
    assert (clock.begins, clock.hours) == (InstantKind.AWARE, 72)
    now = parse_instant("2026-11-30T18:00:00+01:00")
    assert left(clock, now) == 15 * HOUR
    assert left(clock, now + 16 * HOUR) == -HOUR


def test_a_warning_that_nobody_read_for_three_days():
    """Kairos: warned on 12 July at 10:00, noticed on the 15th. The shadow had run out before anybody was aware."""
    clock = clocks(
        warning("2025-07-12T10:00:00+02:00"),
        instant("warning_read", "2025-07-15T10:30:00+02:00", warning="w1"),
        instant("aware", "2025-07-15T11:00:00+02:00", reasons="the reads were looked at"),
    )["gdpr_33_1"]
    assert clock.due == parse_instant("2025-07-18T11:00:00+02:00")
    assert clock.shadow_due == parse_instant("2025-07-15T10:00:00+02:00")
    assert clock.shadow_due < clock.begun_at


@pytest.mark.parametrize(
    ("aware", "due"),
    [
        ("2026-03-27T18:00:00+01:00", "2026-03-30T19:00:00+02:00"),  # summer time begins on the 29th
        ("2026-10-23T18:00:00+02:00", "2026-10-26T17:00:00+01:00"),  # and ends on the 25th
        ("2026-12-30T12:00:00+01:00", "2027-01-02T12:00:00+01:00"),
    ],
)  # fmt: skip
def test_hours_are_counted_one_by_one(aware, due):
    clock = clocks(instant("aware", aware, reasons="x"))["gdpr_33_1"]
    assert clock.due == parse_instant(due)


@pytest.mark.parametrize(
    ("begins", "due"),
    [
        ("2026-01-31T10:00:00+01:00", "2026-02-28T10:00:00+01:00"),
        ("2028-01-31T10:00:00+01:00", "2028-02-29T10:00:00+01:00"),
        ("2026-11-30T10:00:00+01:00", "2026-12-30T10:00:00+01:00"),
        ("2026-12-15T23:30:00+01:00", "2027-01-15T23:30:00+01:00"),
        ("2026-03-15T10:00:00+01:00", "2026-04-15T10:00:00+02:00"),
        ("2026-09-25T02:30:00+02:00", "2026-10-25T02:30:00+02:00"),  # twice on that day: the first
        ("2026-02-28T02:30:00+01:00", "2026-03-28T02:30:00+01:00"),
        ("2027-02-28T02:30:00+01:00", "2027-03-28T01:30:00+01:00"),  # never on that day: not later
    ],
)  # fmt: skip
def test_a_month_is_a_month_of_the_calendar(begins, due):
    clock = next(c for c in CLOCKS.clocks if c.name == "nis2_final")
    assert due_at(parse_instant(begins), clock, "Europe/Paris") == parse_instant(due)


def test_nis2_is_off_until_it_is_law():
    assert not [name for name in clocks(SIGNIFICANT) if name.startswith("nis2")]


def test_nis2_runs_for_a_significant_incident_alone():
    aware = instant("aware", "2026-11-28T09:00:00Z", reasons="x")
    assert clocks(aware, settings=ALL_ON)["nis2_early"].due is None
    on = clocks(aware, SIGNIFICANT, settings=ALL_ON)
    assert on["nis2_early"].due == parse_instant("2026-11-29T09:00:00Z")
    assert on["nis2_notification"].due == parse_instant("2026-12-01T09:00:00Z")
    assert on["nis2_final"].due is None
    told = instant("csirt_notified", "2026-11-30T09:00:00Z")
    final = clocks(aware, SIGNIFICANT, told, settings=ALL_ON)["nis2_final"]
    assert final.due == parse_instant("2026-12-30T09:00:00Z")
    assert final.shadow_due is None


def test_a_clock_stops_when_it_is_met_or_decided_away():
    aware = instant("aware", "2026-11-28T09:00:00Z", reasons="x")
    told = instant("authority_told", "2026-11-29T09:00:00Z")
    clock = clocks(aware, told)["gdpr_33_1"]
    assert (clock.met_at, left(clock, 0)) == (parse_instant("2026-11-29T09:00:00Z"), None)
    assert clocks(aware, told)["gdpr_33_4"].due == parse_instant("2026-12-02T09:00:00Z")
    no = ("decided", {"what": "notify_authority", "answer": "no", "reasons": "unintelligible"})
    clock = clocks(aware, warning("2026-11-27T18:00:00Z"), no)["gdpr_33_1"]
    assert (clock.due, clock.shadow_due, clock.waived) == (None, None, "notify_authority")
    yes = ("decided", {"what": "notify_authority", "answer": "yes", "reasons": "x"})
    assert clocks(aware, no, yes)["gdpr_33_1"].due == parse_instant("2026-12-01T09:00:00Z")


def test_without_awareness_only_the_shadow_runs():
    clock = clocks(warning("2026-11-27T18:00:00Z"))["gdpr_33_1"]
    assert (clock.due, clock.begins) == (None, None)
    assert clock.shadow_due == parse_instant("2026-11-30T18:00:00Z")


def test_a_warning_after_awareness_casts_no_shadow():
    aware = instant("aware", "2026-11-28T09:00:00Z", reasons="x")
    assert clocks(aware, warning("2026-11-28T09:00:00Z"))["gdpr_33_1"].shadow_due is None


def test_the_complaint_runs_from_the_first_knowledge():
    read = instant("warning_read", "2026-11-28T08:00:00Z", warning="w1")
    aware = instant("aware", "2026-11-28T09:00:00Z", reasons="x")
    clock = clocks(warning("2026-11-27T18:00:00Z"), aware, read)["lopmi_complaint"]
    assert (clock.begins, clock.due) == (InstantKind.WARNING_READ, parse_instant("2026-12-01T08:00:00Z"))  # fmt: skip
    assert clock.shadow_due == parse_instant("2026-11-30T18:00:00Z")


def test_hours_are_a_setting():
    longer = replace(CLOCKS.clocks[0], hours=96, only_if=("high_risk",))
    assert isinstance(longer, Clock)
    settings = replace(CLOCKS, clocks=(longer,))
    aware = instant("aware", "2026-11-28T09:00:00Z", reasons="x")
    assert clocks(aware, settings=settings)["gdpr_33_1"].due is None
    high = ("decided", {"what": "high_risk", "answer": "yes", "reasons": "x"})
    assert clocks(aware, high, settings=settings)["gdpr_33_1"].due == parse_instant("2026-12-02T09:00:00Z")  # fmt: skip
