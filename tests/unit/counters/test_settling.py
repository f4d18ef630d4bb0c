"""Reservations that wait are settled together, and nobody waits for ever."""

import asyncio

import pytest

from ecluse.counters.script import SETTLE
from ecluse.model.errors import UnavailableError
from ecluse.model.time import SECOND


async def reserved(counter, tools, *persons):
    verdicts = await counter.decide([tools.call(p, operation="reserve") for p in persons])
    return [v.decision.reservation for v in verdicts]


def test_settling_many_takes_few_calls(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(100)) as counter:
            numbers = await reserved(counter, tools, *range(60))
            runs = []
            run = counter._link.run

            async def counted(script, *values, **more):
                runs.append(script)
                return await run(script, *values, **more)

            counter._link.run = counted
            waiting = [counter.post(n) for n in numbers[:30]] + [
                counter.release(n) for n in numbers[30:]
            ]
            assert await asyncio.gather(*waiting) == [True] * 60
            assert runs.count(SETTLE) <= 2
            assert await asyncio.gather(*(counter.post(n) for n in numbers)) == [False] * 60
            assert await tools.admitted(counter, *range(1000, 1100)) == list(range(1000, 1070))

    tools.run(main())


def test_what_a_server_does_not_answer_is_said_to_everyone_who_waits(tools, redis_server):
    async def main():
        async with tools.gate(redis_server.url, tools.policies(100)) as counter:
            numbers = await reserved(counter, tools, 1, 2)
            redis_server.kill()
            waiting = (counter.post(numbers[0]), counter.release(numbers[1]))
            found = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(f) for f in found] == [UnavailableError] * 2

    tools.run(main())


def test_who_no_longer_waits_disturbs_nobody(tools, empty_redis):
    async def main():
        async with tools.gate(empty_redis.url, tools.policies(100)) as counter:
            one, other = await reserved(counter, tools, 1, 2)
            gone = asyncio.create_task(counter.post(one))
            await asyncio.sleep(0)
            gone.cancel()
            assert await counter.post(other)

    tools.run(main())


def test_closing_ends_what_waits(tools, redis_server):
    async def main():
        async with tools.gate(
            redis_server.url, tools.policies(100), timeout=30 * SECOND
        ) as counter:
            (number,) = await reserved(counter, tools, 1)
            redis_server.pause()
            waiting = asyncio.create_task(counter.post(number))
            await asyncio.sleep(0.05)
            await counter.close()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            redis_server.resume()

    tools.run(main())
