"""`ecluse demo`: the theft of July 2025 inside an ordinary day, from the logs to the list of persons."""

import contextlib
import csv
import gzip
import importlib
import json
import shutil
import sys
from pathlib import Path

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
    logs = out / "logs"
    size = () if small else ("--full",)
    _run(ctx, as_json, f"simulate kairos --seed {seed} --working-day", *size, "--out", str(logs))
    truth = json.loads((logs / "truth.json").read_text(encoding="utf-8"))
    files = [str(logs / name) for name in sorted(truth["lines"])]
    rules = ["--map", str(logs / "mapping.yaml"), "--estate", str(logs / "estate.yaml")]
    results = ["--ledger", str(out / "ledger"), "--html", str(out / "report.html")]
    _run(ctx, as_json, "replay", *files, "--format", truth["format"], *rules, *results)
    thief = truth["thieves"][0]["account"]
    register = _write_register(logs, out / "register.txt")
    listed = ["--out", str(out / "persons.csv"), "--resolve", str(register)]
    _run(ctx, as_json, "exposure", "--ledger", str(out / "ledger"), "--account", thief, *listed)
    _run(ctx, as_json, "ledger verify", str(out / "ledger"))
    if as_json:
        print_json({"folder": str(out), "report": str(out / "report.html"), "thief": thief})
        return
    click.echo(
        f"\nLook at {out}/report.html, and at {out}/persons.csv: the people to tell, by name."
    )
    click.echo("With a log of your own: ecluse replay --help")


def _write_register(logs: Path, register: Path) -> Path:
    """Writes the identifiers of all persons: the ledger holds pseudonyms, and the organisation knows who is who."""
    persons: set[str] = set()
    for name, opened in (("truth_persons.csv.gz", gzip.open), ("caseload.csv", open)):
        with opened(logs / name, "rt", encoding="utf-8") as file:
            persons.update(row["person"] for row in csv.DictReader(file))
    register.write_text("\n".join(sorted(persons)) + "\n", encoding="utf-8")
    return register


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


def _run(ctx: click.Context, quiet: bool, command_: str, *arguments: str) -> None:
    """Runs one command as a user would, and shows how it is written."""
    from ecluse.reports.text import shell_word

    name, *first = command_.split()
    words = " ".join([command_, *map(shell_word, arguments)])
    click.echo(f"\n$ ecluse {words}", err=quiet)
    step: click.Command = importlib.import_module(f"ecluse.cli.{name}").command
    with (
        contextlib.redirect_stdout(sys.stderr) if quiet else contextlib.nullcontext(),
        step.make_context(name, [*first, *arguments], parent=ctx.parent) as inner,
    ):
        step.invoke(inner)
