"""Which honest account works ten times its norm today, and why: the legitimate peaks (S18), at most 5,000 persons."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecluse.model.time import MINUTE
from ecluse.simulator.plan import Rhythm, WorldPlan
from ecluse.simulator.population import Population
from ecluse.simulator.requests import Requests, make, merge, operation_code

__all__ = ["PEAK_KINDS", "PEAK_MOST", "Peak", "peaks_of_day"]

PEAK_MOST: Final = 5_000
"""The most persons of one peak (S18)."""

PEAK_KINDS: Final = ("job_fair", "takeover", "batch", "audit", "catch_up")


@dataclass(frozen=True, slots=True)
class Peak:
    """One legitimate peak.

    Attributes:
        rows: accounts concerned, as rows of the population.
        persons: distinct persons shown.
    """

    kind: str
    rows: tuple[int, ...]
    first_at: int
    last_at: int
    persons: int


def peaks_of_day(
    plan: WorldPlan,
    people: Population,
    *,
    midnight: int,
    open_today: bool,
    rng: np.random.Generator,
) -> list[tuple[Peak, Requests]]:
    """The peaks of one day, a Poisson number of them; none when the offices are closed."""
    number = int(rng.poisson(plan.peaks)) if open_today else 0
    office = [n for n, s in enumerate(plan.staff) if s.rhythm is Rhythm.OFFICE and s.human]
    machine = [n for n, s in enumerate(plan.staff) if not s.human]
    found = []
    for kind in rng.choice(PEAK_KINDS, number).tolist():
        rows = np.flatnonzero(
            np.isin(people.staff, machine if kind == "batch" else office) & (people.mean > 0)
        )
        if len(rows):
            requests = _PLAY[kind](plan, people, rows, midnight, rng)
            applications = [a.id for a in plan.applications]
            used = plan.staff[people.staff[requests.actor[0]]].applications[0]
            found.append(
                _closed(kind, requests, people=people, application=applications.index(used))
            )
    return found


def _closed(
    kind: str, requests: Requests, *, people: Population, application: int
) -> tuple[Peak, Requests]:
    requests = requests.but(
        application=np.full(len(requests), application, np.uint8),
        source=people.source[requests.actor],
    )
    rows = tuple(np.unique(requests.actor).tolist())
    persons = len(np.unique(requests.persons))
    assert persons <= PEAK_MOST
    return Peak(kind, rows, int(requests.at.min()), int(requests.at.max()), persons), requests


def _job_fair(
    plan: WorldPlan, people: Population, rows: NDArray[Any], midnight: int, rng: np.random.Generator
) -> Requests:
    """Invitations to a job fair or a back-to-work event: pages of 50 persons of the area, in two to four hours."""
    del plan
    row = int(rng.choice(rows))
    pages = min(int(rng.integers(10, 60)), -(-int(people.area_size[row]) // 50))
    at = midnight + np.sort(rng.integers(540, 540 + int(rng.integers(120, 240)), pages)) * MINUTE
    at += rng.integers(0, MINUTE, pages)
    wanted = min(pages * 50, int(people.area_size[row]))
    persons = people.area[row] + 1 + rng.permutation(int(people.area_size[row]))[:wanted]
    counts = np.full(pages, 50)
    counts = np.diff(np.minimum(np.cumsum(counts), wanted), prepend=0)
    return make(
        np.sort(at), persons=persons, counts=counts, actor=row, operation=operation_code("list"),
        size=1_500 + 680 * counts,
    )  # fmt: skip


def _takeover(
    plan: WorldPlan, people: Population, rows: NDArray[Any], midnight: int, rng: np.random.Generator
) -> Requests:
    """A new adviser takes over 600 files and looks through them in a day."""
    del plan
    row = int(rng.choice(rows))
    number = min(600, int(people.area_size[row]))
    persons = people.area[row] + 1 + rng.permutation(int(people.area_size[row]))[:number]
    at = midnight + np.sort(rng.integers(540 * MINUTE, 1020 * MINUTE, number))
    return make(at, persons=persons, actor=row, size=rng.lognormal(9.2, 0.5, number))


def _batch(
    plan: WorldPlan, people: Population, rows: NDArray[Any], midnight: int, rng: np.random.Generator
) -> Requests:
    """A machine account's yearly job, one person a request, about one a second in the early morning."""
    del people
    number = int(rng.integers(1_000, PEAK_MOST))
    number = min(number, plan.population)
    persons = np.unique(rng.integers(1, plan.population + 1, number))
    at = midnight + 180 * MINUTE + np.cumsum(rng.exponential(1e6, len(persons))).astype(np.int64)
    return make(
        at, persons=persons, actor=int(rng.choice(rows)), size=rng.lognormal(8.0, 0.3, len(persons))
    )


def _audit(
    plan: WorldPlan, people: Population, rows: NDArray[Any], midnight: int, rng: np.random.Generator
) -> Requests:
    """An internal audit draws files from the whole country, outside any caseload."""
    del people
    number = int(rng.integers(200, 800))
    persons = np.unique(rng.integers(1, plan.population + 1, number))
    rng.shuffle(persons)
    at = midnight + np.sort(rng.integers(540 * MINUTE, 1050 * MINUTE, len(persons)))
    return make(
        at, persons=persons, actor=int(rng.choice(rows)), size=rng.lognormal(9.2, 0.5, len(persons))
    )


def _catch_up(
    plan: WorldPlan, people: Population, rows: NDArray[Any], midnight: int, rng: np.random.Generator
) -> Requests:
    """After an outage all accounts of one body do a day's work in two hours."""
    del plan
    area = people.area[int(rng.choice(rows))]
    team = rows[(people.area[rows] == area) & (people.caseload_size[rows] > 0)][:40]
    if len(team) == 0:
        team = rows[:1]
    parts = []
    for row in team.tolist():
        own = people.own(row)
        files = (
            own[rng.permutation(len(own))[:60]]
            if len(own)
            else people.area[row] + 1 + np.arange(60)
        )
        at = midnight + np.sort(rng.integers(840 * MINUTE, 960 * MINUTE, len(files)))
        parts.append(make(at, persons=files, actor=row, size=rng.lognormal(9.2, 0.5, len(files))))
    return merge(parts)


_PLAY: Final = {
    "job_fair": _job_fair,
    "takeover": _takeover,
    "batch": _batch,
    "audit": _audit,
    "catch_up": _catch_up,
}
