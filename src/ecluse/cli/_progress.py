"""How does a long command show that it moves? A counter or a bar with a rate, on standard error, for people only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["StepBar", "counting", "step_bar"]


@contextmanager
def counting(what: str, unit: str) -> Iterator[Callable[[int], None]]:
    """Gives a function that is told how many more were done; nothing is shown unless a person watches."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed:,.0f} " + unit),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda count: progress.advance(task, count)


class StepBar:
    """A bar that goes through a log by its bytes, then through the steps after it."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._task = bar.add_task("reading", total=None, unit="MB", rate="")

    def bytes(self, done: int, total: int) -> None:
        """Shows how many bytes of the log are read."""
        self._show(done / 1e6, total=total / 1e6 or None)

    def step(self, what: str, total: int | None = None) -> None:
        """Begins the next step, of so many entries where it can be said."""
        self._bar.remove_task(self._task)
        unit = "" if total is None else "entries"
        self._task = self._bar.add_task(what, total=total, unit=unit, rate="")

    def of(self, done: int, total: int) -> None:
        """Shows how many of so many entries are done."""
        self._show(done, total=total, unit="entries")

    def done(self, number: int) -> None:
        """Shows how many entries of the step are done."""
        self._show(number)

    def _show(self, completed: float, **change: Any) -> None:
        task = next(t for t in self._bar.tasks if t.id == self._task)
        rate = f"{task.speed:,.0f} {task.fields['unit']}/s" if task.speed else ""
        self._bar.update(self._task, completed=completed, rate=rate, **change)


@contextmanager
def step_bar() -> Iterator[StepBar]:
    """Gives a bar with rate and time left; nothing is shown unless a person watches."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        yield StepBar(bar)
