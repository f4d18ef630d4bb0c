"""How do several gates count together? In Redis or Valkey, by scripts that decide and charge in one step.

The counts mean what the engine's mean; `scripts/` holds how they are kept, `docs/redis.md` what it takes.
A gate judges nothing by itself: it finds the budgets that a request draws on, and sends many requests in
one call. Only the conditions of hours and of an account's age are looked at here, by the server's clock
as this process last heard it and has measured since; a decision may take them some milliseconds early.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from ecluse.counters.address import address_of
from ecluse.counters.batch import Batch, Layout, verdicts
from ecluse.counters.eras import Eras, forgot, not_whole
from ecluse.counters.history import loads
from ecluse.counters.keys import Keys, access_tag, hold_name, packed_hold
from ecluse.counters.link import Link
from ecluse.counters.script import DECIDE, LOAD, PUBLISH, USAGE, Script
from ecluse.counters.settling import Settling
from ecluse.counters.tallies import Phase
from ecluse.engine.explain import Usage
from ecluse.model.access import AccessRequest
from ecluse.model.call import Call, Verdict
from ecluse.model.decision import Hold
from ecluse.model.policy import Key, PolicySet
from ecluse.model.settings import SharedCounter

__all__ = ["RedisCounter"]

_CALLS_MAX: Final = 64
_PERSONS_MAX: Final = 20_000
"""Of one batch, so that no script keeps other gates waiting for long; one call alone may name more."""


class RedisCounter:
    """The shared counter of `ports.Counter`, on one Redis or Valkey server or on a Redis Cluster."""

    def __init__(
        self,
        settings: SharedCounter,
        policies: PolicySet,
        *,
        lifetime: int,
        clock: Callable[[], int] | None = None,
    ) -> None:
        """Connects at the first call, and not before.

        Args:
            settings: where it is, and which gates share it.
            policies: in force at the start.
            lifetime: microseconds after which an unanswered reservation is kept for good.
            clock: instants instead of the server's own, for tests.

        Raises:
            ConfigError: when the address, the name or a limit is none that can be used.
        """
        assert settings.gate in settings.gates, "a gate is one of those that share the counter"
        self._settings, self._clock = settings, clock
        self._keys = Keys(settings.name)
        slot = self._keys.slot if settings.cluster else None
        self._link = Link(address_of(settings), slot=slot, timeout=settings.timeout)
        self._eras = Eras(self._link, self._keys, settings, policies, lifetime)
        self._settling = Settling(self._link, self._keys)
        self._loading = asyncio.Lock()
        self._latest = 0

    async def decide(self, calls: Sequence[Call]) -> list[Verdict]:
        """Decides calls one after the other, each as the engine would.

        Raises:
            UnavailableError: when the counter cannot be reached in time, or has forgotten something.
                What was decided until then may be charged, and nothing is released by it.
        """
        async with (await self._eras.current()).call() as layout:
            if not layout.plan.complete:
                raise not_whole([self._settings.gate])
            found: list[Verdict] = []
            for some in _pieces(calls):
                found += await self._decide(layout, some)
        return found

    async def post(self, reservation: int, persons: tuple[int, ...] | None = None) -> bool:
        """Confirms a reservation; with `persons`, only these were shown and the others do not count."""
        return await self._settling.post(reservation, persons, self._at())

    async def release(self, reservation: int) -> bool:
        """Takes a reservation back: nothing was shown."""
        return await self._settling.release(reservation, self._at())

    async def usage(self, request: AccessRequest) -> tuple[Usage, ...]:
        """Tells how every window of every budget that the request draws on stands; counts above the limit are a lower bound."""
        layout = (await self._eras.current()).layout
        batch = Batch(layout, self._now(), even_nothing=True)
        batch.add(Call("check", request))
        status, told = await self._run(USAGE, batch)
        if not status:
            raise not_whole(told)
        found = []
        for place, *counts in told:
            budget = layout.plan.rules[place].budget
            found += [
                Usage(budget.id, w.length, w.limit, counts[2 * n], counts[2 * n + 1])
                for n, w in enumerate(budget.windows)
            ]
        return tuple(found)

    async def hold(self, key: Key, name: str, hold: Hold) -> None:
        """Closes an account or a session; what is closed already stays as it is."""
        values = (hold_name(key, name), packed_hold(hold))
        await self._link.command("HSETNX", self._keys.holds, *values)

    async def reopen(self, key: Key, name: str) -> bool:
        """Lifts a hold; False when there is none."""
        return bool(await self._link.command("HDEL", self._keys.holds, hold_name(key, name)))

    async def holds(self) -> dict[tuple[Key, str], Hold]:
        """What is closed."""
        told = await self._link.command("HGETALL", self._keys.holds)
        found = {}
        for field, packed in zip(told[::2], told[1::2], strict=True):
            kind, _, name = field.decode("utf-8", "surrogatepass").partition(":")
            found[Key(kind), name] = Hold(*msgspec.msgpack.decode(packed))
        return found

    async def adopt(self, policies: PolicySet) -> None:
        """Changes the policies; call `load` next.

        A budget that counts what it counted before goes on at once with its new windows, effect and
        mode; further back, and above its former limits, it counts what `load` brings. One that counts
        something new is charged from here on and decides once every gate has adopted it and brought
        its ledger; until then the former budget decides. One that was not there before decides at
        once, on what there is.

        When this returns, every call under the former policies has been answered: only from then on
        does a ledger hold all that `load` must be given.
        """
        await self._eras.adopt(policies)

    async def load(
        self,
        history: Iterable[tuple[int, AccessRequest]],
        *,
        holds: Mapping[tuple[Key, str], Hold] | None = None,
        complete: bool = True,
    ) -> None:
        """Counts what this gate's ledger says was released.

        Args:
            history: accesses with the instants of their verdicts, oldest first; open reservations among
                them. Read in a thread.
            holds: what the ledger says is closed.
            complete: whether this is all since `since()`; a part, such as what was released while the
                counter could not be reached, never makes the counter whole.

        Raises:
            UnavailableError: when the counter cannot be reached or forgets while it is being loaded;
                load again then.
        """
        async with self._loading:
            era = await (self._eras.begin(holds or {}) if complete else self._eras.current())
            layout = Layout(era.layout.plan, self._keys, b"")
            tag = access_tag(self._settings.gate)
            batches = loads(layout, history, self._now())
            while (load := await asyncio.to_thread(next, batches, None)) is not None:
                keys, told, items = load.packed()
                values = (self._at(), tag, told, items)
                if not await self._link.run(LOAD, [*self._keys.fixed, *keys], *values):
                    raise forgot()
            if complete:
                await self._eras.brought(layout)

    async def whole(self) -> bool:
        """Whether every gate has given what its ledger holds, and this one to all that it counts now."""
        layout = (await self._eras.current()).layout
        told = await self._eras.told()
        return layout.plan.complete and all(map(told.has_brought, self._settings.gates))

    async def brought(self) -> bool:
        """Whether this gate has given what its ledger holds, as far back as anybody needs; else it must `load`."""
        layout = (await self._eras.current()).layout
        told, gate = await self._eras.told(), self._settings.gate
        return told.has_brought(gate) and all(told.knows(t, gate) for t in layout.plan.tallies)

    async def since(self) -> int:
        """From which instant on `load` needs this gate's history, microseconds; 0 is all.

        A server that restarted from its files, or a replica that took over, has forgotten at most what
        was decided after the clock that it remembers.
        """
        layout = (await self._eras.current()).layout
        told, gate = await self._eras.told(), self._settings.gate
        if not all(told.knows(tally, gate) for tally in layout.plan.tallies):
            return 0
        word = "clock" if f"gate:{gate}" in told.fields else f"since:{gate}"
        return int(told.fields.get(word, "0"))

    async def behind(self) -> dict[str, tuple[str, ...]]:
        """Budgets that do not know the ledgers of all gates, and the gates that are awaited."""
        layout = (await self._eras.current()).layout
        told, gates = await self._eras.told(), self._settings.gates
        found = {
            rule.budget.id: tuple(gate for gate in gates if not told.knows(rule.tally, gate))
            for rule in layout.plan.rules
            if rule.phase is not Phase.FORMER
        }
        return {budget: awaited for budget, awaited in found.items() if awaited}

    async def publish(self, topic: str, value: bytes) -> int:
        """Tells every gate; versions grow, by more than one, and do not begin again when the counter is lost."""
        values = (self._at(), topic, value)
        return int(await self._link.run(PUBLISH, [self._keys.topics], *values))

    async def published(self, topic: str) -> tuple[int, bytes]:
        """The version and value of a topic; 0 and nothing before the first."""
        fields = (f"version:{topic}", f"value:{topic}")
        version, value = await self._link.command("HMGET", self._keys.topics, *fields)
        return int(version or 0), value or b""

    async def close(self) -> None:
        """Ends the connections."""
        await self._settling.close()
        await self._link.close()

    async def _decide(self, layout: Layout, calls: Sequence[Call]) -> list[Verdict]:
        batch = Batch(layout, self._now())
        for call in calls:
            batch.add(call)
        status, *told = await self._run(DECIDE, batch, only=self._eras.epoch)
        if not status:
            raise not_whole(told[0])
        base, step, is_changed, answers = told
        self._latest = max(self._latest, base)
        if is_changed and layout.plan.changing:
            self._eras.change_over(layout)
        return verdicts(layout, calls, base, step, answers, is_changed=bool(is_changed))

    async def _run(self, script: Script, batch: Batch, *, only: bytes | None = None) -> Any:
        packed = await self._link.run(script, batch.keys, self._at(), *batch.values, only=only)
        return msgspec.msgpack.decode(packed)

    def _at(self) -> bytes:
        """The instant that a script is given: none but in tests."""
        if self._clock is None:
            return b""
        at = self._clock()
        self._latest = max(self._latest, at)
        return str(at).encode()

    def _now(self) -> int:
        """The counter's clock, as far as it is known here."""
        if self._clock is not None:
            return max(self._latest, self._clock())
        offset = self._link.server_time
        return max(self._latest, 0 if offset is None else offset + time.monotonic_ns() // 1000)


def _pieces(calls: Sequence[Call]) -> Iterator[Sequence[Call]]:
    """Calls in batches that the server does not have to think about for long."""
    first = persons = 0
    for place, call in enumerate(calls):
        more = len(call.request.persons)
        if place > first and (place - first >= _CALLS_MAX or persons + more > _PERSONS_MAX):
            yield calls[first:place]
            first, persons = place, 0
        persons += more
    if first < len(calls):
        yield calls[first:]
