"""Which numbers of OCSF 1.8 *Incident Finding* (2005) stand for what an incident says? Tables, for every way out."""

from typing import Final

from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, Incident, State

__all__ = [
    "CLASS",
    "CONFIDENCE_ID",
    "SEVERITY_ID",
    "STATUS_ID",
    "VERDICT_ID",
    "suspected_breach",
    "verdict",
]

CLASS: Final = 2005

STATUS_ID: Final[dict[State, int]] = {
    State.NEW: 1,
    State.IN_PROGRESS: 2,
    State.ON_HOLD: 3,
    State.RESOLVED: 4,
    State.CLOSED: 5,
}

SEVERITY_ID: Final[dict[Severity, int]] = {severity: int(severity) for severity in Severity}
"""Ours are OCSF's 1 to 5; 6, *Fatal*, is not used: it speaks of systems."""

CONFIDENCE_ID: Final[dict[Confidence, int]] = {level: int(level) for level in Confidence}

VERDICT_ID: Final[dict[str, int]] = {
    "unknown": 0,
    "false_positive": 1,
    "true_positive": 2,
    "disregard": 3,
    "suspicious": 4,
    "benign": 5,
    "test": 6,
    "insufficient_data": 7,
    "security_risk": 8,
    "managed_externally": 9,
    "duplicate": 10,
}
"""Answers to the decision `verdict`."""


def verdict(incident: Incident) -> str:
    """The word of `VERDICT_ID`: a person's decision, and else what follows from the one on `breach`.

    An incident that is no breach may still be an attack, so `breach: no` alone says nothing of the verdict.
    """
    decided = incident.decision("verdict")
    if decided is not None and decided.answer in VERDICT_ID:
        return decided.answer
    breach = incident.decision("breach")
    return "true_positive" if breach is not None and breach.answer == "yes" else "unknown"


def suspected_breach(incident: Incident) -> bool:
    """`is_suspected_breach`: as long as nobody has decided that it is none."""
    breach = incident.decision("breach")
    return breach is None or breach.answer != "no"
