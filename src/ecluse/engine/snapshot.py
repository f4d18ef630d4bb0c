"""An engine's state as bytes, and back; the same state gives the same bytes.

The bytes hold person identities (keyed pseudonyms) and account names: whoever may read them may
read the ledger. Cost: O(entries) time and 20 bytes an entry.
"""

from hashlib import blake2b
from typing import Any, Final

import msgspec

from ecluse.engine.evaluate import Engine
from ecluse.engine.reservation import Chain, Charge, Open
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold
from ecluse.model.errors import IntegrityError
from ecluse.model.policy import Key, PolicySet

__all__ = ["restore", "snapshot"]

_VERSION: Final = 2
_SUM: Final = 16  # bytes of BLAKE2b before the state


class _Reservation(msgspec.Struct, array_like=True):
    number: int
    at: int
    expires_at: int
    request: AccessRequest
    charges: list[tuple[str, Any, list[Any]]]


class _Version(msgspec.Struct, array_like=True):
    version: int


class _State(msgspec.Struct, array_like=True):
    version: int
    digest: str
    clock: int
    number: int
    holds: list[tuple[str, str, str, int]]
    budgets: list[tuple[str, list[tuple[Any, list[tuple[Any, int]]]]]]
    reservations: list[_Reservation]
    chains: list[tuple[str, Any, Any, int | None, list[tuple[int, int]]]]


def snapshot(engine: Engine) -> bytes:
    """Writes everything that later decisions depend on, in one canonical order."""
    now = engine.clock
    budgets = [
        (
            d.budget.id,
            sorted((key, log.dump(now)) for key, log in d.logs.items() if not log.idle(now)),
        )
        for d in engine.detectors
    ]
    reservations = [
        _Reservation(
            number,
            o.at,
            o.expires_at,
            o.request,
            [(c.detector.budget.id, c.key, list(c.items)) for c in o.charges],
        )
        for number, o in sorted(engine.reservations.items())
    ]
    chains = sorted(
        (budget, key, item, c.before, list(c.links))
        for (budget, key, item), c in engine.chains.by_item.items()
    )
    holds = sorted(
        (kind.value, name, hold.policy, hold.at) for (kind, name), hold in engine.holds.items()
    )
    state = _State(
        _VERSION, engine.policies.digest, now, engine.number, holds, budgets, reservations, chains
    )
    packed = msgspec.msgpack.encode(state)
    return _checksum(packed) + packed


def restore(policies: PolicySet, data: bytes) -> Engine:
    """Makes an engine that goes on exactly where the snapshot was taken.

    Args:
        policies: the policy set that was in force at the snapshot (change it afterwards with `adopt`).
        data: what `snapshot` gave.

    Raises:
        IntegrityError: when the bytes are damaged, or belong to another policy set.
    """
    state = _decoded(data)
    engine = Engine(policies)
    theirs = (state.digest, [budget for budget, _ in state.budgets])
    if theirs != (policies.digest, [d.budget.id for d in engine.detectors]):
        raise IntegrityError(
            "the snapshot of the engine belongs to another policy set",
            help="rebuild the state from the ledger",
        )
    engine.clock, engine.number = state.clock, state.number
    engine.holds = {(Key(kind), name): Hold(policy, at) for kind, name, policy, at in state.holds}
    _fill_logs(engine, state)
    _fill_reservations(engine, state)
    engine.note_keys()
    return engine


def _checksum(packed: bytes) -> bytes:
    return blake2b(packed, digest_size=_SUM).digest()


def _decoded(data: bytes) -> _State:
    help_ = "rebuild the state from the ledger"
    packed = data[_SUM:]
    if _checksum(packed) != data[:_SUM]:
        raise IntegrityError("the snapshot of the engine is damaged", help=help_)
    try:
        if msgspec.msgpack.decode(packed, type=_Version).version == _VERSION:
            return msgspec.msgpack.decode(packed, type=_State)
    except msgspec.MsgspecError:
        pass
    raise IntegrityError("the snapshot of the engine is of another version", help=help_)


def _fill_logs(engine: Engine, state: _State) -> None:
    for detector, (_, keys) in zip(engine.detectors, state.budgets, strict=True):
        for key, entries in keys:
            log = detector.log(_hashable(key))
            log.open = sum(
                c[0] == detector.budget.id and _hashable(c[1]) == _hashable(key)
                for c in state.chains
            )
            log.load([(_hashable(item), at) for item, at in entries], state.clock)


def _fill_reservations(engine: Engine, state: _State) -> None:
    detectors = {d.budget.id: d for d in engine.detectors}
    for saved in state.reservations:
        charges = [
            Charge(detectors[budget], _hashable(key), tuple(_hashable(i) for i in items))
            for budget, key, items in saved.charges
        ]
        engine.reservations[saved.number] = Open(saved.at, saved.expires_at, saved.request, charges)
        engine.expect_expiry(saved.number)
    for budget, key, item, before, links in state.chains:
        engine.chains.by_item[budget, _hashable(key), _hashable(item)] = Chain(before, list(links))
        engine.chains.touched[_hashable(item)] += 1


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
