from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ecluse.simulator.peaks import PEAK_KINDS, PEAK_MOST, peaks_of_day
from ecluse.simulator.workdays import instant
from ecluse.simulator.world import World

TUESDAY = date(2026, 6, 2)
SUNDAY = date(2026, 6, 7)


@pytest.fixture(scope="module")
def busy(world: World) -> World:
    return World(replace(world.plan, peaks=40.0), seed=2, before=instant(TUESDAY))


def test_every_kind_of_peak_occurs_and_none_is_too_large(busy: World) -> None:
    peaks = busy.day(TUESDAY).peaks
    assert {peak.kind for peak in peaks} == set(PEAK_KINDS)
    assert all(0 < peak.persons <= PEAK_MOST for peak in peaks)


def test_the_marked_requests_are_what_the_peak_says(busy: World) -> None:
    day = busy.day(TUESDAY, first_mark=5)
    for number, peak in enumerate(day.peaks):
        marked = day.requests.take(np.flatnonzero(day.requests.mark == 5 + number))
        assert len(np.unique(marked.persons)) == peak.persons
        assert (marked.counts > 0).all()
        assert set(marked.actor.tolist()) == set(peak.rows)
        assert (int(marked.at.min()), int(marked.at.max())) == (peak.first_at, peak.last_at)


def test_takeovers_are_of_600_files_and_batches_are_of_machines(busy: World) -> None:
    people = busy.population
    for peak in busy.day(TUESDAY).peaks:
        kinds = {people.rosters[row].kind for row in peak.rows}
        if peak.kind == "takeover":
            assert peak.persons == min(600, int(people.area_size[peak.rows[0]]))
        assert (kinds == {"machine"}) == (peak.kind == "batch")


def test_a_catch_up_concerns_a_whole_body(busy: World) -> None:
    teams = [peak for peak in busy.day(TUESDAY).peaks if peak.kind == "catch_up"]
    assert any(len(peak.rows) > 1 for peak in teams)


def test_no_peaks_when_the_offices_are_closed(busy: World) -> None:
    assert busy.day(SUNDAY).peaks == ()


def test_no_peaks_without_anybody_who_could_have_them(world: World) -> None:
    holders = tuple(staff for staff in world.plan.staff if staff.kind == "holder")
    plan = replace(world.plan, staff=holders, cast=(), peaks=30.0)
    people = World(plan, seed=1, before=instant(TUESDAY)).population
    rng = np.random.Generator(np.random.PCG64(1))
    assert peaks_of_day(plan, people, midnight=0, open_today=True, rng=rng) == []


def test_a_job_fair_in_a_small_area_shows_no_empty_page(world: World) -> None:
    bare = tuple(replace(staff, caseload=0, outside=1.0) for staff in world.plan.staff)
    small = World(replace(world.plan, staff=bare, peaks=60.0), seed=3, before=instant(TUESDAY))
    day = small.day(TUESDAY)
    assert any(peak.kind == "job_fair" for peak in day.peaks)
    assert (day.requests.counts[day.requests.mark > 0] > 0).all()
