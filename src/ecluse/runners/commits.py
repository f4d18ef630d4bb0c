"""When is an appended entry on disk? One commit for all that wait, while the event loop goes on deciding.

Requests that arrive during a commit form the next group; alone, a request waits for its own. Under load,
when groups have several members, they start a millisecond apart at least: on a fast disk the hops to
the thread would otherwise cost more than the decisions. Cost: one hop to a thread a group, some 60 µs.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from ecluse.model.errors import UnavailableError
from ecluse.ports import Ledger, Ticket
from ecluse.service.tally import Tally

__all__ = ["GroupCommit"]

_SPACING: Final = 0.001
"""Seconds between the starts of two groups under load."""

_SEVERAL: Final = 4
"""Members of a group from which on there is a load."""


class GroupCommit:
    """Commits a ledger for many waiters, in a thread of its own."""

    def __init__(self, ledger: Ledger, tally: Tally) -> None:
        self._ledger, self._tally = ledger, tally
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ecluse-commit")
        self._gathering: asyncio.Future[None] | None = None
        self._busy = False
        self._members = 0
        self._started = 0.0

    def wait(self) -> "asyncio.Future[None]":
        """Done once a commit that began after the call has succeeded; `keep` also says whether an entry is in it.

        Raises, when awaited:
            UnavailableError: when the disk refused.
        """
        group = self._gathering
        if group is None:
            group = self._gathering = self._loop.create_future()
            if not self._busy:
                self._busy = True
                self._loop.call_soon(self._start)  # after all requests that are at hand
        self._members += 1
        return group

    async def keep(self, *tickets: Ticket) -> None:
        """Waits until these entries, appended before, are durable.

        A group is told when its own commit failed. That does not tell all: the failure of the group
        before takes back what was appended until then, also by members of this one.

        Raises:
            UnavailableError: when the disk refused one of them.
        """
        await self.wait()
        if not all(map(self._ledger.kept, tickets)):
            raise UnavailableError(
                "the entry was taken back because the disk refused it", help="ask again"
            )

    async def close(self) -> None:
        """Waits for the last group."""
        if self._busy:
            await asyncio.wait([self.wait()])
        self._thread.shutdown()

    def _start(self) -> None:
        group, self._gathering = self._gathering, None
        assert group is not None, "somebody waits"
        self._members, self._started = 0, self._loop.time()
        work = self._loop.run_in_executor(self._thread, self._ledger.commit)
        work.add_done_callback(lambda done: self._finish(group, done))

    def _finish(self, group: "asyncio.Future[None]", done: "asyncio.Future[int]") -> None:
        self._tally.commits += 1
        error = done.exception()
        if error is not None:
            self._tally.failures += 1
        else:
            self._tally.committed = done.result()
        if not group.done():  # it is when one who waited was cancelled
            _tell(group, error)
        if self._gathering is None:
            self._busy = False
        elif self._members < _SEVERAL:
            self._start()
        else:
            self._loop.call_at(self._started + _SPACING, self._start)


def _tell(group: "asyncio.Future[None]", error: BaseException | None) -> None:
    if error is None:
        group.set_result(None)
        return
    group.set_exception(error)
    group.exception()  # seen: whoever still waits gets it, and nobody need wait
