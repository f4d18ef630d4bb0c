"""`ecluse demo`: the theft of July 2025 inside an ordinary day, from the logs to the list of persons."""

import contextlib
import importlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from ecluse.cli._options import json_option, print_json
from ecluse.model.errors import CallerError

__all__ = ["command"]

_MARK = ".ecluse-demo"


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="Folder to fill.",
)
@click.option(
    "--seed", type=int, default=2025, show_default=True, help="Another day of the same kind."
)
@click.option("--small", is_flag=True, help="A tenth of the theft.")
@click.option("--force", is_flag=True, help="Start afresh in a folder that an earlier demo filled.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, *, out: Path, seed: int, small: bool, force: bool, as_json: bool
) -> None:
    """Replays the Kairos theft of 12 July 2025 (340,000 persons in two hours) among a day's honest work.

    Simulates the logs, replays them under the shipped policies with a ledger, and lists the persons
    that the thief could read. Every step is an ordinary command, printed before it runs.
    """
    _make_room(out, force=force)
    _run(
        ctx,
        as_json,
        "simulate",
        "kairos",
        "--seed",
        str(seed),
        "--out",
        str(out / "logs"),
        *([] if small else ["--full"]),
    )
    truth = json.loads((out / "logs" / "truth.json").read_text(encoding="utf-8"))
    logs = [str(out / "logs" / name) for name in sorted(truth["lines"])]
    logs_dir, ledger = str(out / "logs"), str(out / "ledger")
    _run(
        ctx,
        as_json,
        "replay",
        *logs,
        *(
            "--format",
            truth["format"],
            "--map",
            f"{logs_dir}/mapping.yaml",
            "--estate",
            f"{logs_dir}/estate.yaml",
        ),
        *("--ledger", ledger, "--html", str(out / "report.html")),
    )
    thief = truth["thieves"][0]["account"]
    _run(
        ctx,
        as_json,
        "exposure",
        "--ledger",
        ledger,
        "--account",
        thief,
        "--out",
        str(out / "persons.csv"),
    )
    if as_json:
        print_json(
            {
                "folder": str(out),
                "report": str(out / "report.html"),
                "ledger": ledger,
                "thief": thief,
            }
        )
    else:
        click.echo(
            f"\nLook at {out}/report.html, and at {out}/persons.csv: the people to tell, one by one."
        )
        click.echo("With a log of your own: ecluse replay --help")


def _make_room(out: Path, *, force: bool) -> None:
    if out.exists() and any(out.iterdir()):
        if not (force and (out / _MARK).exists()):
            raise CallerError(
                f"`{out}` is not empty",
                help="name another folder, or --force for one that a demo filled",
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).touch()


def _run(ctx: click.Context, quiet: bool, name: str, *arguments: str) -> None:
    """Runs one command as a user would, and shows how it is written."""
    from ecluse.reports.text import shell_word

    words = " ".join(shell_word(a) for a in (name, *arguments))
    click.echo(f"\n$ ecluse {words}", err=quiet)
    step: click.Command = importlib.import_module(f"ecluse.cli.{name}").command
    with step.make_context(name, list(arguments), parent=ctx.parent) as inner:
        if quiet:
            with _to_standard_error():
                step.invoke(inner)
        else:
            step.invoke(inner)


def _to_standard_error() -> Any:
    return contextlib.redirect_stdout(sys.stderr)
