"""How do commands read the files that people write, and tell findings about them?"""

import time
from pathlib import Path
from typing import Any

import click

from ecluse.loaders.nodes import MAX_BYTES
from ecluse.model.errors import CallerError
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity

__all__ = [
    "as_document",
    "exit_code",
    "print_findings",
    "read_config",
    "read_estate",
    "read_text",
    "write_new",
]


def read_config(path: Path) -> bytes:
    """The bytes of a file that people write; no more than any loader takes."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read_estate(path: Path) -> Estate:
    """An estate file, its dates checked against today."""
    from ecluse.loaders.estate import load_estate

    return load_estate(read_config(path), file=str(path), now=time.time_ns() // 1000)


def read_text(name: str) -> str:
    """A file that ships with Ecluse."""
    from ecluse.loaders.defaults import shipped

    return shipped(name).decode()


def write_new(path: Path, text: str) -> None:
    """Writes a file that must not exist yet.

    Raises:
        CallerError: when it exists.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CallerError(
            f"`{path}` exists already", help="name another file, or remove it first"
        ) from None


def print_findings(findings: tuple[Finding, ...]) -> None:
    """Tells findings in words on standard output, most severe first."""
    for finding in sorted(findings, key=lambda f: -f.severity):
        click.echo(f"{finding.severity.name.lower()}: {finding.what}  [{finding.code}]")
        click.echo(f"  help: {finding.help}")


def as_document(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Findings for `--json`."""
    ordered = sorted(findings, key=lambda f: -f.severity)
    return [
        {
            "code": f.code,
            "severity": f.severity.name.lower(),
            "what": f.what,
            "help": f.help,
            "about": f.about,
        }
        for f in ordered
    ]


def exit_code(findings: tuple[Finding, ...]) -> int:
    """1 when a finding is of medium severity or worse, otherwise 0."""
    return int(any(f.severity >= Severity.MEDIUM for f in findings))
