"""What holds the thief? A linear program: how many persons through each way of reading, under each budget's curve.

A column is a way to read: a group of accounts, an application, a cell. Its value is how many persons it takes that no
other column takes. A row is one key of one budget: the persons of all columns that draw on it are at most the curve of
the budget's windows over the horizon, times the keys alike. Every theft of any order and speed fits in (docs/bound.md),
so the greatest value is an upper bound whatever the thief does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ecluse.counting.closure import most_in
from ecluse.model.estate import Application, Estate, LifeCycle
from ecluse.model.policy import Budget, Count, Key, Mode, Window
from ecluse.model.time import DAY
from ecluse.verify.bound.cells import Cell, Doors, phases
from ecluse.verify.bound.thief import ANY, Group, Thief

__all__ = ["Column", "Program", "Row", "holding", "program"]

_CHOSEN = frozenset({Key.SESSION, Key.SOURCE})
"""Keys that a thief has as many of as he likes: budgets by them never count as protection."""


@dataclass(frozen=True, slots=True)
class Column:
    """One way to read, of one group in one application; `applications` are all that are alike."""

    group: Group
    application: Application
    cell: Cell
    applications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One constraint: the columns together are at most `cap`, plus `each` for every account of a chosen number.

    Attributes:
        name: unique in the program.
        budget: None for the persons that an application holds, and for numbers of accounts.
        columns: the places of its columns.
        cap: the most, in persons.
        duration: microseconds over which the curve of the budget was taken.
        keys: how many keys alike the cap stands for.
        numbers: chosen numbers of accounts (their places), each with how many persons one account adds to the cap.
        words: what it is counted for, in words.
    """

    name: str
    budget: Budget | None
    columns: tuple[int, ...]
    cap: int
    duration: int = 0
    keys: int = 1
    numbers: tuple[tuple[int, int], ...] = ()
    words: str = ""


@dataclass(slots=True)
class Program:
    """Columns, rows and chosen numbers of accounts over one horizon."""

    horizon: int
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    numbers: list[Group] = field(default_factory=list)
    """Groups whose number of accounts is chosen; the rows of `together` bind them."""
    together: list[tuple[str, tuple[int, ...], int]] = field(default_factory=list)
    """Numbers (their places) that are so many at most together."""
    unbounded: list[Column] = field(default_factory=list)
    """Columns that no budget's row holds."""


def holding(budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    """The budgets that keep a thief back: they count persons, enforce, keep data in, and are by keys that he cannot choose."""
    return tuple(
        b
        for b in budgets
        if b.counts is Count.PERSONS
        and b.mode is Mode.ENFORCE
        and not b.effect.releases
        and not _CHOSEN & set(b.per)
    )


def program(
    thief: Thief,
    budgets: Sequence[Budget],
    estate: Estate,
    horizon: int,
    *,
    doors: Doors,
    now: int | None = None,
) -> Program:
    """Writes the program of one thief over one horizon.

    Args:
        thief: his accounts.
        budgets: those that hold (`holding`), with the windows that count.
        estate: what can be read.
        horizon: microseconds, at least one.
        doors: of the same budgets and estate.
        now: microseconds; applications closed by then show nothing.
    """
    assert horizon > 0
    made = _Maker(thief, budgets, estate, horizon)
    open_ = [a for a in estate.applications if not _shut(a, now)]
    for group in thief.groups:
        ages = phases(group, budgets, horizon)
        for application in open_:
            if _opens(group, application):
                for cell in doors.cells(group, application, ages):
                    made.add(Column(group, application, cell, (application.id,)))
    return made.finish()


class _Maker:
    """Collects columns and the rows that they draw on."""

    def __init__(
        self, thief: Thief, budgets: Sequence[Budget], estate: Estate, horizon: int
    ) -> None:
        self._thief, self._budgets, self._estate, self._horizon = thief, budgets, estate, horizon
        self._groups = {g.id: g for g in thief.groups}
        self._numbers = _numbers(thief, horizon)
        self._columns: list[Column] = []
        self._drawn: dict[tuple[int, str], list[int]] = {}
        self._unbounded: list[Column] = []
        self._order = {g.id: i for i, g in enumerate(self._numbers)}

    def add(self, column: Column) -> None:
        """Takes a column in, and notes which rows it draws on."""
        place = len(self._columns)
        drawn = False
        left = column.cell.budgets
        while left:
            index = (left & -left).bit_length() - 1
            left &= left - 1
            key = self._key(self._budgets[index], column)
            if key is not None:
                self._drawn.setdefault((index, key), []).append(place)
                drawn = True
        if not drawn:
            self._unbounded.append(column)
        self._columns.append(column)

    def finish(self) -> Program:
        """All rows, each with its cap."""
        rows = [
            row
            for (index, key), places in self._drawn.items()
            for row in self._rows(index, key, places)
        ]
        rows += self._populations()
        return Program(
            self._horizon,
            self._columns,
            rows,
            list(self._numbers),
            list(self._together()),
            self._unbounded,
        )

    def _key(self, budget: Budget, column: Column) -> str | None:
        """Which key of the budget the column draws on; None when there are as many keys as the thief likes."""
        keys, group = set(budget.per), column.group
        suffix = f" in {column.application.id}" if Key.APPLICATION in keys else ""
        if Key.ACCOUNT in keys:
            return None if self._endless(group) else f"account of {group.id}{suffix}"
        if Key.LINEAGE in keys:
            root = self._groups.get(group.lineage, group)
            return None if self._endless(root) else f"lineage of {root.id}{suffix}"
        if Key.ORGANIZATION in keys:
            if group.forged and group.organization is None:
                return None  # an application's credential names organizations as it likes
            body = group.organization if group.named else f"each of {group.id}"
            return f"organization {body}{suffix}"
        return f"application{suffix}" if suffix else "everything"

    def _endless(self, group: Group) -> bool:
        return group.accounts is ANY and group.id not in self._order

    def _rows(self, index: int, key: str, places: list[int]) -> Iterator[Row]:
        """The row of a key; for a chosen number of accounts in bodies that are chosen too, one by each number."""
        row = self._row(index, key, places)
        yield row
        group = self._columns[places[0]].group
        if row.budget is None or row.numbers or group.id not in self._order or group.named:
            return
        if Key.ORGANIZATION in row.budget.per:
            one = most_in(row.budget.windows, row.duration)
            numbers = ((self._order[group.id], one),)
            yield replace(row, name=f"{row.name}, by accounts", cap=0, keys=0, numbers=numbers)

    def _row(self, index: int, key: str, places: list[int]) -> Row:
        budget = self._budgets[index]
        group = self._columns[places[0]].group
        keys = set(budget.per)
        duration, owner = self._horizon, None
        if Key.ACCOUNT in keys:
            owner = group
        elif Key.LINEAGE in keys:
            owner = self._groups.get(group.lineage, group)
        if owner is not None and all(self._columns[p].group is owner for p in places):
            duration = _lived(budget, owner, self._horizon)
        one = most_in(budget.windows, duration)
        name = f"{budget.id} | {key}"
        if owner is not None and owner.id in self._order:
            numbers = ((self._order[owner.id], one),)
            return Row(name, budget, tuple(places), 0, duration, 0, numbers, key)
        alike = _alike(budget, group, owner)
        return Row(name, budget, tuple(places), one * alike, duration, alike, (), key)

    def _populations(self) -> Iterator[Row]:
        by_application: dict[str, list[int]] = {}
        for place, column in enumerate(self._columns):
            by_application.setdefault(column.application.id, []).append(place)
        for application in self._estate.applications:
            places = tuple(by_application.get(application.id, ()))
            if places:
                name = f"population | {application.id}"
                words = f"persons in {application.id}"
                yield Row(name, None, places, application.population, words=words)

    def _together(self) -> Iterator[tuple[str, tuple[int, ...], int]]:
        for name, most in self._thief.together.items():
            yield name, tuple(i for i, g in enumerate(self._numbers) if g.among == name), most
        opened = tuple(i for i, g in enumerate(self._numbers) if _opened(g, self._thief))
        if opened:
            yield "accounts opened", opened, _most_opened(self._thief, self._horizon)


def _numbers(thief: Thief, horizon: int) -> tuple[Group, ...]:
    """The groups whose number of accounts the thief chooses, within a limit."""
    found = []
    for group in thief.groups:
        if group.among:
            found.append(group)
        elif _opened(group, thief):
            found.append(replace(group, accounts=_most_opened(thief, horizon)))
    return tuple(found)


def _opened(group: Group, thief: Thief) -> bool:
    """Whether its accounts are opened by the thief, at a limited pace."""
    return bool(group.opened_by) and thief.opened is not ANY


def _most_opened(thief: Thief, horizon: int) -> int:
    assert thief.opened is not None
    return most_in((Window(DAY, thief.opened),), horizon) if thief.opened else 0


def _alike(budget: Budget, group: Group, owner: Group | None) -> int:
    if owner is not None:
        assert owner.accounts is not None
        return owner.accounts
    return group.spread if Key.ORGANIZATION in budget.per and not group.named else 1


def _lived(budget: Budget, group: Group, horizon: int) -> int:
    """How long within the horizon an account has an age that the budget's target names."""
    begin = budget.target.older_than or 0
    end = budget.target.younger_than
    if group.newborn:
        return max(0, min(horizon, horizon if end is None else end) - begin)
    if not group.any_age or end is None:
        return horizon
    return min(horizon, end - begin)


def _opens(group: Group, application: Application) -> bool:
    if group.applications and application.id not in group.applications:
        return False
    if group.forged:
        return True  # which kinds open what, the application knows, and the gate does not ask
    allowed = () if group.kind is None else group.kind.applications
    return not allowed or application.id in allowed


def _shut(application: Application, now: int | None) -> bool:
    """Whether the gate refuses everything there."""
    past = now is not None and application.closes_at is not None and application.closes_at <= now
    return past or application.state is LifeCycle.CLOSED
