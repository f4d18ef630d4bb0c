"""What does a backtest look like to a program? One JSON document."""

from typing import Any

from ecluse.model.backtest import Backtest, BudgetRow, Case, Disturbed, Label, Tried
from ecluse.model.bound import Bound
from ecluse.model.time import format_duration, format_instant
from ecluse.reports.json import finding_document
from ecluse.reports.text import exact

__all__ = ["document"]


def document(report: Backtest) -> dict[str, Any]:
    """Lays the report out; instants are RFC 3339 in UTC, durations as policies write them."""
    first = report.tried[0]
    return {
        "sources": [exact(source) for source in report.sources],
        "requests": report.requests,
        "first_at": _instant(report.first_at),
        "last_at": _instant(report.last_at),
        "since": _instant(report.since),
        "zone": report.zone,
        "policies": [_tried(tried) for tried in report.tried],
        "against": [_against(first, other) for other in report.tried[1:]],
        "findings": [finding_document(f) for f in report.findings],
        "seconds": round(report.seconds, 3),
    }


def _tried(tried: Tried) -> dict[str, Any]:
    return {
        "file": exact(tried.policy_file),
        "digest": tried.digest,
        "total": _numbers(tried.total),
        "by_kind": [{"kind": exact(r.name), **_numbers(r)} for r in tried.by_kind],
        "by_week": [{"week": r.name, **_numbers(r)} for r in tried.by_week],
        "by_week_and_kind": [
            {"week": r.name, "kind": exact(r.kind), **_numbers(r)} for r in tried.by_kind_week
        ],
        "by_organization": [
            {"organization": exact(r.name), **_numbers(r)} for r in tried.by_organization
        ],
        "budgets": [_budget(row) for row in tried.budgets],
        "cases": [_case_document(case) for case in tried.cases],
        "unused_labels": [_label(label) for label in tried.unused],
        "bounds": [_bound(bound) for bound in tried.bounds],
        "seconds": round(tried.seconds, 3),
    }


def _numbers(row: Disturbed) -> dict[str, Any]:
    return {
        "requests": row.requests,
        "accounts": row.accounts,
        "account_days": row.days,
        "accounts_warned": row.warned,
        "accounts_refused": row.refused,
        "accounts_held": row.held,
        "requests_refused": row.stopped,
        "account_days_disturbed": row.disturbed,
        "account_days_explained": row.explained,
        "account_days_hostile": row.hostile,
        "disturbed_per_1000": round(row.price, 4),
    }


def _budget(row: BudgetRow) -> dict[str, Any]:
    return {
        "policy": exact(row.policy),
        "effect": row.effect,
        "shadow": row.shadow,
        "over": {"requests": row.over, "accounts": row.over_accounts},
        "warned": {"requests": row.warned, "accounts": row.warned_accounts},
    }


def _case_document(case: Case) -> dict[str, Any]:
    """Writes one case."""
    return {
        "account": exact(case.account),
        "kind": exact(case.kind),
        "organization": exact(case.organization),
        "first_at": format_instant(case.first_at),
        "last_at": format_instant(case.last_at),
        "opened_at": _instant(case.opened_at),
        "closed_seconds": None if case.closed is None else case.closed / 1e6,
        "policy": exact(case.policy),
        "window": format_duration(case.window) if case.window > 0 else None,
        "limit": case.limit,
        "used": case.used,
        "effect": case.effect,
        "requests_refused": case.refused,
        "requests_released": case.released,
        "persons_refused": case.persons,
        "reason": exact(case.reason) or None,
        "honest": case.honest,
    }


def _label(label: Label) -> dict[str, Any]:
    return {
        "place": exact(label.place),
        "account": exact(label.account) or None,
        "organization": exact(label.organization) or None,
        "from": _instant(label.since),
        "to": _instant(label.until),
        "reason": exact(label.reason),
    }


def _bound(bound: Bound) -> dict[str, Any]:
    horizons = {format_duration(h.horizon): h.persons for h in bound.horizons}
    return {"adversary": exact(bound.adversary.id), "persons": horizons}


def _against(first: Tried, other: Tried) -> dict[str, Any]:
    """What changes when `other` takes the place of `first`."""
    ours, theirs = ({c.account for c in t.cases} for t in (first, other))
    kinds = {r.name: r for r in first.by_kind}
    return {
        "file": exact(other.policy_file),
        "requests_refused": other.total.stopped - first.total.stopped,
        "account_days_disturbed": other.total.disturbed - first.total.disturbed,
        "accounts_only_here": sorted(exact(a) for a in theirs - ours),
        "accounts_no_more": sorted(exact(a) for a in ours - theirs),
        "by_kind": [
            {
                "kind": exact(row.name),
                "requests_refused": row.stopped - before.stopped,
                "account_days_disturbed": row.disturbed - before.disturbed,
            }
            for row in other.by_kind
            if (before := kinds.get(row.name)) is not None
        ],
    }


def _instant(micros: int | None) -> str | None:
    return None if micros is None else format_instant(micros)
