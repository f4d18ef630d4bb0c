"""What does a code-scanning service read? Findings at their places as SARIF 2.1.0, with GitHub's conventions.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from ecluse.model.finding import Severity
from ecluse.reports.text import exact

__all__ = ["Mark", "Rule", "sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT: Final = "%SRCROOT%"

_LEVELS: Final = {
    Severity.INFORMATIONAL: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
_SCORES: Final = {
    Severity.INFORMATIONAL: "0.1",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""By which GitHub sorts: over 9 critical, 7 to 8.9 high, 4 to 6.9 medium, 0.1 to 3.9 low."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What can be found.

    Attributes:
        page: where it is described, relative to the root of the project; no `helpUri`, which is absolute (SARIF 2.1.0 §3.49.12).
    """

    code: str
    title: str
    what: str
    why: str
    severity: Severity
    page: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What was found, and where; `reason` says why it was let pass, and is empty when it was not."""

    code: str
    severity: Severity
    message: str
    file: str
    line: int
    column: int
    fingerprint: str
    reason: str = ""


def sarif(
    marks: Iterable[Mark], rules: Iterable[Rule], *, version: str, complete: bool = True
) -> dict[str, Any]:
    """The log of one run; `complete` is False when a file could not be read."""
    listed = list(rules)
    places = {rule.code: number for number, rule in enumerate(listed)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ecluse lint",
                        "semanticVersion": version,
                        "rules": [_rule(rule) for rule in listed],
                    }
                },
                "invocations": [{"executionSuccessful": complete}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(mark, places) for mark in marks],
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.code.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.what},
        "help": {
            "text": f"{rule.what}\n\n{rule.why}\n\nSee {rule.page}.",
            "markdown": f"{rule.what}\n\n**Why:** {rule.why}\n\nSee `{rule.page}`.",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", "data-protection"],
            "precision": "very-high",
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(mark: Mark, places: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": mark.code,
        "level": _LEVELS[mark.severity],
        "message": {"text": exact(mark.message)},
        "partialFingerprints": {"eclusePlace/v1": mark.fingerprint},
    }
    if mark.code in places:
        found["ruleIndex"] = places[mark.code]
    if mark.file:
        found["locations"] = [{"physicalLocation": _location(mark)}]
    if mark.reason:
        found["suppressions"] = [{"kind": "inSource", "justification": exact(mark.reason)}]
    return found


def _location(mark: Mark) -> dict[str, Any]:
    artifact: dict[str, Any] = {"uri": _uri(mark.file)}
    if not mark.file.startswith("/"):
        artifact["uriBaseId"] = _ROOT
    return {
        "artifactLocation": artifact,
        "region": {"startLine": max(mark.line, 1), "startColumn": max(mark.column, 1)},
    }


def _uri(file: str) -> str:
    path = quote(file.encode("utf-8", "surrogateescape"))
    return f"file://{path}" if file.startswith("/") else path
