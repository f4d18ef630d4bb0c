import asyncio
import json

import pytest

from ecluse.model.call import Verdict
from ecluse.model.decision import PERMIT
from ecluse.model.errors import UnavailableError
from ecluse.model.policy import Window
from ecluse.model.settings import Failure, SharedCounter
from ecluse.model.time import HOUR
from ecluse.runners.commits import GroupCommit
from ecluse.runners.shared import SharedCounts
from gate_kit import ME, START, GateKit, asked

DENY = SharedCounter("redis://192.0.2.1:6379/0")
PERMIT_TWO = SharedCounter(
    "redis://192.0.2.1:6379/0",
    when_unreachable=Failure.PERMIT,
    allowance=(Window(HOUR, 2),),
)


class FakeCounter:
    """Permits everything while it is there, and remembers what it was given."""

    def __init__(self):
        self.away, self.loaded, self.fault = False, [], None

    async def decide(self, calls):
        if self.fault is not None:
            raise self.fault
        if self.away:
            raise UnavailableError("away")
        return [Verdict(PERMIT, START) for _ in calls]

    async def load(self, history, *, holds=None, complete=True):
        if self.away:
            raise UnavailableError("away")
        self.loaded.append((list(history), complete))

    async def close(self):
        pass


@pytest.fixture
def kit(tmp_path):
    with GateKit(tmp_path / "ledger") as made:
        yield made


def run(kit, settings, steps):
    """Lets the steps have the counts and their counter."""

    async def all_of_it():
        counter, told = FakeCounter(), []
        commits = GroupCommit(kit.ledger, kit.keeper.tally)
        counts = SharedCounts(
            kit.keeper,
            counter,
            commits,
            settings,
            on_change=lambda *, reached: told.append(reached),
        )
        try:
            await steps(counts, counter)
        finally:
            await counts.close()
            await commits.close()
        return told

    return asyncio.run(all_of_it())


async def never():
    raise AssertionError("the ledger need not be brought")


def test_what_is_reported_without_it_is_bounded_and_brought_from_the_ledger(kit, monkeypatch):
    monkeypatch.setattr("ecluse.runners.shared.OWED_MAX", 6)
    monkeypatch.setattr("ecluse.runners.owed.NEWEST", 2)

    async def steps(counts, counter):
        brought = []

        async def bring():
            if counter.away:
                raise UnavailableError("away")
            kit.ledger.sync()
            brought.extend(r for r in kit.entries() if r["kind"] == "observed")

        counter.away = True
        for person in range(20):
            await counts.ask("observe", asked(str(person)), ME)
        with pytest.raises(UnavailableError):
            await counts.pay_back(bring)
        counter.away = False
        await counts.pay_back(bring)
        assert len(brought) == 20
        ((history, complete),) = counter.loaded
        assert 2 <= len(history) <= 4
        assert (
            history[-1][1].persons == kit.keeper.prepare("check", asked("19"), ME).request.persons
        )
        assert not complete
        await counts.pay_back(never)

    run(kit, DENY, steps)


def test_without_the_counter_nothing_is_released_unless_it_was_written_down(kit):
    async def steps(counts, counter):
        counter.away = True
        answer = await counts.ask("check", asked("1"), ME)
        assert (answer.released, answer.degraded) == (False, "deny")
        assert counts.degraded == "deny"

    assert run(kit, DENY, steps) == [False]


def test_what_is_permitted_without_it_is_bounded_and_paid_back_as_a_part(kit):
    async def steps(counts, counter):
        counter.away = True
        answers = [await counts.ask("check", asked(p), ME) for p in "123"]
        assert [a.released for a in answers] == [True, True, False]
        assert {a.degraded for a in answers} == {"permit"}
        with pytest.raises(UnavailableError):
            await counts.pay_back(never)
        counter.away = False
        await counts.pay_back(never)
        await counts.pay_back(never)
        ((history, complete),) = counter.loaded
        assert [request.persons for _, request in history] == [
            kit.keeper.prepare("check", asked(p), ME).request.persons for p in "12"
        ]
        assert not complete, "the rest of the ledger may be missing there"
        counts.answers_again()

    assert run(kit, PERMIT_TWO, steps) == [False, True]
    details = [row["detail"] for row in kit.entries()]
    assert [json.loads(d) for d in details] == [{"degraded": "permit"}] * 3


def test_a_gate_whose_name_another_has_decides_as_if_the_counter_were_away(kit):
    async def steps(counts, counter):
        del counter  # it answers
        counts.barred = True
        answers = [await counts.ask("check", asked(p), ME) for p in "123"]
        assert [(a.released, a.degraded) for a in answers] == [(True, "permit")] * 2 + [
            (False, "permit")
        ]
        with pytest.raises(UnavailableError, match="another gate has the name"):
            await counts.usage(kit.keeper.prepare("check", asked("1"), ME).request)
        counts.barred = False
        assert (await counts.ask("check", asked("3"), ME)).degraded == ""

    assert run(kit, PERMIT_TWO, steps) == [False, True]


def test_what_was_decided_without_it_says_so_although_it_answers_by_now(kit):
    async def steps(counts, counter):
        counter.away = True
        asking = asyncio.create_task(counts.ask("check", asked("1"), ME))
        while not counts.degraded:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0)
        counts.answers_again()  # before the question's task has had its turn
        assert (await asking).degraded == "permit"

    run(kit, PERMIT_TWO, steps)
    assert [json.loads(row["detail"]) for row in kit.entries()] == [{"degraded": "permit"}]


def test_a_fault_ends_its_calls_and_not_the_sending(kit):
    async def steps(counts, counter):
        counter.fault = ZeroDivisionError()
        for _ in range(5):
            with pytest.raises(ZeroDivisionError):
                await counts.ask("check", asked("1"), ME)
        counter.fault = None
        assert (await counts.ask("check", asked("1"), ME)).released

    run(kit, DENY, steps)
