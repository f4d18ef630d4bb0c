"""Can the plan be carried out? A schedule in whole persons that respects every window, or the best that was found.

A program over one horizon only says how many persons each way of reading gives in all. Whether they can be taken in
time, window by window, is shown by doing it: accounts are dealt their share, time is cut into slots as long as the
greatest common divisor of all windows, and every read happens at the beginning of a slot (any theft can be moved there:
a half-open window of m slots holds m of these instants, wherever it begins). Several paces are tried. A schedule that
takes all of the plan makes the bound exact; one that does not leaves it an upper bound.

Accounts that do the same at the same time are one hand, so that ten thousand accounts cost no more than one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import gcd
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ecluse.counting.closure import most_in
from ecluse.model.policy import Budget, Key
from ecluse.model.time import DAY
from ecluse.verify.bound.kernel import lay
from ecluse.verify.bound.program import Column, Program
from ecluse.verify.bound.thief import ANY, Group

__all__ = ["Hand", "Schedule", "schedule", "warm"]

_SLOTS_MAX: Final = 120_000
_DEALS: Final = (
    ("few", 1),
    ("all", 1),
    ("bodies", 1),
    ("few", 24),
    ("all", 24),
    ("all", 240),
)
"""To how many accounts a group's share is dealt, and in how many parts that need not do the same."""

_HANDS_MAX: Final = 250
_CELLS_MAX: Final = 4_000_000  # hands x slots that are kept
_WORK_MAX: Final = 15_000_000  # slots x rows of all hands, over all that is tried


@dataclass(frozen=True, slots=True)
class Hand:
    """Accounts that do the same: so many of a group, reading through one column.

    Attributes:
        crowd: name of the accounts; hands of one crowd are the same accounts.
        place: how many accounts of the group come before them.
        accounts: how many.
        apart: whether each is in an organization of its own, the one at its place among the group's `bodies`.
        body: the organization of all of them, when they are not apart.
        column: the way they read.
        want: persons that each takes in all.
        begin, end: the slots between which they may read.
        opened: the slot in which the accounts are created; None when they were there.
    """

    crowd: str
    place: int
    accounts: int
    apart: bool
    body: str | None
    column: Column
    want: int
    begin: int
    end: int
    opened: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who takes how many persons when.

    Attributes:
        slot: microseconds; slot n begins n of them after the first read.
        taken: int64[hands, slots]: persons that each account of the hand takes at the beginning of the slot.
    """

    slot: int
    hands: tuple[Hand, ...]
    taken: npt.NDArray[np.int64]

    @property
    def total(self) -> int:
        """Persons taken in all."""
        each = self.taken.sum(axis=1)
        return int(sum(h.accounts * int(n) for h, n in zip(self.hands, each, strict=True)))

    def of(self, places: Sequence[int]) -> npt.NDArray[np.int64]:
        """Persons taken in each slot by these hands together."""
        accounts = np.array([self.hands[p].accounts for p in places], np.int64)
        return np.asarray((self.taken[list(places)] * accounts[:, None]).sum(axis=0))


def schedule(
    program: Program, values: Sequence[int], budgets: Sequence[Budget], opened: int | None
) -> Schedule | None:
    """The best schedule found for the plan; None when time would have to be cut too finely.

    Args:
        program: as reduced.
        values: persons of each column, then chosen numbers of accounts.
        budgets: those that hold; bits of the cells count in it.
        opened: the most accounts that the thief opens in 24 hours; `ANY` for no limit.
    """
    slot = _slot(program, budgets, opened)
    slots = -(-program.horizon // slot)
    if slots > _SLOTS_MAX:
        return None
    best: Schedule | None = None
    hands = 0
    work = [_WORK_MAX]
    wanted = sum(values[: len(program.columns)])
    for most, parts in _DEALS:
        dealt = _deal(program, values, budgets, opened, slot=slot, most=most, parts=parts)
        if dealt is None or (parts > 1 and len(dealt) == hands):
            continue
        if len(dealt) > _HANDS_MAX or len(dealt) * slots > _CELLS_MAX:
            continue
        hands = len(dealt)
        for taken in _tries(dealt, budgets, slot, slots, work):
            found = Schedule(slot, tuple(dealt), taken)
            if best is None or found.total > best.total:
                best = found
            if best.total >= wanted:
                return best
    return best


def warm() -> None:
    """Compiles what is compiled."""
    one = np.ones(1, np.int64)
    span = np.array([0, 1], np.int64)
    taken = np.zeros((1, 1), np.int64)
    lay(1, (one, one - 1, one), (span, one - 1, one), (span, one, one), 1, True, taken)  # noqa: FBT003


def _slot(program: Program, budgets: Sequence[Budget], opened: int | None) -> int:
    """The greatest common divisor of every time that matters."""
    drawn = 0
    for column in program.columns:
        drawn |= column.cell.budgets
    acting = [b for i, b in enumerate(budgets) if drawn >> i & 1]
    times = [w.length for b in acting for w in b.windows if w.length <= program.horizon]
    ages = [t for b in acting for t in (b.target.younger_than, b.target.older_than) if t]
    if any(g.any_age or g.newborn for g in (c.group for c in program.columns)):
        times += ages
    if any(c.group.opened_by for c in program.columns) and opened is not ANY:
        times.append(DAY)
    return gcd(*times, program.horizon) if times else program.horizon


def _deal(
    program: Program,
    values: Sequence[int],
    budgets: Sequence[Budget],
    opened: int | None,
    *,
    slot: int,
    most: str,
    parts: int,
) -> list[Hand] | None:
    """Deals each group's share evenly to some of its accounts, in so many parts at least."""
    hands: list[Hand] = []
    chosen = {g.id: values[len(program.columns) + i] for i, g in enumerate(program.numbers)}
    by_group: dict[str, list[int]] = {}
    for place, column in enumerate(program.columns):
        if values[place]:
            by_group.setdefault(column.group.id, []).append(place)
    for name, places in by_group.items():
        group = program.columns[places[0]].group
        there = chosen.get(name, group.accounts)
        if group.any_age and len({program.columns[p].cell.phase for p in places}) > 1:
            return None  # no account has two ages at once
        total = sum(values[p] for p in places)
        least = _fewest(program, places, budgets, total)
        wanted = {"few": least, "bodies": max(least, len(group.bodies)), "all": there}[most]
        number = least if wanted is None else wanted
        number = number if there is ANY else min(number, there)
        if number < 1:
            return None
        cohorts = _cohorts(group, number, opened, program.horizon)
        hands += _share(program, places, values, cohorts, slot=slot, parts=parts)
    return hands


def _fewest(program: Program, places: Sequence[int], budgets: Sequence[Budget], total: int) -> int:
    """How many accounts it takes at least, by the budgets counted per account."""
    drawn = -1
    for place in places:
        drawn &= program.columns[place].cell.budgets
    caps = [
        most_in(b.windows, program.horizon)
        for i, b in enumerate(budgets)
        if drawn >> i & 1 and Key.ACCOUNT in b.per and Key.APPLICATION not in b.per
    ]
    most = min(caps, default=total)
    return -(-total // most) if most else total


def _cohorts(
    group: Group, number: int, opened: int | None, horizon: int
) -> list[tuple[int | None, int]]:
    """When the accounts come to be (microseconds; None: they are there), and how many at a time."""
    if not group.opened_by and not group.newborn:
        return [(None, number)]
    if opened is ANY or not group.opened_by or not opened:
        return [(0, number)]
    days = range(-(-horizon // DAY))
    dealt = [(day * DAY, min(opened, number - day * opened)) for day in days]
    return [(at, n) for at, n in dealt if n > 0]


def _share(
    program: Program,
    places: Sequence[int],
    values: Sequence[int],
    cohorts: Sequence[tuple[int | None, int]],
    *,
    slot: int,
    parts: int,
) -> Iterator[Hand]:
    """Evenly to all accounts; what is left over goes round, one person an account."""
    number = sum(n for _, n in cohorts)
    group = program.columns[places[0]].group
    bodies = (group.bodies or (group.organization,)) if not group.named else (group.organization,)
    apart = group.alone and number <= len(group.bodies)
    edges, offset = {number * i // parts for i in range(parts + 1)}, 0
    if not apart:
        edges |= {-(-number * i // len(bodies)) for i in range(len(bodies) + 1)}
    extra: dict[int, tuple[int, int]] = {}
    for place in places:
        rest = values[place] % number
        extra[place] = (offset, rest)
        edges |= {offset, (offset + rest) % number}
        offset = (offset + rest) % number
    start = 0
    for _, size in cohorts:
        edges |= {start, start + size}
        start += size
    marks = sorted(edges)
    for low, high in pairwise(marks):
        body = bodies[low * len(bodies) // number]
        at = _opened_at(cohorts, low)
        for place in places:
            column = program.columns[place]
            begun, rest = extra[place]
            more = int((low - begun) % number < rest)
            want = values[place] // number + more
            if want:
                begin, end = _open(column, at, program.horizon, slot)
                crowd = f"{column.group.id} {low + 1}"
                opened = None if at is None else at // slot
                yield Hand(crowd, low, high - low, apart, body, column, want, begin, end, opened)


def _opened_at(cohorts: Sequence[tuple[int | None, int]], place: int) -> int | None:
    for at, size in cohorts:
        if place < size:
            return at
        place -= size
    raise AssertionError("a place beyond all cohorts")


def _open(column: Column, at: int | None, horizon: int, slot: int) -> tuple[int, int]:
    """The slots in which an account has the age of its cell; one that was there before has it from the first on."""
    slots = -(-horizon // slot)
    phase = column.cell.phase
    if at is None:
        lived = horizon if phase.end is None else min(horizon, phase.end - phase.begin)
        return 0, max(1, lived // slot) if column.group.any_age else slots
    if not column.group.newborn:
        return at // slot, slots  # nobody knows how old it is: it counts as established
    begin = (at + phase.begin) // slot
    end = slots if phase.end is None else min(slots, (at + phase.end) // slot)
    return begin, max(begin + 1, end)


def _tries(
    hands: list[Hand], budgets: Sequence[Budget], slot: int, slots: int, left: list[int]
) -> Iterator[npt.NDArray[np.int64]]:
    """The schedules of several paces and orders."""
    made = _arrays(hands, budgets, slot, slots)
    lengths = sorted({1, slots, *(int(n) for n in made[2][1] if n < slots)}, reverse=True)
    work = slots * made[1][1].size
    reverse = [False, True] if len(hands) > 1 else [False]
    for block, behind, back in product(lengths, (True, False), reverse):
        if work > left[0]:
            return
        left[0] -= work
        arrays = made if not back else _arrays(hands[::-1], budgets, slot, slots)
        taken = np.zeros((len(hands), slots), np.int64)
        lay(slots, *arrays, block, behind, taken)
        yield taken[::-1] if back else taken


Columns = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _arrays(
    hands: Sequence[Hand], budgets: Sequence[Budget], slot: int, slots: int
) -> tuple[Columns, Columns, Columns]:
    """Hands, rows and windows as `kernel.lay` takes them."""
    creators = {h.column.group.lineage for h in hands if h.column.group.opened_by}
    keys: dict[tuple[Any, ...], int] = {}
    windows: list[list[tuple[int, int]]] = []
    first, row, weight = [0], [], []
    for hand in hands:
        for index, budget in enumerate(budgets):
            if not hand.column.cell.budgets >> index & 1:
                continue
            key, alone = _key(index, budget, hand, creators)
            if key not in keys:
                keys[key] = len(windows)
                # a window longer than the horizon holds what the horizon holds
                windows.append([(min(slots, w.length // slot), w.limit) for w in budget.windows])
            row.append(keys[key])
            weight.append(1 if alone else hand.accounts)
        first.append(len(row))
    span = np.cumsum([0, *(len(w) for w in windows)])
    flat = [pair for found in windows for pair in found]
    numbers = (
        ([h.want for h in hands], [h.begin for h in hands], [h.end for h in hands]),
        (first, row, weight),
        (span, [length for length, _ in flat], [limit for _, limit in flat]),
    )
    made = [tuple(np.array(column, np.int64) for column in columns) for columns in numbers]
    return made[0], made[1], made[2]  # type: ignore[return-value]  # three columns each


def _key(
    index: int, budget: Budget, hand: Hand, creators: set[str]
) -> tuple[tuple[Any, ...], bool]:
    """The key of a budget that a hand draws on, and whether each of its accounts has one of its own.

    Several creators are taken to share one lineage: that can only make the schedule smaller than it could be.
    """
    per, group = set(budget.per), hand.column.group
    through = hand.column.application.id if Key.APPLICATION in per else ""
    if Key.ACCOUNT in per:
        return (index, hand.crowd, through), True
    if Key.LINEAGE in per:
        alone = group.lineage not in creators
        return (index, hand.crowd if alone else f"lineage {group.lineage}", through), alone
    if Key.ORGANIZATION in per:
        return (index, hand.crowd if hand.apart else f"body {hand.body}", through), hand.apart
    return (index, "", through), False
