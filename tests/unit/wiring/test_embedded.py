import asyncio
import threading

import pytest

from ecluse.model.policy import Budget, Key, PolicySet, Window
from ecluse.model.time import DAY
from ecluse.runners.commits import GroupCommit
from ecluse.service.findings_book import FindingsBook
from ecluse.wiring import now
from ecluse.wiring.counting import Parts
from ecluse.wiring.embedded import count_embedded
from ecluse.wiring.gate_files import GateFiles
from gate_kit import ME, Clock, GateKit, asked


@pytest.fixture
def kit(tmp_path):
    with GateKit(tmp_path / "ledger", clock=Clock(now())) as made:
        yield made


async def opened(kit):
    """The counting of a gate, and its group commit."""
    commits = GroupCommit(kit.ledger, kit.keeper.tally)
    files = GateFiles(policy=None, estate=None, ledger=kit.root)
    findings = FindingsBook(kit.ledger, kit.clock)
    return await count_embedded(Parts(files, kit.ledger, kit.keeper, commits, findings)), commits


def test_a_person_on_the_way_to_the_disk_counts_for_new_policies(kit):
    at_the_disk, go_on = threading.Event(), threading.Event()
    commit = kit.ledger.commit

    def slow_commit(*arguments):
        at_the_disk.set()
        assert go_on.wait(30)
        return commit(*arguments)

    async def during():
        counting, commits = await opened(kit)
        kit.ledger.commit = slow_commit
        asking = asyncio.create_task(counting.counts.ask("check", asked("1"), ME))
        await asyncio.to_thread(at_the_disk.wait, 30)
        day = Budget("day", (Key.ACCOUNT,), (Window(DAY, 1),))
        adopting = asyncio.create_task(
            counting.adopt(PolicySet((*kit.policies.budgets, day), "other"))
        )
        await asyncio.wait([adopting], timeout=1)
        go_on.set()
        await adopting
        assert (await asking).released
        second = await counting.counts.ask("check", asked("2"), ME)
        await commits.close()
        return second

    answer = asyncio.run(during())
    assert (answer.released, answer.reasons[0].policy) == (False, "day")
