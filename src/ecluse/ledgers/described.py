"""What is a ledger, so that somebody who holds a report can check the report against it?"""

from ecluse.ledgers.notes import read_notes
from ecluse.ledgers.reader import Snapshot
from ecluse.model.assurance import LedgerState
from ecluse.model.errors import IntegrityError

__all__ = ["describe"]


def describe(snapshot: Snapshot) -> LedgerState:
    """Says its name, keys, size and last signed checkpoint.

    Raises:
        IntegrityError: when its first page or a checkpoint was altered.
    """
    layout = snapshot.layout
    key = layout.read_public_key()
    page = layout.read_first_page(key)
    notes, wrong = read_notes(layout.checkpoints, key, page.origin)
    if wrong:
        raise IntegrityError(f"`{layout.checkpoints}`: {wrong}", help="run `ecluse ledger verify`")
    last = notes[-1].checkpoint if notes else None
    return LedgerState(
        folder=str(layout.root),
        origin=page.origin,
        key=str(key),
        fingerprint=page.fingerprint,
        created=page.created,
        entries=snapshot.size,
        size=0 if last is None else last.size,
        root="" if last is None else last.root.hex(),
        signed_at="" if last is None else last.at,
        months=page.months,
        reason=page.reason,
        destroyed=sum(m.destroyed.get("count", 0) for m in snapshot.manifests),
    )
