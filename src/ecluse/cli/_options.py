"""What several commands share: `--json`, and how it prints."""

import json
from typing import Any

import click

__all__ = ["json_option", "print_json"]

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print exactly one JSON document on standard output; all else on standard error."
)


def print_json(document: Any) -> None:
    """Prints the one JSON document of a command."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
