"""What has happened to a request that was not answered? One case, from which a page or a problem document is made."""

from dataclasses import dataclass, field
from typing import Final

from ecluse.model.asked import Answer

__all__ = [
    "ANONYMOUS",
    "FAILED",
    "OUT_OF_REACH",
    "UNCLEAR",
    "UNDISCLOSED",
    "Case",
    "of_answer",
]

_KINDS: Final = {"justify": 403, "step_up": 401, "hold": 403, "deny": 403}
"""Effects that refuse, with the HTTP status where nothing says when it opens again."""


@dataclass(frozen=True, slots=True)
class Case:
    """Why nothing was shown. Holds no identifier of a person.

    Attributes:
        kind: word by which titles and sentences are found.
        retry_after: seconds until the same request would pass; None when it would not by itself.
        entry: number of the ledger's entry, which the person in front of the screen can quote.
        reason: the gate's sentence about the budget that refused, by language.
        contact: whom the person can call, by language.
        acr_values, max_age: what a session must bring to get past `step_up` (RFC 9470).
        ours: whether it is a fault of the software rather than a limit.
        wide: whether it asks for more at once than a window holds: waiting does not help, asking for less does.
    """

    kind: str
    status: int
    retry_after: int | None = None
    entry: int | None = None
    reason: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    ours: bool = False
    wide: bool = False


OUT_OF_REACH: Final = Case("unavailable", 503, retry_after=30, ours=True)
"""The gate did not answer, or not as it should."""
UNDISCLOSED: Final = Case("undisclosed", 500, ours=True)
"""The application was about to answer under a guarded path without having said whom it shows."""
FAILED: Final = Case("failed", 500, ours=True)
"""The application failed after its reservation; what it wrote about that is not passed on, so nothing was shown."""
UNCLEAR: Final = Case("unclear", 400, ours=True)
"""The address has two readings, or no person can be found where one must be."""
ANONYMOUS: Final = Case("anonymous", 403, ours=True)
"""Nobody is logged in, so nobody can be counted."""


def of_answer(answer: Answer) -> Case:
    """Says which case a refusal is.

    An effect that this version does not know is told as `deny`. Of the reasons only the one that
    decided is told: the others would show how other budgets stand.
    """
    assert not answer.released, "only a refusal is told"
    deciding = answer.reasons[0] if answer.reasons else None
    kind = answer.effect if answer.effect in _KINDS else "deny"
    status = _KINDS[kind]
    if kind == "deny" and answer.degraded == "deny":
        kind, status = "unavailable", 503
    elif (
        kind == "deny"
        and deciding is not None
        and deciding.policy.startswith(("application:", "isolated:"))
    ):
        kind = "closed"
    elif kind == "deny" and answer.retry_after is not None:
        status = 429
    retry_after = answer.retry_after if kind in {"deny", "justify", "unavailable"} else None
    if kind == "unavailable" and retry_after is None:
        retry_after = OUT_OF_REACH.retry_after
    return Case(
        kind,
        status,
        retry_after=None if retry_after is None else max(1, retry_after),
        entry=answer.entry,
        reason={} if deciding is None else deciding.text,
        contact=answer.contact,
        acr_values=answer.acr_values,
        max_age=answer.max_age,
        ours=kind == "unavailable",
        wide=kind == "deny" and status == 403 and _too_wide(answer),
    )


def _too_wide(answer: Answer) -> bool:
    """Whether every budget that refuses has room for somebody: then what never passes asks for too much at once."""
    refusing = [why for why in answer.reasons if why.effect in _KINDS]
    return bool(refusing) and all(why.limit > 0 for why in refusing)
