"""How does `ecluse lint` tell what it found? In words, as JSON, and as SARIF."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import click

from ecluse import __version__
from ecluse.cli._options import counted, print_json, print_table, say
from ecluse.model.errors import ConfigError
from ecluse.model.finding import Severity
from ecluse.reports.json import finding_document
from ecluse.reports.sarif import Mark, Rule, sarif
from ecluse.reports.text import exact
from ecluse.verify import lints
from ecluse.verify.lint.contract import Lint, Sample
from ecluse.verify.lint.part import Part
from ecluse.verify.lint.run import Linted, Outcome

__all__ = [
    "print_document",
    "print_outcome",
    "print_refused",
    "print_sarif",
    "tell",
]

VERSION: Final = 1
"""Rises when a key of the document is renamed, removed or changes its meaning."""

_REFUSED: Final = "file-refused"
_PAGE: Final = "docs/lint.md"
_OPTIONS: Final = {
    Part.POLICY: "--policy",
    Part.ESTATE: "--estate",
    Part.SETTINGS: "--settings",
    Part.ROUTES: "--routes",
    Part.MAPPING: "--map",
    Part.TABLES: "--tables",
}


def print_outcome(outcome: Outcome) -> None:
    """Tells the findings in words, most severe first, then what the files let pass, then what was not looked at."""
    for each in outcome.found:
        finding = each.finding
        say(f"{_place(each)}{finding.severity.name.lower()}: {finding.what}  [{finding.code}]")
        say(f"  help: {finding.help}")
    for each in outcome.passed:
        say(f"{_place(each)}let pass: {each.finding.what}  [{each.finding.code}]")
        say(f"  reason: {each.reason}")
    if outcome.found or outcome.passed:
        click.echo()
    say(_summary(outcome))
    if missing := _missing(outcome):
        say(f"not looked at: {', '.join(missing)}")


def _place(each: Linted) -> str:
    return f"{each.file}:{each.line}:{each.column}: " if each.file else ""


def _summary(outcome: Outcome) -> str:
    severities = Counter(each.finding.severity for each in outcome.found)
    told = ", ".join(f"{n} {s.name.lower()}" for s, n in sorted(severities.items(), reverse=True))
    found = counted(len(outcome.found), "finding")
    passed = f", {len(outcome.passed)} let pass" if outcome.passed else ""
    return f"{found}{f' ({told})' if told else ''}{passed}; {counted(len(outcome.ran), 'lint')} run"


def _missing(outcome: Outcome) -> list[str]:
    """The parts that were not given, each with the lints that wait for it."""
    waiting = Counter(part for parts in outcome.skipped.values() for part in parts)
    return [
        f"{part.value} ({_OPTIONS[part]}; {counted(waiting[part], 'lint')})"
        for part in Part
        if waiting[part]
    ]


def print_document(outcome: Outcome) -> None:
    """Prints the outcome as one JSON document."""
    print_json(
        {
            "version": VERSION,
            "findings": [_document(each) for each in outcome.found],
            "passed": [_document(each) | {"reason": exact(each.reason)} for each in outcome.passed],
            "ran": sorted(outcome.ran),
            "skipped": {
                code: sorted(part.value for part in parts)
                for code, parts in sorted(outcome.skipped.items())
            },
        }
    )


def _document(each: Linted) -> dict[str, Any]:
    return finding_document(each.finding) | {
        "file": exact(each.file) or None,
        "line": each.line or None,
        "column": each.column or None,
        "fingerprint": each.fingerprint,
    }


def print_sarif(outcome: Outcome, chosen: Mapping[str, Lint]) -> None:
    """Prints the outcome as SARIF, with what was let pass as suppressed."""
    marks = [_mark(each) for each in (*outcome.found, *outcome.passed)]
    print_json(sarif(marks, _rules(chosen), version=__version__))


def print_refused(error: ConfigError) -> None:
    """Prints the faults of a file that cannot be read as SARIF, so that a service shows them at their places."""
    rule = Rule(
        code=_REFUSED,
        title="A file that is refused",
        what="A file is wrong, and nothing could be looked at.",
        why="The gate refuses it as well.",
        severity=Severity.HIGH,
        page="docs/policy.md#what-is-refused",
    )
    marks = [
        Mark(
            code=_REFUSED,
            severity=Severity.HIGH,
            message=f"{issue.message}. Help: {issue.help}" if issue.help else issue.message,
            file=_relative(issue.file),
            line=issue.line,
            column=issue.column,
            fingerprint=f"{_REFUSED}:{issue.message}",
        )
        for issue in error.issues
    ]
    print_json(sarif(marks, [rule], version=__version__, complete=False))


def _mark(each: Linted) -> Mark:
    finding = each.finding
    return Mark(
        code=finding.code,
        severity=finding.severity,
        message=f"{finding.what}. Help: {finding.help}",
        file=_relative(each.file),
        line=each.line,
        column=each.column,
        fingerprint=each.fingerprint,
        reason=each.reason,
    )


def _relative(file: str) -> str:
    """The file below the working folder, which is the root of the project in a team's CI."""
    path = Path(file)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else file


def _rules(chosen: Mapping[str, Lint]) -> Iterable[Rule]:
    for code, each in sorted(chosen.items()):
        yield Rule(code, each.title, each.what, each.why, each.severity, f"{_PAGE}#{code}")


def tell(code: str | None, *, as_json: bool) -> None:
    """Explains one lint, or lists them all.

    Raises:
        CallerError: when there is no lint of that code.
    """
    if code is not None:
        each = lints.find(code)
        print_json(_explained(code, each)) if as_json else _explain(code, each)
    elif as_json:
        print_json({"lints": [_explained(c, each) for c, each in lints.every().items()]})
    else:
        _list()


def _list() -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("code", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("what is wrong")
    for code, each in sorted(lints.every().items(), key=lambda pair: (-pair[1].severity, pair[0])):
        table.add_row(code, each.severity.name.lower(), each.title)
    print_table(table)


def _explained(code: str, each: Lint) -> dict[str, Any]:
    return {
        "code": code,
        "severity": each.severity.name.lower(),
        "title": each.title,
        "what": each.what,
        "why": each.why,
        "source": each.source,
        "needs": sorted(part.value for part in each.needs),
        "bad": _sample(each.bad),
        "good": _sample(each.good),
    }


def _sample(sample: Sample) -> dict[str, str]:
    parts = ("policy", "estate", "settings", "routes", "mapping", "accounts", "today")
    return {part: text for part in parts if (text := getattr(sample, part)) is not None}


def _explain(code: str, each: Lint) -> None:
    import textwrap

    say(f"{code} ({each.severity.name.lower()}): {each.title}")
    for heading, text in (("", each.what), ("Why: ", each.why), ("Source: ", f"{each.source}.")):
        click.echo()
        for line in textwrap.wrap(f"{heading}{text}", width=100):
            say(line)
    bad, good = _sample(each.bad), _sample(each.good)
    changed = {part: text for part, text in good.items() if bad.get(part) != text}
    for heading, sample in (("Reported", bad), ("Not reported", changed)):
        for part, text in sample.items():
            click.echo()
            say(f"{heading}, {part}:")
            for line in text.splitlines():
                say(f"    {line}")
