"""Which connection does a call get? One of its own until it is done: an idle one that still stands, or a new one.

httpcore's own pools look at connections that another thread is using, and may close them under it.
A question that was sent is never repeated here, so that would be a refusal for nothing.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpcore

__all__ = ["AwaitedPool", "SyncPool"]


class SyncPool:
    """Connections for threads; never more than `most` at once.

    Idle ones are kept last in, first out, so that those beyond the need grow old and are closed.
    """

    def __init__(self, connect: Callable[[], httpcore.HTTPConnection], *, most: int) -> None:
        self._connect, self._slots = connect, threading.BoundedSemaphore(most)
        self._idle: list[httpcore.HTTPConnection] = []
        self._closed = False

    @contextmanager
    def connection(self, timeout: float) -> Iterator[httpcore.HTTPConnection]:
        """Lends a connection.

        Args:
            timeout: seconds to wait for one, when all are lent.

        Raises:
            httpcore.PoolTimeout: when none was given back in time.
        """
        if not self._slots.acquire(timeout=timeout):
            raise httpcore.PoolTimeout("all connections are in use")
        try:
            lent = self._take()
            try:
                yield lent
            finally:
                if lent.is_idle() and not lent.is_closed() and not self._closed:
                    self._idle.append(lent)
                else:
                    lent.close()
        finally:
            self._slots.release()

    def close(self) -> None:
        """Closes the idle ones now, and those that are lent once they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> httpcore.HTTPConnection:
        while True:
            try:
                found = self._idle.pop()
            except IndexError:
                return self._connect()
            if not found.is_closed() and not found.has_expired():
                return found
            found.close()


class AwaitedPool:
    """The same for the tasks of one event loop."""

    def __init__(self, connect: Callable[[], httpcore.AsyncHTTPConnection], *, most: int) -> None:
        self._connect, self._slots = connect, asyncio.BoundedSemaphore(most)
        self._idle: list[httpcore.AsyncHTTPConnection] = []
        self._closed = False

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[httpcore.AsyncHTTPConnection]:
        """Lends a connection; whoever waits bounds the time."""
        async with self._slots:
            lent = await self._take()
            try:
                yield lent
            finally:
                if lent.is_idle() and not lent.is_closed() and not self._closed:
                    self._idle.append(lent)
                else:
                    await lent.aclose()

    async def aclose(self) -> None:
        """Closes the idle ones now, and those that are lent once they are given back."""
        self._closed = True
        while self._idle:
            await self._idle.pop().aclose()

    async def _take(self) -> httpcore.AsyncHTTPConnection:
        while self._idle:
            found = self._idle.pop()
            if not found.is_closed() and not found.has_expired():
                return found
            await found.aclose()
        return self._connect()
