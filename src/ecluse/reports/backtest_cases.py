"""How are cases handed to those who know what happened? A file with an empty reason a case, which `--labels` reads again."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Final

from ecluse.model.backtest import GUARDED, LABEL_COLUMNS, Case
from ecluse.model.time import format_duration, format_instant
from ecluse.reports.text import exact

__all__ = ["as_table", "as_yaml"]

_HEAD: Final = """\
# Cases of a backtest: refusals of one account with less than a day between one and the next.
# Write into `reason` what it was, such as "job fair of 3 June"; `honest: false` for what was a theft after all.
# Then: ecluse backtest … --labels THIS-FILE. The keys from `kind` on are for you to read, and are not read again.
"""


def as_table(cases: Sequence[Case]) -> str:
    """As comma-separated values with a line of headings; what a spreadsheet would take for a formula begins with `'`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(LABEL_COLUMNS)
    for case in cases:
        cells = _cells(case)
        writer.writerow([_guarded(cells[name]) for name in LABEL_COLUMNS])
    return out.getvalue()


def as_yaml(cases: Sequence[Case]) -> str:
    """As a labels file in YAML."""
    lines = [_HEAD + "version: 1", "labels:" if cases else "labels: []"]
    for case in cases:
        cells = _cells(case)
        written = [
            f"{name}: {_scalar(cells[name])}"
            for name in LABEL_COLUMNS
            if cells[name] != "" or name == "reason"
        ]
        lines += [f"  - {written[0]}", *(f"    {line}" for line in written[1:])]
    return "\n".join(lines) + "\n"


def _cells(case: Case) -> dict[str, Any]:
    return {
        "account": exact(case.account),
        "organization": exact(case.organization),
        "from": format_instant(case.first_at),
        "to": format_instant(case.last_at),
        "reason": exact(case.reason),
        "honest": case.honest,
        "kind": exact(case.kind),
        "policy": exact(case.policy),
        "window": format_duration(case.window) if case.window > 0 else "",
        "limit": case.limit,
        "used": case.used,
        "effect": case.effect,
        "refused": case.refused,
        "released": case.released,
        "persons": case.persons,
        "opened": "" if case.opened_at is None else format_instant(case.opened_at),
    }


def _guarded(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if text[:1] and text[0] in GUARDED else text


def _scalar(value: Any) -> str:
    """A JSON string is one of YAML as well, but for what YAML does not print."""
    if not isinstance(value, str):
        return json.dumps(value)
    ascii_only = any(not c.isprintable() for c in value)
    return json.dumps(value, ensure_ascii=ascii_only)
