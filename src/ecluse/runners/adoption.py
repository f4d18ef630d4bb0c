"""How do new policies come into force while the gate decides? At once where the counts are kept, else once they are read.

1. a budget whose counts are kept already (the same keys, targets and counts, no wider) takes its new limits at once;
2. the counts of the whole new set are rebuilt from the ledger in a thread; decisions go on, and are noted;
3. what was noted is charged, and the new engine takes the place of the old.

Until 3, every budget of the old set still holds. Reservations open at 3 are kept for good.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from ecluse.engine.evaluate import Engine, continues
from ecluse.model.access import AccessRequest
from ecluse.model.policy import PolicySet
from ecluse.service.rebuild_tail import charge_all

__all__ = ["Adoption", "Rebuilder"]

Rebuilder = Callable[[PolicySet], tuple[Engine, int]]
"""Rebuilds an engine from the ledger, what was appended before the call included; also gives how many entries it read."""

_CHARGED_AT_ONCE: Final = 2_000
"""Noted decisions that are charged before the event loop gets its turn."""


class Adoption:
    """Holds the engine in force, and replaces it."""

    def __init__(self, engine: Engine, rebuild: Rebuilder) -> None:
        self.engine = engine
        self.recording = False
        self._rebuild = rebuild
        self._noted: list[tuple[int, int, AccessRequest]] = []
        self._turn = asyncio.Lock()

    def record(self, seq: int, at: int, request: AccessRequest) -> None:
        """Notes a released access while counts are rebuilt."""
        self._noted.append((seq, at, request))

    def adopt_now(self, policies: PolicySet) -> bool:
        """Step 1; says whether that was all."""
        kept = {b.id: b for b in self.engine.policies.budgets}
        fitting = {b.id: b for b in policies.budgets if b.id in kept and continues(kept[b.id], b)}
        if len(fitting) == len(policies.budgets) == len(kept):
            self.engine.adopt(policies, ())
            return True
        interim = tuple(fitting.get(b.id, b) for b in kept.values())
        self.engine.adopt(PolicySet(interim, self.engine.policies.digest), ())
        return False

    async def adopt(self, policies: PolicySet) -> None:
        """Steps 1 to 3.

        Raises:
            UnavailableError, IntegrityError: when the ledger cannot be read; what step 1 did stays in force.
        """
        async with self._turn:
            if self.adopt_now(policies):
                return
            self.recording = True
            try:
                engine, size = await asyncio.to_thread(self._rebuild, policies)
                await self._charge(engine, size)
                self._replace(engine)
            finally:
                self.recording = False
                self._noted = []

    async def _charge(self, engine: Engine, size: int) -> None:
        """Charges what was noted after the rebuilt entries, until nothing is left to charge."""
        done = 0
        while done < len(self._noted):
            part = self._noted[done : done + _CHARGED_AT_ONCE]
            charge_all(engine, ((at, request) for seq, at, request in part if seq >= size))
            done += len(part)
            if done < len(self._noted):
                await asyncio.sleep(0)

    def _replace(self, engine: Engine) -> None:
        """Step 3, without a pause for any decision between."""
        engine.holds = self.engine.holds
        engine.clock = max(engine.clock, self.engine.clock)
        # No new reservation gets the number of one that somebody still holds from before.
        engine.number = max(engine.number, self.engine.number)
        self.engine = engine
