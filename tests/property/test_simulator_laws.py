"""Laws of the simulator: deterministic, in time order, true to its truth, exact in its thefts, human in its honest work."""

import csv
import importlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.model.time import HOUR, MINUTE, SECOND
from ecluse.simulator.catalogue import all_cards, card_of
from ecluse.simulator.plan import Asked, Pace, Raid, Scenario, Walk
from ecluse.simulator.simulation import Simulation
from ecluse.simulator.theft import Thief, pieces_of
from ecluse.simulator.walks import Walker
from ecluse.simulator.workdays import instant, is_working_day
from ecluse.simulator.world import World
from simulator_counts import busiest

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 2**63 - 1)
NAMES = st.sampled_from([card.name for card in all_cards()])

Read = tuple[int, str, tuple[str, ...], int]
"""Second, account, persons, status: what a naive parser sees of one line."""


def small(name: str) -> Scenario:
    """A few days around the beginning of the theft, small."""
    return card_of(name).build(Asked(scale=0.0003, accounts=20)).during(days=2)


def written(name: str, form: str, seed: int) -> tuple[str, Simulation, set[tuple[str, str]]]:
    lines = importlib.import_module(f"ecluse.simulator.lines.{form}").FORMAT
    simulation = Simulation(small(name), seed=seed, resolution=lines.resolution, rows=lines.rows)
    parts, stolen = [], set()
    for chunk in simulation.chunks():
        parts += lines.lines(chunk.frame).to_list()
        stolen |= set(chunk.stolen.select("account", "person").iter_rows())
    return lines.header("x", 0) + "\n".join(parts), simulation, stolen


def parsed(form: str, text: str) -> Iterator[Read]:
    """Reads a log without any code of the project."""
    if form == "csv":
        for row in csv.DictReader(io.StringIO(text)):
            at = int(datetime.fromisoformat(row["at"]).timestamp())
            yield at, row["account"], tuple(row["persons"].split(";")), int(row["status"])
    elif form == "jsonl":
        for line in text.splitlines():
            event = json.loads(line)
            at = int(datetime.fromisoformat(event["at"]).timestamp())
            yield at, event["account"], tuple(event["persons"]), event["status"]
    else:
        for line in text.splitlines():
            _, _, account, when, zone, _, target, _, status, *_ = line.split(" ")
            at = int(datetime.strptime(f"{when}{zone}", "[%d/%b/%Y:%H:%M:%S%z]").timestamp())
            yield at, account, tuple(re.findall(r"[0-9]{8,}", target)), int(status)


class TestTheLog:
    """Same seed, same bytes; events in time order; truth equals what the log says."""

    @FEW
    @given(name=NAMES, seed=SEEDS, form=st.sampled_from(["combined", "csv", "jsonl"]))
    def test_the_log_says_what_the_truth_says(self, name: str, seed: int, form: str) -> None:
        text, simulation, stolen = written(name, form, seed)
        tally = simulation.tally
        events = list(parsed(form, text))
        assert all(a[0] <= b[0] for a, b in pairwise(events))
        showing = [event for event in events if event[2] and event[3] == 200]
        assert len(showing) == tally.events
        assert sum(1 for event in events if event[3] != 200) == tally.misses
        assert {event[1] for event in events} - {"-"} <= set(simulation.world.population.names)
        seen = {(account, person) for _, account, persons, _ in showing for person in persons}
        assert stolen <= seen
        assert sum(reading.persons for reading in tally.thieves.values()) == len(stolen)

    @FEW
    @given(name=NAMES, seed=SEEDS)
    def test_what_a_thief_without_true_user_read_is_exactly_what_was_stolen(
        self, name: str, seed: int
    ) -> None:
        text, simulation, stolen = written(name, "csv", seed)
        read = defaultdict(set)
        for _, account, persons, status in parsed("csv", text):
            if status == 200:
                read[account] |= set(persons)
        people = simulation.world.population
        for account, reading in simulation.tally.thieves.items():
            mine = {person for thief, person in stolen if thief == account}
            assert len(mine) == reading.persons
            if people.mean[people.row(account)] == 0:
                assert read[account] == mine

    @FEW
    @given(name=NAMES, seed=SEEDS, form=st.sampled_from(["combined", "w3c", "ocsf", "pgaudit"]))
    def test_the_same_seed_writes_the_same_text(self, name: str, seed: int, form: str) -> None:
        assert written(name, form, seed)[0] == written(name, form, seed)[0]

    @FEW
    @given(seed=SEEDS)
    def test_another_seed_writes_another_text(self, seed: int) -> None:
        assert written("kairos", "csv", seed)[0] != written("kairos", "csv", seed ^ 1)[0]


class TestTheThief:
    """The persons stolen are the number documented, each once, however the raid is cut."""

    @settings(max_examples=40, deadline=None)
    @given(
        persons=st.integers(1, 3_000),
        page=st.integers(1, 700),
        spans=st.lists(st.tuples(st.integers(1, 200), st.integers(1, 400)), min_size=1, max_size=5),
        walk=st.sampled_from([Walk.SEQUENTIAL, Walk.SCATTERED, Walk.BLOCKS]),
        pace=st.sampled_from(list(Pace)),
        misses=st.sampled_from([0.0, 0.3]),
        seed=st.integers(0, 2**32),
    )
    def test_totals_are_exact(self, *, persons, page, spans, walk, pace, misses, seed) -> None:
        at, cut = 10**15, []
        for pause, length in spans:
            cut.append((at + pause * MINUTE, at + (pause + length) * MINUTE))
            at = cut[-1][1]
        raid = Raid(
            account="conseiller-0001", application="suivi", spans=tuple(cut), persons=persons, page=page, walk=walk,
            pace=pace, misses=misses,
        )  # fmt: skip
        thief = Thief(
            raid, number=1, seed=seed, population=WORLD.population, persons=WORLD.plan.population, needed=persons,
            application=0, sources=(1,),
        )  # fmt: skip
        pieces = list(pieces_of(raid))
        assert sum(piece.last_request - piece.first_request for piece in pieces) == raid.requests
        read: list[int] = []
        for piece in pieces:
            requests = thief.play(piece)
            found = requests.take(np.flatnonzero(requests.status == 200))
            read += found.persons.tolist()
            assert all(piece.first_at <= when < piece.last_at for when in requests.at.tolist())
            assert (np.diff(requests.at) >= 0).all()
        assert len(read) == len(set(read)) == persons

    @settings(max_examples=40, deadline=None)
    @given(
        population=st.integers(1, 5_000),
        block=st.integers(1, 6_000),
        walk=st.sampled_from([Walk.SEQUENTIAL, Walk.SCATTERED, Walk.BLOCKS]),
        data=st.data(),
    )
    def test_a_walk_never_meets_anybody_twice(
        self, population: int, block: int, walk: Walk, data
    ) -> None:
        needed = data.draw(st.integers(1, population))
        rng = np.random.Generator(np.random.PCG64(data.draw(st.integers(0, 2**32))))
        persons = Walker(population, walk=walk, block=block, rng=rng, needed=needed).persons(
            np.arange(needed)
        )
        assert len(np.unique(persons)) == needed
        assert persons.min() >= 1
        assert persons.max() <= population


class TestHonestWork:
    """Nobody honest is faster than a person, except in a marked peak; days are over-dispersed."""

    @FEW
    @given(seed=SEEDS, day=st.dates(date(2024, 1, 1), date(2027, 12, 30)))
    def test_speed(self, seed: int, day: date) -> None:
        world = World(WORLD.plan, seed=seed, before=instant(day))
        requests = world.day(day, working=True).requests
        ordinary = requests.take(np.flatnonzero(requests.mark == 0))
        human = np.array([world.plan.staff[n].human for n in world.population.staff])
        reads = defaultdict(list)
        owner = np.repeat(np.arange(len(ordinary)), ordinary.counts)
        for place, person in zip(owner.tolist(), ordinary.persons.tolist(), strict=True):
            reads[int(ordinary.actor[place])].append((int(ordinary.at[place]), person))
        for row, read in reads.items():
            if human[row]:
                assert busiest(read, 10 * MINUTE) <= 60
                assert busiest(read, HOUR) <= 150
                assert busiest(read, 24 * HOUR) <= 400
        instants = {
            row: np.unique([at for at, _ in read]) for row, read in reads.items() if human[row]
        }
        assert all((np.diff(at) >= 4 * SECOND).all() for at in instants.values() if len(at) > 1)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_counts_of_days_are_over_dispersed_within_and_between_accounts(self, seed: int) -> None:
        world = World(WORLD.plan, seed=seed, before=instant(date(2026, 1, 5)))
        days = [date(2026, 1, 5) + timedelta(days=n) for n in range(30)]
        worked = [day for day in days if is_working_day(day)]
        counts = np.zeros((len(world.population.rosters), len(worked)))
        for column, day in enumerate(worked):
            requests = world.day(day).requests
            plain = requests.take(np.flatnonzero((requests.counts == 1) & (requests.mark == 0)))
            pairs = pl.DataFrame({"actor": plain.actor, "person": plain.persons}).unique()
            for actor, number in pairs["actor"].value_counts().iter_rows():
                counts[actor, column] = number
        kinds = [roster.kind for roster in world.population.rosters]
        advisers = counts[[row for row, kind in enumerate(kinds) if kind == "adviser"]]
        advisers = advisers[advisers.sum(axis=1) > 0]
        present = [row[row > 0] for row in advisers]
        within = np.mean([row.var(ddof=1) / row.mean() for row in present if len(row) > 2])
        assert within > 1.5
        means = np.array([row.mean() for row in present])
        assert means.var(ddof=1) > means.mean() / len(worked)

    @FEW
    @given(seed=SEEDS)
    def test_any_day_can_be_made_alone(self, seed: int) -> None:
        first, second = (World(WORLD.plan, seed=seed, before=0) for _ in range(2))
        first.day(date(2026, 1, 5))
        alone, after = (world.day(date(2026, 1, 6)).requests for world in (second, first))
        assert alone.at.tolist() == after.at.tolist()
        assert alone.persons.tolist() == after.persons.tolist()


WORLD = World(
    card_of("peaks").build(Asked(scale=1.0, accounts=60)).world,
    seed=5,
    before=instant(date(2026, 1, 5)),
)
