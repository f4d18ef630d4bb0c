"""What do honest people do on a day: files opened, looked at again, lists, searches and exports.

`World(plan, seed=…, before=…)` holds a population; `day(date)` gives the requests of one day, in time
order, from the seed and the date alone, so that any day can be made without the days before it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecluse.model.time import MINUTE
from ecluse.simulator.peaks import Peak, peaks_of_day
from ecluse.simulator.plan import Rhythm, Staff, WorldPlan
from ecluse.simulator.population import Population, populate
from ecluse.simulator.requests import Requests, make, merge, operation_code
from ecluse.simulator.workdays import instant, is_working_day

__all__ = ["HUMAN_GAP", "Day", "World", "session_number", "spaced"]

HUMAN_GAP: Final = 4_000_000
"""Microseconds: nobody in front of a screen asks for the next thing sooner."""

_AFTERNOON: Final = 13 * 60

# Share of a day's work done until that minute of the day, by rhythm: the curve of a working day.
_CURVES: Final = {
    Rhythm.OFFICE: ((0.0, 0.08, 0.50, 0.54, 0.92, 1.0), (495, 540, 735, 805, 1000, 1075)),
    Rhythm.CLOCK: ((0.0, 1.0), (0, 1435)),
    Rhythm.PUBLIC: ((0.0, 0.1, 0.35, 0.6, 0.9, 1.0), (420, 600, 760, 1080, 1310, 1425)),
}


@dataclass(frozen=True, slots=True)
class Day:
    """The honest requests of a day in time order, and the legitimate peaks among them.

    Attributes:
        first_mark: number of the first peak; the n-th peak of the day has the mark `first_mark + n`.
    """

    requests: Requests
    peaks: tuple[Peak, ...]
    first_mark: int


class World:
    """An ordinary population at work, deterministic by plan and seed."""

    def __init__(self, plan: WorldPlan, *, seed: int, before: int) -> None:
        self.plan = plan
        self.seed = seed
        self.population: Population = populate(plan, before=before, rng=self.rng(0))

    def rng(self, *stream: int) -> np.random.Generator:
        """A generator of its own for one stream of the world's randomness."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, *stream])))

    def day(self, day: date, *, working: bool | None = None, first_mark: int = 1) -> Day:
        """One day of everybody's work; `working` overrules the calendar."""
        rng = self.rng(1, day.toordinal())
        open_today = is_working_day(day) if working is None else working
        midnight = instant(day, 12) - 720 * MINUTE
        parts = [
            self._shift(number, staff, midnight=midnight, open_today=open_today, rng=rng)
            for number, staff in enumerate(self.plan.staff)
        ]
        found = peaks_of_day(
            self.plan, self.population, midnight=midnight, open_today=open_today, rng=rng
        )
        marked = [
            requests.but(mark=np.full(len(requests), first_mark + n, np.int32))
            for n, (_, requests) in enumerate(found)
        ]
        work = self._seated(merge(parts + marked), day=day, midnight=midnight)
        return Day(work.in_time_order(), tuple(peak for peak, _ in found), first_mark)

    def _shift(
        self,
        number: int,
        staff: Staff,
        *,
        midnight: int,
        open_today: bool,
        rng: np.random.Generator,
    ) -> Requests:
        people = self.population
        rows = np.flatnonzero((people.staff == number) & (people.mean > 0))
        clock = staff.rhythm is not Rhythm.OFFICE
        here = rng.random(len(rows)) < (0.88 if open_today or clock else staff.permanence)
        rows = rows[here]
        if len(rows) == 0:
            return merge([])
        files = self._files(staff, rows, rng=rng)
        lists = self._lists(staff, rows, rng=rng)
        work = merge([files, lists, self._exports(staff, rows, rng=rng)])
        work = work.but(
            at=midnight + work.at + (people.late[work.actor] * MINUTE).astype(np.int64),
            application=_applications(self.plan, staff, len(work), rng=rng),
            source=people.source[work.actor],
        )
        work = work.but(at=np.clip(work.at, midnight, midnight + 1438 * MINUTE))
        return spaced(
            work, gap=HUMAN_GAP if staff.human else 1_000_000, end=midnight + 1440 * MINUTE
        )

    def _files(self, staff: Staff, rows: NDArray[Any], *, rng: np.random.Generator) -> Requests:
        """Files opened: a negative-binomial number a day, each looked at for a while, some again later."""
        mean = self.population.mean[rows] * rng.gamma(staff.shape, 1 / staff.shape, len(rows))
        visits = np.minimum(rng.poisson(mean), staff.most)
        actor = np.repeat(rows, visits)
        at = _moments(staff.rhythm, len(actor), rng=rng)
        person, stranger = self._whom(staff, actor, rng=rng)
        looks = np.minimum(rng.geometric(0.55, len(actor)), 5)
        seen = np.repeat(np.arange(len(actor)), looks)
        pause = np.minimum(rng.lognormal(3.5, 0.7, len(seen)), 240.0) * 1e6
        within = np.arange(len(seen)) - np.repeat(np.cumsum(looks) - looks, looks)
        pause[within == 0] = 0
        elapsed = np.cumsum(pause)
        elapsed -= np.repeat(elapsed[within == 0], looks)
        first = make(
            at[seen] + elapsed.astype(np.int64),
            persons=person[seen],
            actor=actor[seen],
            screen=np.where(within == 0, 0, rng.integers(0, 4, len(seen))),
            size=rng.lognormal(9.2, 0.5, len(seen)),
        )
        back = np.flatnonzero(rng.random(len(actor)) < 0.12)
        again = make(
            at[back] + (rng.uniform(10, 200, len(back)) * MINUTE).astype(np.int64),
            persons=person[back],
            actor=actor[back],
            size=rng.lognormal(9.2, 0.5, len(back)),
        )
        return merge(
            [first, again, self._searches(actor, at, person, stranger, staff=staff, rng=rng)]
        )

    def _whom(
        self, staff: Staff, actor: NDArray[Any], *, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """For each visit the person, and whether it is outside the own caseload; some are seen more than others."""
        people = self.population
        size = people.caseload_size[actor]
        stranger = (rng.random(len(actor)) < staff.outside) | (size == 0)
        own = (size * rng.random(len(actor)) ** 2).astype(np.int64)
        place = np.minimum(people.caseload_start[actor] + own, max(len(people.caseload) - 1, 0))
        area = (
            people.area[actor]
            + 1
            + (people.area_size[actor] * rng.random(len(actor))).astype(np.int64)
        )
        elsewhere = rng.integers(1, self.plan.population + 1, len(actor))
        outside = np.where(rng.random(len(actor)) < 0.92, area, elsewhere)
        mine = people.caseload[place] if len(people.caseload) else outside
        return np.where(stranger, outside, mine), stranger

    def _searches(
        self,
        actor: NDArray[Any],
        at: NDArray[Any],
        person: NDArray[Any],
        stranger: NDArray[np.bool_],
        *,
        staff: Staff,
        rng: np.random.Generator,
    ) -> Requests:
        """A search before opening a stranger's file; its answer shows up to eight persons of the area."""
        asked = np.flatnonzero(stranger & (rng.random(len(actor)) < (0.7 if staff.human else 0.0)))
        counts = np.minimum(rng.geometric(0.4, len(asked)), 8)
        row = np.repeat(actor[asked], counts)
        last = np.cumsum(counts)
        step = 1 + (np.arange(len(row)) - np.repeat(last - counts, counts))
        around = (
            self.population.area[row]
            + (np.repeat(person[asked] - self.population.area[actor[asked]], counts) - 1 + step * 7)
            % self.population.area_size[row]
            + 1
        )
        around[last - counts] = person[asked]
        before = (rng.uniform(8, 50, len(asked)) * 1e6).astype(np.int64)
        return make(
            at[asked] - before,
            persons=around,
            counts=counts,
            actor=actor[asked],
            operation=operation_code("search"),
            size=1_200 + 680 * counts,
        )

    def _lists(self, staff: Staff, rows: NDArray[Any], *, rng: np.random.Generator) -> Requests:
        """Pages of fifteen persons of the own caseload, spread over the day."""
        people = self.population
        pages = np.minimum(rng.poisson(staff.lists, len(rows)), 4)
        pages[people.caseload_size[rows] == 0] = 0
        actor = np.repeat(rows, pages)
        turn = np.arange(len(actor)) - np.repeat(np.cumsum(pages) - pages, pages)
        at = _moments(staff.rhythm, len(actor), rng=rng, share=(turn / 4, 0.25))
        counts = np.minimum(15, people.caseload_size[actor])
        last_page = np.maximum(people.caseload_size[actor] - counts, 0)
        begin = people.caseload_start[actor] + np.minimum(turn * 15, last_page)
        return make(
            at,
            persons=_stretches(people.caseload, begin, counts),
            counts=counts,
            actor=actor,
            operation=operation_code("list"),
            size=1_500 + 680 * counts,
        )

    def _exports(self, staff: Staff, rows: NDArray[Any], *, rng: np.random.Generator) -> Requests:
        """Now and then someone takes a part of the own caseload out as a table."""
        people = self.population
        able = rows[people.caseload_size[rows] > 10] if staff.human else rows[:0]
        actor = able[rng.random(len(able)) < 0.004]
        counts = np.minimum(people.caseload_size[actor], rng.integers(11, 45, len(actor)))
        return make(
            _moments(staff.rhythm, len(actor), rng=rng),
            persons=_stretches(people.caseload, people.caseload_start[actor], counts),
            counts=counts,
            actor=actor,
            operation=operation_code("export"),
            size=3_000 + 250 * counts,
        )

    def _seated(self, work: Requests, *, day: date, midnight: int) -> Requests:
        """Gives every request its session, one for the morning and one for the afternoon, and adds the log-ins."""
        after_noon = work.at >= midnight + _AFTERNOON * MINUTE
        work = work.but(
            session=session_number(self.seed, work.actor, day.toordinal() * 2 + after_noon)
        )
        _, first = np.unique(work.session, return_index=True)
        order = np.lexsort((work.at, work.session))
        begins = work.take(
            order[np.flatnonzero(np.diff(work.session[order], prepend=np.uint64(0)))]
        )
        assert len(begins) == len(first)
        nobody = np.zeros(len(begins), np.int32)
        at = np.maximum(begins.at - 3_000_000, midnight)
        login = begins.but(
            at=at, counts=nobody, persons=np.zeros(0, np.int64), mark=nobody, size=nobody + 512,
            operation=np.full(len(begins), operation_code("login"), np.uint8), screen=nobody.astype(np.uint8),
        )  # fmt: skip
        asset = login.but(
            at=at + 1_000_000, operation=np.full(len(begins), operation_code("asset"), np.uint8)
        )
        return merge([work, login, asset.but(size=nobody.astype(np.int64) + 48_213)])


def spaced(work: Requests, *, gap: int, end: int) -> Requests:
    """The same requests with at least `gap` microseconds between two of one account; what falls past `end` is left out."""
    work = work.take(np.lexsort((work.at, work.actor)))
    if len(work) == 0:
        return work
    fresh = np.diff(work.actor, prepend=work.actor[0] - 1) != 0
    begins = np.flatnonzero(fresh)
    rank = np.arange(len(work)) - np.repeat(begins, np.diff(begins, append=len(work)))
    apart = np.int64(4 * 86_400_000_000) * (np.cumsum(fresh) - 1)
    base = work.at.min()
    shifted = np.maximum.accumulate(work.at - base - rank * gap + apart)
    moved = work.but(at=base + shifted - apart + rank * gap)
    return moved.take(np.flatnonzero(moved.at < end))


def session_number(
    seed: int, actor: NDArray[Any], number: NDArray[Any] | int
) -> NDArray[np.uint64]:
    """A number that names a session: mixed (splitmix64), so that neighbours do not look alike."""
    with np.errstate(over="ignore"):
        mixed = (
            actor.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            + np.asarray(number).astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
            + np.uint64(seed & 0xFFFFFFFFFFFFFFFF)
        )
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.maximum(mixed ^ (mixed >> np.uint64(31)), np.uint64(1))


def _moments(
    rhythm: Rhythm,
    number: int,
    *,
    rng: np.random.Generator,
    share: tuple[NDArray[Any] | float, float] = (0.0, 1.0),
) -> NDArray[np.int64]:
    """Moments after midnight, in microseconds, along the curve of a working day or a part of it."""
    done, minute = _CURVES[rhythm]
    part = share[0] + share[1] * rng.random(number)
    return (np.interp(part, done, minute) * MINUTE).astype(np.int64)


def _applications(
    plan: WorldPlan, staff: Staff, number: int, *, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Most work is done in the first application of a kind, the rest in its others."""
    names = [application.id for application in plan.applications]
    used = np.array([names.index(name) for name in staff.applications], np.uint8)
    other = rng.integers(0, len(used), number)
    return np.where(rng.random(number) < 0.7, used[0], used[other]).astype(np.uint8)


def _stretches(
    values: NDArray[np.int64], begin: NDArray[Any], counts: NDArray[Any]
) -> NDArray[np.int64]:
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    taken: NDArray[np.int64] = values[np.repeat(begin, counts) + within]
    return taken
