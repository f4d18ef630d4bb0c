"""How do commands read the files that people write, and tell findings about them?"""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._options import print_json, say
from ecluse.cli._output import check_output, whole
from ecluse.model.errors import CallerError
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity
from ecluse.sources.written import read_written

__all__ = [
    "as_document",
    "exit_code",
    "give_shipped",
    "print_findings",
    "read_estate",
    "read_text",
]


def read_estate(path: Path) -> Estate:
    """An estate file, its dates checked against today."""
    from ecluse.loaders.estate import load_estate
    from ecluse.wiring import now

    return load_estate(read_written(path), file=str(path), now=now())


def read_text(name: str) -> str:
    """A file that ships with Ecluse."""
    from ecluse.loaders.defaults import shipped

    return shipped(name).decode()


def give_shipped(kind: str, text: str, out: Path | None, *, as_json: bool) -> None:
    """Prints a file that ships with Ecluse, or writes it to a file that must not exist yet.

    Raises:
        CallerError: when it exists.
    """
    if out is None:
        print_json({kind: text}) if as_json else click.echo(text, nl=False)
        return
    if out.is_file():
        raise CallerError(f"`{out}` exists already", help="name another file, or remove it first")
    check_output(out)
    with whole(out) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    print_json({"written": str(out)}) if as_json else say(f"{out}: written")


def print_findings(findings: tuple[Finding, ...]) -> None:
    """Tells findings in words on standard output, most severe first."""
    for finding in sorted(findings, key=lambda f: -f.severity):
        say(f"{finding.severity.name.lower()}: {finding.what}  [{finding.code}]")
        say(f"  help: {finding.help}")


def as_document(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Findings for `--json`."""
    from ecluse.reports.json import finding_document

    return [finding_document(f) for f in sorted(findings, key=lambda f: -f.severity)]


def exit_code(findings: tuple[Finding, ...]) -> int:
    """1 when a finding is of medium severity or worse, otherwise 0."""
    return int(any(f.severity >= Severity.MEDIUM for f in findings))
