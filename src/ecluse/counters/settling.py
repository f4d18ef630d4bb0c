"""How are reservations settled? Those that wait are settled together, by one run of the script."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ecluse.counters.batch import person_bytes
from ecluse.counters.keys import Keys
from ecluse.counters.link import Link
from ecluse.counters.script import DRAWN, SETTLE
from ecluse.model.errors import UnavailableError

__all__ = ["Settling"]

_AT_ONCE: Final = 64
_POST, _RELEASE, _PART = 1, 2, 3


@dataclass(slots=True)
class _Waiting:
    number: int
    how: int
    shown: bytes
    settled: "asyncio.Future[bool]"


class Settling:
    """Settles reservations of one counter."""

    def __init__(self, link: Link, keys: Keys) -> None:
        """Sends nothing yet."""
        self._link, self._keys = link, keys
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def post(self, number: int, persons: tuple[int, ...] | None, at: bytes) -> bool:
        """Confirms a reservation, or the part of it that was shown.

        Args:
            number: of the reservation.
            persons: those who were shown; None for all.
            at: an instant, in tests; else empty.

        Raises:
            UnavailableError: when the counter cannot be reached.
        """
        if persons is None:
            return await self._settle(number, _POST, b"", at)
        return await self._settle(number, _PART, person_bytes(persons), at)

    async def release(self, number: int, at: bytes) -> bool:
        """Takes a reservation back; otherwise as `post`."""
        return await self._settle(number, _RELEASE, b"", at)

    async def close(self) -> None:
        """Ends what is under way; who waits for it is told that it was cancelled."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _settle(self, number: int, how: int, shown: bytes, at: bytes) -> bool:
        waiting = _Waiting(number, how, shown, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain(at))
        return await waiting.settled

    async def _drain(self, at: bytes) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
            try:
                answers = await self._send(batch, at)
                for waiting, answer in zip(batch, answers, strict=True):
                    if not waiting.settled.done():
                        waiting.settled.set_result(bool(answer))
            except UnavailableError as error:
                for waiting in batch:
                    if not waiting.settled.done():
                        waiting.settled.set_exception(UnavailableError(str(error), help=error.help))
            finally:
                for waiting in batch:
                    waiting.settled.cancel()  # only those that a fault or a cancellation left waiting

    async def _send(self, batch: list[_Waiting], at: bytes) -> Any:
        fixed = self._keys.fixed
        numbers = [str(w.number).encode() for w in batch if w.how != _POST]
        drawn = await self._link.run(DRAWN, fixed, b"", *numbers) if numbers else []
        asked, shown = [], bytearray()
        for waiting in batch:
            first = len(shown)
            shown += waiting.shown
            asked.append((waiting.number, waiting.how, first, len(shown)))
        packed = msgspec.msgpack.encode(asked)
        return await self._link.run(SETTLE, [*fixed, *drawn], at, packed, bytes(shown))
