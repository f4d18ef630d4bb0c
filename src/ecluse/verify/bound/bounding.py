"""The bound of one adversary over each horizon: the worst way to read him, what binds it, and the plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np

from ecluse.counting.closure import most_in
from ecluse.model.adversary import Adversary
from ecluse.model.bound import Binding, Bound, Reached, Take
from ecluse.model.estate import Estate
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.verify.bound.cells import Doors
from ecluse.verify.bound.program import Column, Program, holding, program
from ecluse.verify.bound.reducing import reduced
from ecluse.verify.bound.schedule import Schedule, schedule
from ecluse.verify.bound.solving import Matrix, Solved, matrix, solve
from ecluse.verify.bound.thief import ANY, Thief, alternatives
from ecluse.verify.bound.words import flows, keys_in_words

__all__ = ["STANDARD_HORIZONS", "Case", "bound", "cases", "worst"]

STANDARD_HORIZONS: Final = (10 * MINUTE, HOUR, DAY, 30 * DAY, 360 * DAY)
"""Each divides the next, and the windows of the shipped policy are these."""


@dataclass(frozen=True, slots=True)
class Case:
    """One way to read an adversary over one horizon, solved.

    Attributes:
        thief: what he has.
        program: as reduced; its `unbounded` columns are those of all.
        matrix, solved: None when something is unbounded.
        population: the persons that his ways of reading reach at all.
    """

    thief: Thief
    program: Program
    matrix: Matrix | None
    solved: Solved | None
    population: int

    @property
    def persons(self) -> int | None:
        """The bound in whole persons."""
        return None if self.solved is None else int(self.solved.bound)


def bound(
    policies: PolicySet,
    estate: Estate,
    adversary: Adversary,
    horizons: Sequence[int] = STANDARD_HORIZONS,
    *,
    now: int | None = None,
) -> Bound:
    """The most distinct persons that the adversary can take over each horizon, with plan and proof.

    Args:
        policies: those in force, with the further budgets of applications on their way out (`engine.scaling`).
        estate: what can be read, by whom.
        adversary: what is stolen; its names are those of the estate.
        horizons: microseconds each.
        now: microseconds; applications closed by then show nothing.
    """
    return Bound(
        adversary,
        policies.digest,
        tuple(_reached(policies, estate, adversary, horizon, now) for horizon in horizons),
    )


def worst(
    budgets: Sequence[Budget],
    estate: Estate,
    adversary: Adversary,
    horizon: int,
    now: int | None = None,
) -> Case | None:
    """The case with the greatest bound; None when the adversary has nothing to read with."""
    best: Case | None = None
    for _, case in cases(budgets, estate, adversary, horizon, now):
        if best is None or _more(case, best):
            best = case
    return best


def cases(
    budgets: Sequence[Budget],
    estate: Estate,
    adversary: Adversary,
    horizon: int,
    now: int | None = None,
) -> Iterator[tuple[int | None, Case]]:
    """The ways to read the adversary, solved, as far as they can be the worst; with what a first look allowed each.

    The first look takes each group alone under its budgets per account. Ways that could not pass the best so far by it
    are left out; None where it finds nothing that holds them.
    """
    doors = Doors(budgets, estate, second_factor=adversary.second_factor)
    ways = [(_first_look(t, budgets, horizon), t) for t in alternatives(adversary, estate, budgets)]
    ways.sort(key=lambda way: (way[0] is not None, -(way[0] or 0)))
    best = -1
    for look, thief in ways:
        if look is not None and look <= best:
            continue
        case = _solved(thief, budgets, estate, horizon, doors=doors, now=now)
        best = max(best, -1 if case.persons is None else case.persons)
        yield look, case


def _solved(
    thief: Thief,
    budgets: Sequence[Budget],
    estate: Estate,
    horizon: int,
    *,
    doors: Doors,
    now: int | None,
) -> Case:
    whole = program(thief, budgets, estate, horizon, doors=doors, now=now)
    applications = {c.application.id: c.application.population for c in whole.columns}
    population = sum(applications.values())
    if whole.unbounded:
        return Case(thief, whole, None, None, population)
    smaller = reduced(whole)
    numbers = matrix(smaller)
    return Case(thief, smaller, numbers, solve(numbers), population)


def _first_look(thief: Thief, budgets: Sequence[Budget], horizon: int) -> int | None:
    """At most so much, by the budgets per account that hold whatever else is chosen."""
    total = 0
    for group in thief.groups:
        caps = [
            most_in(b.windows, horizon)
            for b in budgets
            if Key.ACCOUNT in b.per
            and len(b.per) == 1
            and replace(b.target, kinds=None, organizations=None) == Target()
            and (b.target.kinds is None or group.kind is None or group.kind.id in b.target.kinds)
            and (
                b.target.organizations is None
                or group.organization is None
                or group.organization in b.target.organizations
            )
        ]
        if group.accounts is ANY or not caps:
            return None
        total += group.accounts * min(caps)
    return total


def _more(case: Case, best: Case) -> bool:
    if case.solved is None or best.solved is None:
        if (case.solved is None) != (best.solved is None):
            return case.solved is None
        return case.population > best.population
    return case.solved.bound > best.solved.bound


def _reached(
    policies: PolicySet, estate: Estate, adversary: Adversary, horizon: int, now: int | None
) -> Reached:
    budgets = holding(policies.budgets)
    case = worst(budgets, estate, adversary, horizon, now)
    if case is None or not case.program.columns:
        why = "exact: nothing that is stolen can open anything"
        return Reached(horizon, 0, exact=True, why=why, reached=0, population=0)
    silent, stopped = _told(policies, estate, adversary, horizon, now=now, most=case.persons)
    if case.solved is None or case.matrix is None:
        return Reached(
            horizon,
            None,
            exact=False,
            why="no budget bounds what is listed as unbounded",
            reached=0,
            population=case.population,
            unbounded=flows(case.program.unbounded, estate),
            silent=silent,
            stopped=stopped,
        )
    found = schedule(case.program, case.solved.values, budgets, case.thief.opened)
    exact, why = _exact(case, found, policies.budgets, budgets)
    return Reached(
        horizon,
        int(case.solved.bound),
        exact,
        why,
        0 if found is None else found.total,
        case.population,
        binding=tuple(_binding(case)),
        plan=tuple(_plan(case, found, budgets)),
        silent=silent,
        stopped=stopped,
    )


def _told(
    policies: PolicySet,
    estate: Estate,
    adversary: Adversary,
    horizon: int,
    *,
    now: int | None,
    most: int | None,
) -> tuple[int | None, int | None]:
    """What he takes while no budget says a word, and until a human has acted on the first word."""
    quiet = _quiet(policies.budgets)
    unseen = worst(quiet, estate, adversary, horizon, now)
    silent = None if unseen is None else unseen.persons
    if silent is not None and most is not None:
        silent = min(silent, most)
    if silent is None or adversary.acts_within is None:
        return silent, None
    rest = min(horizon, adversary.acts_within)
    last = worst(holding(policies.budgets), estate, adversary, rest, now)
    if last is None or last.persons is None:
        return silent, None
    total = silent + last.persons
    return silent, total if most is None else min(total, most)


def _quiet(budgets: Sequence[Budget]) -> tuple[Budget, ...]:
    """Every budget that would say something, held at the last count at which it says nothing."""
    heard = [replace(b, mode=Mode.ENFORCE, effect=_refusing(b)) for b in budgets]
    return tuple(
        replace(
            b,
            windows=tuple(
                Window(w.length, min(w.limit, b.warn_from(w.limit) - 1)) for w in b.windows
            ),
        )
        for b in holding(heard)
    )


def _refusing(budget: Budget) -> Effect:
    return Effect.DENY if budget.effect.releases else budget.effect


def _exact(
    case: Case, found: Schedule | None, all_budgets: Sequence[Budget], budgets: Sequence[Budget]
) -> tuple[bool, str]:
    assert case.solved is not None
    most = int(case.solved.bound)
    if found is None:
        return (
            False,
            "an upper bound: a schedule that shows more would be too long to try",
        )
    if found.total < most:
        return False, f"an upper bound: the best schedule found takes {found.total:,}"
    drawn = 0
    for column in case.program.columns:
        drawn |= column.cell.budgets
    if any(b.target.hours is not None for b in budgets):
        return False, "an upper bound: hours of the day are taken as if each lasted all day"
    other = [
        b.id
        for b in all_budgets
        if b.counts in {Count.ACCESSES, Count.BYTES, Count.ACCOUNTS}
        and b.mode is Mode.ENFORCE
        and not b.effect.releases
        and not {Key.SESSION, Key.SOURCE} & set(b.per)
    ]
    if other:
        return False, f"an upper bound: `{other[0]}` counts something else, and can only lower it"
    return True, "exact: the plan takes it, window by window"


def _binding(case: Case) -> Iterator[Binding]:
    """Rows with a dual value, the most valuable first; a window is worth its row's value times how often it fits."""
    assert case.solved is not None
    assert case.matrix is not None
    worth: list[tuple[Fraction, Binding]] = []
    for row, dual in zip(case.program.rows, case.solved.duals, strict=False):
        if not dual:
            continue
        if row.budget is None:
            worth.append((dual * row.cap, Binding("population", 0, row.cap, row.words, dual)))
            continue
        keys = row.keys
        for number, _ in row.numbers:
            keys = case.solved.values[len(case.program.columns) + number]
        window, times = _deciding(row.budget, row.duration)
        words = keys_in_words(row, case.program, keys)
        each = dual * times * max(1, keys)
        worth.append(
            (each * window.limit, Binding(row.budget.id, window.length, window.limit, words, each))
        )
    for _, binding in sorted(worth, key=lambda pair: -pair[0]):
        yield binding


def _deciding(budget: Budget, duration: int) -> tuple[Window, int]:
    """The window that decides over the stretch, and by how much one unit of its limit moves the curve."""
    now = most_in(budget.windows, duration)
    best, moved = budget.windows[0], -1
    for place, window in enumerate(budget.windows):
        if not window.limit:
            continue
        less = tuple(
            replace(w, limit=w.limit - 1) if i == place else w for i, w in enumerate(budget.windows)
        )
        fallen = now - most_in(less, duration)
        if fallen > moved:
            best, moved = window, fallen
    return best, max(0, moved)


def _plan(case: Case, found: Schedule | None, budgets: Sequence[Budget]) -> Iterator[Take]:
    assert case.solved is not None
    lengths = sorted(
        {w.length for b in budgets for w in b.windows if w.length <= case.program.horizon}
    )
    for place, column in enumerate(case.program.columns):
        hands = [] if found is None else _hands(found, column)
        persons = (
            case.solved.values[place]
            if found is None
            else int(found.of(hands).sum())
            if hands
            else 0
        )
        if not persons:
            continue
        accounts = sum(found.hands[h].accounts for h in hands) if found is not None else 0
        yield Take(
            accounts=accounts,
            kind=None if column.group.kind is None else column.group.kind.id,
            organization=column.group.organization,
            application=column.application.id,
            operation=column.cell.operation,
            category=column.cell.category,
            persons=persons,
            pace=() if found is None else tuple(_pace(found, hands, lengths)),
        )


def _hands(found: Schedule, column: Column) -> list[int]:
    return [i for i, hand in enumerate(found.hands) if hand.column is column]


def _pace(
    found: Schedule, hands: Sequence[int], lengths: Sequence[int]
) -> Iterator[tuple[int, int]]:
    total = np.concatenate(([0], np.cumsum(found.of(hands))))
    for length in lengths:
        slots = min(total.size - 1, length // found.slot)
        yield length, int((total[slots:] - total[: total.size - slots]).max(initial=0))
