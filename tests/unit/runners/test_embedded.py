import asyncio
import errno
import threading

import pytest

from ecluse.ledgers.disk import Disk
from ecluse.model.client import Client, Scope
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.model.policy import Effect
from ecluse.model.time import HOUR, MINUTE
from ecluse.runners.commits import GroupCommit
from ecluse.runners.embedded import EmbeddedCounts
from gate_kit import ME, OTHER, START, GateKit, asked, limit


@pytest.fixture
def kit(tmp_path):
    with GateKit(tmp_path / "ledger") as made:
        yield made


def effects(kit, *persons):
    return [kit.decider.decide("check", asked(p), ME)[0].effect for p in persons]


def test_the_first_person_over_the_limit_is_refused(kit):
    assert effects(kit, "1", "2", "3", "4", "1") == ["permit"] * 3 + ["deny", "permit"]


def test_a_refusal_says_when_it_opens(kit):
    for minute, person in enumerate("123"):
        kit.clock.at = START + minute * MINUTE
        effects(kit, person)
    answer, _ = kit.decider.decide("check", asked("4"), ME)
    assert answer.retry_after == (HOUR - 2 * MINUTE) // 1_000_000
    assert kit.decider.decide("check", asked("4", "5", "6", "7"), ME)[0].retry_after is None


def test_a_reservation_taken_back_leaves_no_trace_but_its_entries(kit):
    answer, _ = kit.decider.decide("reserve", asked("1", "2", "3"), ME)
    assert kit.decider.decide("check", asked("4"), ME)[0].effect == "deny"
    assert kit.decider.release(answer.reservation, ME)
    assert not kit.decider.release(answer.reservation, ME)
    assert effects(kit, "4", "5", "6", "7") == ["permit"] * 3 + ["deny"]
    assert [row["kind"] for row in kit.entries()][:3] == ["access", "access", "release"]


def test_a_part_of_a_reservation_can_be_confirmed(kit):
    answer, _ = kit.decider.decide("reserve", asked("1", "2", "3"), ME)
    assert kit.decider.post(answer.reservation, ME, ["2"])
    assert effects(kit, "4", "5", "6") == ["permit", "permit", "deny"]


@pytest.mark.parametrize("stranger", ["9", "02", "\ud800"])
def test_nobody_is_shown_who_was_not_reserved(kit, stranger):
    answer, _ = kit.decider.decide("reserve", asked("1", "2", "3"), ME)
    with pytest.raises(CallerError):
        kit.decider.post(answer.reservation, ME, ["1", stranger])
    assert effects(kit, "4") == ["deny"], "all that were reserved count"
    assert kit.decider.post(answer.reservation, ME, ["1"]), "it was still open"
    assert effects(kit, "4") == ["permit"]


def test_confirming_that_nobody_was_shown_is_taking_it_back(kit):
    answer, _ = kit.decider.decide("reserve", asked("1", "2", "3"), ME)
    assert kit.decider.post(answer.reservation, ME, [])
    assert kit.keeper.tally.settled == {"release": 1}
    assert effects(kit, "4", "5", "6") == ["permit"] * 3


def test_another_client_cannot_settle_it(kit):
    answer, _ = kit.decider.decide("reserve", asked("1", "2", "3"), ME)
    assert not kit.decider.release(answer.reservation, OTHER)
    assert not kit.decider.post(answer.reservation, OTHER, None)
    assert effects(kit, "4") == ["deny"]


def test_an_unanswered_reservation_is_kept_and_forgotten(kit):
    answer, _ = kit.decider.decide("reserve", asked("1", "2", "3"), ME)
    kit.clock.at += kit.settings.reservation
    kit.decider.tend()
    assert len(kit.decider.reservations) == 0
    assert not kit.decider.engine.reservations
    assert not kit.decider.release(answer.reservation, ME)
    assert effects(kit, "4") == ["deny"]


def test_a_persons_decision_is_a_refusal_that_counts_nothing(kit):
    kit.standing.apply(
        "hold", {"key": "account", "name": "boss", "tree": True, "by": "A", "reason": "r"}, START
    )
    kit.directory.creators = lambda account: ("boss",) if account == "new" else ()
    answer, _ = kit.decider.decide("check", asked("1", account="new"), ME)
    assert (answer.effect, answer.released) == ("hold", False)
    assert answer.reasons[0].policy == "hold:boss"
    assert effects(kit, "1") == ["permit"]


def test_what_cannot_be_written_decides_nothing(tmp_path):
    with GateKit(tmp_path / "ledger", policies=limit(1, effect=Effect.HOLD)) as kit:
        effects(kit, "1")
        with pytest.raises(CallerError, match="comma"):
            kit.decider.decide("check", asked("2", categories=("identity,contact",)), ME)
        assert not kit.decider.engine.holds, "nobody would know of it after a restart"


def test_a_hold_closes_the_account(tmp_path):
    with GateKit(tmp_path / "l", policies=limit(1, effect=Effect.HOLD)) as kit:
        assert effects(kit, "1", "2", "1") == ["permit", "hold", "hold"]


def test_what_is_observed_counts(kit):
    answer, _ = kit.decider.decide("observe", asked("1", "2", "3", at=START - MINUTE), ME)
    assert answer.released
    assert effects(kit, "4") == ["deny"]


def test_what_will_be_observed_is_taken_as_now(kit):
    kit.decider.decide("observe", asked("1", at=START + 10 * HOUR), ME)
    assert kit.decider.engine.clock == START


class FullDisk:
    """A ledger whose commits fail when told to."""

    def __init__(self, ledger):
        self.ledger, self.full = ledger, False

    def commit(self):
        if self.full:
            raise UnavailableError("the disk is full")
        return self.ledger.commit()

    def kept(self, ticket):
        return self.ledger.kept(ticket)


def test_nothing_is_answered_that_is_not_on_disk(kit):
    async def scene():
        disk = FullDisk(kit.ledger)
        commits = GroupCommit(disk, kit.keeper.tally)
        counts = EmbeddedCounts(kit.decider, commits)
        answer = await counts.ask("check", asked("1"), ME)
        assert answer.released
        assert len(kit.entries()) == 1
        disk.full = True
        with pytest.raises(UnavailableError):
            await counts.ask("reserve", asked("2", "3"), ME)
        with pytest.raises(UnavailableError):
            await counts.ask_many([("reserve", asked("2")), ("reserve", asked("3"))], ME)
        disk.full = False
        assert len(kit.decider.reservations) == 0, "what could not be written is not reserved"
        assert (await counts.ask("check", asked("2", "3"), ME)).released
        await commits.close()

    asyncio.run(scene())


def test_several_calls_are_decided_in_order(kit):
    async def scene():
        commits = GroupCommit(kit.ledger, kit.keeper.tally)
        counts = EmbeddedCounts(kit.decider, commits)
        calls = [("check", asked(str(n))) for n in range(5)]
        answers = await counts.ask_many(calls, ME)
        assert [a.effect for a in answers] == ["permit"] * 3 + ["deny"] * 2
        assert kit.keeper.tally.commits == 1
        used = {
            u.used for u in await counts.usage(kit.keeper.prepare("check", asked("9"), ME).request)
        }
        assert used == {3}
        await commits.close()

    asyncio.run(scene())


def test_a_client_that_may_not_speak_for_an_application_counts_nothing(kit):
    stranger = Client("stranger", frozenset({Scope.ASK}), frozenset({"else"}))
    with pytest.raises(Exception, match="not enrolled"):
        kit.decider.decide("check", asked("1"), stranger)
    assert kit.ledger.size == 0


def test_others_have_their_turn_during_a_long_batch(kit):
    calls = [("observe", asked(*(f"{n}-{m}" for m in range(1_000)))) for n in range(30)]

    async def scene():
        commits = GroupCommit(kit.ledger, kit.keeper.tally)
        counts = EmbeddedCounts(kit.decider, commits)
        batch = asyncio.create_task(counts.ask_many(calls, ME))
        await asyncio.sleep(0)
        answer = await counts.ask("check", asked("1", account="other"), ME)
        told = await batch
        await commits.close()
        return answer.entry, [a.entry for a in told]

    entry, told = asyncio.run(scene())
    assert min(told) < entry < max(told)
    assert len(kit.entries()) == 31


class FullOnce(Disk):
    """Has no space for the next write."""

    full = False

    def write(self, descriptor, data):
        if self.full:
            self.full = False
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(descriptor, data)


def answers_around_a_full_disk(kit, first, second):
    """What two get of whom the second asks after the first's commit has begun, which then fails."""
    begun, go_on = threading.Event(), threading.Event()
    commit, disk = kit.ledger.commit, FullOnce()
    kit.ledger._log._disk = disk

    def late():
        begun.set()
        assert go_on.wait(30)
        return commit()

    async def scene():
        commits = GroupCommit(kit.ledger, kit.keeper.tally)
        counts = EmbeddedCounts(kit.decider, commits)
        kit.ledger.commit = late
        asking = [asyncio.create_task(first(counts))]
        await asyncio.to_thread(begun.wait, 30)
        asking.append(asyncio.create_task(second(counts)))
        await asyncio.sleep(0)
        disk.full = True
        go_on.set()
        told = await asyncio.gather(*asking, return_exceptions=True)
        await commits.close()
        kit.ledger.commit = commit
        return told

    return asyncio.run(scene())


def test_nobody_is_released_whose_entry_went_with_another_ones_group(kit):
    told = answers_around_a_full_disk(
        kit,
        lambda counts: counts.ask("check", asked("1"), ME),
        lambda counts: counts.ask("check", asked("2"), ME),
    )
    assert [type(t) for t in told] == [UnavailableError] * 2
    assert kit.entries() == []


def test_no_call_of_a_batch_is_released_whose_entry_went_with_another_ones_group(kit):
    calls = [("check", asked("2")), ("reserve", asked("3"))]
    told = answers_around_a_full_disk(
        kit,
        lambda counts: counts.ask("check", asked("1"), ME),
        lambda counts: counts.ask_many(calls, ME),
    )
    assert [type(t) for t in told] == [UnavailableError] * 2
    assert kit.entries() == []
    assert len(kit.decider.reservations) == 0
