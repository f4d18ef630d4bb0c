"""What is a way out made from? An incident, its exposure, findings, accesses; and how far it may go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from ecluse.model.exposure import ExposureVersion
from ecluse.model.finding import Finding
from ecluse.model.incident import Incident
from ecluse.model.notice import Statement

__all__ = ["Material", "Noticed", "Passage", "Stage", "Tlp"]


class Tlp(StrEnum):
    """How far a reader may pass it on: Traffic Light Protocol 2.0 (FIRST, August 2022)."""

    CLEAR = "clear"
    GREEN = "green"
    AMBER = "amber"
    AMBER_STRICT = "amber+strict"
    RED = "red"

    @property
    def label(self) -> str:
        """As the standard writes it: `TLP:AMBER+STRICT`."""
        return f"TLP:{self.value.upper()}"

    @property
    def tag(self) -> str:
        """As the taxonomy of MISP writes it: `tlp:amber+strict`."""
        return f"tlp:{self.value}"


class Stage(StrEnum):
    """What became of a finding."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing that a ledger tells of a finding.

    Attributes:
        uid: the same for all that is told of one finding, from its raising to its end.
        at: when this was told, microseconds.
        raised_at: when the finding was raised; None when the ledger does not hold that.
        by, note: who acknowledged it, and what they wrote.
    """

    finding: Finding
    stage: Stage
    uid: str
    at: int
    raised_at: int | None = None
    by: str = ""
    note: str = ""


class Passage(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One access of a ledger, as it leaves.

    Attributes:
        ledger: origin of the ledger.
        seq: number of the entry there.
        released: whether data left.
        persons: pseudonyms of those whose data left, or was refused; None when a retention destroyed them.
        count: how many they are; known when `persons` is not.
        taken_back: persons who were reserved and not shown after all; they are not among `persons`.
        leaf: hash of the entry in the tree of the ledger (RFC 9162); None while it is not sealed.
    """

    ledger: str
    seq: int
    at: int
    account: str
    released: bool
    count: int
    persons: tuple[bytes, ...] | None = None
    account_kind: str = ""
    session: str = ""
    organization: str = ""
    application: str = ""
    source: str = ""
    factor: str = ""
    operation: str = ""
    categories: tuple[str, ...] = ()
    effect: str = ""
    policy: str = ""
    taken_back: int = 0
    leaf: bytes | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that one export is made from.

    Attributes:
        version: of this software.
        host: name of the machine that exports; empty when it does not say.
        organization: who answers for the data, as it names itself; empty when nobody says.
        findings: what ledgers tell of findings, oldest first.
        statement: what persons stated of the breach.
        persons: whether pseudonyms of persons leave.
        datastores: applications that are databases: their accesses are reads of a datastore, not of pages.
        options: what the way out asks for besides, by name.
    """

    version: str
    tlp: Tlp = Tlp.AMBER_STRICT
    incident: Incident | None = None
    exposure: ExposureVersion | None = None
    findings: tuple[Noticed, ...] = ()
    statement: Statement | None = None
    organization: str = ""
    country: str = ""
    host: str = ""
    persons: bool = False
    datastores: frozenset[str] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)
