"""What would each refused account have to say for itself? Refusals put together to cases, and cases to labels.

Refusals of one account belong to one case while less than a day lies between one and the next: a job fair is one case, and so is
an account that stays at its limit of a month for a week.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ecluse.engine.history import Column, History
from ecluse.engine.outcome import REFUSING, Outcome
from ecluse.model.backtest import Case, Label
from ecluse.model.policy import Effect, PolicySet
from ecluse.model.time import DAY

__all__ = ["APART", "Cases", "explained", "find_cases"]

APART: Final = DAY
"""Microseconds between two refusals from which on they belong to two cases."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one outcome.

    Attributes:
        cases: by account, then by time.
        event: the refused events, case by case. of: number of the case of each.
    """

    cases: tuple[Case, ...]
    event: Ints
    of: Ints


def find_cases(history: History, outcome: Outcome, policies: PolicySet) -> Cases:
    """Puts the refusals of a history together to cases. Cost: O(events), and 10 µs a case."""
    flags = np.flatnonzero(REFUSING[outcome.effect])
    if not flags.size:
        nothing = np.zeros(0, np.int64)
        return Cases((), nothing, nothing)
    account = history.account.codes[outcome.event[flags]]
    flags = flags[np.argsort(account, kind="stable")]
    event = outcome.event[flags]
    account, at = history.account.codes[event], history.at[event]
    new = np.ones(event.size, np.bool_)
    new[1:] = (account[1:] != account[:-1]) | (at[1:] - at[:-1] >= APART)
    first = np.flatnonzero(new)
    of = np.cumsum(new) - 1
    last = np.append(first[1:], event.size) - 1
    released, after = _let_through(history, event, event[first], event[last])
    persons = _persons(history, event, of, first.size)
    severest = np.maximum.reduceat(outcome.effect[flags], first)
    rows = zip(
        flags[first].tolist(), event[first].tolist(), event[last].tolist(), after.tolist(), severest.tolist(),
        (last - first + 1).tolist(), released.tolist(), persons.tolist(), strict=True,
    )  # fmt: skip
    return Cases(tuple(_case(history, outcome, policies, row) for row in rows), event, of)


def _case(history: History, outcome: Outcome, policies: PolicySet, row: tuple[int, ...]) -> Case:
    flag, begin, end, after, effect, refused, released, persons = row
    budget = policies.budgets[int(outcome.budget[flag])]
    ruling = int(outcome.window[flag])
    window = budget.windows[ruling] if ruling >= 0 else None
    return Case(
        account=history.account.words[int(history.account.codes[begin])],
        kind=_word(history.kind, begin),
        organization=_word(history.organization, begin),
        first_at=int(history.at[begin]),
        last_at=int(history.at[end]),
        opened_at=None if after < 0 else int(history.at[after]),
        policy=budget.id,
        window=0 if window is None else window.length,
        limit=0 if window is None else window.limit,
        used=int(outcome.used[flag]),
        effect=Effect(effect).word,
        refused=refused,
        released=released,
        persons=persons,
    )


def _word(column: Column | None, event: int) -> str:
    code = -1 if column is None else int(column.codes[event])
    return "" if column is None or code < 0 else column.words[code]


def _let_through(history: History, refused: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """For each case, its account's requests let through between its ends, and the first one after (-1 for none)."""
    concerned = np.zeros(len(history.account.words), np.bool_)
    concerned[history.account.codes[first]] = True
    events = np.flatnonzero(concerned[history.account.codes])
    out = np.zeros(len(history), np.bool_)
    out[refused] = True
    events = events[~out[events]]
    width = np.int64(len(history))
    name = history.account.codes[events].astype(np.int64) * width + events
    order = np.argsort(name)
    name, events = name[order], events[order]
    base = history.account.codes[first].astype(np.int64) * width
    begin, end = np.searchsorted(name, base + first), np.searchsorted(name, base + last)
    inside = end < name.size
    after = np.full(first.size, -1, np.int64)
    same = np.zeros(first.size, np.bool_)
    same[inside] = name[end[inside]] < base[inside] + width
    after[same] = events[end[same]]
    return (end - begin).astype(np.int64), after


def _persons(history: History, event: Ints, of: Ints, cases: int) -> Ints:
    rows = history.rows()
    sizes = rows[event + 1] - rows[event]
    starts = np.cumsum(sizes) - sizes
    row = np.arange(int(sizes.sum())) + np.repeat(rows[event] - starts, sizes)
    frame = pl.DataFrame({"of": np.repeat(of, sizes), "person": history.person[row]})
    counted = frame.group_by("of").agg(pl.col("person").n_unique())
    found = np.zeros(cases, np.int64)
    found[counted["of"].to_numpy()] = counted["person"].to_numpy()
    return found


def explained(cases: Sequence[Case], labels: Sequence[Label]) -> tuple[list[Case], list[Label]]:
    """Gives each case the reason of the first label that fits it, and the labels that fit none."""
    told: list[Case] = []
    used: set[int] = set()
    by_name: dict[tuple[str, str], list[int]] = {}
    for number, label in enumerate(labels):
        by_name.setdefault((label.account, label.organization), []).append(number)
    for case in cases:
        names = ((case.account, ""), ("", case.organization), ("", ""))
        fitting = sorted(
            n
            for name in dict.fromkeys(names)
            for n in by_name.get(name, ())
            if _fits(labels[n], case)
        )
        used.update(fitting)
        if fitting:
            label = labels[fitting[0]]
            told.append(replace(case, reason=label.reason, honest=label.honest))
        else:
            told.append(case)
    return told, [label for number, label in enumerate(labels) if number not in used]


def _fits(label: Label, case: Case) -> bool:
    begins = label.since is None or case.last_at >= label.since
    return begins and (label.until is None or case.first_at <= label.until)
