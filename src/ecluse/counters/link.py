"""How is the server spoken to? Connections, the deadline of a call, the way to the right master, and what failed.

A call takes a connection, runs one script or command, and ends within the deadline, whatever happens.
A connection that failed is dropped, and the next call makes a new one. Nothing is sent twice but where
a connection that had lain idle turns out to be closed; the server then may have run the script, and its
second run counts the same accesses again, never fewer.

All keys of a counter lie in one slot. On a Cluster every call goes to the master of that slot, which
the nodes name when they are asked, or by MOVED after a failover.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from redis import exceptions as redis_errors
from redis.asyncio import Connection, UnixDomainSocketConnection

from ecluse.counters.address import Address, Node
from ecluse.counters.faults import unavailable
from ecluse.counters.script import Script
from ecluse.model.errors import UnavailableError
from ecluse.model.time import SECOND

__all__ = ["Link"]

_LINES_MAX: Final = 8
_HOPS_MAX: Final = 4  # from a node of the Cluster to the slot's master
_VERSION_MIN: Final = 7
_MOVED: Final = re.compile(r"(?:MOVED )?\d+ (?P<host>.*):(?P<port>\d+)")

_Socket = Connection | UnixDomainSocketConnection


class _Line:
    """One open connection, and the run of the server behind it."""

    __slots__ = ("node", "run", "socket", "used")

    def __init__(self, socket: _Socket, node: Node, run: bytes) -> None:
        self.socket, self.node, self.run = socket, node, run
        self.used = False

    async def ask(self, *command: Any) -> Any:
        await self.socket.send_command(*command)
        return await self.socket.read_response()


class Link:
    """The way to one counter.

    Attributes:
        server_time: the server's clock at the last connection, microseconds, less this process's
            monotonic clock; None before the first.
    """

    def __init__(self, address: Address, *, slot: int | None, timeout: int) -> None:
        """Connects to nothing yet.

        Args:
            address: where.
            slot: of the counter's keys, on a Cluster; else None.
            timeout: microseconds that a call may take in all.
        """
        self._address, self._slot, self._timeout = address, slot, timeout / SECOND
        self._nodes = list(address.nodes)
        self._home: Node | None = None if slot is not None else address.nodes[0]
        self._idle: list[_Line] = []
        self._free = asyncio.Semaphore(_LINES_MAX)
        self.server_time: int | None = None

    async def run(
        self,
        script: Script,
        keys: Sequence[bytes],
        *values: bytes | str,
        only: bytes | None = None,
    ) -> Any:
        """Runs a script with the server's run as its first value.

        Args:
            script: what to run.
            keys: that it uses.
            values: that it takes after the run.
            only: the run of the server that is believed; None for any.

        Raises:
            UnavailableError: when it cannot be reached in time; whether the script ran is not known then.
                When the server is another than the one that is believed, it did not run.
        """

        async def once(line: _Line) -> Any:
            if only is not None and line.run != only:
                raise UnavailableError(
                    "the shared counter does not know yet what was released: its server was restarted or replaced",
                    help="wait until each gate has brought what its ledger holds; it does so by itself",
                )
            rest = (len(keys), *keys, line.run, *values)
            try:
                return await line.ask("EVALSHA", script.sha, *rest)
            except redis_errors.NoScriptError:
                return await line.ask("EVAL", script.source, *rest)

        async with self._deadline(script.name):
            return await self._on_a_line(once)

    async def command(self, *words: bytes | str) -> Any:
        """Runs one command; otherwise as `run`."""

        async def once(line: _Line) -> Any:
            return await line.ask(*words)

        async with self._deadline(str(words[0])):
            return await self._on_a_line(once)

    async def close(self) -> None:
        """Closes all connections that lie idle."""
        while self._idle:
            await self._idle.pop().socket.disconnect()

    @asynccontextmanager
    async def _deadline(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout), self._free:
                yield
        except TimeoutError as error:
            self._try_another_node()
            raise unavailable(error, what) from error
        except (OSError, redis_errors.RedisError) as error:
            self._try_another_node()
            raise unavailable(error, what) from error

    async def _on_a_line(self, once: Any) -> Any:
        for _ in range(_HOPS_MAX):
            line = await self._line()
            try:
                return await self._whole(line, once)
            except redis_errors.ConnectionError:
                if not line.used:
                    raise
                await self._drop_idle()
            except redis_errors.ResponseError as error:
                moved = self._moved(error, line)
                await self._drop_idle()  # what refuses may be a master that is none any more
                if moved is None:
                    raise
                self._home = moved
        raise UnavailableError(
            "the nodes of the Redis Cluster do not agree on which of them keeps the shared counter",
            help="wait until `redis-cli --cluster check` finds every slot covered",
        )

    async def _whole(self, line: _Line, once: Any) -> Any:
        """Keeps the line when its answer was read to the end, else drops it: the rest would be taken for another's."""
        ended = False
        try:
            answer = await once(line)
            ended = True
        except redis_errors.ConnectionError:
            raise
        except redis_errors.ResponseError:
            ended = True
            raise
        finally:
            if ended and line.node == (self._home or line.node):
                line.used = True
                self._idle.append(line)
            else:
                await line.socket.disconnect(nowait=True)
        return answer

    async def _line(self) -> _Line:
        if self._idle:
            return self._idle.pop()
        node = self._home or await self._find_home()
        return await self._open(node)

    async def _open(self, node: Node) -> _Line:
        socket = self._address.connection(node)
        line = _Line(socket, node, b"")
        ready = False
        try:
            line.run = _run_of(await line.ask("INFO"))
            seconds, micros = await line.ask("TIME")
            self.server_time = int(seconds) * SECOND + int(micros) - time.monotonic_ns() // 1000
            ready = True
        finally:
            if not ready:
                await socket.disconnect(nowait=True)
        return line

    async def _find_home(self) -> Node:
        """Asks the nodes, in turn, for the master of the slot."""
        failed: Exception | None = None
        for node in list(self._nodes):
            socket = self._address.connection(node)
            try:
                await socket.send_command("CLUSTER", "SLOTS")
                self._home = self._learn(await socket.read_response(), node)
            except (OSError, redis_errors.RedisError) as error:
                failed = error
            else:
                return self._home
            finally:
                await socket.disconnect(nowait=True)
        raise failed or redis_errors.ClusterDownError("no node is known")

    def _learn(self, ranges: list[Any], asked: Node) -> Node:
        """Remembers all nodes, and gives the master of the slot."""
        found = None
        nodes: list[Node] = []
        for first, last, *members in ranges:
            named = [(host.decode() or asked[0], int(port)) for host, port, *_ in members]
            nodes += [node for node in named if node not in nodes]
            if self._slot is not None and first <= self._slot <= last:
                found = named[0]
        if found is None:
            raise redis_errors.ClusterDownError("no master serves the slot of the counter")
        self._nodes = nodes + [n for n in self._address.nodes if n not in nodes]
        return found

    def _moved(self, error: redis_errors.ResponseError, line: _Line) -> Node | None:
        if self._slot is None or isinstance(error, redis_errors.TryAgainError):
            return None
        text = str(error)
        match = _MOVED.fullmatch(text)
        is_moved = text.startswith("MOVED ") or isinstance(error, redis_errors.MovedError)
        return (match["host"] or line.node[0], int(match["port"])) if match and is_moved else None

    def _try_another_node(self) -> None:
        """After a failure on a Cluster, the slot may have a new master, and the node asked may be the dead one."""
        if self._slot is not None:
            self._home = None
            self._nodes = [*self._nodes[1:], self._nodes[0]]

    async def _drop_idle(self) -> None:
        while self._idle:
            await self._idle.pop().socket.disconnect(nowait=True)


def _run_of(info: bytes) -> bytes:
    """The run of a server that may be counted on.

    Raises:
        UnavailableError: when it is too old, only a copy, or would throw counts away.
    """
    told = dict(
        line.split(":", 1) for line in info.decode("utf-8", "replace").splitlines() if ":" in line
    )
    if int(told.get("redis_version", "0").split(".")[0]) < _VERSION_MIN:
        raise UnavailableError(
            "the server of the shared counter is older than Redis 7",
            help="use Redis 7 or later, or Valkey",
        )
    if told.get("role") != "master":
        raise UnavailableError(
            "the server of the shared counter is a replica",
            help="give the address of the master",
        )
    if told.get("maxmemory", "0") != "0" and told.get("maxmemory_policy") != "noeviction":
        raise UnavailableError(
            "the server of the shared counter would throw counts away when its memory is full",
            help="set `maxmemory-policy noeviction`",
        )
    return told["run_id"].encode()
