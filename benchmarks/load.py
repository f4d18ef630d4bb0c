"""A load on a Unix socket: so many connections, as fast as answers come, or so many requests a second.

Run as a process of its own; prints one JSON document. Requests are made beforehand, so that the load costs little.
"""

import argparse
import asyncio
import json
import random
import time
from collections import Counter

import uvloop

ACCOUNTS = 5_000
PERSONS = 10_000_000


def request(number: int, draw: random.Random) -> bytes:
    """One `check` for one person, of an account at work."""
    account = draw.randrange(ACCOUNTS)
    body = json.dumps(
        {
            "account": f"agent{account:05d}",
            "application": "dossiers",
            "persons": [f"{draw.randrange(PERSONS):08d}"],
            "session": f"s{account}-{number % 3}",
            "source": f"192.0.2.{account % 250}",
            "operation": "view",
        }
    ).encode()
    head = b"POST /v1/check HTTP/1.1\r\nhost: gate\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: "Load") -> None:
        self.load, self.sent, self.buffer = load, 0.0, b""
        self.transport: asyncio.WriteTransport

    def send(self, due: float) -> None:
        self.sent = due
        self.transport.write(self.load.requests[self.load.next()])

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        if len(rest) < length:
            return
        self.load.answered(self, self.buffer[9:12].decode(), time.perf_counter() - self.sent)
        self.buffer = rest[length:]


class Load:
    """The connections and what they saw."""

    def __init__(self, count: int, seed: int) -> None:
        draw = random.Random(seed)
        self.requests = [request(i, draw) for i in range(count)]
        self.at = 0
        self.rate = 0.0
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.idle: list[Connection] = []

    def next(self) -> int:
        self.at = (self.at + 1) % len(self.requests)
        return self.at

    def answered(self, connection: Connection, status: str, seconds: float) -> None:
        self.statuses[status] += 1
        self.times.append(seconds)
        if self.rate:
            self.idle.append(connection)
        else:
            connection.send(time.perf_counter())

    async def run(
        self, path: str, connections: int, seconds: float, rate: float
    ) -> dict[str, object]:
        """`rate` 0 is as fast as answers come. A paced request's time runs from when it was due."""
        loop = asyncio.get_running_loop()
        opened = []
        for _ in range(connections):
            transport, connection = await loop.create_unix_connection(
                lambda: Connection(self), path
            )
            connection.transport = transport
            opened.append(connection)
        self.rate = rate
        start = time.perf_counter()
        if rate:
            await self._pace(opened, start, seconds)
        else:
            for connection in opened:
                connection.send(start)
            await asyncio.sleep(seconds)
        passed = time.perf_counter() - start
        times = sorted(self.times)
        return {
            "per_second": len(times) / passed,
            "p50_ms": times[len(times) // 2] * 1e3,
            "p99_ms": times[int(len(times) * 0.99)] * 1e3,
            "p999_ms": times[int(len(times) * 0.999)] * 1e3,
            "statuses": dict(self.statuses),
        }

    async def _pace(self, opened: list[Connection], start: float, seconds: float) -> None:
        self.idle = list(opened)
        waiting: list[float] = []
        sent = 0
        while (now := time.perf_counter()) - start < seconds:
            due = int((now - start) * self.rate)
            waiting += [start + (i + 1) / self.rate for i in range(sent, due)]
            sent = due
            while waiting and self.idle:
                self.idle.pop().send(waiting.pop(0))
            await asyncio.sleep(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--requests", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    load = Load(options.requests, options.seed)
    answer = load.run(options.path, options.connections, options.seconds, options.rate)
    print(json.dumps(uvloop.run(answer)))


if __name__ == "__main__":
    main()
