"""What has an engine counted and closed, in columns that grow, shrink to other policies, and become an engine again?

`engine.snapshot` keeps everything, open reservations with their way back included, one entry after
the other. This keeps what a rebuilding from the ledger would give: an access that is still reserved
counts as shown.
Cost: about 0.2 µs an entry from an engine or to one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec
import numpy as np

from ecluse.counting.indexed import IndexedLog
from ecluse.counting.packed import PackedLog
from ecluse.counting.weighted import WeightedLog
from ecluse.detectors.budget import BudgetDetector
from ecluse.engine.evaluate import Engine
from ecluse.model.policy import Count, PolicySet
from ecluse.service.bulk import NOTHING, Logs, counted, load_logs, merged
from ecluse.service.rebuild_acts import Holds
from ecluse.service.rebuild_past import Past

__all__ = [
    "FRESH",
    "Kept",
    "State",
    "counted_from",
    "engine_of",
    "state_of",
]

_Log = TypeVar("_Log")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was counted for one budget, and for which others it is enough.

    Attributes:
        counts: names keys, target and what is counted.
        length: of the longest window, microseconds.
        cap: the most entries of a key.
    """

    counts: str
    length: int
    cap: int
    logs: Logs

    def serves(self, detector: BudgetDetector) -> bool:
        """Whether the entries hold all that a budget needs."""
        wide = detector.spans.lengths[-1] <= self.length and detector.spans.cap <= self.cap
        return wide and self.counts == _counts(detector)


@dataclass(frozen=True, slots=True)
class State:
    """Counts and holds at one instant.

    Attributes:
        clock: the latest instant seen, microseconds.
        number: of the last access that was numbered.
        budgets: by id.
    """

    clock: int
    number: int
    holds: Holds
    budgets: dict[str, Kept]

    def lacks(self, policies: PolicySet) -> tuple[str, ...]:
        """The budgets whose counts cannot be told from it: other keys, targets, longer windows, higher limits."""
        return tuple(
            d.budget.id
            for d in Engine(policies).detectors
            if (kept := self.budgets.get(d.budget.id)) is None or not kept.serves(d)
        )


FRESH: Final = State(0, 0, {}, {})
"""Nothing counted, nothing closed."""


def counted_from(
    policies: PolicySet,
    former: State,
    past: Past,
    holds: Holds,
    *,
    first: int,
    size: int,
    clock: int,
) -> State:
    """Counts the accesses among some entries, after what was counted before.

    Args:
        policies: none that `former` lacks, unless it is `FRESH`.
        former: what was counted before.
        past: the accesses, none of them older than the clock of `former`.
        holds: what is closed after them.
        first: number of the first of these entries.
        size: number of the first entry after them.
        clock: the latest instant of an access among them, microseconds, also of one that nothing counts any more.
    """
    at = past.history.at
    assert not at.size or at[0] >= former.clock, "nothing comes before what was counted"
    now = max(former.clock, clock)
    budgets = {}
    for detector in Engine(policies).detectors:
        logs = counted(detector, past, now=now, number=former.number + 1 - first)
        before = former.budgets.get(detector.budget.id)
        if before is not None:
            kept = _fitted(detector, before, now)
            logs = merged(detector, kept, logs, now=now) if logs.keys else kept
        budgets[detector.budget.id] = _kept(detector, logs)
    return State(now, former.number + size - first, holds, budgets)


def engine_of(policies: PolicySet, state: State) -> Engine:
    """Makes the engine that goes on from there."""
    engine = Engine(policies)
    engine.clock, engine.number, engine.holds = state.clock, state.number, dict(state.holds)
    for detector in engine.detectors:
        logs = _fitted(detector, state.budgets[detector.budget.id], state.clock)
        if logs.keys:
            load_logs(detector, logs, state.clock)
    engine.note_keys()
    return engine


def state_of(engine: Engine) -> State:
    """What a running engine has counted; an access that is still reserved counts as shown."""
    budgets = {d.budget.id: _kept(d, _logs_of(d, engine.clock)) for d in engine.detectors}
    return State(engine.clock, engine.number, dict(engine.holds), budgets)


def _counts(detector: BudgetDetector) -> str:
    budget = detector.budget
    counted = ([key.value for key in budget.per], budget.counts.value, budget.target)
    return sha256(msgspec.json.encode(counted, order="deterministic")).hexdigest()


def _kept(detector: BudgetDetector, logs: Logs) -> Kept:
    return Kept(_counts(detector), detector.spans.lengths[-1], detector.spans.cap, logs)


def _fitted(detector: BudgetDetector, kept: Kept, now: int) -> Logs:
    """The entries that a budget keeps, of those kept for a larger one."""
    assert kept.serves(detector), "the counts are of other policies"
    same = (kept.length, kept.cap) == (detector.spans.lengths[-1], detector.spans.cap)
    return (
        kept.logs if same or not kept.logs.keys else merged(detector, kept.logs, NOTHING, now=now)
    )


def _logs_of(detector: BudgetDetector, now: int) -> Logs:
    keys = sorted(key for key, log in detector.logs.items() if not log.idle(now) and len(log))
    kind = type(detector.empty_log())
    return _KINDS[kind](detector, keys, now) if keys else NOTHING


def _packed(detector: BudgetDetector, keys: list[Any], now: int) -> Logs:
    parts = [log.packed(now) for log in _each(detector, keys, PackedLog)]
    sizes = np.array([len(items) // 8 for items, _, _ in parts], np.int64)
    after = np.zeros((int(sizes.sum()), 8), np.uint8)
    after[:, :6] = np.frombuffer(b"".join([times for _, times, _ in parts]), np.uint8).reshape(
        -1, 6
    )
    base = np.repeat(np.array([base for _, _, base in parts], np.int64), sizes)
    items = np.frombuffer(b"".join([items for items, _, _ in parts]), "<u8")
    return Logs(keys, sizes, items, after.view("<i8").ravel() + base)


def _indexed(detector: BudgetDetector, keys: list[Any], now: int) -> Logs:
    parts = [log.columns(now) for log in _each(detector, keys, IndexedLog)]
    flat = [item for items, _ in parts for item in items]
    sizes = np.array([len(items) for items, _ in parts], np.int64)
    at = np.concatenate([np.asarray(times, np.int64) for _, times in parts])
    names = detector.counts is Count.ACCOUNTS
    return Logs(keys, sizes, flat if names else np.array(flat, np.uint64), at)


def _weighted(detector: BudgetDetector, keys: list[Any], now: int) -> Logs:
    parts = [log.dump(now) for log in _each(detector, keys, WeightedLog)]
    flat = [entry for part in parts for entry in part]
    return Logs(
        keys,
        np.array([len(part) for part in parts], np.int64),
        np.array([number for (number, _), _ in flat], np.uint64),
        np.array([at for _, at in flat], np.int64),
        np.array([weight for (_, weight), _ in flat], np.int64),
    )


_KINDS: Final = {PackedLog: _packed, IndexedLog: _indexed, WeightedLog: _weighted}


def _each(detector: BudgetDetector, keys: list[Any], kind: type[_Log]) -> Iterator[_Log]:
    for key in keys:
        log = detector.logs[key]
        assert isinstance(log, kind)
        yield log
