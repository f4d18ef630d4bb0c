"""What does a gate do besides deciding? Small duties at their intervals, none of which may stop the others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ecluse.model.errors import EcluseError
from ecluse.model.finding import Finding, Severity
from ecluse.service.findings_book import FindingsBook

__all__ = ["Duty", "Pulse"]


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to do again and again.

    Attributes:
        name: what it is called in a finding when it fails.
        every: seconds between its end and its next start.
        do: what to do.
    """

    name: str
    every: float
    do: Callable[[], Awaitable[None]]


class Pulse:
    """Runs duties until it is closed; one that fails is a finding until it succeeds again."""

    def __init__(self, duties: tuple[Duty, ...], findings: FindingsBook) -> None:
        self._findings = findings
        self._tasks = [asyncio.create_task(self._repeat(duty)) for duty in duties]

    async def close(self) -> None:
        """Stops all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, duty: Duty) -> None:
        while True:
            await asyncio.sleep(duty.every)
            try:
                await duty.do()
            except (EcluseError, OSError) as error:
                self._findings.raise_(
                    Finding(
                        code="duty-failed",
                        severity=Severity.HIGH,
                        what=f"the gate could not {duty.name}: {error}",
                        help=getattr(error, "help", "")
                        or "it tries again by itself; see why it fails",
                        about=duty.name,
                    )
                )
            else:
                self._findings.settle("duty-failed", duty.name)
