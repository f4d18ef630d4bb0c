"""How do commands that look back name the past: the ledgers of gates, or logs?"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecluse.cli._options import TextPath
from ecluse.model.errors import CallerError

if TYPE_CHECKING:
    from ecluse.cli._progress import StepBar
    from ecluse.model.backtest import Label
    from ecluse.model.policy import PolicySet
    from ecluse.wiring import Rules
    from ecluse.wiring.past import Past

__all__ = ["past_options", "read_labels", "read_past"]

Command = TypeVar("Command", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path, dir_okay=False)


def past_options(command: Command) -> Command:
    """Adds LOGS, --ledger, --format and --map; `read_past` takes them."""
    for option in (
        click.option("--map", "mapping", type=_FILE, help="Mapping file of the logs."),
        click.option(
            "--format", "format_", default="auto", show_default=True, help="Format of the logs (see `ecluse formats`)."
        ),
        click.option(
            "--ledger",
            "ledgers",
            multiple=True,
            type=TextPath(path_type=Path, file_okay=False),
            help="Folder of a ledger, instead of logs; may be repeated for ledgers with the same pseudonym key.",
        ),
        click.argument("logs", nargs=-1, type=click.Path(path_type=Path, allow_dash=True)),
    ):  # fmt: skip
        command = option(command)
    return command


def read_past(
    options: dict[str, Any], rules: "Rules", sets: "Sequence[PolicySet]", progress: "StepBar"
) -> "Past":
    """Reads what the options name.

    Raises:
        CallerError: when they name nothing, or both ledgers and logs.
    """
    from ecluse.wiring.past import past_of_ledgers, past_of_logs, together

    logs, ledgers = options["logs"], options["ledgers"]
    if bool(logs) == bool(ledgers):
        message = "both logs and a ledger are given" if logs else "there is nothing to look back on"
        raise CallerError(message, help="name logs, or with --ledger the ledger of a gate")
    asked = together(sets)
    if ledgers:
        if options["mapping"] or options["format_"] != "auto":
            raise CallerError(
                "--map and --format are for logs", help="leave them out: a ledger needs none"
            )
        progress.step("reading the ledger")
        return past_of_ledgers(ledgers, rules=rules, asked=asked, progress=progress.of)
    return past_of_logs(
        logs,
        format_=options["format_"],
        mapping=options["mapping"],
        rules=rules,
        asked=asked,
        progress=progress.bytes,
    )


def read_labels(paths: Sequence[Path]) -> "tuple[Label, ...]":
    """Reads labels files, one after the other."""
    from ecluse.loaders.labels import load_labels
    from ecluse.sources.written import read_written

    return tuple(
        label for path in paths for label in load_labels(read_written(path), file=str(path))
    )
