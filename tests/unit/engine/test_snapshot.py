from dataclasses import replace

import pytest

from ecluse.engine.evaluate import Engine
from ecluse.engine.snapshot import restore, snapshot
from ecluse.model.access import AccessRequest
from ecluse.model.errors import IntegrityError
from ecluse.model.policy import Budget, Count, Effect, Key, PolicySet, Window

POLICIES = PolicySet(
    (
        Budget("b", (Key.ACCOUNT,), (Window(100, 3),), effect=Effect.HOLD),
        Budget("c", (Key.ACCOUNT, Key.APPLICATION), (Window(100, 500),), counts=Count.BYTES),
    ),
    "digest",
)


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, bytes=9, **facts)


def busy():
    engine = Engine(POLICIES)
    engine.check(read(1), 5)
    engine.check(read(1, 2, 3, 4, account="z"), 6)
    engine.reserve(read(1, 2), 7, 50)
    return engine


def test_an_open_reservation_comes_back_with_its_way_back_and_its_end():
    for call, room in (("release", True), ("post", False)):
        engine = restore(POLICIES, snapshot(busy()))
        ((number, opened),) = engine.reservations.items()
        assert opened.expires_at == 57
        assert getattr(engine, call)(number, 56)
        assert engine.detectors[0].log("a").last(1) == (5 if room else 7)
        assert engine.check(read(7, 8), 56).permitted is room
    engine = restore(POLICIES, snapshot(busy()))
    engine.check(read(1, account="y"), 57)
    assert not engine.reservations


def test_a_hold_comes_back():
    engine = restore(POLICIES, snapshot(busy()))
    assert engine.check(read(9, account="z"), 8).effect is Effect.HOLD
    assert engine.reopen(Key.ACCOUNT, "z")


def test_every_damage_is_noticed():
    data = snapshot(busy())
    for place in range(len(data)):
        for wrong in (data[:place], data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]):
            with pytest.raises(IntegrityError, match="damaged"):
                restore(POLICIES, wrong)
    with pytest.raises(IntegrityError, match="damaged"):
        restore(POLICIES, b"")


@pytest.mark.parametrize(
    "other",
    [
        replace(POLICIES, digest="another"),
        replace(POLICIES, budgets=POLICIES.budgets[:1]),
        replace(POLICIES, budgets=POLICIES.budgets[::-1]),
    ],
)
def test_another_policy_set_is_noticed(other):
    with pytest.raises(IntegrityError, match="another policy set"):
        restore(other, snapshot(busy()))


def test_another_version_is_noticed(monkeypatch):
    data = snapshot(busy())
    monkeypatch.setattr("ecluse.engine.snapshot._VERSION", 99)
    with pytest.raises(IntegrityError, match="another version"):
        restore(POLICIES, data)


def test_an_access_after_a_restart_stays_when_the_reservation_before_is_released():
    policies = PolicySet(POLICIES.budgets[:1])
    engine = Engine(policies)
    number = engine.reserve(read(1), 7, 50).reservation
    engine = restore(policies, snapshot(engine))
    assert engine.check(read(1), 9).permitted
    assert engine.release(number, 10)
    assert engine.detectors[0].log("a").last(1) == 9
    assert not engine.chains.touched
