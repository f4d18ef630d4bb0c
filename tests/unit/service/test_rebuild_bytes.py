import msgspec
import pytest

from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold
from ecluse.model.policy import Budget, Count, Key, PolicySet, Window
from ecluse.service import rebuild_bytes
from ecluse.service.rebuild_bytes import pack, unpack
from ecluse.service.rebuild_state import engine_of, state_of

POLICIES = PolicySet(
    tuple(
        Budget(f"{counts.value}-{limit}", per, (Window(100, limit),), counts=counts)
        for counts in Count
        for limit, per in ((5, (Key.ACCOUNT, Key.APPLICATION)), (10_000, (Key.SYSTEM,)))
    )
)


def busy():
    engine = Engine(POLICIES)
    for number in range(6):
        persons = (number, 1 << 63 | number)
        request = AccessRequest(
            account=f"a{number % 2}", application="x", persons=persons, bytes=10**12
        )
        engine.observe(request, 10 + number)
    engine.holds = {(Key.SESSION, "s"): Hold("b", 3), (Key.ACCOUNT, "a"): Hold("c", 4)}
    return engine


def test_every_kind_of_count_comes_back():
    engine = busy()
    again = engine_of(POLICIES, unpack(pack(state_of(engine))))
    assert [{k: log.dump(15) for k, log in d.logs.items()} for d in again.detectors] == [
        {k: log.dump(15) for k, log in d.logs.items()} for d in engine.detectors
    ]
    assert (again.clock, again.number, again.holds) == (engine.clock, 6, engine.holds)
    assert pack(state_of(again)) == pack(state_of(engine))


def test_a_state_without_counts_comes_back():
    assert unpack(pack(state_of(Engine(POLICIES)))).lacks(POLICIES) == ()


@pytest.mark.parametrize("data", [b"", b"nothing", msgspec.msgpack.encode([1, 2, 3])])
def test_bytes_that_hold_no_counts_are_refused(data):
    with pytest.raises(ValueError, match="no counts"):
        unpack(data)


def test_another_version_is_refused(monkeypatch):
    data = pack(state_of(busy()))
    monkeypatch.setattr(rebuild_bytes, "_VERSION", 2)
    with pytest.raises(ValueError, match="another version"):
        unpack(data)
