"""What do the commands about letters share? The register, the incident, who acts, and a bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecluse.cli._asked import operator_name
from ecluse.cli._options import TEXT, TextPath, json_option

if TYPE_CHECKING:
    from ecluse.model.letter import LetterRow
    from ecluse.wiring.lettering import LetterDesk

__all__ = ["FILE", "FOLDER", "bar", "by_option", "letters_options", "name_of", "row_of"]

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = TextPath(path_type=Path, dir_okay=False)
FOLDER = TextPath(path_type=Path, file_okay=False)

by_option = click.option(
    "--by", type=TEXT, help="Your name; the user of the operating system when left out."
)


def letters_options(command: Command) -> Command:
    """Adds --register, --incident and --json."""
    command = json_option(command)
    command = click.option("--incident", envvar="ECLUSE_INCIDENT", required=True, type=TEXT, help="Which one, such as 2026-0001; also from ECLUSE_INCIDENT.")(command)  # fmt: skip
    return click.option("--register", envvar="ECLUSE_REGISTER", required=True, type=FOLDER, help="Folder of the register; also from ECLUSE_REGISTER.")(command)  # fmt: skip


def name_of(by: str | None) -> str:
    """Who acts.

    Raises:
        CallerError: when the name is empty or no single line.
    """
    from ecluse.model.errors import CallerError

    name = " ".join((by or operator_name()).split())
    if not name or len(name) > 200 or not name.isprintable():
        raise CallerError("`--by` is no name", help="write your name, as colleagues know it")
    return name


def row_of(desk: "LetterDesk", text: str) -> "LetterRow":
    """The letter of a person, named by the pseudonym (32 hexadecimal digits) or by the reference of the letter.

    Raises:
        CallerError: when there is none.
    """
    from ecluse.model.errors import CallerError

    word = text.strip()
    if len(word) == 32 and all(c in "0123456789abcdefABCDEF" for c in word):
        return desk.outbox.row(bytes.fromhex(word))
    row = desk.outbox.by_word("reference", word.upper())
    if row is None:
        raise CallerError(f"there is no letter `{word[:40]}`", help="name a person by 32 hexadecimal digits, or a letter by its reference, such as 7K3F-9QWX-M2TD")  # fmt: skip
    return row


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """Gives a function that is told how many of how many are done; nothing is shown unless a person watches."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
