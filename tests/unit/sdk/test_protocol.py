"""The clients and the tests' gates have what an enforcement point needs."""

import inspect

import pytest

from ecluse.sdk.aio import AsyncGate
from ecluse.sdk.gate import Gate
from ecluse.sdk.protocol import AwaitedGate, SyncGate
from fakes.gate import FakeAwaitedGate, FakeGate

METHODS = [name for name in vars(SyncGate) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
def test_the_gates_keep_the_protocols(name):
    assert len(METHODS) == 5
    wanted = list(inspect.signature(getattr(SyncGate, name)).parameters)
    assert list(inspect.signature(getattr(AwaitedGate, name)).parameters) == wanted
    for gate in (Gate, AsyncGate, FakeGate, FakeAwaitedGate):
        assert list(inspect.signature(getattr(gate, name)).parameters) == wanted
    for awaited in (AwaitedGate, AsyncGate, FakeAwaitedGate):
        assert inspect.iscoroutinefunction(getattr(awaited, name))


def test_both_clients_can_the_same():
    def public(kind):
        return {name for name in vars(kind) if not name.startswith("_")} - {"close", "aclose"}

    assert public(Gate) == public(AsyncGate)
