import pytest

from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR
from ecluse.service.rebuild import rebuild
from ecluse.service.rebuild_tail import catch_up, charge_all
from rebuild_kit import Gate

START = 20_000 * DAY
POLICIES = PolicySet(
    (
        Budget("b", (Key.ACCOUNT,), (Window(HOUR, 3),)),
        Budget("h", (Key.SESSION,), (Window(HOUR, 2),), effect=Effect.HOLD),
        Budget("young", (Key.ACCOUNT,), (Window(HOUR, 1),), target=Target(younger_than=DAY)),
    )
)


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, created_at=0, **facts)


@pytest.fixture
def gate():
    return Gate(Engine(POLICIES))


def test_what_came_after_is_taken_in(gate):
    gate.check(read(1, session="s"), START)
    late, size = rebuild(POLICIES, gate.book, now=START)
    gate.check(read(2, session="s"), START + 1)
    gate.check(read(3, session="s"), START + 2)  # closes the session
    gate.hold(Key.ACCOUNT, "z")
    assert catch_up(late, gate.book, size) == len(gate.book.entries) == 4
    assert late.holds == gate.engine.holds
    assert late.detectors[0].log("a").dump(START + 2) == [(1, START), (2, START + 1)]
    gate.reopen(Key.SESSION, "s")
    catch_up(late, gate.book, 4)
    assert late.holds.keys() == {(Key.ACCOUNT, "z")}
    assert catch_up(late, gate.book, 5) == 5


def test_what_was_taken_back_is_not_taken_in(gate):
    gate.reserve(read(1, 2), START)
    late = Engine(POLICIES)
    ((reservation, _),) = gate.open.items()
    gate.settle(reservation, START + 1, shown=[2])
    assert catch_up(late, gate.book, 0) == 2
    assert late.detectors[0].log("a").dump(START + 1) == [(2, START)]


def test_nothing_is_decided_again(gate):
    """More than the limit was observed: it is counted, and closes nothing that the ledger does not close."""
    lax = PolicySet((POLICIES.budgets[0],))
    gate = Gate(Engine(lax))
    gate.observe(read(1, 2, 3, 4, session="s"), START)
    late = Engine(POLICIES)
    catch_up(late, gate.book, 0)
    assert late.holds == {}
    assert len(late.detectors[1].log("s")) == 3


def test_an_engine_with_open_reservations_keeps_their_way_back():
    engine = Engine(POLICIES)
    number = engine.reserve(read(1), START, HOUR).reservation
    charge_all(engine, [(START + 5, read(1)), (START + 6, read(2))])
    assert engine.release(number, START + 7)
    assert engine.detectors[0].log("a").dump(START + 7) == [(1, START + 5), (2, START + 6)]
    assert engine.check(read(3), START + 8).permitted


def test_an_earlier_instant_is_taken_as_the_latest_seen():
    engine = Engine(POLICIES)
    charge_all(engine, [(START + 5, read(1)), (START, read(2))])
    assert engine.clock == START + 5
    assert engine.detectors[0].log("a").last(2) == START + 5


def test_age_is_judged_at_the_instant_of_the_access():
    engine = Engine(POLICIES)
    charge_all(engine, [(HOUR, read(1)), (START, read(2))])
    assert engine.detectors[2].log("a").dump(HOUR) == [(1, HOUR)]
