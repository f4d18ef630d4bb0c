"""May a call be sent again, and how long may it still take? What is seen of it on the network.

httpcore bounds each operation by itself; here all operations of a call share one deadline, and a note
is kept whether any byte went out. A question that may have arrived is not asked twice.
"""

# ruff: noqa: ASYNC109 - the parameter `timeout` is httpcore's

import select
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import httpcore

__all__ = ["CURRENT", "ERRORS", "Attempt", "AwaitedBackend", "SyncBackend"]

ERRORS: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    OSError,
)
"""What is raised when a call fails on the way; TLS under anyio raises its own."""

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
    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _named(httpcore.ReadTimeout, httpcore.ReadError):
            self._socket.settimeout(_remaining(timeout, httpcore.ReadTimeout))
            return self._socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _named(httpcore.WriteTimeout, httpcore.WriteError), _noted():
            view = memoryview(buffer)
            while view:
                self._socket.settimeout(_remaining(timeout, httpcore.WriteTimeout))
                view = view[self._socket.send(view) :]

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._socket.settimeout(_remaining(timeout, httpcore.ConnectTimeout))
                return _Stream(
                    ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
                )
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if (
            info == "is_readable"
        ):  # an idle connection is only readable when its other end was closed
            waiting = select.poll()
            waiting.register(self._socket, select.POLLIN)
            return bool(waiting.poll(0))
        return self._socket if info == "socket" else None


class SyncBackend(httpcore.NetworkBackend):
    """Connections whose every operation ends at the attempt's deadline."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's
        socket_options: _Options = None,  # noqa: ARG002 - idem
    ) -> httpcore.NetworkStream:
        """Connects over TCP."""
        with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
            left = _remaining(timeout, httpcore.ConnectTimeout)
            opened = socket.create_connection((host, port), left)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Stream(opened)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: _Options = None,  # noqa: ARG002 - httpcore's
    ) -> httpcore.NetworkStream:
        """Connects to a Unix socket."""
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _named(httpcore.ConnectTimeout, httpcore.ConnectError):
                opened.settimeout(_remaining(timeout, httpcore.ConnectTimeout))
                opened.connect(path)
        except BaseException:
            opened.close()
            raise
        return _Stream(opened)


@contextmanager
def _named(late: type[httpcore.TimeoutException], broken: type[Exception]) -> Iterator[None]:
    """Turns the system's errors into httpcore's."""
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:
        raise broken(error) from error


@contextmanager
def _noted() -> Iterator[None]:
    """Notes that something was sent, unless the other end was closed: then no whole question arrived."""
    try:
        yield
    except (ConnectionError, httpcore.WriteError):
        raise
    except BaseException:
        _note_sent()
        raise
    _note_sent()


class _AwaitedStream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _noted():
            await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
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
