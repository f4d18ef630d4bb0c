import asyncio
import threading

import pytest

from ecluse.model.errors import UnavailableError
from ecluse.runners.commits import GroupCommit
from ecluse.service.tally import Tally


class SlowDisk:
    """Commits when the test says so."""

    def __init__(self):
        self.appended = self.durable = self.calls = 0
        self.called, self.go = threading.Event(), threading.Event()
        self.broken = False

    def commit(self):
        self.calls += 1
        self.called.set()
        size = self.appended
        self.go.wait(120)
        if self.broken:
            raise UnavailableError("the disk is full")
        self.durable = size
        return size


def test_those_who_wait_share_a_commit_and_latecomers_the_next():
    async def scene():
        disk, tally = SlowDisk(), Tally()
        commits = GroupCommit(disk, tally)

        async def write():
            disk.appended += 1
            mine = disk.appended
            await commits.wait()
            assert disk.durable >= mine

        first = [asyncio.create_task(write()) for _ in range(20)]
        await asyncio.to_thread(disk.called.wait, 120)
        late = [asyncio.create_task(write()) for _ in range(30)]
        await asyncio.sleep(0)
        assert not any(t.done() for t in first + late)
        disk.go.set()
        await asyncio.gather(*first, *late)
        await commits.close()
        assert disk.calls == 2
        assert (tally.commits, tally.committed) == (2, 50)

    asyncio.run(scene())


def test_a_disk_that_refuses_is_told_to_all_who_wait_and_only_to_them():
    async def scene():
        disk, tally = SlowDisk(), Tally()
        disk.go.set()
        disk.broken = True
        commits = GroupCommit(disk, tally)
        waiting = [commits.wait() for _ in range(3)]
        for waited in waiting:
            with pytest.raises(UnavailableError):
                await waited
        disk.broken = False
        await commits.wait()
        await commits.close()
        assert tally.failures == 1

    asyncio.run(scene())


def test_one_who_gives_up_waiting_stops_nobody():
    async def scene():
        disk, tally = SlowDisk(), Tally()
        commits = GroupCommit(disk, tally)

        async def write():
            disk.appended += 1
            await commits.wait()

        gone = asyncio.create_task(write())
        await asyncio.to_thread(disk.called.wait, 120)
        gone.cancel()
        await asyncio.wait([gone])
        disk.go.set()
        await asyncio.wait_for(write(), 30)
        await asyncio.wait_for(commits.close(), 30)
        assert tally.committed == 2

    asyncio.run(scene())
