"""What is a live counter asked, and what does it answer? One call, one verdict."""

import msgspec

from ecluse.model.access import AccessRequest
from ecluse.model.asked import Operation
from ecluse.model.decision import Decision

__all__ = ["Call", "Verdict"]


class Call(msgspec.Struct, frozen=True, gc=False):
    """One request to decide."""

    operation: Operation
    request: AccessRequest


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What the counter decided.

    Attributes:
        at: the counter's clock at the decision, microseconds.
        opens_at: when the same request would pass if nothing else were read, microseconds; None when it passed or never would.
    """

    decision: Decision
    at: int
    opens_at: int | None = None
