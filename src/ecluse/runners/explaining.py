"""How does the gate say what it would decide, what it decided, and what an account may still read?"""

from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from ecluse.engine.explain import Usage, sentence
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Reason
from ecluse.model.errors import CallerError
from ecluse.model.policy import Effect, PolicySet
from ecluse.model.time import format_duration, format_instant
from ecluse.ports import Ledger

__all__ = [
    "about_nobody",
    "entry_in_words",
    "find_entry",
    "refusal_in_words",
    "usage_in_words",
]

_COLUMNS: Final = (
    "seq", "at", "kind", "account", "session", "application", "operation", "categories", "effect", "policy",
    "window", "used", "limit", "detail", "persons",
)  # fmt: skip


def usage_in_words(usage: Iterable[Usage], policies: PolicySet) -> list[dict[str, Any]]:
    """The numbers of every window that a request draws on."""
    budgets = {b.id: b for b in policies.budgets}
    return [
        {
            "policy": u.policy,
            "mode": budgets[u.policy].mode.value,
            "counts": budgets[u.policy].counts.value,
            "per": [key.value for key in budgets[u.policy].per],
            "effect": budgets[u.policy].effect.word,
            "window": format_duration(u.window),
            "limit": u.limit,
            "used": u.used,
            "left": u.left,
            "with_request": u.with_request,
            "over": u.with_request > u.limit,
        }
        for u in usage
        if u.policy in budgets
    ]


def find_entry(ledger: Ledger, seq: int) -> dict[str, Any]:
    """Reads one entry. Cost: a pass over the ledger.

    Raises:
        CallerError: when there is none of this number.
    """
    for frame in ledger.scan(columns=_COLUMNS):
        found = frame.filter(pl.col("seq") == seq)
        if len(found):
            row: dict[str, Any] = found.row(0, named=True)
            return row
    raise CallerError(f"there is no entry {seq}", help="an answer names its entry in `entry`")


def entry_in_words(row: dict[str, Any], policies: PolicySet) -> dict[str, Any]:
    """Says in words what was decided then, with the numbers of the budget that determined it."""
    effect = Effect[row["effect"].upper()]
    words = {}
    if row["policy"]:
        reason = Reason(row["policy"], row["window"], row["used"], row["limit"], effect)
        words = {language: sentence(reason, policies, language) for language in ("en", "fr")}
    return {
        "entry": row["seq"],
        "at": format_instant(row["at"]),
        "kind": row["kind"],
        "account": row["account"],
        "session": row["session"],
        "application": row["application"],
        "operation": row["operation"],
        "persons": len(row["persons"] or ()),
        "effect": row["effect"],
        "policy": row["policy"],
        "window": format_duration(row["window"]) if row["window"] else "",
        "used": row["used"],
        "limit": row["limit"],
        "text": words,
    }


def refusal_in_words(reason: Reason | None, policies: PolicySet) -> dict[str, str] | None:
    """Why a person's earlier decision refuses, or None."""
    if reason is None:
        return None
    return {language: sentence(reason, policies, language) for language in ("en", "fr")}


def about_nobody(request: AccessRequest) -> AccessRequest:
    """The same request about nobody: it draws on the same budgets and adds nothing."""
    return AccessRequest(
        account=request.account,
        application=request.application,
        persons=(),
        session=request.session,
        organization=request.organization,
        lineage=request.lineage,
        kind=request.kind,
        created_at=request.created_at,
    )
