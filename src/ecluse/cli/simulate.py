"""`ecluse simulate`: write the logs of an ordinary organization, with or without one of the known thefts in them."""

import importlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli._options import json_option, print_json
from ecluse.model.errors import CallerError

if TYPE_CHECKING:
    from ecluse.simulator.plan import Asked, Card, Scenario
    from ecluse.simulator.simulation import Chunk
    from ecluse.simulator.writing import LineFormat

__all__ = ["command"]

FORMATS: Final = (
    "combined", "vhost_combined", "nginx_json", "w3c", "elb", "csv", "jsonl", "ocsf", "cloudtrail", "pgaudit", "parquet",
)  # fmt: skip

_EPILOG: Final = """\b
Examples:
  ecluse simulate --list
  ecluse simulate kairos --out kairos
  ecluse simulate kairos --full --working-day --accounts 2000 --out kairos
  ecluse simulate S2 --full --days 1 --format parquet --out capemploi
  ecluse simulate ordinary --days 30 --format csv --gzip --out month

\b
Writes into DIR:
  one log an application, mapping.yaml, estate.yaml, accounts.csv, caseload.csv,
  and the truth apart: truth.json, truth_persons.csv.gz
"""


class _Range(click.FloatRange):
    """A range in which what is no number does not lie."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"`{value}` is not a number", param, ctx)
        return number


@click.command(epilog=_EPILOG)
@click.argument("scenario", required=False)
@click.option(
    "--list", "listing", is_flag=True, help="List the scenarios with their documented facts."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="The same seed gives the same bytes.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder to write; it must be new or empty.",
)
@click.option(
    "--scale",
    type=_Range(0, 1, min_open=True),
    help="Share of the documented persons that the theft takes.",
)
@click.option("--full", is_flag=True, help="The theft at its documented size.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="combined",
    show_default=True,
    help="Format of the logs.",
)
@click.option(
    "--days", type=click.IntRange(1, 3660), help="Days to play, from the first day of the scenario."
)
@click.option(
    "--history",
    type=click.IntRange(0, 3660),
    default=0,
    show_default=True,
    help="Ordinary days to play before.",
)
@click.option("--accounts", type=click.IntRange(1, 1_000_000), help="Ordinary accounts, about.")
@click.option(
    "--peaks",
    type=_Range(0, 100),
    help="Mean number of legitimate peaks a working day; 0 for none.",
)
@click.option(
    "--page",
    type=click.IntRange(1, 10_000),
    help="Persons that each request of the thief shows: a list page, or 1 for single files.",
)
@click.option(
    "--working-day",
    is_flag=True,
    help="Let everybody work as on a weekday, also on week-ends and holidays.",
)
@click.option("--gzip", "compress", is_flag=True, help="Compress the logs.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier simulation in DIR.")
@json_option
def command(
    scenario: str | None,
    *,
    listing: bool,
    seed: int,
    out: Path | None,
    scale: float | None,
    full: bool,
    form: str,
    days: int | None,
    history: int,
    accounts: int | None,
    peaks: float | None,
    page: int | None,
    working_day: bool,
    compress: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Writes the logs of an organization at work, and in them the theft SCENARIO, with the truth apart.

    SCENARIO is a name or a number such as `kairos` or `S1`; `ecluse simulate --list` shows all. By default
    the theft is played at a reduced size that the truth states; --full plays the documented one.
    """
    from ecluse.simulator.catalogue import card_of
    from ecluse.simulator.plan import Asked

    if listing:
        _list(as_json=as_json)
        return
    if scenario is None or out is None:
        missing = "a scenario" if scenario is None else "a folder to write"
        raise CallerError(
            f"{missing} is missing", help="ecluse simulate SCENARIO --out DIR; or --list"
        )
    if full and scale is not None:
        raise CallerError("--full and --scale exclude each other", help="--full is --scale 1")
    card = card_of(scenario)
    size = 1.0 if full else card.scale if scale is None else scale
    asked = Asked(scale=size, accounts=accounts or card.accounts, working_day=working_day)
    plan = _varied(card.build(asked).during(days=days, history=history), peaks=peaks, page=page)
    truth = _play(
        card, plan, out, seed=seed, form=form, compress=compress, overwrite=overwrite,
        parameters=_parameters(asked, plan, history=history),
    )  # fmt: skip
    if as_json:
        print_json({"out": str(out), **truth})
    else:
        _tell(truth, out)


def _varied(plan: "Scenario", *, peaks: float | None, page: int | None) -> "Scenario":
    plan = plan if peaks is None else plan.with_peaks(peaks)
    return plan if page is None else plan.with_page(page)


def _parameters(asked: "Asked", plan: "Scenario", *, history: int) -> dict[str, Any]:
    return {
        "scale": asked.scale,
        "accounts": asked.accounts,
        "working_day": asked.working_day,
        "history_days": history,
        "peaks_a_working_day": plan.world.peaks,
        "page": max((raid.page for raid in plan.raids), default=None),
    }


def _play(
    card: "Card",
    plan: "Scenario",
    out: Path,
    *,
    seed: int,
    form: str,
    compress: bool,
    overwrite: bool,
    parameters: dict[str, Any],
) -> dict[str, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from ecluse.cli._simulation_files import prepare, write_simulation
    from ecluse.simulator.simulation import Simulation
    from ecluse.simulator.workdays import day_of, days_between

    prepare(out, overwrite=overwrite)
    lines: LineFormat = importlib.import_module(f"ecluse.simulator.lines.{form}").FORMAT
    simulation = Simulation(plan, seed=seed, resolution=lines.resolution, rows=lines.rows)
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[lines]:,} lines"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(
            card.name, total=len(days_between(plan.first_day, plan.last_day)), lines=0
        )
        written = 0

        def advance(chunk: "Chunk") -> None:
            nonlocal written
            written += len(chunk.frame)
            if len(chunk.frame):
                done = (day_of(int(chunk.frame["at"][-1])) - plan.first_day).days + 1
                bar.update(task, completed=done, lines=written)

        return write_simulation(
            simulation,
            card,
            out,
            form=lines,
            compress=compress,
            parameters=parameters,
            progress=advance,
        )


def _list(*, as_json: bool) -> None:
    from ecluse.simulator.catalogue import all_cards
    from ecluse.simulator.plan import Asked

    plans = [(card, card.build(Asked(scale=1.0, accounts=card.accounts))) for card in all_cards()]
    if as_json:
        print_json({"scenarios": [_described(card, plan) for card, plan in plans]})
        return
    click.echo(
        f"{'':4} {'name':10} {'persons':>10} {'scale':>5}  {'first day':10} {'days':>4}  what"
    )
    for card, plan in plans:
        days = (plan.last_day - plan.first_day).days + 1
        persons, scale = (f"{plan.persons:,}", f"{card.scale:g}") if plan.raids else ("-", "-")
        start = plan.first_day.isoformat()
        click.echo(
            f"{card.number:4} {card.name:10} {persons:>10} {scale:>5}  {start:10} {days:4}  {card.title}"
        )


def _described(card: "Card", plan: "Scenario") -> dict[str, Any]:
    return {
        "number": card.number,
        "name": card.name,
        "title": card.title,
        "persons": plan.persons,
        "default_scale": card.scale,
        "default_accounts": card.accounts,
        "first_day": plan.first_day.isoformat(),
        "days": (plan.last_day - plan.first_day).days + 1,
        "facts": list(card.facts),
        "assumptions": list(card.assumptions),
    }


def _tell(truth: dict[str, Any], out: Path) -> None:
    total = sum(truth["lines"].values())
    click.echo(f"{truth['number']} {truth['scenario']}, seed {truth['seed']}: {truth['title']}")
    logs = ", ".join(f"{name} ({lines:,})" for name, lines in truth["lines"].items())
    click.echo(f"  {total:,} lines in {out}: {logs}")
    click.echo(
        f"  {truth['honest_events']:,} honest events of {truth['accounts']:,} accounts, {len(truth['peaks'])} peaks"
    )
    if truth["thieves"]:
        who = (
            truth["thieves"][0]["account"]
            if len(truth["thieves"]) == 1
            else f"{len(truth['thieves']):,} accounts"
        )
        click.echo(
            f"  {truth['persons_stolen']:,} persons stolen by {who}, {truth['first_theft_at']} to {truth['last_theft_at']}"
        )
    for reduced in truth["reduced"]:
        click.echo(f"  {reduced}")
