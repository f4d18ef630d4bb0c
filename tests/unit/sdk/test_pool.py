"""A connection is used by one call at a time, and given back only while it stands."""

import asyncio

import httpcore
import pytest

from ecluse.sdk.pool import AwaitedPool, SyncPool


class Connection:
    def __init__(self):
        self.idle, self.closed, self.expired = True, False, False

    def is_idle(self):
        return self.idle

    def is_closed(self):
        return self.closed

    def has_expired(self):
        return self.expired

    def close(self):
        self.closed = True

    async def aclose(self):
        self.closed = True


@pytest.fixture
def made():
    return []


def pool(kind, made, most=2):
    def connect():
        made.append(Connection())
        return made[-1]

    return kind(connect, most=most)


def test_an_idle_connection_is_lent_again(made):
    kept = pool(SyncPool, made)
    with kept.connection(1) as first:
        pass
    with kept.connection(1) as again, kept.connection(1) as second:
        assert again is first
        assert second is not first
    kept.close()
    assert all(c.closed for c in made)


def test_what_is_broken_or_old_is_closed(made):
    kept = pool(SyncPool, made)
    with kept.connection(1) as first:
        first.idle = False
    assert first.closed
    with kept.connection(1) as second:
        pass
    second.expired = True
    with kept.connection(1) as third:
        assert third is not second
    assert second.closed
    with pytest.raises(ZeroDivisionError), kept.connection(1) as fourth:
        raise ZeroDivisionError
    assert fourth is third
    assert not fourth.closed


def test_only_so_many_are_lent(made):
    kept = pool(SyncPool, made, most=1)
    with kept.connection(1), pytest.raises(httpcore.PoolTimeout), kept.connection(0.01):
        pass
    with kept.connection(1):
        pass


def test_what_is_lent_while_the_pool_closes_is_closed_afterwards(made):
    kept = pool(SyncPool, made)
    with kept.connection(1) as lent:
        kept.close()
        assert not lent.closed
    assert lent.closed


def test_the_awaited_pool_does_the_same(made):
    async def main():
        kept = pool(AwaitedPool, made, most=1)
        async with kept.connection() as first:
            waiting = asyncio.create_task(_use(kept))
            await asyncio.sleep(0)
            assert not waiting.done()
        assert await waiting is first
        first.expired = True
        async with kept.connection() as second:
            assert second is not first
            assert first.closed
            second.idle = False
        assert second.closed
        async with kept.connection() as third:
            await kept.aclose()
        assert third.closed
        kept = pool(AwaitedPool, made)
        async with kept.connection() as fourth:
            pass
        await kept.aclose()
        assert fourth.closed

    asyncio.run(main())


async def _use(kept):
    async with kept.connection() as connection:
        return connection
