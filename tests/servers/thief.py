"""Real HTTP clients against an application: a thief in every manner, and ordinary people beside him."""

import asyncio
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field

PERSON = re.compile(rb"person=(\d+)")


@dataclass
class Theft:
    """What one account got out.

    Attributes:
        persons: who was shown, by what arrived at the client.
        statuses: how often each status came.
    """

    persons: set[bytes] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)


class Client:
    """One kept connection; opens another when it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request; status and body, as far as it came."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._reader is not None
        lines = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: app\r\n{lines}\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, low = int(head.split()[1]), head.lower()
        if b"transfer-encoding: chunked" in low:
            body = b""
            while size := int(await self._reader.readuntil(b"\r\n"), 16):
                body += await self._reader.readexactly(size)
                await self._reader.readexactly(2)
            await self._reader.readexactly(2)
        else:
            length = int(re.search(rb"content-length: (\d+)", low)[1])  # type: ignore[index]
            body = await self._reader.readexactly(length)
        if b"connection: close" in low:
            await self.close()
        return status, body

    async def close(self) -> None:
        """Closes the connection."""
        if self._writer is not None:
            self._writer.close()
            self._reader = self._writer = None


async def steal(
    port: int,
    paths: list[str],
    *,
    account: str = "thief",
    connections: int = 1,
    sessions: int = 1,
    sources: int = 1,
    rate: float = 0,
    theft: Theft | None = None,
) -> Theft:
    """Asks for all paths, through so many connections at once; `rate` requests a second, 0 for as fast as can be.

    `theft` is filled while it goes on, for whoever wants to watch.
    """
    theft, waiting = theft or Theft(), list(reversed(paths))
    start = time.monotonic()
    taken = 0

    async def read(number: int) -> None:
        nonlocal taken
        client, draw = Client(port), random.Random(number)
        while waiting:
            path = waiting.pop()
            taken += 1
            if rate:
                await asyncio.sleep(max(0.0, start + taken / rate - time.monotonic()))
            headers = {
                "x-account": account,
                "x-session": f"s{draw.randrange(sessions)}",
                "x-source": f"192.0.2.{draw.randrange(sources)}",
            }
            status, body = await client.get(path, headers)
            theft.statuses[status] += 1
            theft.persons.update(PERSON.findall(body))
        await client.close()

    await asyncio.gather(*(read(n) for n in range(connections)))
    return theft


async def work(port: int, *, people: int, views: int, seed: int = 1) -> list[Theft]:
    """Ordinary accounts, each looking at some persons of its own, some of them again."""

    async def one(number: int) -> Theft:
        draw = random.Random(seed * 1000 + number)
        mine = [draw.randrange(300_000) for _ in range(views // 2)]
        paths = [f"/people/{draw.choice(mine)}" for _ in range(views)]
        return await steal(port, paths, account=f"agent-{number}", rate=20)

    return list(await asyncio.gather(*(one(n) for n in range(people))))
