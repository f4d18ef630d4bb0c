"""How does the demonstration on logs go? The theft of July 2025 inside an ordinary day, replayed, as ordinary commands."""

import csv
import gzip
import json
from pathlib import Path

import click

from ecluse.cli._options import print_json
from ecluse.cli._steps import run_step

__all__ = ["show_logs"]


def show_logs(ctx: click.Context, out: Path, *, seed: int, small: bool, as_json: bool) -> None:
    """Simulates the logs, replays them with a ledger, and lists whom the thief could read."""
    logs = out / "logs"
    size = () if small else ("--full",)
    kairos = f"simulate kairos --seed {seed} --working-day"
    run_step(ctx, kairos, *size, "--out", str(logs), quiet=as_json)
    truth = json.loads((logs / "truth.json").read_text(encoding="utf-8"))
    files = [str(logs / name) for name in sorted(truth["lines"])]
    rules = ["--map", str(logs / "mapping.yaml"), "--estate", str(logs / "estate.yaml")]
    results = ["--ledger", str(out / "ledger"), "--html", str(out / "report.html")]
    run_step(ctx, "replay", *files, "--format", truth["format"], *rules, *results, quiet=as_json)
    thief = truth["thieves"][0]["account"]
    ledger = ["--ledger", str(out / "ledger"), "--account", thief]
    listed = ["--out", str(out / "persons.csv"), "--resolve", str(_write_register(logs, out))]
    run_step(ctx, "exposure", *ledger, *listed, quiet=as_json)
    run_step(ctx, "ledger verify", str(out / "ledger"), quiet=as_json)
    if as_json:
        print_json({"folder": str(out), "report": str(out / "report.html"), "thief": thief})
        return
    click.echo(
        f"\nLook at {out}/report.html, and at {out}/persons.csv: the people to tell, by name."
    )
    click.echo("With a log of your own: ecluse replay --help")


def _write_register(logs: Path, out: Path) -> Path:
    """Writes the identifiers of all persons: the ledger holds pseudonyms, and the organisation knows who is who."""
    register, persons = out / "register.txt", set[str]()
    for name, opened in (("truth_persons.csv.gz", gzip.open), ("caseload.csv", open)):
        with opened(logs / name, "rt", encoding="utf-8") as file:
            persons.update(row["person"] for row in csv.DictReader(file))
    register.write_text("\n".join(sorted(persons)) + "\n", encoding="utf-8")
    return register
