"""Rebuilds the engine's state from the ledger, so that no budget starts afresh after a restart.

1. read the entries of the longest window, oldest first;
2. count every released access again;
3. close again what was on hold and not reopened, however long ago.

Cost: about 10 µs an entry and budget in pure Python, and one pass over eight columns of the whole ledger.
"""

import json
from operator import itemgetter
from typing import Any, Final

import polars as pl

from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold
from ecluse.model.entry import ACCESS
from ecluse.model.policy import Effect, Key, PolicySet
from ecluse.ports import Ledger

__all__ = ["OBSERVED", "REOPEN", "rebuild", "released"]

OBSERVED: Final = "observed"
"""Kind of an entry about an access that an application reports afterwards: released, whatever its effect."""

REOPEN: Final = "reopen"
"""Kind of the act that lifts a hold; its detail is `{"key": "account" or "session", "name": …}`."""

_ACCESSES: Final = (ACCESS, OBSERVED)
_COLUMNS: Final = (
    "at", "kind", "account", "account_kind", "session", "organization", "lineage", "application", "source", "factor",
    "operation", "categories", "persons", "own", "created_at", "bytes", "effect",
)  # fmt: skip
_HOLD_COLUMNS: Final = ("at", "kind", "account", "session", "effect", "policy", "window", "detail")


def rebuild(policies: PolicySet, ledger: Ledger, *, now: int) -> Engine:
    """Makes an engine whose counts and holds are those that the ledger's accesses have left.

    Args:
        policies: the set in force.
        ledger: its persons must not be destroyed within the longest window.
        now: microseconds; accesses that left the longest window before are not read.

    Raises:
        IntegrityError, UnavailableError: when the ledger cannot be read.
    """
    engine = Engine(PolicySet(()))
    longest = max((w.length for b in policies.budgets for w in b.windows), default=0)
    history = [
        (row["at"], _request(row))
        for frame in ledger.scan(since=now - longest, columns=_COLUMNS)
        for row in frame.iter_rows(named=True)
        if row["kind"] in _ACCESSES and released(row)
    ]
    history.sort(key=itemgetter(0))  # a ledger of several replays goes back in time
    engine.adopt(policies, history)
    engine.clock = max((at for at, _ in history), default=0)
    engine.holds = _holds(policies, ledger)
    return engine


def released(row: dict[str, Any]) -> bool:
    """Whether the data of an entry left."""
    return row["kind"] == OBSERVED or Effect[row["effect"].upper()].releases


def _holds(policies: PolicySet, ledger: Ledger) -> dict[tuple[Key, str], Hold]:
    """What is still closed, from the whole ledger: a hold has no end but a person's word."""
    holds: dict[tuple[Key, str], Hold] = {}
    closes = (pl.col("effect") == Effect.HOLD.word) & pl.col("kind").is_in(_ACCESSES)
    for frame in ledger.scan(columns=_HOLD_COLUMNS):
        for row in frame.filter(closes | (pl.col("kind") == REOPEN)).iter_rows(named=True):
            if row["kind"] == REOPEN:
                detail = json.loads(row["detail"])
                holds.pop((Key(detail["key"]), detail["name"]), None)
            else:
                _hold(row, policies, holds)
    return holds


def _hold(row: dict[str, Any], policies: PolicySet, holds: dict[tuple[Key, str], Hold]) -> None:
    """Closes what the entry's decision closed; refusals because of an earlier hold have no window."""
    also = json.loads(row["detail"])["also"] if row["detail"] else []
    for policy in (*([row["policy"]] if row["window"] else []), *also):
        budget = next((b for b in policies.budgets if b.id == policy), None)
        by_session = budget is not None and Key.ACCOUNT not in budget.per
        key = (Key.SESSION, row["session"]) if by_session else (Key.ACCOUNT, row["account"])
        holds.setdefault(key, Hold(policy, row["at"]))


def _request(row: dict[str, Any]) -> AccessRequest:
    return AccessRequest(
        account=row["account"],
        application=row["application"],
        persons=tuple(int.from_bytes(p[:8], "little") for p in row["persons"] or ()),
        session=row["session"] or None,
        organization=row["organization"] or None,
        source=row["source"] or None,
        lineage=row["lineage"] or None,
        kind=row["account_kind"] or None,
        factor=row["factor"] or None,
        created_at=row["created_at"],
        operation=row["operation"] or None,
        categories=_categories(row["categories"]),
        bytes=row["bytes"],
        own=tuple(flag == "1" for flag in row["own"]) if row["own"] else None,
    )


def _categories(written: Any) -> tuple[str, ...]:
    if isinstance(written, str):
        return tuple(written.split(",")) if written else ()
    return tuple(written or ())
