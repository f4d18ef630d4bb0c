"""How do counts and holds become bytes and come back in a second or two, however many there are?

`engine.snapshot` keeps everything, open reservations with their way back included, one entry after
the other. This keeps what a rebuilding from the ledger would give, in columns: an access that is
still reserved counts as shown.
Cost: about 0.2 µs an entry each way. Size: 16 bytes an entry.
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
from ecluse.model.decision import Hold
from ecluse.model.policy import Count, Key, PolicySet
from ecluse.service.bulk import NOTHING, Logs, counted, load_logs, merged
from ecluse.service.rebuild_acts import Holds
from ecluse.service.rebuild_past import Past

__all__ = [
    "FRESH",
    "State",
    "counted_from",
    "engine_of",
    "fingerprint",
    "pack",
    "state_of",
    "unpack",
]

_VERSION: Final = 1

_Log = TypeVar("_Log")


@dataclass(frozen=True, slots=True)
class State:
    """Counts and holds at one instant.

    Attributes:
        clock: the latest instant seen, microseconds.
        number: of the last access that was numbered.
        budgets: by id, in the order of the policy set.
    """

    clock: int
    number: int
    holds: Holds
    budgets: dict[str, Logs]


FRESH: Final = State(0, 0, {}, {})
"""Nothing counted, nothing closed."""


class _Budget(msgspec.Struct, array_like=True):
    id: str
    keys: list[Any]
    sizes: bytes
    items: bytes | list[str]
    at: bytes
    weights: bytes | None


class _Written(msgspec.Struct, array_like=True):
    version: int
    clock: int
    number: int
    holds: list[tuple[str, str, str, int]]
    budgets: list[_Budget]


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
        policies: of the same `fingerprint` as those of `former`.
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
        before = former.budgets.get(detector.budget.id, NOTHING)
        if before.keys:
            logs = merged(detector, before, logs, now=now)
        budgets[detector.budget.id] = logs
    return State(now, former.number + size - first, holds, budgets)


def engine_of(policies: PolicySet, state: State) -> Engine:
    """Makes the engine that goes on from there."""
    engine = Engine(policies)
    engine.clock, engine.number, engine.holds = state.clock, state.number, dict(state.holds)
    for detector in engine.detectors:
        logs = state.budgets[detector.budget.id]
        if logs.keys:
            load_logs(detector, logs, state.clock)
    engine.note_keys()
    return engine


def state_of(engine: Engine) -> State:
    """What a running engine has counted; an access that is still reserved counts as shown."""
    budgets = {d.budget.id: _logs_of(d, engine.clock) for d in engine.detectors}
    return State(engine.clock, engine.number, dict(engine.holds), budgets)


def pack(state: State) -> bytes:
    """Writes a state; 16 bytes an entry, and the names of the keys."""
    holds = sorted(
        (kind.value, name, hold.policy, hold.at) for (kind, name), hold in state.holds.items()
    )
    budgets = [_written(name, logs) for name, logs in state.budgets.items()]
    return msgspec.msgpack.encode(_Written(_VERSION, state.clock, state.number, holds, budgets))


def unpack(data: bytes | memoryview) -> State:
    """Reads what `pack` gave; whoever stored it sees to it that nobody changed it.

    Raises:
        ValueError: when another version of Ecluse wrote it.
    """
    try:
        state = msgspec.msgpack.decode(data, type=_Written)
    except msgspec.MsgspecError:
        raise ValueError("it holds no counts") from None
    if state.version != _VERSION:
        raise ValueError("another version of Ecluse wrote it")
    holds = {(Key(kind), name): Hold(policy, at) for kind, name, policy, at in state.holds}
    return State(state.clock, state.number, holds, {b.id: _read(b) for b in state.budgets})


def fingerprint(policies: PolicySet) -> str:
    """Names what the counts of a policy set depend on: two sets of one fingerprint count alike."""
    counted = [
        (b.id, [k.value for k in b.per], b.counts.value, b.target, [(w.length, w.limit) for w in b.windows])
        for b in policies.budgets
    ]  # fmt: skip
    return sha256(msgspec.json.encode(counted, order="deterministic")).hexdigest()


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


def _written(name: str, logs: Logs) -> _Budget:
    items = logs.items
    return _Budget(
        name,
        list(logs.keys),
        logs.sizes.astype("<i8").tobytes(),
        items if isinstance(items, list) else items.astype("<u8").tobytes(),
        logs.at.astype("<i8").tobytes(),
        None if logs.weights is None else logs.weights.astype("<i8").tobytes(),
    )


def _read(budget: _Budget) -> Logs:
    return Logs(
        keys=[tuple(key) if isinstance(key, list) else key for key in budget.keys],
        sizes=np.frombuffer(budget.sizes, "<i8"),
        items=budget.items
        if isinstance(budget.items, list)
        else np.frombuffer(budget.items, "<u8"),
        at=np.frombuffer(budget.at, "<i8"),
        weights=None if budget.weights is None else np.frombuffer(budget.weights, "<i8"),
    )
