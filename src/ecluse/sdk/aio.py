"""How does an asynchronous application speak to the gate? The same client as `gate`, awaited."""

import asyncio
import os
import ssl
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from weakref import WeakKeyDictionary

import httpcore

from ecluse.model.asked import Answer, Asked, Operation, Settled
from ecluse.model.errors import CallerError
from ecluse.sdk import calls
from ecluse.sdk.address import Address
from ecluse.sdk.attempt import CURRENT, ERRORS, Attempt, AwaitedBackend
from ecluse.sdk.errors import GateBadAnswer
from ecluse.sdk.gate import ANSWER_MAX, KEEP, failed, kind_of
from ecluse.sdk.pool import AwaitedPool

__all__ = ["AsyncGate"]

T = TypeVar("T")
_Loop = asyncio.AbstractEventLoop


class AsyncGate:
    """A client of the gate for asyncio. Each event loop of each process gets its own connections, at its first call.

    It has the methods of `Gate`, awaited, and keeps the same rule: a question that may have reached
    the gate is never sent a second time.
    """

    def __init__(
        self,
        address: str,
        *,
        deadline: float = 2.0,
        connections: int = 32,
        token: str | None = None,
        token_file: str | None = None,
        certificate: str | None = None,
        key: str | None = None,
        ca_file: str | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Reads the settings, which are those of `Gate`; nothing is sent yet.

        Raises:
            CallerError: when these contradict each other or a file cannot be used.
        """
        if not 0 < deadline <= 600 or connections < 1:
            raise CallerError(
                "the deadline is between 0 and 600 seconds, and one connection is needed"
            )
        if find_spec("anyio") is None:
            raise CallerError(
                "the package `anyio` is not installed, without which httpcore has no event loop",
                help="install `httpcore[asyncio]`, or hand over a `Gate`, which is called in threads",
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
        self._pools: WeakKeyDictionary[_Loop, tuple[int, AwaitedPool]]
        self._pools = WeakKeyDictionary()

    async def check(self, asked: Asked) -> Answer:
        """Decides and counts at once. Only when `released` may the data leave."""
        return await self._run(calls.ask("check", asked))

    async def reserve(self, asked: Asked) -> Answer:
        """Decides and counts until posted or released; left alone, it stays counted."""
        return await self._run(calls.ask("reserve", asked))

    async def observe(self, asked: Asked) -> Answer:
        """Records an access that has happened."""
        return await self._run(calls.ask("observe", asked))

    async def batch(self, questions: Sequence[tuple[Operation, Asked]]) -> list[Answer]:
        """Asks several questions in order."""
        return await self._run(calls.ask_many(questions))

    async def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        """Confirms a reservation, or the part of it that was shown."""
        return await self._run(calls.post(reservation, shown))

    async def release(self, reservation: str) -> Settled:
        """Takes a reservation back: nothing was shown."""
        return await self._run(calls.release(reservation))

    async def explain(self, question: Asked | int) -> dict[str, Any]:
        """Tells how a question would be decided, or why the entry of that number was."""
        return await self._run(calls.explain(question))

    async def status(self, account: str, *, application: str = "") -> dict[str, Any]:
        """Tells what an account may still read."""
        return await self._run(calls.fetch("/v1/status", account=account, application=application))

    async def findings(self) -> dict[str, Any]:
        """Tells what a person should know of the gate now."""
        return await self._run(calls.fetch("/v1/findings"))

    async def health(self) -> dict[str, Any]:
        """Tells whether the gate decides."""
        return await self._run(calls.health())

    async def hold(
        self, key: Literal["account", "session"], name: str, *, reason: str, tree: bool = False
    ) -> dict[str, Any]:
        """Closes an account or session; with `tree`, also all accounts that it created."""
        detail = {"key": key, "name": name, "tree": tree, "reason": reason}
        return await self._run(calls.act("hold", detail))

    async def reopen(
        self, key: Literal["account", "session"], name: str, *, reason: str
    ) -> dict[str, Any]:
        """Opens it again, with the tree that was closed with it."""
        return await self._run(calls.act("reopen", {"key": key, "name": name, "reason": reason}))

    async def application(
        self,
        name: str,
        state: Literal["live", "decommissioning", "closing", "closed"],
        *,
        reason: str,
        closes_at: str | None = None,
        isolate: bool = False,
    ) -> dict[str, Any]:
        """Sets the state of an application; `closes_at` as RFC 3339, `isolate` closes its portal's others too."""
        return await self._run(
            calls.act("application", calls.without_nothing(
                id=name, state=state, reason=reason, closes_at=closes_at, isolate=isolate
            ))
        )  # fmt: skip

    async def account(
        self,
        name: str,
        *,
        kind: str | None = None,
        organization: str | None = None,
        created_by: str | None = None,
    ) -> dict[str, Any]:
        """Tells the gate of an account that was created now."""
        return await self._run(
            calls.act("account", calls.without_nothing(
                account=name, kind=kind, organization=organization, created_by=created_by
            ))
        )  # fmt: skip

    async def acknowledge(self, code: str, about: str = "", *, note: str = "") -> dict[str, Any]:
        """Says that one has seen a finding; it stays open."""
        return await self._run(
            calls.act("acknowledge", {"code": code, "about": about, "note": note})
        )

    async def drill(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """Tells of the beginning, the end or a later check of a drill; see `DrillDetail`."""
        return await self._run(calls.act("drill", detail))

    async def reload(self) -> dict[str, Any]:
        """Lets the gate read its policy and settings again."""
        return await self._run(calls.act("reload", {}))

    async def aclose(self) -> None:
        """Closes this event loop's connections. Another call opens new ones."""
        _, pool = self._pools.pop(asyncio.get_running_loop(), (0, None))
        if pool is not None:
            await pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncGate({self._written!r}, deadline={self._deadline})"

    async def _run(self, call: calls.Call[T]) -> T:
        attempt = Attempt(self._deadline)
        outer = CURRENT.set(attempt)
        try:
            async with asyncio.timeout(self._deadline):
                while True:
                    try:
                        status, kind, body = await self._exchange(call, attempt)
                    except ERRORS as error:
                        pause = attempt.again_in(idempotent=call.idempotent)
                        if pause is None:
                            raise failed(error, self._address, sent=attempt.sent) from None
                        await asyncio.sleep(pause)
                    else:
                        return call.read(status, kind, body)
        except TimeoutError:
            late = httpcore.TimeoutException()
            raise failed(late, self._address, sent=attempt.sent) from None
        finally:
            CURRENT.reset(outer)

    async def _exchange(self, call: calls.Call[T], attempt: Attempt) -> tuple[int, str, bytes]:
        request = self._address.request(call.method, call.path, call.body, attempt.timeouts())
        async with self._pool().connection() as connection:
            response = await connection.handle_async_request(request)
            try:
                parts, size = [], 0
                async for part in response.aiter_stream():
                    size += len(part)
                    if size > ANSWER_MAX:
                        raise GateBadAnswer(f"the gate's answer is larger than {ANSWER_MAX} bytes")
                    parts.append(part)
            finally:
                await response.aclose()
            return response.status, kind_of(response.headers), b"".join(parts)

    def _pool(self) -> AwaitedPool:
        loop, pid = asyncio.get_running_loop(), os.getpid()
        made_by, pool = self._pools.get(loop, (0, None))
        if pool is None or made_by != pid:
            pool = self._open()
            self._pools[loop] = pid, pool
        return pool

    def _open(self) -> AwaitedPool:
        backend = AwaitedBackend()

        def connect() -> httpcore.AsyncHTTPConnection:
            return httpcore.AsyncHTTPConnection(
                self._address.server,
                ssl_context=self._address.tls,
                keepalive_expiry=KEEP,
                uds=self._address.unix,
                network_backend=backend,
            )

        return AwaitedPool(connect, most=self._connections)
