"""What the shared counter in Redis costs: decisions a second of one client process, and CPU of client and server.

`python benchmarks/measure_redis.py [--decisions N]` starts its own redis-server on loopback, once for
each way of keeping files, and asks it for decisions under the shipped policy set, in batches, one after
the other. Wall times depend on what else the machine does; the ratios compare with PING round trips of
the same connection in the same run.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from workload import workload  # noqa: E402

from ecluse.counters.redis import RedisCounter  # noqa: E402
from ecluse.loaders.policy import default_policy  # noqa: E402
from ecluse.model.access import AccessRequest  # noqa: E402
from ecluse.model.call import Call, Verdict  # noqa: E402
from ecluse.model.settings import SharedCounter  # noqa: E402
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND  # noqa: E402
from servers.redis import RedisServer  # noqa: E402 - the tests' servers are found by the path above

TICKS = os.sysconf("SC_CLK_TCK")


def month(number: int) -> list[AccessRequest]:
    """The accesses of the benchmarks' workload, in their order, without the theft."""
    made = workload(number, accounts=max(100, number // 50), theft=0)
    return [
        AccessRequest(
            account=f"agent{account:05d}",
            application=f"app{application}",
            persons=(person,),
            session=f"s{account:05d}",
            organization=f"body{made.organization[account]:04d}",
            kind="adviser",
            created_at=0,
        )
        for account, application, person in zip(
            made.account.tolist(), made.application.tolist(), made.person.tolist(), strict=True
        )
    ]


def calls(history: list[AccessRequest], number: int, operation: str) -> list[Call]:
    """Some of these again, as many of each account as it may read in ten minutes."""
    read: Counter[str] = Counter()
    found: list[Call] = []
    for request in random.Random(1).sample(history, len(history)):
        read[request.account] += 1
        if read[request.account] <= 40 and len(found) < number:
            found.append(Call(operation, request))  # type: ignore[arg-type]  # a literal
    return found


def server_cpu(server: RedisServer) -> float:
    """CPU seconds of the server so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def pings(counter: RedisCounter, number: int) -> float:
    """PING round trips a second on the counter's own connection."""
    start = time.perf_counter()
    for _ in range(number):
        await counter._link.command("PING")  # noqa: SLF001 - the floor is measured on the same connection
    return number / (time.perf_counter() - start)


async def decide(counter: RedisCounter, asked: list[Call], size: int) -> list[Verdict]:
    found: list[Verdict] = []
    for first in range(0, len(asked), size):
        found += await counter.decide(asked[first : first + size])
    return found


async def settle(counter: RedisCounter, verdicts: list[Verdict], size: int) -> None:
    numbers = [v.decision.reservation for v in verdicts if v.decision.reservation]
    for first in range(0, len(numbers), size):
        await asyncio.gather(*(counter.post(n) for n in numbers[first : first + size]))


async def measured(
    server: RedisServer, history: list[AccessRequest], asked: list[Call], size: int
) -> dict[str, float]:
    """Rates and CPU of one way of asking after a month of reading; what was reserved is posted as well."""
    server.cli("FLUSHALL")
    shared = SharedCounter(server.url, timeout=30 * SECOND)
    counter = RedisCounter(shared, default_policy(), lifetime=MINUTE)
    try:
        load = time.perf_counter()
        await counter.load(spread(history))
        load = time.perf_counter() - load
        floor = await pings(counter, 1000)
        wall, client, redis = time.perf_counter(), time.process_time(), server_cpu(server)
        verdicts = await decide(counter, asked, size)
        await settle(counter, verdicts, size)
        wall = time.perf_counter() - wall
        return {
            "rate": len(asked) / wall,
            "client": (time.process_time() - client) / len(asked) * 1e6,
            "server": (server_cpu(server) - redis) / len(asked) * 1e6,
            "floor": floor,
            "load": len(history) / load,
            "refused": sum(not v.decision.permitted for v in verdicts),
        }
    finally:
        await counter.close()


def spread(history: list[AccessRequest]) -> list[tuple[int, AccessRequest]]:
    """The month until an hour ago."""
    end = time.time_ns() // 1000 - HOUR
    return [
        (end - (len(history) - n) * 30 * DAY // len(history), request)
        for n, request in enumerate(history)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--aof", action="append", choices=["off", "everysec", "always"])
    asked_for = parser.parse_args()
    number = asked_for.decisions
    history = month(3 * number)
    checks, reserves = calls(history, number, "check"), calls(history, number // 2, "reserve")
    print(
        "| AOF | asked | batch | decisions/s | client µs | server µs | PING/s | ratio | refused |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for aof in asked_for.aof or ["off", "everysec", "always"]:
            server = RedisServer(Path(folder) / aof, aof=None if aof == "off" else aof)
            try:
                for what, asked, size in (
                    ("check", checks, 64),
                    ("check", checks[: number // 4], 8),
                    ("check", checks[: number // 20], 1),
                    ("reserve, post", reserves, 64),
                ):
                    m = asyncio.run(measured(server, history, asked, size))
                    print(
                        f"| {aof} | {what} | {size} | {m['rate']:,.0f} | {m['client']:.1f} | {m['server']:.1f} "
                        f"| {m['floor']:,.0f} | {m['rate'] / m['floor']:.1f} | {m['refused']:.0f} | {m['load']:,.0f} |"
                    )
            finally:
                server.stop()


if __name__ == "__main__":
    main()
