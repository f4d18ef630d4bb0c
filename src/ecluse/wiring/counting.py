"""Where does a gate count, and what belongs to its counting? What the two ways have in common."""

from dataclasses import dataclass
from typing import Protocol

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.policy import PolicySet
from ecluse.runners.commits import GroupCommit
from ecluse.runners.embedded import EmbeddedCounts
from ecluse.runners.pulse import Duty
from ecluse.runners.shared import SharedCounts
from ecluse.service.findings_book import FindingsBook
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.wiring.gate_files import GateFiles

__all__ = ["Counting", "Parts"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What counting is made from."""

    files: GateFiles
    ledger: DirectoryLedger
    keeper: Gatekeeper
    commits: GroupCommit
    findings: FindingsBook


class Counting(Protocol):
    """How a gate counts, with all that belongs to it.

    Attributes:
        told: one line for whoever starts the gate.
        duties: what it has to do again and again.
    """

    @property
    def counts(self) -> EmbeddedCounts | SharedCounts: ...
    @property
    def told(self) -> str: ...
    @property
    def duties(self) -> tuple[Duty, ...]: ...

    async def adopt(self, policies: PolicySet) -> None:
        """Puts other policies in force, with the counts that they would have had."""
        ...

    async def spread(self) -> None:
        """Tells other gates what a person decided here."""
        ...

    async def sealed(self) -> None:
        """A part of the log became a segment."""
        ...

    async def close(self) -> None:
        """The gate ends in good order."""
        ...
