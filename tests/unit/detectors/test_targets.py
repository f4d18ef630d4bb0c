from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecluse.detectors.targets import (
    GIVEN,
    WORDS,
    Clockwork,
    OpenHours,
    when_given,
    words_match,
)
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Effect, Hours, Target
from ecluse.model.time import MINUTE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def request(**facts):
    return AccessRequest(account="a", application="x", persons=(1,), **facts)


def at(when, zone):
    instant = datetime(*when, tzinfo=ZoneInfo(zone))
    return (instant - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("field", "fact"),
    [
        ("kinds", {"kind": "k"}),
        ("organizations", {"organization": "k"}),
        ("applications", {"application": "k"}),
        ("operations", {"operation": "k"}),
        ("factors", {"factor": "k"}),
        ("categories", {"categories": ("z", "k")}),
    ],
)
def test_each_word_is_compared_with_its_own_condition(field, fact):
    facts = {"account": "a", "application": "x", "persons": (1,), **fact}
    assert words_match(Target(**{field: frozenset({"k", "l"})}), AccessRequest(**facts))
    assert not words_match(Target(**{field: frozenset({"l"})}), AccessRequest(**facts))
    if field != "applications":
        assert words_match(Target(**{field: frozenset({"l"})}), request())


@pytest.mark.parametrize("fact", ["justified", "stepped_up"])
def test_what_was_given_is_compared_exactly_and_absence_is_false(fact):
    given, absent = request(**{fact: True}), request()
    assert words_match(Target(**{fact: True}), given)
    assert not words_match(Target(**{fact: True}), absent)
    assert words_match(Target(**{fact: False}), absent)
    assert not words_match(Target(**{fact: False}), given)
    assert words_match(Target(), given)
    assert words_match(Target(), absent)


def test_every_word_is_a_field_of_a_request_with_a_condition_of_a_target():
    assert set(WORDS) <= set(AccessRequest.__struct_fields__)
    assert all(getattr(Target(), field) is None for field in WORDS.values())


def test_a_target_where_what_is_asked_for_was_given():
    target = Target(kinds=frozenset({"k"}), justified=True, stepped_up=True)
    for effect, fact in GIVEN.items():
        for given in (True, False, None):
            changed = when_given(target, effect, given=given)
            assert getattr(changed, fact) is given
            assert when_given(changed, effect, given=True) == target
    with pytest.raises(AssertionError):
        when_given(target, Effect.DENY, given=True)


@pytest.mark.parametrize(
    ("when", "open_"),
    [
        ((2026, 7, 13, 7, 59), False),
        ((2026, 7, 13, 8, 0), True),
        ((2026, 7, 13, 17, 29), True),
        ((2026, 7, 13, 17, 30), False),
        ((2026, 7, 12, 12, 0), False),  # a Sunday
        ((2026, 1, 12, 8, 0), True),  # winter time
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Kathmandu", "America/St_Johns"])
def test_hours_are_those_of_the_zone(when, open_, zone):
    hours = OpenHours(Hours(zone, ((480, 1050),), frozenset(range(5))))
    assert (at(when, zone) in hours) is open_
    assert (at(when, zone) + MINUTE - 1 in hours) is open_


def test_instants_beyond_the_calendar_have_hours_too():
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        always = OpenHours(Hours(zone))
        assert all(instant in always for instant in (-(2**62), -1, 0, 2**58, 2**62))


def test_hours_do_not_remember_every_instant():
    hours = OpenHours(Hours("UTC"))
    for n in range(10_000):
        assert n * 15 * MINUTE in hours
    assert len(hours._known) <= 4096


@pytest.mark.parametrize(
    ("younger", "older", "age", "matches"),
    [
        (10, None, 9, True),
        (10, None, 10, False),
        (None, 10, 9, False),
        (None, 10, 10, True),
        (20, 10, 9, False),
        (20, 10, 10, True),
        (20, 10, 20, False),
        (10, None, -5, True),  # created after it was first seen
    ],
)
def test_ages_are_half_open(younger, older, age, matches):
    clockwork = Clockwork(Target(younger_than=younger, older_than=older))
    assert clockwork.needed
    assert clockwork.matches(request(created_at=100), 100 + age) is matches
    assert clockwork.matches(request(), 100 + age)


def test_a_target_without_time_needs_no_clock():
    assert not Clockwork(Target(kinds=frozenset({"k"}))).needed


@pytest.mark.parametrize("zone", ["America/St_Johns", "Europe/Paris", "Australia/Lord_Howe"])
def test_hours_are_those_on_the_wall_when_clocks_change(zone):
    spans = ((0, 30), (1381, 1440))
    hours, weekdays = OpenHours(Hours(zone, spans)), OpenHours(Hours(zone, weekdays=frozenset({6})))
    for year in (2010, 2025):
        for month, day in ((3, 14), (3, 30), (10, 5), (11, 7), (4, 6)):
            start = at((year, month, day, 0, 0), "UTC")
            for instant in range(start, start + 20 * 60 * MINUTE, MINUTE // 2):
                wall = (EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))
                minute = wall.hour * 60 + wall.minute
                assert (instant in hours) == any(a <= minute < b for a, b in spans)
                assert (instant in weekdays) == (wall.weekday() == 6)
