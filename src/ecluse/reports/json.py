"""What does a program read? The whole report as one JSON document with stable keys and a published schema."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ecluse.model.finding import Finding
from ecluse.model.report import ReplayReport, Stopped, WindowCurve
from ecluse.model.time import format_duration, format_instant
from ecluse.reports.text import exact

__all__ = ["VERSION", "document", "finding_document", "schema"]

VERSION: Final = 1
"""Rises when a key is renamed, removed or changes its meaning; new keys do not raise it."""


def document(report: ReplayReport) -> dict[str, Any]:
    """Turns a report into plain values: instants in RFC 3339, durations as policies write them, unknown as null.

    Names are given in full and unchanged; whoever shows them must neutralise them.
    """
    return {
        "version": VERSION,
        "sources": [exact(s) for s in report.sources],
        "lines": report.lines,
        "events": report.events,
        "rejects": _counts(report.rejects),
        "reject_samples": {
            exact(r): [exact(p) for p in places] for r, places in report.reject_samples.items()
        },
        "ignored": _counts(report.ignored),
        "permitted": report.permitted,
        "refused": report.refused,
        "effects": _counts(report.effects),
        "accounts": report.accounts,
        "persons": report.persons,
        "first_at": _instant(report.first_at),
        "last_at": _instant(report.last_at),
        "bucket": _duration(report.bucket),
        "timeline": [
            {"at": format_instant(b.at), "permitted": b.permitted, "refused": b.refused}
            for b in report.timeline
        ],
        "policies": [
            {
                "policy": exact(p.policy),
                "effect": p.effect,
                "mode": "shadow" if p.shadow else "enforce",
                "events": p.events,
                "accounts": p.accounts,
            }
            for p in report.policies
        ],
        "curves": [_window_curve(c) for c in report.curves],
        "stopped": [_stopped(s) for s in report.stopped],
        "warned": report.warned,
        "findings": [finding_document(f) for f in report.findings],
        "policy_file": exact(report.policy_file),
        "policy_digest": report.policy_digest,
        "ledger": {"directory": exact(report.ledger[0]), "entries": report.ledger[1]}
        if report.ledger
        else None,
        "seconds": report.seconds,
    }


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema (2020-12) of `document`."""
    text = files("ecluse.reports").joinpath("schemas", "replay.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _stopped(one: Stopped) -> dict[str, Any]:
    return {
        "account": exact(one.account),
        "at": format_instant(one.at),
        "policy": exact(one.policy),
        "window": _duration(one.window),
        "limit": one.limit,
        "effect": one.effect,
        "persons_read": one.persons_read,
        "persons_read_before": one.persons_read_before,
        "persons_attempted": one.persons_attempted,
        "accesses_refused": one.accesses_refused,
        "organization": exact(one.organization) or None,
        "kind": exact(one.kind) or None,
        "curve": [
            {"at": format_instant(at), "attempted": asked, "read": read}
            for at, asked, read in one.curve
        ],
    }


def _window_curve(one: WindowCurve) -> dict[str, Any]:
    return {
        "policy": exact(one.policy),
        "window": _duration(one.window),
        "limit": one.limit,
        "peaks": list(one.peaks),
    }


def finding_document(one: Finding) -> dict[str, Any]:
    """Writes a finding as every document of Ecluse holds it."""
    return {
        "code": one.code,
        "severity": one.severity.name.lower(),
        "severity_id": one.severity.value,  # OCSF 1.8 `severity_id`
        "what": exact(one.what),
        "help": exact(one.help),
        "about": exact(one.about) or None,
    }


def _counts(counts: dict[str, int]) -> dict[str, int]:
    return {exact(name): count for name, count in counts.items()}


def _instant(micros: int | None) -> str | None:
    return None if micros is None else format_instant(micros)


def _duration(micros: int) -> str | None:
    return format_duration(micros) if micros > 0 else None
