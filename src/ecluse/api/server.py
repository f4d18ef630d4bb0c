"""How does the application meet its clients? A Unix socket and a TCP address, on one event loop, until told to stop.

uvicorn speaks HTTP/1.1 (httptools); here are only the sockets, who is at their other end, and the limits
that keep a stranger from filling the memory before anybody knows who he is.
"""

import asyncio
import contextlib
import grp
import os
import resource
import signal
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ecluse.api.app import PEER, App
from ecluse.api.peer import Peer
from ecluse.model.errors import CallerError, ConfigError, UnavailableError
from ecluse.model.settings import Listen

__all__ = ["open_tcp", "open_unix", "serve", "server_tls"]

_BESIDE_MAX: Final = (
    64 * 1024
)  # bytes of a request besides its body: line, headers, sizes of chunks, trailers
_IN_A_ROW_MAX: Final = 64  # requests that wait on one connection for the answer to an earlier one
_ARRIVAL: Final = (
    30.0  # seconds in which a request must have come in whole, the first one from the connection on
)
_GRACE: Final = 10  # seconds for requests in flight, when told to stop
_CONNECTIONS_MAX: Final = 4096
_FILES: Final = 5 * _CONNECTIONS_MAX


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1 with the peer in the scope, and bounds on what a stranger can send, how slowly, and how often."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # a stream is a Transport
        self._peer = _peer_of(transport)
        self._beside = self._body = 0
        self._open = self._began = self._in_head = False
        if len(self.connections) > _most():  # those that are there already go on
            self.transport.abort()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._began, self._body = False, 0
        super().data_received(data)
        if not self._open:
            return
        self._wait()
        if not self._began:
            self._beside += len(data) - self._body
            if self._beside > _BESIDE_MAX and not self.transport.is_closing():
                self.send_400_response("The request is too long beside its body.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._beside, self._open, self._began, self._in_head = 0, True, True, True
        self.scope[PEER] = self._peer  # type: ignore[typeddict-unknown-key]  # our own key

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # what comes after a body is no header (RFC 9110, 6.5.1)
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        if len(self.pipeline) >= _IN_A_ROW_MAX:
            raise ValueError("too many requests in a row")  # the parser makes a 400 of it
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._open = False
        self._arrived()
        super().on_message_complete()

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(_ARRIVAL, self.transport.abort)

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Server(uvicorn.Server):
    """uvicorn's server without its handling of signals: several of them share one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def open_unix(listen: Listen) -> socket.socket | None:
    """Opens the Unix socket with its permissions; None when none is set.

    Raises:
        CallerError: when something that is no socket stands there, or the group does not exist.
        UnavailableError: when another gate answers there, or the folder cannot be written.
    """
    if listen.unix is None:
        return None
    path = Path(listen.unix)
    _make_way(path)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o777 & ~listen.mode)
        try:
            opened.bind(str(path))
        finally:
            os.umask(before)
        path.chmod(listen.mode)
        if listen.group is not None:
            os.chown(path, -1, grp.getgrnam(listen.group).gr_gid)
    except KeyError:
        opened.close()
        raise CallerError(f"there is no group `{listen.group}`") from None
    except OSError as error:
        opened.close()
        raise UnavailableError(
            f"the socket `{path}` cannot be opened: {(error.strerror or str(error)).lower()}",
            help="check the folder, and that the path is shorter than 108 bytes",
        ) from None
    return opened


def open_tcp(listen: Listen) -> socket.socket | None:
    """Opens the TCP address; None when none is set.

    Raises:
        ConfigError: when the address is none, or not on loopback without a certificate.
        UnavailableError: when it is taken.
    """
    if listen.tcp is None:
        return None
    host, _, port = listen.tcp.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit():
        raise ConfigError(f"`{listen.tcp}` is no address", help="write `127.0.0.1:8750`")
    if listen.certificate is None and host not in {"127.0.0.1", "::1", "localhost"}:
        raise ConfigError(
            f"`{listen.tcp}` is not on loopback, and the gate has no certificate",
            help="give `certificate` and `key`, or listen on 127.0.0.1 or a Unix socket",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, int(port)))
    except OSError as error:
        opened.close()
        raise UnavailableError(
            f"`{listen.tcp}` cannot be opened: {(error.strerror or str(error)).lower()}",
            help="another program may use it; name another port",
        ) from None
    return opened


def server_tls(listen: Listen) -> ssl.SSLContext | None:
    """The TLS side of the TCP address; with a client authority, clients must show a certificate.

    Raises:
        ConfigError: when a file is missing or is not what it should be.
    """
    if listen.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(listen.certificate, listen.key)
        if listen.client_ca is not None:
            context.load_verify_locations(listen.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"the certificate, its key or the client authority cannot be used: {error.strerror or 'not PEM'}",
            help="name PEM files that belong together",
        ) from None
    return context


async def serve(
    app: App,
    sockets: list[tuple[socket.socket, ssl.SSLContext | None]],
    *,
    ready: Callable[[], None],
    reload: Callable[[], Awaitable[object]],
) -> None:
    """Answers on the sockets until SIGINT or SIGTERM; SIGHUP reloads. Requests in flight are answered first."""
    _open_more_files()
    servers = [_Server(_config(app, tls)) for _, tls in sockets]
    loop = asyncio.get_running_loop()
    reloading: set[asyncio.Task[None]] = set()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    def again() -> None:
        task = loop.create_task(_awaited(reload))
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, again)
    try:
        running = [
            loop.create_task(server.serve(sockets=[opened]))
            for server, (opened, _) in zip(servers, sockets, strict=True)
        ]
        while not all(  # noqa: ASYNC110 - uvicorn offers no event
            server.started or task.done() for server, task in zip(servers, running, strict=True)
        ):
            await asyncio.sleep(0.005)
        ready()
        await asyncio.gather(*running)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)


def _most() -> int:
    """How many connections one socket may have: the ledger must be able to open its files whoever comes."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _CONNECTIONS_MAX if soft == resource.RLIM_INFINITY else min(_CONNECTIONS_MAX, soft // 4)


def _open_more_files() -> None:
    """Takes as many files as the system allows; what a shell allows at first is few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _awaited(action: Callable[[], Awaitable[object]]) -> None:
    await action()


def _config(app: App, tls: ssl.SSLContext | None) -> uvicorn.Config:
    settings: dict[str, Any] = {} if tls is None else {"ssl_context_factory": lambda *_: tls}
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_GRACE,
        **settings,
    )


def _make_way(path: Path) -> None:
    """Removes the socket that a gate left which is no more."""
    if path.is_symlink() or (path.exists() and not path.is_socket()):
        raise CallerError(f"`{path}` is no socket", help="name another path, or remove it")
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise UnavailableError(
        f"another gate answers at `{path}`", help="stop it, or name another path"
    )


def _peer_of(transport: asyncio.BaseTransport) -> Peer:
    """Who is at the other end: a process of this machine, a certificate, or an address."""
    tls = transport.get_extra_info("ssl_object")
    if tls is not None:
        return Peer(certificate=tls.getpeercert(binary_form=True))
    opened = transport.get_extra_info("socket")
    if opened.family == socket.AF_UNIX:
        raw = opened.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        _, uid, gid = struct.unpack("3i", raw)
        return Peer(uid=uid, gid=gid)
    return Peer()
