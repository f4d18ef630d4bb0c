"""What can a person decide about an incident, and with which answers? A table; each decision has reasons."""

from collections.abc import Iterable
from typing import Final

from ecluse.incident.lifecycle import Refused
from ecluse.incident.ocsf import VERDICT_ID
from ecluse.model.clock import ClockSettings
from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence

__all__ = ["DECISIONS", "answers", "decision_refusals"]

_YES_NO: Final = ("yes", "no")
_LATER: Final = ("yes", "no", "later")

DECISIONS: Final[dict[str, tuple[str, ...]]] = {
    "breach": _YES_NO,
    "notify_authority": _LATER,
    "complement": _YES_NO,
    "tell_persons": _LATER,
    "complaint": _LATER,
    "nis2_significant": _YES_NO,
    "high_risk": _YES_NO,
    "severity": tuple(level.name.lower() for level in Severity),
    "confidence": tuple(level.name.lower() for level in Confidence),
    "verdict": tuple(VERDICT_ID),
}
"""`breach`: GDPR art. 4(12). `notify_authority`: art. 33(1). `complement`: art. 33(4), whether anything is still to be sent.
`tell_persons`: art. 34. `complaint`: to the police. `verdict`: OCSF."""


def answers(settings: ClockSettings) -> dict[str, tuple[str, ...]]:
    """The decisions that can be made, with their answers; those that the clocks ask for among them."""
    asked = {name for clock in settings.clocks for name in (*clock.waived_by, *clock.only_if)}
    return DECISIONS | dict.fromkeys(sorted(asked - DECISIONS.keys()), _YES_NO)


def decision_refusals(
    what: str, answer: str, reasons: str, *, known: dict[str, tuple[str, ...]]
) -> tuple[Refused, ...]:
    """Every reason why a decision may not be written down."""
    if what not in known:
        return (Refused("no-such-decision", f"nothing is called `{what[:40]}` that could be decided", _listed(known)),)  # fmt: skip
    found = []
    if answer not in known[what]:
        found.append(Refused("no-such-answer", f"`{answer[:40]}` is no answer to `{what}`", _listed(known[what])))  # fmt: skip
    if not reasons.strip():
        found.append(Refused("reasons", "no reasons are given", "say why with --reasons"))
    return tuple(found)


def _listed(words: Iterable[str]) -> str:
    return f"choose of {', '.join(words)}"
