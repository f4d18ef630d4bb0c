"""What several commands share: `--json`, and how they print."""

import json
import re
from typing import Any, Final

import click

from ecluse.reports.text import exact, plain

__all__ = [
    "TEXT",
    "TextPath",
    "counted",
    "json_option",
    "print_json",
    "print_table",
    "say",
    "zone_name",
]


_C1: Final = re.compile("[\x7f-\x9f]")
"""Controls that JSON leaves as they are, and terminals obey."""


class _Text(click.ParamType[str]):
    """Text in UTF-8; what else a shell can hand over is refused."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not _is_text(value):
            self.fail(f"`{value}` is not text in UTF-8", param, ctx)
        return value


class TextPath(click.Path):
    """A path that other libraries open as well; they take no names that are not UTF-8."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not _is_text(str(value)):
            self.fail(f"the name `{value}` is not text in UTF-8; rename it", param, ctx)
        return super().convert(value, param, ctx)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


TEXT: Final = _Text()

json_option = click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print exactly one JSON document on standard output; all else on standard error.",
)


def print_json(document: Any) -> None:
    """Prints the one JSON document of a command, in UTF-8 whatever the terminal speaks (RFC 8259, 8.1)."""
    text = exact(json.dumps(document, ensure_ascii=False, indent=2))
    click.echo(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode())


def print_table(table: Any) -> None:
    """Prints a table of rich, at least 40 columns wide however narrow the terminal says it is."""
    from rich.console import Console

    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, 40)
    with console.capture() as capture:
        console.print(table)
    click.echo(capture.get(), nl=False)


def counted(number: int, one: str, many: str = "") -> str:
    """Writes a number with its noun: `1 finding`, `1,200 entries`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def say(line: str, *, err: bool = False) -> None:
    """Prints a line for people, in which names that strangers chose do nothing to the terminal."""
    click.echo(plain(line), err=err)


def zone_name(ctx: click.Context, param: click.Parameter, name: str | None) -> str | None:
    """Checks an option that names a time zone.

    Raises:
        click.BadParameter: when the system knows no such zone.
    """
    from zoneinfo import ZoneInfo

    if name is not None:
        try:
            ZoneInfo(name)
        except (
            ValueError,
            OSError,
            KeyError,
        ) as error:  # not found is a KeyError; a folder or a path is another
            raise click.BadParameter(
                f"`{name}` is no time zone; write it as in the IANA database, such as Europe/Paris",
                ctx,
                param,
            ) from error
    return name
