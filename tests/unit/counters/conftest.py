"""What the tests of the shared counter have in common: servers, a small policy set, and gates on them."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from ecluse.counters.redis import RedisCounter
from ecluse.model.access import AccessRequest
from ecluse.model.call import Call
from ecluse.model.policy import Budget, Key, PolicySet, Window
from ecluse.model.settings import SharedCounter
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND
from servers.redis import RedisServer, redis_cluster, redis_server, shared_redis

__all__ = ["redis_cluster", "redis_server", "shared_redis"]  # fixtures


class Tools:
    """Requests, policies and gates."""

    start = 1_752_300_000_000_000

    @staticmethod
    def policies(limit=3, *, name="b", per=(Key.ACCOUNT,), lengths=(HOUR, DAY), **more):
        windows = tuple(Window(length, limit) for length in lengths)
        return PolicySet((Budget(name, per, windows, **more),))

    @staticmethod
    def request(*persons, account="a", **more):
        return AccessRequest(account=account, application="x", persons=persons, **more)

    @classmethod
    def call(cls, *persons, operation="check", **more):
        return Call(operation, cls.request(*persons, **more))

    @staticmethod
    @asynccontextmanager
    async def gate(url, policies, *, load=True, clock=None, lifetime=MINUTE, **settings):
        """A gate's counter; loaded with nothing, unless told otherwise."""
        shared = SharedCounter(url, **{"timeout": 10 * SECOND, **settings})
        counter = RedisCounter(shared, policies, lifetime=lifetime, clock=clock)
        try:
            if load:
                await counter.load([])
            yield counter
        finally:
            await counter.close()

    @classmethod
    async def admitted(cls, counter, *persons, **more):
        """Which of the persons are let through, asked one by one."""
        verdicts = await counter.decide([cls.call(p, **more) for p in persons])
        return [p for p, v in zip(persons, verdicts, strict=True) if v.decision.permitted]

    run = staticmethod(asyncio.run)


@pytest.fixture
def tools():
    return Tools


@pytest.fixture
def empty_redis(shared_redis):
    shared_redis.cli("FLUSHALL")
    return shared_redis


@pytest.fixture
def start_redis(tmp_path):
    """Starts a server of its own kind; stops it at the end."""
    servers = []

    def start(*options, **more):
        servers.append(RedisServer(tmp_path / f"redis{len(servers)}", *options, **more))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
