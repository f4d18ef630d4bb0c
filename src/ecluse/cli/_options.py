"""What several commands share: `--json`, and how they print."""

import json
from typing import Any

import click

from ecluse.reports.text import exact, plain

__all__ = ["json_option", "print_json", "say"]

json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print exactly one JSON document on standard output; all else on standard error.",
)


def print_json(document: Any) -> None:
    """Prints the one JSON document of a command, in UTF-8 whatever the terminal speaks (RFC 8259, 8.1)."""
    text = exact(json.dumps(document, ensure_ascii=False, indent=2))
    click.echo(text.encode())


def say(line: str, *, err: bool = False) -> None:
    """Prints a line for people, in which names that strangers chose do nothing to the terminal."""
    click.echo(plain(line), err=err)
