"""How does a state become bytes, and come back in a fraction of a second however much it holds?

Columns of numbers are written as they lie in memory: 16 bytes an entry, and the names of the keys.
"""

from typing import Any, Final

import msgspec
import numpy as np

from ecluse.model.decision import Hold
from ecluse.model.policy import Key
from ecluse.service.bulk import Logs
from ecluse.service.rebuild_state import Kept, State

__all__ = ["pack", "unpack"]

_VERSION: Final = 1


class _Budget(msgspec.Struct, array_like=True):
    id: str
    counts: str
    length: int
    cap: int
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


def pack(state: State) -> bytes:
    """Writes a state; 16 bytes an entry, and the names of the keys."""
    holds = sorted(
        (kind.value, name, hold.policy, hold.at) for (kind, name), hold in state.holds.items()
    )
    budgets = [_written(name, kept) for name, kept in state.budgets.items()]
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


def _written(name: str, kept: Kept) -> _Budget:
    logs = kept.logs
    items = logs.items
    return _Budget(
        name,
        kept.counts,
        kept.length,
        kept.cap,
        list(logs.keys),
        logs.sizes.astype("<i8").tobytes(),
        items if isinstance(items, list) else items.astype("<u8").tobytes(),
        logs.at.astype("<i8").tobytes(),
        None if logs.weights is None else logs.weights.astype("<i8").tobytes(),
    )


def _read(budget: _Budget) -> Kept:
    logs = Logs(
        keys=[tuple(key) if isinstance(key, list) else key for key in budget.keys],
        sizes=np.frombuffer(budget.sizes, "<i8"),
        items=budget.items
        if isinstance(budget.items, list)
        else np.frombuffer(budget.items, "<u8"),
        at=np.frombuffer(budget.at, "<i8"),
        weights=None if budget.weights is None else np.frombuffer(budget.weights, "<i8"),
    )
    return Kept(budget.counts, budget.length, budget.cap, logs)
