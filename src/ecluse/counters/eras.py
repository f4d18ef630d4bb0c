"""Which plan is in force at this gate, and what does the counter know of the gates?

An era is the time during which one plan is in force. A change of policies ends it: the next calls go by
the new plan, and whoever changed the policies is told once the calls of the old one are answered.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ecluse.counters.batch import Layout
from ecluse.counters.keys import Keys, access_tag, hold_name, packed_hold
from ecluse.counters.link import Link
from ecluse.counters.script import ENTER, MARK, REGISTER, TOLD
from ecluse.counters.tallies import Phase, Plan, Tally, changed, keeps, mark, plan
from ecluse.model.decision import Hold
from ecluse.model.errors import UnavailableError
from ecluse.model.policy import Key, PolicySet
from ecluse.model.settings import SharedCounter

__all__ = ["Era", "Eras", "Told", "forgot", "not_whole"]


class Era:
    """The time during which one layout is in force."""

    def __init__(self, policies: PolicySet, layout: Layout) -> None:
        """Begins with no call running."""
        self.policies, self.layout = policies, layout
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def call(self) -> AsyncIterator[Layout]:
        """One call that goes by it."""
        self._running += 1
        self._idle.clear()
        try:
            yield self.layout
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def ended(self) -> None:
        """Waits until none of its calls is running."""
        await self._idle.wait()


@dataclass(frozen=True, slots=True)
class Told:
    """What the counter's state says.

    Attributes:
        valid: whether it is of this run of the server.
        fields: as `scripts/enter.lua` names them.
    """

    valid: bool
    fields: Mapping[str, str]

    def has_brought(self, gate: str) -> bool:
        """Whether the gate has brought its ledger in this epoch."""
        return self.valid and f"gate:{gate}" in self.fields

    def knows(self, tally: Tally, gate: str) -> bool:
        """Whether a tally holds all that the gate released, as far back and as many as anybody asked for."""
        return tally.widened(self.fields.get(keeps(tally))).fits(self.fields.get(mark(tally, gate)))


class Eras:
    """The plans of one gate, one after the other."""

    def __init__(
        self, link: Link, keys: Keys, settings: SharedCounter, policies: PolicySet, lifetime: int
    ) -> None:
        """Asks the counter nothing yet.

        Args:
            link: to the counter.
            keys: of the counter.
            settings: names this gate and the others.
            policies: in force at the start.
            lifetime: of a reservation, microseconds.

        Raises:
            ConfigError: when a limit is too large to be counted exactly.
        """
        _check(policies)
        self.epoch: bytes | None = None
        """The run of the server that this gate believes: to which it brought its ledger, or found it brought."""
        self._link, self._keys, self._settings, self._lifetime = link, keys, settings, lifetime
        self._policies = policies
        self._era: Era | None = None
        self._entering = asyncio.Lock()

    async def current(self) -> Era:
        """The era in force, begun if it must be.

        Raises:
            UnavailableError: when the counter cannot be reached.
        """
        era = self._era
        if era is not None and era.policies is self._policies:
            return era
        async with self._entering:
            if self._era is None or self._era.policies is not self._policies:
                return await self._change()
            return self._era

    async def adopt(self, policies: PolicySet) -> None:
        """Changes the policies; ends once every call under the former ones is answered."""
        _check(policies)
        self._policies = policies
        await self.current()

    async def begin(self, holds: Mapping[tuple[Key, str], Hold]) -> Era:
        """Says that this gate is about to bring its ledger, after a loss in a new epoch."""
        async with self._entering:
            return await self._change(begin=True, holds=holds)

    async def brought(self, layout: Layout) -> None:
        """Says that this gate has brought its ledger to all that the layout counts."""
        gate = self._settings.gate
        marks = [text for t in layout.plan.tallies for text in (mark(t, gate), t.size)]
        epoch = await self._link.run(MARK, self._keys.fixed, b"", gate, *marks)
        if not epoch:
            raise forgot()
        self.epoch = epoch
        era = self._era
        if era is not None and era.layout.plan == layout.plan and not layout.plan.complete:
            self._era = Era(era.policies, self._laid_out(Plan(layout.plan.rules, complete=True)))

    def change_over(self, layout: Layout) -> None:
        """Drops the former tallies, once every gate has brought its ledger to the new ones."""
        era = self._era
        if era is not None and era.layout is layout:
            self._era = Era(era.policies, self._laid_out(changed(layout.plan)))

    async def told(self) -> Told:
        """What the counter's state says now."""
        valid, *flat = await self._link.run(TOLD, self._keys.fixed)
        words = [word.decode("utf-8", "surrogatepass") for word in flat]
        return Told(bool(valid), dict(zip(words[::2], words[1::2], strict=True)))

    async def _change(
        self, *, begin: bool = False, holds: Mapping[tuple[Key, str], Hold] | None = None
    ) -> Era:
        policies, old = self._policies, self._era
        former = old.layout.plan if old is not None else None
        tallies = await self._registered(policies)
        kept = [r.tally for r in former.rules if r.phase is not Phase.NEW] if former else []
        known = await self._enter([*kept, *tallies], begin=begin, holds=holds)
        found = plan(policies, tallies, former, known)
        if {t.tag for t in kept} - {
            t.tag for t in found.tallies
        }:  # what is no longer charged is no longer known
            await self._enter(found.tallies)
        if old is not None and (old.policies is policies and old.layout.plan == found):
            return old
        era = self._era = Era(policies, self._laid_out(found))
        if old is not None:
            await old.ended()
        return era

    async def _registered(self, policies: PolicySet) -> list[Tally]:
        """The tallies of the budgets, as far back and as many as any gate has asked for."""
        least = [Tally.of(budget) for budget in policies.budgets]
        values = [text for t in least for text in (keeps(t), str(t.longest), str(t.cap))]
        kept = await self._link.run(REGISTER, self._keys.fixed, b"", *values)
        return [tally.widened(size.decode()) for tally, size in zip(least, kept, strict=True)]

    async def _enter(
        self,
        tallies: Iterable[Tally],
        *,
        begin: bool = False,
        holds: Mapping[tuple[Key, str], Hold] | None = None,
    ) -> set[str]:
        """Names the tallies that this gate charges; gives the tags of those that know its ledger."""
        gate = self._settings.gate
        asked = list({tally.tag: tally for tally in tallies}.values())
        closed: list[bytes] = []
        for (key, name), hold in (holds or {}).items():
            closed += (hold_name(key, name), packed_hold(hold))
        values = (gate, b"1" if begin else b"0", str(len(closed)), *closed)
        marks = [mark(tally, gate) for tally in asked]
        epoch, *sizes = await self._link.run(ENTER, self._keys.fixed, b"", *values, *marks)
        if self.epoch is None and epoch:
            self.epoch = epoch
        return {
            tally.tag
            for tally, size in zip(asked, sizes, strict=True)
            if size is not None and tally.fits(size.decode())
        }

    def _laid_out(self, found: Plan) -> Layout:
        settings = self._settings
        tag = access_tag(settings.gate)
        told = found.told(settings.gate, settings.gates, tag, self._lifetime)
        return Layout(found, self._keys, told)


def _check(policies: PolicySet) -> None:
    """Says that a limit cannot be counted before anything changes."""
    for budget in policies.budgets:
        Tally.of(budget)


def not_whole(gates: Iterable[str]) -> UnavailableError:
    """The counter does not know yet what these gates have released."""
    named = ", ".join(f"`{gate}`" for gate in gates)
    return UnavailableError(
        f"the shared counter does not know yet what was released by {named}",
        help="start that gate, or take it out of `gates` when it will not come back; each gate brings its ledger by itself",
    )


def forgot() -> UnavailableError:
    """The server was emptied, restarted or replaced while a ledger was brought."""
    return UnavailableError(
        "the shared counter lost its counts while they were being loaded",
        help="it is loaded again by itself; look why its server was restarted or emptied",
    )
