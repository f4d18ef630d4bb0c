"""What each refused account read, would have read, and when it was stopped."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ecluse.engine.history import Column, History
from ecluse.engine.outcome import REFUSING, Outcome
from ecluse.model.policy import Effect, PolicySet, Window
from ecluse.model.report import Stopped

__all__ = ["stopped_accounts"]

_POINTS_MAX = 200

Ints: TypeAlias = npt.NDArray[np.int64]


def stopped_accounts(
    history: History, outcome: Outcome, policies: PolicySet
) -> tuple[Stopped, ...]:
    """Gives one line an account that was refused at least once, in the order of the first refusals.

    Cost: O(rows of these accounts), sorted.
    """
    refusals = np.flatnonzero(REFUSING[outcome.effect])
    if not refusals.size:
        return ()
    account = history.account.codes
    guilty, first = np.unique(account[outcome.event[refusals]], return_index=True)
    table = np.zeros(len(history.account.words), np.bool_)
    table[guilty] = True
    events = np.flatnonzero(table[account])
    part = history.take(events)
    part = replace(part, first_row=part.rows())  # made once, not for each account
    refused = np.zeros(events.size, np.bool_)
    refused[np.searchsorted(events, outcome.event[refusals])] = True
    order = np.argsort(part.account.codes, kind="stable")
    bounds = np.searchsorted(part.account.codes[order], [*guilty, guilty[-1] + 1])
    found = [
        _stopped(
            part,
            refused,
            order[bounds[i] : bounds[i + 1]],
            outcome,
            int(refusals[first[i]]),
            policies,
        )
        for i in range(guilty.size)
    ]
    return tuple(sorted(found, key=lambda s: (s.at, s.account)))


def _stopped(  # noqa: PLR0917 - the columns that one line is made of
    history: History,
    refused: npt.NDArray[np.bool_],
    events: Ints,
    outcome: Outcome,
    flag: int,
    policies: PolicySet,
) -> Stopped:
    mine = refused[events]
    first = history.rows()
    sizes = first[events + 1] - first[events]
    ends = np.cumsum(sizes)
    rows = np.arange(ends[-1]) + np.repeat(first[events] - ends + sizes, sizes)
    person, row_refused = history.person[rows], np.repeat(mine, sizes)
    stop = int(np.argmax(mine))
    budget = policies.budgets[int(outcome.budget[flag])]
    ruling = int(outcome.window[flag])
    window = budget.windows[ruling] if ruling >= 0 else Window(0, 0)  # closed by another's decision
    read = person[~row_refused]
    return Stopped(
        account=history.account.words[int(history.account.codes[events[0]])],
        at=int(history.at[events[stop]]),
        policy=budget.id,
        window=window.length,
        limit=window.limit,
        effect=Effect(int(outcome.effect[flag])).word,
        persons_read=_distinct(read),
        persons_read_before=_distinct(person[: int(ends[stop] - sizes[stop])]),
        persons_attempted=_distinct(person),
        accesses_refused=int(mine.sum()),
        organization=_word(history.organization, int(events[0])),
        kind=_word(history.kind, int(events[0])),
        curve=_curve(history.at[events], sizes, person, row_refused),
    )


def _distinct(person: npt.NDArray[np.uint64]) -> int:
    return int(np.unique(person).size)


def _word(column: Column | None, event: int) -> str:
    code = -1 if column is None else int(column.codes[event])
    return "" if column is None or code < 0 else column.words[code]


def _curve(
    at: Ints, sizes: Ints, person: npt.NDArray[np.uint64], refused: npt.NDArray[np.bool_]
) -> tuple[tuple[int, int, int], ...]:
    """Distinct persons attempted and read so far, at evenly spread events."""
    attempted = np.cumsum(_firsts(person, np.ones(person.size, np.bool_)))
    read = np.cumsum(_firsts(person, ~refused))
    ends = np.cumsum(sizes) - 1
    picked = np.unique(
        np.linspace(0, at.size - 1, min(at.size, _POINTS_MAX)).round().astype(np.int64)
    )
    picked = picked[ends[picked] >= 0]
    return tuple((int(at[i]), int(attempted[ends[i]]), int(read[ends[i]])) for i in picked)


def _firsts(
    person: npt.NDArray[np.uint64], counted: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """1 where a person is counted for the first time, else 0."""
    where = np.flatnonzero(counted)
    _, first = np.unique(person[where], return_index=True)
    new = np.zeros(person.size, np.int64)
    new[where[first]] = 1
    return new
