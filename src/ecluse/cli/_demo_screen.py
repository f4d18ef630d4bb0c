"""How is the demonstration shown? A picture that moves in a terminal, plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

import click

from ecluse.cli._demo_watch import Manner, Watch, clock

if TYPE_CHECKING:
    from rich.console import Group

__all__ = ["Screen", "screen", "summary"]

_EVERY: Final = 5.0
"""Seconds between two plain lines."""


class Screen(Protocol):
    """Shows what is going on."""

    def show(self, watch: Watch) -> None:
        """Shows the numbers as they are now."""
        ...

    def ended(self, turn: Manner) -> None:
        """Tells that the thief tries something else."""
        ...

    def finish(self, watch: Watch) -> None:
        """Shows what is left to show at the end."""
        ...


@contextmanager
def screen(persons: int, *, quiet: bool) -> Iterator[Screen]:
    """Gives the screen for one part of the demonstration.

    Args:
        persons: that the portal holds.
        quiet: write on standard error, since standard output is kept for a document.
    """
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=quiet, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        yield _Lines(err=quiet)
        return
    with Live(console=console, refresh_per_second=8) as live:
        yield _Picture(live, persons)


class _Lines:
    def __init__(self, *, err: bool) -> None:
        self._err, self._last = err, 0.0
        self._told = set[str]()

    def show(self, watch: Watch) -> None:
        if watch.at - self._last >= _EVERY:
            self._last = watch.at
            for line in summary(watch):
                click.echo(f"  {clock(watch.at)}  {line}", err=self._err)

    def ended(self, turn: Manner) -> None:
        if turn.name not in self._told:  # the others are told together
            self._told.add(turn.name)
            click.echo(f"  {turn.line()}", err=self._err)

    def finish(self, watch: Watch) -> None:
        for row in watch.rows():
            self.ended(row)


class _Picture:
    def __init__(self, live: object, persons: int) -> None:
        self._live, self._persons = live, persons

    def show(self, watch: Watch) -> None:
        from rich.live import Live

        assert isinstance(self._live, Live)
        self._live.update(_drawn(watch, self._persons))

    def ended(self, turn: Manner) -> None:
        """The picture shows the turns by itself."""

    def finish(self, watch: Watch) -> None:
        self.show(watch)


def summary(watch: Watch) -> list[str]:
    """The numbers in one line for the thief and one for the others."""
    tried = f"{watch.requests:,} requests, {watch.refused:,} refused"
    lines = [f"{watch.thief} (the thief): {watch.stolen:,} persons, {tried}"]
    if watch.others:
        requests = sum(number for number, _, _ in watch.others.values())
        worked = f"{requests:,} requests, {watch.disturbed:,} refused"
        lines.append(f"{len(watch.others)} others at work: {worked}")
    return lines


def _drawn(watch: Watch, persons: int) -> "Group":
    """The thief's turns in a table, above it the two numbers that count."""
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    colour = "bold red" if watch.refused == 0 and watch.stolen else "bold green"
    head = Text.assemble(
        (f"  {watch.stolen:,}", colour),
        f" of {persons:,} persons read by {watch.thief or 'the thief'}      ",
    )
    if watch.others:
        calm = "bold red" if watch.disturbed else "bold green"
        head.append(f"{watch.disturbed:,}", calm)
        head.append(f" requests of {len(watch.others)} other accounts refused      ")
    head.append(clock(watch.at))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True)
    table.add_column("when")
    table.add_column("what the thief tries", no_wrap=True)
    for name in ("persons", "requests", "refused"):
        table.add_column(name, justify="right")
    table.add_column("what comes back", overflow="ellipsis", no_wrap=True)
    for turn in watch.rows():
        given = "the data" if turn.gained else "nothing that it had not"
        back = Text(turn.title, style="yellow") if turn.title else Text(given)
        numbers = (f"+{turn.gained:,}", f"{turn.requests:,}", f"{turn.refused:,}")
        table.add_row(clock(turn.at), turn.name, *numbers, back)
    return Group(Text(""), head, table)
