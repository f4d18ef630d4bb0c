"""Is this the only gate of its name at the shared counter? Two of one name would take each other's ledger for their own.

Each gate writes every second that it holds its name: which process it is, since when, and of which ledger.
Whoever finds another's writing in the place of its own knows that the other runs:

- the one that has run longer writes again, and goes on;
- the other lets go, decides as if the counter were away, and waits until nobody has written for some seconds.

At its first look a gate takes its name at once when nobody holds it, or when the writing is of its own ledger:
that has one writer, so the process that wrote it is gone. Otherwise it waits and sees whether somebody writes on.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

__all__ = ["GONE", "Claim", "Holder", "Topics"]

GONE: Final = 5.0
"""Seconds without a sign of life after which a holder is taken to be gone."""


class Topics(Protocol):
    """What gates tell each other: the part of `ports.Counter` that is needed here."""

    async def publish(self, topic: str, value: bytes) -> int: ...
    async def published(self, topic: str) -> tuple[int, bytes]: ...


class Holder(msgspec.Struct, frozen=True, order=True):
    """A process that holds a gate's name; the one that has run longer comes first.

    Attributes:
        since: its start, microseconds. process: different for each. ledger: name of its ledger.
    """

    since: int
    process: str
    ledger: str


class Claim:
    """A gate's claim to its name.

    Attributes:
        held: whether the name is this gate's now.
        rival: another process that was seen to run under the name, until it has been gone for some seconds.
    """

    def __init__(
        self, topics: Topics, gate: str, me: Holder, *, clock: Callable[[], float]
    ) -> None:
        """Writes nothing yet.

        Args:
            topics: of the counter.
            gate: the name.
            me: this process.
            clock: seconds that only grow.
        """
        self.held = False
        self.rival: Holder | None = None
        self._topics, self._topic, self._me, self._clock = topics, f"holder@{gate}", me, clock
        self._seen: tuple[int, float] | None = None
        """The version of another's writing, and when it was new; while the name is held, when a rival was seen."""

    async def look(self) -> None:
        """Takes, keeps or lets go; called every second, and more often at the start.

        Raises:
            UnavailableError: when the counter is away; nothing changes.
        """
        version, data = await self._topics.published(self._topic)
        other = msgspec.msgpack.decode(data, type=Holder) if data else None
        if self.held:
            await self._keep(version, other)
        else:
            await self._take(version, other)

    async def _keep(self, version: int, other: Holder | None) -> None:
        now = self._clock()
        if other is not None and other.process != self._me.process:
            self.rival, self._seen = other, (version, now)
            if other < self._me:
                self.held = False
                return
        elif self._seen is not None and now - self._seen[1] >= GONE:
            self.rival, self._seen = None, None
        await self._write()

    async def _take(self, version: int, other: Holder | None) -> None:
        now = self._clock()
        if self._seen is None:
            if other is None or other.ledger == self._me.ledger:
                self.held = True
                await self._write()
            else:
                self._seen = version, now
        elif version != self._seen[0]:
            self.rival, self._seen = other, (version, now)
        elif now - self._seen[1] >= GONE:
            self.held, self.rival, self._seen = True, None, None
            await self._write()

    async def _write(self) -> None:
        await self._topics.publish(self._topic, msgspec.msgpack.encode(self._me))
