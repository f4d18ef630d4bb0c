"""How does a gate count in its own memory? From a snapshot and the ledger at the start, to a snapshot at the end."""

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import Final

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.statefile import StateFile, start
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import PolicySet
from ecluse.model.time import MINUTE, SECOND
from ecluse.runners.adoption import Adoption
from ecluse.runners.embedded import Decider, EmbeddedCounts
from ecluse.runners.pulse import Duty
from ecluse.service.rebuild import rebuild
from ecluse.wiring import now
from ecluse.wiring.counting import Counting, Parts

__all__ = ["count_embedded"]

_SETTLED: Final = 2 * MINUTE
"""Younger entries are left to the next snapshot: longer than a reservation stays open."""


@dataclass(slots=True)
class _Embedded:
    counts: EmbeddedCounts
    told: str
    adoption: Adoption
    parts: Parts
    file: StateFile
    saved: int
    duties: tuple[Duty, ...] = ()
    saving: asyncio.Task[None] | None = None

    async def adopt(self, policies: PolicySet) -> None:
        await self.adoption.adopt(policies)

    async def spread(self) -> None:
        """There is no other gate."""

    async def sealed(self) -> None:
        """Lets another process make a snapshot now and then: reading the ledger would hold decisions up here."""
        idle = self.saving is None or self.saving.done()
        if (
            idle
            and self.parts.ledger.size - self.saved >= self.parts.keeper.settings.snapshot_every
        ):
            self.saved = self.parts.ledger.size
            self.saving = asyncio.create_task(self._save_apart())

    async def _save_apart(self) -> None:
        command = [
            sys.executable,
            "-m",
            "ecluse",
            "state",
            "save",
            "--ledger",
            str(self.parts.files.ledger),
        ]
        for option, path in (("--policy", self.parts.files.policy), ("--estate", self.parts.files.estate), ("--keys", self.parts.files.keys)):  # fmt: skip
            command += [] if path is None else [option, str(path)]
        settled = max(_SETTLED, 2 * self.parts.keeper.settings.reservation)
        command += ["--settled", f"{-(-settled // SECOND)}s"]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        try:
            _, told = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            raise
        if process.returncode:
            self.parts.findings.raise_(
                Finding(
                    code="snapshot-failed",
                    severity=Severity.LOW,
                    what=f"no snapshot of the counts could be saved: {told.decode('utf-8', 'replace').strip()[:300]}",
                    help="nothing is lost; the next start reads more of the ledger",
                )
            )
        else:
            self.parts.findings.settle("snapshot-failed")

    async def close(self) -> None:
        """Saves what was counted, so that the next start reads next to nothing."""
        if self.saving is not None and not self.saving.done():
            self.saving.cancel()
            await asyncio.wait([self.saving])
        if self.parts.keeper.tally.failures:
            return  # what could not be written was counted all the same: the ledger knows better
        try:
            await asyncio.to_thread(self.parts.ledger.seal)
            await asyncio.to_thread(
                self.file.save_engine, self.adoption.engine, size=self.parts.ledger.size, at=now()
            )
        except (UnavailableError, CallerError):
            return  # the ledger has it all


async def count_embedded(parts: Parts) -> Counting:
    """Counts in memory, from a snapshot and what the ledger says was read since.

    Raises:
        IntegrityError, UnavailableError: when the ledger cannot be read.
    """
    keeper, ledger = parts.keeper, parts.ledger

    def again(wanted: PolicySet) -> tuple[Engine, int]:
        ledger.sync()  # what was decided and is not on disk yet would be in neither the file nor the notes
        return rebuild(wanted, ledger, now=now())

    begin = time.monotonic()
    file = StateFile(parts.files.ledger, keys=parts.files.keys)
    started = start(keeper.policies, file, now=now())
    for finding in started.findings:
        parts.findings.raise_(finding)
    engine = started.engine
    engine.holds |= keeper.standing.holds()
    after = "after it" if started.how == "snapshot" else "of the ledger"
    source = "the snapshot and " if started.how == "snapshot" else ""
    told = (
        f"counts in memory, from {source}{_entries(started.read)} {after} "
        f"in {time.monotonic() - begin:.1f} s"
    )
    adoption = Adoption(engine, again)
    counts = EmbeddedCounts(Decider(keeper, adoption), parts.commits)
    return _Embedded(counts, told, adoption, parts, file, saved=started.size - started.read)


def _entries(number: int) -> str:
    """`1 entry`, `1,200 entries`."""
    return f"{number:,} {'entry' if number == 1 else 'entries'}"
