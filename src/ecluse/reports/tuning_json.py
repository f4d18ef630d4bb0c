"""What does a tuning look like to a program? One JSON document."""

from typing import Any

from ecluse.model.time import format_duration
from ecluse.model.tuning import CurvePoint, HeldOut, KindProposal, Tuning
from ecluse.reports.json import finding_document
from ecluse.reports.text import exact

__all__ = ["document"]


def document(made: Tuning) -> dict[str, Any]:
    """Lays it out; durations are as policies write them."""
    return {
        "policy": exact(made.policy_file),
        "digest": made.digest,
        "price": made.price,
        "may_raise": made.may_raise,
        "first_day": made.first_day,
        "last_day": made.last_day,
        "accounts": made.accounts,
        "account_days": made.days,
        "account_days_disturbed": made.disturbed,
        "disturbed_per_1000_at_most": round(made.at_most, 4),
        "account_days_disturbed_before": made.before,
        "kinds": [_kind(k) for k in made.kinds],
        "curve": [_point(p) for p in made.curve],
        "held_out": None if made.held_out is None else _held_out(made.held_out),
        "bounds": [
            {
                "adversary": exact(b.adversary.id),
                "persons": {format_duration(h.horizon): h.persons for h in b.horizons},
            }
            for b in made.bounds
        ],
        "findings": [finding_document(f) for f in made.findings],
        "seconds": round(made.seconds, 3),
    }


def _kind(one: KindProposal) -> dict[str, Any]:
    return {
        "budget": exact(one.budget),
        "id": exact(one.id),
        "kind": exact(one.kind),
        "kept": exact(one.kept) or None,
        "accounts": one.accounts,
        "account_days": one.days,
        "account_days_disturbed": one.disturbed,
        "limits": {
            format_duration(p.window): {
                "limit": p.limit,
                "signed": p.signed,
                "wanted": p.wanted,
                "way": p.way,
                "typical": p.typical,
                "largest": p.largest,
                "why": exact(p.why),
            }
            for p in one.limits
        },
    }


def _point(point: CurvePoint) -> dict[str, Any]:
    return {
        "price": point.price,
        "disturbed_per_1000": round(point.disturbed, 4),
        "persons": {
            exact(kind): {format_duration(w): n for w, n in limits}
            for kind, limits in point.persons
        },
    }


def _held_out(held: HeldOut) -> dict[str, Any]:
    return {
        "account_days": held.days,
        "account_days_disturbed": held.disturbed,
        "expected_at_most": round(held.expected, 3),
        "holds": held.holds,
        "extreme": held.extreme,
        "extreme_usual": round(held.usual, 2),
        "drift": [exact(text) for text in held.drift],
    }
