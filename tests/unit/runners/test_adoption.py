import asyncio
import threading

import pytest

from ecluse.model.policy import Budget, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR
from ecluse.runners.adoption import Adoption
from ecluse.service.rebuild import rebuild
from ecluse.service.refusals import KEPT_AN_HOUR
from gate_kit import ME, GateKit, asked, limit


def also_a_day(policies, persons):
    """The set with a budget that nobody counted before."""
    return PolicySet(
        (*policies.budgets, Budget("day", (Key.ACCOUNT,), (Window(DAY, persons),))), "other"
    )


@pytest.fixture
def kit(tmp_path):
    with GateKit(tmp_path / "ledger") as made:
        made.adoption = made.decider.adoption = Adoption(
            made.adoption.engine, lambda wanted: rebuild(wanted, made.ledger, now=made.clock())
        )
        yield made


def effects(kit, *persons, account="agent"):
    return [kit.decider.decide("check", asked(p, account=account), ME)[0].effect for p in persons]


def test_lower_limits_hold_at_once_and_reservations_stay_open(kit):
    answer, _ = kit.decider.decide("reserve", asked("1", "2"), ME)
    assert kit.adoption.adopt_now(limit(2))
    assert effects(kit, "3") == ["deny"]
    assert kit.decider.release(answer.reservation, ME)
    assert effects(kit, "3", "4", "5") == ["permit", "permit", "deny"]


def test_what_was_not_counted_before_is_read_from_the_ledger(kit):
    effects(kit, "1", "2")
    kit.ledger.commit()
    kit.clock.at += HOUR
    asyncio.run(kit.adoption.adopt(also_a_day(kit.policies, 3)))
    assert effects(kit, "3", "4") == ["permit", "deny"]


def test_what_is_decided_while_the_ledger_is_read_is_counted(kit):
    reading, go_on = threading.Event(), threading.Event()
    real = kit.adoption._rebuild

    def slowly(wanted):
        made = real(wanted)
        reading.set()
        assert go_on.wait(30)
        return made

    kit.adoption._rebuild = slowly

    async def during():
        adopting = asyncio.create_task(kit.adoption.adopt(also_a_day(kit.policies, 2)))
        await asyncio.to_thread(reading.wait, 30)
        assert effects(kit, "1", "2") == ["permit", "permit"]
        go_on.set()
        await adopting

    asyncio.run(during())
    kit.clock.at += HOUR
    assert effects(kit, "3", "1") == ["deny", "permit"]


def test_a_reservation_from_before_never_takes_back_another_one(kit):
    for _ in range(KEPT_AN_HOUR + 20):  # a flood of which the ledger keeps a part
        effects(kit, "1", "2", "3", "4", account="flood")
    old, _ = kit.decider.decide("reserve", asked("x"), ME)
    kit.ledger.commit()
    before = kit.decider.engine.number
    asyncio.run(kit.adoption.adopt(also_a_day(kit.policies, 3)))
    while kit.decider.engine.number + 1 < before:
        effects(kit, "1", account="other")
    got = [kit.decider.decide("reserve", asked(p, account="thief"), ME)[0] for p in "123"]
    assert not kit.decider.release(old.reservation, ME), "it was kept for good"
    assert all(kit.decider.post(answer.reservation, ME, None) for answer in got)
    assert effects(kit, "4", account="thief") == ["deny"]
