"""What is to be played: the people at work, the thefts, and what else happened, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum

from ecluse.model.estate import Application

__all__ = [
    "Asked",
    "Card",
    "Cast",
    "Happening",
    "Pace",
    "Raid",
    "Rhythm",
    "Scenario",
    "Staff",
    "Walk",
    "WorldPlan",
]


class Rhythm(Enum):
    """Hours at which a kind of account is used."""

    OFFICE = "office"
    CLOCK = "clock"
    PUBLIC = "public"


class Walk(Enum):
    """In which order a thief goes through the persons."""

    SEQUENTIAL = "sequential"
    SCATTERED = "scattered"
    BLOCKS = "blocks"
    OWN = "own"


class Pace(Enum):
    """How a thief spaces the requests: a script, or a hand that wants to look like one."""

    STEADY = "steady"
    HUMAN = "human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Accounts of one kind and how they are used on an ordinary day.

    Attributes:
        kind, prefix: kind in the estate, and how the names begin (`conseiller` gives `conseiller-0412`).
        count: accounts. bodies: (prefix, number) of the organizations that they belong to.
        visits: mean files opened on a day of work. spread: gamma shape of that mean between accounts.
        shape: gamma shape of one account's days around its mean; the counts of days are negative-binomial.
        most: files that no account opens more of in a day.
        caseload: mean persons in an account's own caseload. outside: share of visits to other persons.
        lists: mean pages of the own caseload shown in a day.
        permanence: share of the accounts at work on a week-end or holiday.
        human: whether a person sits in front of the screen.
    """

    kind: str
    prefix: str
    count: int
    bodies: tuple[str, int]
    applications: tuple[str, ...]
    description: str = ""
    rhythm: Rhythm = Rhythm.OFFICE
    visits: float = 16.0
    spread: float = 6.0
    shape: float = 3.0
    most: int = 60
    caseload: int = 90
    outside: float = 0.1
    lists: float = 1.0
    permanence: float = 0.06
    factor: str = "totp"
    human: bool = True
    creates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """One account that the scenario names; it replaces the ordinary account of the same name, if there is one.

    Attributes:
        kind: one of the kinds of the staff, whose habits it has. works: whether its true user works with it.
        created_at: microseconds; None for an old account.
    """

    account: str
    kind: str
    organization: str
    works: bool = True
    created_at: int | None = None
    created_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPlan:
    """Who works where, on what.

    Attributes:
        population: persons are numbered from 1 to here.
        peaks: mean number of legitimate peaks in a day of work. newcomers: accounts lately created by a manager.
    """

    applications: tuple[Application, ...]
    staff: tuple[Staff, ...]
    population: int
    cast: tuple[Cast, ...] = ()
    peaks: float = 0.3
    newcomers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Raid:
    """One account's part of a theft.

    Attributes:
        spans: half-open stretches in microseconds during which it reads, in order.
        persons: distinct persons read over all spans. first: place of the first one in the walk.
        page: persons shown by one request. misses: share of requests that find nobody.
        linked: persons shown beside those (trusted third parties), in addition to `persons`.
        size: bytes sent for one person.
        sources: addresses, one after the other by span; empty for the true user's own post.
        accounts: for a raid through many accounts that each read their own file, how many; 1 otherwise.
    """

    account: str
    application: str
    spans: tuple[tuple[int, int], ...]
    persons: int
    first: int = 0
    page: int = 1
    operation: str = "view"
    walk: Walk = Walk.SEQUENTIAL
    block: int = 1000
    pace: Pace = Pace.STEADY
    misses: float = 0.0
    linked: int = 0
    size: int = 2_000
    sources: tuple[str, ...] = ("203.0.113.57",)
    factor: str | None = None
    accounts: int = 1

    @property
    def requests(self) -> int:
        """Requests that find someone."""
        return -(-self.persons // self.page)

    @property
    def seconds(self) -> float:
        """Time spent reading."""
        return sum(last - first for first, last in self.spans) / 1e6


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the log does not show: a warning, a reset, a creation, a discovery."""

    at: int
    what: str
    account: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user asked of a scenario.

    Attributes:
        scale: share of the documented number of persons; hours and dates stay as documented.
        working_day: whether every day is worked as an ordinary day of the week.
    """

    scale: float
    accounts: int
    working_day: bool = False

    def share(self, full: int) -> int:
        """The number at this scale, at least 1."""
        return max(1, round(full * self.scale))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything needed to play one: the world, the days, the theft, the rest of the story."""

    world: WorldPlan
    first_day: date
    last_day: date
    raids: tuple[Raid, ...] = ()
    story: tuple[Happening, ...] = ()
    working_day: bool = False

    def during(self, *, days: int | None = None, history: int = 0) -> "Scenario":
        """The same scenario cut to its first `days` days, after `history` days of ordinary work."""
        last = self.last_day if days is None else self.first_day + timedelta(days=days - 1)
        return replace(self, first_day=self.first_day - timedelta(days=history), last_day=last)

    def with_peaks(self, mean: float) -> "Scenario":
        """The same scenario with that mean number of legitimate peaks in a day of work."""
        return replace(self, world=replace(self.world, peaks=mean))

    def with_page(self, page: int) -> "Scenario":
        """The same scenario with a thief who reads lists of `page` persons, or one file at a time with 1.

        Raids on people's own files and on files with linked persons stay as they are: they have no lists.
        """
        operation = "view" if page == 1 else "list"
        raids = tuple(
            raid
            if raid.linked or raid.walk is Walk.OWN
            else replace(raid, page=page, operation=operation)
            for raid in self.raids
        )
        return replace(self, raids=raids)

    @property
    def persons(self) -> int:
        """Distinct persons that the thieves read, linked persons included."""
        return sum(raid.persons + raid.linked for raid in self.raids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A scenario as the catalogue shows it.

    Attributes:
        scale: share of the theft that is played unless asked otherwise. accounts: ordinary accounts, likewise.
        facts: what is documented. assumptions: what is not published and was chosen here.
    """

    name: str
    number: str
    title: str
    scale: float
    accounts: int
    build: Callable[[Asked], Scenario]
    facts: tuple[str, ...] = field(default=())
    assumptions: tuple[str, ...] = field(default=())
