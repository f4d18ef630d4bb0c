from collections import defaultdict
from datetime import date, timedelta

import numpy as np

from ecluse.model.time import HOUR, MINUTE
from ecluse.simulator.requests import OPERATIONS, make
from ecluse.simulator.workdays import instant
from ecluse.simulator.world import HUMAN_GAP, World, session_number, spaced
from simulator_counts import busiest

TUESDAY = date(2026, 6, 2)
SUNDAY = date(2026, 6, 7)


def humans(world: World) -> list[int]:
    people = world.population
    return [row for row in range(len(people.rosters)) if world.plan.staff[people.staff[row]].human]


def test_a_day_is_in_time_order_and_within_its_bounds(world: World) -> None:
    day = world.day(TUESDAY).requests
    assert (np.diff(day.at) >= 0).all()
    assert day.at[0] >= instant(TUESDAY)
    assert day.at[-1] < instant(TUESDAY + timedelta(days=1))


def test_a_day_depends_on_seed_and_date_alone(world: World) -> None:
    again = World(world.plan, seed=11, before=instant(TUESDAY))
    again.day(SUNDAY)
    assert (
        again.day(TUESDAY).requests.persons.tolist() == world.day(TUESDAY).requests.persons.tolist()
    )
    other = World(world.plan, seed=12, before=instant(TUESDAY))
    assert (
        other.day(TUESDAY).requests.persons.tolist() != world.day(TUESDAY).requests.persons.tolist()
    )


def test_few_work_on_sunday_unless_told_to(world: World) -> None:
    weekday, sunday = len(world.day(TUESDAY).requests), len(world.day(SUNDAY).requests)
    assert 0 < sunday < weekday / 3
    assert len(world.day(SUNDAY, working=True).requests) > weekday / 2


def test_somebody_who_does_not_work_asks_for_nothing(world: World) -> None:
    row = world.population.row("conseiller-0003")
    assert row not in set(world.day(TUESDAY).requests.actor.tolist())


def test_nobody_in_front_of_a_screen_is_faster_than_a_person(world: World) -> None:
    day = world.day(TUESDAY).requests
    shows = day.take(np.flatnonzero(day.counts > 0))
    for row in humans(world):
        at = shows.at[shows.actor == row]
        assert (np.diff(at) >= HUMAN_GAP).all()
    read = defaultdict(list)
    owner = np.repeat(np.arange(len(shows)), shows.counts)
    for place, person in zip(owner.tolist(), shows.persons.tolist(), strict=True):
        read[int(shows.actor[place])].append((int(shows.at[place]), person))
    for row in humans(world):
        assert busiest(read[row], HOUR) <= 150
        assert busiest(read[row], 10 * MINUTE) <= 60


def test_files_are_seen_again_within_minutes_and_on_later_days(world: World) -> None:
    day = world.day(TUESDAY).requests
    views = day.take(np.flatnonzero(day.operation == OPERATIONS.index("view")))
    pairs = list(zip(views.actor.tolist(), views.persons.tolist(), strict=True))
    assert len(set(pairs)) < 0.7 * len(pairs)
    later = world.day(TUESDAY + timedelta(days=1)).requests
    views = later.take(np.flatnonzero(later.operation == OPERATIONS.index("view")))
    assert set(pairs) & set(zip(views.actor.tolist(), views.persons.tolist(), strict=True))


def test_most_visits_are_to_the_own_caseload(world: World) -> None:
    day, people = world.day(TUESDAY).requests, world.population
    advisers = {row for row, roster in enumerate(people.rosters) if roster.kind == "adviser"}
    inside = outside = 0
    for actor, operation, person in zip(
        day.actor[day.counts == 1].tolist(),
        day.operation[day.counts == 1].tolist(),
        day.take(np.flatnonzero(day.counts == 1)).persons.tolist(),
        strict=True,
    ):
        if actor in advisers and OPERATIONS[operation] == "view":
            mine = person in set(people.own(actor).tolist())
            inside, outside = inside + mine, outside + (not mine)
    assert 0.03 < outside / (inside + outside) < 0.25


def test_lists_and_searches_show_several_persons(world: World) -> None:
    day = world.day(TUESDAY).requests
    for word in ("list", "search"):
        counts = day.counts[day.operation == OPERATIONS.index(word)]
        assert len(counts) > 0
        assert counts.max() > 1
    assert day.counts[day.operation == OPERATIONS.index("list")].max() == 15


def test_machines_work_at_night_too(world: World) -> None:
    day, people = world.day(TUESDAY).requests, world.population
    machine = [row for row, roster in enumerate(people.rosters) if roster.kind == "machine"]
    hours = (day.at[np.isin(day.actor, machine)] - instant(TUESDAY)) // HOUR
    assert len(np.unique(hours)) == 24


def test_every_account_that_works_logs_in(world: World) -> None:
    day = world.day(TUESDAY).requests
    worked = set(day.session[day.counts > 0].tolist())
    assert worked == set(day.session[day.operation == OPERATIONS.index("login")].tolist())


def test_sessions_of_different_accounts_differ() -> None:
    rows = np.repeat(np.arange(1_000), 50)
    numbers = session_number(7, rows, np.tile(np.arange(50), 1_000))
    assert len(np.unique(numbers)) == 50_000
    assert len(np.unique(session_number(-1 & 2**64 - 1, np.arange(10), 3))) == 10


def test_spacing_moves_later_never_earlier_and_keeps_each_account_apart() -> None:
    at = np.array([0, 1, 2, 100, 0, 1])
    work = spaced(
        make(at, persons=np.arange(6), actor=np.array([1, 1, 1, 1, 2, 2])), gap=10, end=1_000
    )
    assert work.at.tolist() == [0, 10, 20, 100, 0, 10]
    assert spaced(make(at, persons=np.arange(6)), gap=10, end=15).at.tolist() == [0, 10]
    assert len(spaced(make(np.zeros(0), persons=np.zeros(0)), gap=10, end=15)) == 0
