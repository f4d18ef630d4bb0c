"""What is known of an account, as a directory tells it."""

import msgspec

__all__ = ["AccountFacts"]


class AccountFacts(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The facts about who asks; None is unknown.

    Attributes:
        lineage: the first creator above the account; itself when nobody is known to have created it.
        kind: kind of the account, as in the estate file.
        organization: the body that the account works for.
        created_at: microseconds.
    """

    lineage: str
    kind: str | None = None
    organization: str | None = None
    created_at: int | None = None
