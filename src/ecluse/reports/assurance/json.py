"""What does a program read of an assurance report? One document with all that the chapters tell, nothing cut."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction
from typing import Any

from ecluse.model.assurance import Assurance, Disturbance, Past
from ecluse.model.bound import Bound
from ecluse.model.time import format_duration, format_instant
from ecluse.reports.bound import document as bound_document
from ecluse.reports.json import finding_document
from ecluse.reports.text import exact

__all__ = ["VERSION", "document"]

VERSION = 1
"""Rises when a key is renamed, removed or changes its meaning; new keys do not raise it."""


def document(facts: Assurance, *, files: Mapping[str, str]) -> dict[str, Any]:
    """Writes the report as plain values: instants in RFC 3339, durations as policies write them, missing parts as null.

    Args:
        facts: what the report tells.
        files: SHA-256 of what was written, by form.
    """
    estate = facts.estate
    return {
        "version": VERSION,
        "made_at": format_instant(facts.made_at),
        "by": exact(facts.by),
        "files": dict(files),
        "policy": {
            "file": exact(facts.policy_file),
            "digest": facts.policies.digest,
            "in_force_since": _instant(facts.policy_at),
            "in_force": None if facts.past is None else facts.past.in_force or None,
        },
        "estate": {
            "file": exact(facts.estate_file),
            "applications": [_plain(a) for a in estate.applications],
            "kinds": [_plain(k) for k in estate.kinds],
            "organizations": len(estate.organizations),
            "accounts": sum(h.count for o in estate.organizations for h in o.accounts),
        },
        "coverage": [
            {
                "application": exact(c.application),
                "kind": exact(c.kind),
                "accounts": c.accounts,
                "persons": {"24h": c.short, "360d": c.long},
            }
            for c in facts.covers
        ],
        "bounds": _bounds(facts.bounds),
        "since": None if facts.past is None else _since(facts.past),
        "drills": None if facts.past is None else [_plain(d) for d in facts.past.drills],
        "changes": None if facts.past is None else [_plain(c) for c in facts.past.changes],
        "decisions": None if facts.past is None else [_plain(d) for d in facts.past.decided],
        "reports": None if facts.past is None else [_plain(r) for r in facts.past.reports],
        "backtest": None if facts.disturbance is None else _disturbance(facts.disturbance),
        "findings": None if facts.findings is None else [finding_document(f) for f in sorted(facts.findings, key=lambda f: (-f.severity, f.code, f.about))],
        "accepted": [{**finding_document(f), "reason": exact(reason)} for f, reason in facts.accepted],
        "ledger": None if facts.ledger is None else _plain(facts.ledger),
    }  # fmt: skip


def _bounds(bounds: tuple[Bound, ...]) -> list[dict[str, Any]]:
    """As `ecluse bound --json` writes them."""
    told: list[dict[str, Any]] = bound_document(bounds)["adversaries"] if bounds else []
    return told


def _since(past: Past) -> dict[str, Any]:
    return {"at": _instant(past.since), "after": past.after, "unreadable": past.unreadable}


def _disturbance(found: Disturbance) -> dict[str, Any]:
    return {
        **_plain(found),
        "first_at": _instant(found.first_at),
        "last_at": _instant(found.last_at),
    }


def _instant(micros: int | None) -> str | None:
    return None if micros is None else format_instant(micros)


def _plain(value: Any, name: str = "") -> Any:
    """Dataclasses as objects; what is named `at`, or ends so, is an instant."""
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), f.name) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, str):
        return exact(value)
    if isinstance(value, int) and (name == "at" or name.endswith(("_at", "_since"))):
        return format_instant(value)
    return format_duration(value) if name == "window" and isinstance(value, int) else value
