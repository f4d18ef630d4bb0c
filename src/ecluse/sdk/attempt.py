"""May a call be sent again, and how long may it still take? What is seen of it on the network.

httpcore bounds each operation by itself; here all operations of a call share one deadline, and a note
is kept whether any byte went out. A question that may have arrived is not asked twice.
"""

# ruff: noqa: ASYNC109 - the parameter `timeout` is httpcore's

import time
from collections.abc import Iterable
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any, Final

import httpcore

__all__ = ["CURRENT", "ERRORS", "Attempt", "AwaitedBackend", "SyncBackend"]

ERRORS: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ConnectionNotAvailable,
)
"""What httpcore raises when a call fails on the way."""

_TRIES: Final = 3
_PAUSE: Final = 0.05
"""Seconds before the second try; twice that before the third. A gate that restarts is back within them or not soon."""


class Attempt:
    """One call, however often it is tried.

    Attributes:
        sent: whether any byte of the question went out.
    """

    __slots__ = ("_end", "_tries", "sent")

    def __init__(self, deadline: float) -> None:
        self._end = time.monotonic() + deadline
        self._tries = 0
        self.sent = False

    def left(self) -> float:
        """Seconds until the deadline; never negative."""
        return max(0.0, self._end - time.monotonic())

    def again_in(self, *, idempotent: bool) -> float | None:
        """Seconds to wait before the next try, or None when there is to be none."""
        self._tries += 1
        pause = _PAUSE * (1 << (self._tries - 1))
        if self._tries >= _TRIES or self.left() <= pause or (self.sent and not idempotent):
            return None
        return pause

    def timeouts(self) -> dict[str, dict[str, float]]:
        """What httpcore is told."""
        left = self.left()
        return {"timeout": {"connect": left, "read": left, "write": left, "pool": left}}


CURRENT: Final[ContextVar[Attempt | None]] = ContextVar("ecluse_attempt", default=None)
"""The attempt that this thread or task makes."""

_Options = Iterable[Any] | None


def _remaining(timeout: float | None, error: type[httpcore.TimeoutException]) -> float | None:
    attempt = CURRENT.get()
    if attempt is None:
        return timeout
    left = attempt.left()
    if left <= 0:
        raise error("the deadline has passed")
    return left


def _note_sent() -> None:
    attempt = CURRENT.get()
    if attempt is not None:
        attempt.sent = True


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._inner.write(buffer, _remaining(timeout, httpcore.WriteTimeout))
        except httpcore.WriteError:  # the other end was closed: at most a part went out
            raise
        except BaseException:
            _note_sent()
            raise
        _note_sent()

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _remaining(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class SyncBackend(httpcore.SyncBackend):
    """Connections whose every operation ends at the attempt's deadline."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.NetworkStream:
        """Connects over TCP."""
        left = _remaining(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left, local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: _Options = None
    ) -> httpcore.NetworkStream:
        """Connects to a Unix socket."""
        left = _remaining(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_unix_socket(path, left, socket_options))


class _AwaitedStream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            await self._inner.write(buffer, timeout)
        except httpcore.WriteError:
            raise
        except BaseException:
            _note_sent()
            raise
        _note_sent()

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AwaitedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class AwaitedBackend(httpcore.AnyIOBackend):
    """The same, awaited; there the deadline is the client's own timeout."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _Options = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connects over TCP."""
        inner = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return _AwaitedStream(inner)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: _Options = None
    ) -> httpcore.AsyncNetworkStream:
        """Connects to a Unix socket."""
        return _AwaitedStream(await super().connect_unix_socket(path, timeout, socket_options))
