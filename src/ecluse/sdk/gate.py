"""How does a synchronous application speak to the gate? A client with a pool of connections and a deadline."""

import os
import ssl
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpcore

from ecluse.model.asked import Answer, Asked, Operation, Settled
from ecluse.model.errors import CallerError
from ecluse.sdk import calls
from ecluse.sdk.address import Address
from ecluse.sdk.attempt import CURRENT, ERRORS, Attempt, SyncBackend
from ecluse.sdk.errors import GateBadAnswer, GateUnavailable
from ecluse.sdk.pool import SyncPool

__all__ = ["ANSWER_MAX", "KEEP", "Gate", "failed", "kind_of"]

T = TypeVar("T")

ANSWER_MAX = 64 * 1024 * 1024
"""Bytes of an answer beyond which it is no gate's."""
KEEP = 30.0
"""Seconds that an idle connection is kept: less than the gate keeps it, so that it is not closed under a question."""


class Gate:
    """A client of the gate, for threads and for processes that fork. Connects at the first call.

    One object serves the whole application: each process gets its own connections, also after a
    fork. A call that cannot be answered by the deadline raises `GateUnavailable`; a question that
    may have reached the gate is never sent a second time, since it would be counted twice.
    """

    def __init__(
        self,
        address: str,
        *,
        deadline: float = 2.0,
        connections: int = 16,
        token: str | None = None,
        token_file: str | None = None,
        certificate: str | None = None,
        key: str | None = None,
        ca_file: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Reads the settings; nothing is sent yet.

        Args:
            address: `unix:/run/ecluse/gate.sock`, `https://gate.example.org:8750`, or http on loopback.
            deadline: seconds that one call may take, connecting included.
            connections: most connections of one process; a call beyond them waits, within its deadline.
            token: the client's bearer token.
            token_file: the file that holds it instead, read again when it changes.
            certificate: PEM file of the client's certificate, for mutual TLS.
            key: PEM file of its key, where it is apart.
            ca_file: PEM file of the authority that signed the gate's certificate, if it is not a public one.
            ssl_context: instead of the three.

        Raises:
            CallerError: when these contradict each other or a file cannot be used.
        """
        if not 0 < deadline <= 600 or connections < 1:
            raise CallerError(
                "the deadline is between 0 and 600 seconds, and one connection is needed"
            )
        self._address = Address.of(
            address,
            token=token,
            token_file=token_file,
            certificate=certificate,
            key=key,
            ca_file=ca_file,
            ssl_context=ssl_context,
        )
        self._written, self._deadline, self._connections = address, deadline, connections
        self._pools: dict[int, SyncPool] = {}

    def check(self, asked: Asked) -> Answer:
        """Decides and counts at once. Only when `released` may the data leave."""
        return self._run(calls.ask("check", asked))

    def reserve(self, asked: Asked) -> Answer:
        """Decides and counts until posted or released; left alone, it stays counted."""
        return self._run(calls.ask("reserve", asked))

    def observe(self, asked: Asked) -> Answer:
        """Records an access that has happened."""
        return self._run(calls.ask("observe", asked))

    def batch(self, questions: Sequence[tuple[Operation, Asked]]) -> list[Answer]:
        """Asks several questions in order."""
        return self._run(calls.ask_many(questions))

    def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        """Confirms a reservation, or the part of it that was shown."""
        return self._run(calls.post(reservation, shown))

    def release(self, reservation: str) -> Settled:
        """Takes a reservation back: nothing was shown."""
        return self._run(calls.release(reservation))

    def explain(self, question: Asked | int) -> dict[str, Any]:
        """Tells how a question would be decided, or why the entry of that number was."""
        return self._run(calls.explain(question))

    def status(self, account: str, *, application: str = "") -> dict[str, Any]:
        """Tells what an account may still read."""
        return self._run(calls.fetch("/v1/status", account=account, application=application))

    def findings(self) -> dict[str, Any]:
        """Tells what a person should know of the gate now."""
        return self._run(calls.fetch("/v1/findings"))

    def health(self) -> dict[str, Any]:
        """Tells whether the gate decides."""
        return self._run(calls.health())

    def hold(
        self, key: Literal["account", "session"], name: str, *, reason: str, tree: bool = False
    ) -> dict[str, Any]:
        """Closes an account or session; with `tree`, also all accounts that it created."""
        detail = {"key": key, "name": name, "tree": tree, "reason": reason}
        return self._run(calls.act("hold", detail))

    def reopen(
        self, key: Literal["account", "session"], name: str, *, reason: str
    ) -> dict[str, Any]:
        """Opens it again, with the tree that was closed with it."""
        return self._run(calls.act("reopen", {"key": key, "name": name, "reason": reason}))

    def application(
        self,
        name: str,
        state: Literal["live", "decommissioning", "closing", "closed"],
        *,
        reason: str,
        closes_at: str | None = None,
        isolate: bool = False,
    ) -> dict[str, Any]:
        """Sets the state of an application; `closes_at` as RFC 3339, `isolate` closes its portal's others too."""
        return self._run(
            calls.act("application", calls.without_nothing(
                id=name, state=state, reason=reason, closes_at=closes_at, isolate=isolate
            ))
        )  # fmt: skip

    def account(
        self,
        name: str,
        *,
        kind: str | None = None,
        organization: str | None = None,
        created_by: str | None = None,
    ) -> dict[str, Any]:
        """Tells the gate of an account that was created now."""
        return self._run(
            calls.act("account", calls.without_nothing(
                account=name, kind=kind, organization=organization, created_by=created_by
            ))
        )  # fmt: skip

    def acknowledge(self, code: str, about: str = "", *, note: str = "") -> dict[str, Any]:
        """Says that one has seen a finding; it stays open."""
        return self._run(calls.act("acknowledge", {"code": code, "about": about, "note": note}))

    def drill(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """Tells of the beginning, the end or a later check of a drill; see `DrillDetail`."""
        return self._run(calls.act("drill", detail))

    def reload(self) -> dict[str, Any]:
        """Lets the gate read its policy and settings again."""
        return self._run(calls.act("reload", {}))

    def close(self) -> None:
        """Closes this process's connections. Another call opens new ones."""
        pool = self._pools.pop(os.getpid(), None)
        if pool is not None:
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Gate({self._written!r}, deadline={self._deadline})"

    def _run(self, call: calls.Call[T]) -> T:
        attempt = Attempt(self._deadline)
        outer = CURRENT.set(attempt)
        try:
            while True:
                try:
                    status, kind, body = self._exchange(call, attempt)
                except ERRORS as error:
                    pause = attempt.again_in(idempotent=call.idempotent)
                    if pause is None:
                        raise failed(error, self._address, sent=attempt.sent) from None
                    time.sleep(pause)
                else:
                    return call.read(status, kind, body)
        finally:
            CURRENT.reset(outer)

    def _exchange(self, call: calls.Call[T], attempt: Attempt) -> tuple[int, str, bytes]:
        request = self._address.request(call.method, call.path, call.body, attempt.timeouts())
        with self._pool().connection(attempt.left()) as connection:
            response = connection.handle_request(request)
            try:
                parts, size = [], 0
                for part in response.iter_stream():
                    size += len(part)
                    if size > ANSWER_MAX:
                        raise GateBadAnswer(f"the gate's answer is larger than {ANSWER_MAX} bytes")
                    parts.append(part)
            finally:
                response.close()
            return response.status, kind_of(response.headers), b"".join(parts)

    def _pool(self) -> SyncPool:
        """This process's pool. One from before a fork is kept and not touched: its sockets are the parent's."""
        pid = os.getpid()
        pool = self._pools.get(pid)
        return self._pools.setdefault(pid, self._open()) if pool is None else pool

    def _open(self) -> SyncPool:
        backend = SyncBackend()

        def connect() -> httpcore.HTTPConnection:
            return httpcore.HTTPConnection(
                self._address.server,
                ssl_context=self._address.tls,
                keepalive_expiry=KEEP,
                uds=self._address.unix,
                network_backend=backend,
            )

        return SyncPool(connect, most=self._connections)


def failed(error: Exception, address: Address, *, sent: bool) -> GateUnavailable:
    """Says in words that a call failed on the way."""
    reason = _of_the_system(error)
    if isinstance(error, httpcore.TimeoutException):
        why = "it did not answer in time"
    elif isinstance(error, httpcore.ConnectError):
        why = f"it cannot be reached ({reason})" if reason else "it cannot be reached"
    else:
        why = "the connection broke"
    return GateUnavailable(
        f"the gate at `{address.written}` does not answer: {why}",
        sent=sent,
        help="see that it runs there (`ecluse serve`), and that its permissions let this process in",
    )


def _of_the_system(error: BaseException | None) -> str:
    """The system's word for what went wrong, such as `permission denied`."""
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            return error.strerror.lower()
        error = error.__cause__ or error.__context__
    return ""


def kind_of(headers: Sequence[tuple[bytes, bytes]]) -> str:
    """The content type."""
    return next((v.decode("latin-1") for n, v in headers if n.lower() == b"content-type"), "")
