"""The events that touch a suspect (see `twophase`), decided in order, in as many parts as do not depend on each other.

Two events depend on each other when a chain of events leads from one to the other, each sharing an account, a session or a
suspect key with the next. What does not is decided apart, with the same outcome: the engine keeps nothing else between events.

Cost: about 0.3 µs an event for deciding, 15 ns an event and acting budget for finding the parts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ecluse.counting.spans import Spans
from ecluse.engine import kernels
from ecluse.engine.columns import Codes, Flags
from ecluse.engine.history import History
from ecluse.engine.outcome import Outcome
from ecluse.engine.settling import COUNTS, EARLIER_HOLD, NO_BUDGET, Budgets, Events, settle
from ecluse.model.policy import Budget, Count, Key, Mode

__all__ = ["COUNT_END", "Drawn", "Together", "bounded", "decide_in_order"]

Together: TypeAlias = Callable[[Callable[..., Any], Iterable[Any]], Iterable[Any]]

COUNT_END: Final = 1 << 62
"""Counts and limits stay below, so that their sums are int64."""

_PARTS: Final = 8
"""More than cores, so that they are busy to the end, and each part has small tables."""
_WORTH: Final = 100_000
"""Fewer events are decided sooner than they are parted."""


@dataclass(slots=True)
class Drawn:
    """One budget over the history: the key of each event (-1: does not draw), and its suspects."""

    budget: Budget
    spans: Spans
    key: Codes
    keys: int
    suspects: Flags


def decide_in_order(
    history: History, events: npt.NDArray[np.int64], drawn: Sequence[Drawn], together: Together
) -> Outcome:
    """Decides these events of a history, as the engine does.

    Args:
        history: the whole of it.
        events: numbers of the events that touch a suspect, rising.
        drawn: all budgets; those without suspects say nothing.
        together: as in `twophase.TwoPhase`.
    """
    acting = [d for d in drawn if d.suspects.any()]
    index = np.array([n for n, d in enumerate(drawn) if d.suspects.any()], np.int32)
    parts = _parts(history, events, acting)
    outcomes = list(together(lambda part: _decide(history, part, acting, index), parts))
    return outcomes[0] if len(outcomes) == 1 else _merged(outcomes)


def _decide(
    whole: History, events: npt.NDArray[np.int64], acting: Sequence[Drawn], index: npt.NDArray[np.int32]
) -> Outcome:  # fmt: skip
    history = _bare(whole).take(events)
    state, starts = _states(acting, events, history)
    effect, budget, window, used, over, warned = settle(
        _events(history, state),
        _budgets([d.budget for d in acting]),
        starts,
        len(history.account.words),
        1 if history.session is None else max(1, len(history.session.words)),
    )
    held = budget == EARLIER_HOLD
    flagged = np.flatnonzero(budget != NO_BUDGET)
    first = np.where(held, used, budget)[flagged]
    return Outcome(
        event=events[flagged],
        effect=effect[flagged],
        budget=index[first],
        window=np.where(held, -1, window)[flagged].astype(np.int32),
        used=np.where(held, 0, used)[flagged],
        over=_spread(over[flagged], index),
        warned=_spread(warned[flagged], index),
    )


def _bare(whole: History) -> History:
    """Only what decides once the keys are known, so that nothing else is copied."""
    return History(
        at=whole.at,
        account=whole.account,
        application=whole.account,  # has to be there; no budget looks at it any more
        person=whole.person,
        first_row=whole.first_row,
        session=whole.session,
        bytes=whole.bytes,
        own=whole.own,
    )


def _merged(outcomes: Sequence[Outcome]) -> Outcome:
    """Outcomes of parts as one, in the order of events."""
    event = np.concatenate([o.event for o in outcomes])
    order = np.argsort(event, kind="stable")
    fields = ("effect", "budget", "window", "used", "over", "warned")
    rest = {f: np.concatenate([getattr(o, f) for o in outcomes])[order] for f in fields}
    return Outcome(event=event[order], **rest)


def _parts(
    history: History, events: npt.NDArray[np.int64], acting: Sequence[Drawn]
) -> list[npt.NDArray[np.int64]]:
    """The events in at most `_PARTS` parts of about the same size that do not depend on each other."""
    if events.size < _WORTH:
        return [events]
    account, base = history.account.codes[events], len(history.account.words)
    others = [(d.key[events], d.suspects) for d in acting]
    if history.session is not None:
        codes = history.session.codes[events]
        others.append((codes, np.ones(len(history.session.words), np.bool_)))
    up = np.arange(base + sum(keys.size for _, keys in others), dtype=np.int32)
    for codes, keys in others:
        kernels.join(up, account, codes, keys, base)
        base += keys.size
    part = kernels.spread(up, account, _PARTS)
    found = [events[part == n] for n in range(_PARTS)]
    return [f for f in found if f.size]


def _states(
    acting: Sequence[Drawn], events: npt.NDArray[np.int64], history: History
) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Numbers the suspect keys of all budgets, and measures the room that each needs."""
    state = np.full((len(acting), events.size), -1, np.int32)
    sizes = np.diff(history.rows())
    rooms: list[npt.NDArray[np.int64]] = []
    number = 0
    for row, d in enumerate(acting):
        dense = np.append(np.where(d.suspects, np.cumsum(d.suspects) - 1, -1), -1).astype(np.int32)
        mine = dense[d.key[events]]
        draws = mine >= 0
        weight = sizes if d.budget.counts is Count.PERSONS else np.ones(events.size)
        count = int(d.suspects.sum())
        rooms.append(np.bincount(mine[draws], weight[draws], count).astype(np.int64))
        state[row] = np.where(draws, mine + number, -1)
        number += count
    return state, np.concatenate(([0], np.cumsum(np.concatenate(rooms)))).astype(np.int64)


def _events(history: History, state: Codes) -> Events:
    """The history as arrays, in the order of the kernel's fields."""
    unknown = np.full(len(history), -1, np.int32)
    return Events(
        history.at,
        history.account.codes,
        unknown if history.session is None else history.session.codes,
        history.rows(),
        history.person.view(np.int64),
        np.full(history.person.size, 2, np.uint8) if history.own is None else history.own,
        np.zeros(len(history), np.int64) if history.bytes is None else history.bytes,
        state,
    )


def _budgets(budgets: Sequence[Budget]) -> Budgets:
    """The budgets as arrays, in the order of the kernel's fields."""
    spans = [Spans.of(b) for b in budgets]
    own = [2 if b.target.own is None else int(b.target.own) for b in budgets]
    return Budgets(
        np.array([COUNTS.index(b.counts) for b in budgets], np.int64),
        np.array(own, np.uint8),
        np.array([int(b.effect) for b in budgets], np.int64),
        np.array([b.mode is Mode.SHADOW for b in budgets]),
        np.array([0 if Key.ACCOUNT in b.per else 1 for b in budgets], np.int64),
        np.concatenate(([0], np.cumsum([len(s.lengths) for s in spans]))).astype(np.int64),
        np.concatenate(
            [np.stack([bounded(r) for r in (s.lengths, s.limits, s.bars)], 1) for s in spans]
        ),
    )


def bounded(limits: Sequence[int]) -> npt.NDArray[np.int64]:
    """Limits as int64; no count reaches the end."""
    return np.array([min(limit, COUNT_END) for limit in limits], np.int64)


def _spread(mask: npt.NDArray[np.uint64], index: npt.NDArray[np.int32]) -> npt.NDArray[np.uint64]:
    """Moves the bits of the acting budgets to their places among all budgets."""
    out = np.zeros_like(mask)
    for bit, place in enumerate(index):
        out |= ((mask >> np.uint64(bit)) & np.uint64(1)) << np.uint64(place)
    return out
