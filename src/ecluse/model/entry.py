"""A ledger entry: one decided access, or one act that changes what accounts may do."""

import msgspec

__all__ = ["ACCESS", "Entry"]

ACCESS = "access"


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the ledger keeps of a decision. Empty strings stand for unknown; nothing here is a person's data.

    Attributes:
        at: microseconds, UTC.
        kind: `access`, or the name of an act: `policy`, `reopen`, `retention`, …
        persons: 16-byte pseudonyms of the persons concerned by the access.
        own: for each person `1` or `0` (in the caseload or not) as a string; empty when unknown.
        created_at: of the account, microseconds; None when unknown.
        effect: word of the effect (`permit`, `warn`, `deny`, …); data was released when it is permit, warn or slow.
        policy: budget that determined the effect; empty for a plain permit.
        window, used, limit: the numbers of that budget (microseconds, count, count); 0 for a plain permit.
        detail: JSON object as text for acts. For an access usually empty; when further budgets closed something
            by the same decision, `{"also": [their ids]}`.
    """

    at: int
    account: str
    kind: str = ACCESS
    account_kind: str = ""
    session: str = ""
    organization: str = ""
    lineage: str = ""
    application: str = ""
    source: str = ""
    factor: str = ""
    operation: str = ""
    categories: tuple[str, ...] = ()
    persons: tuple[bytes, ...] = ()
    own: str = ""
    created_at: int | None = None
    bytes: int = 0
    effect: str = "permit"
    policy: str = ""
    window: int = 0
    used: int = 0
    limit: int = 0
    detail: str = ""
