"""`ecluse backtest`: who would have been disturbed by a policy set, case by case."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._options import json_option, print_json, say, zone_name
from ecluse.cli._output import check_output, whole
from ecluse.cli._past import past_options, read_labels, read_past
from ecluse.cli._progress import step_bar
from ecluse.model.errors import CallerError

if TYPE_CHECKING:
    from ecluse.model.backtest import Backtest
    from ecluse.wiring import Rules

__all__ = ["command"]

_CORES = 2
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    epilog="""\b
Examples:
  ecluse backtest --ledger evidence --policy policy.yaml --estate estate.yaml
  ecluse backtest logs/ --map mapping.yaml --estate estate.yaml --cases cases.csv
  ecluse backtest --ledger evidence --policy policy.yaml --against tighter.yaml --labels cases.csv
  ecluse backtest --ledger gate-1/evidence --ledger gate-2/evidence --weeks 4 --json

\b
Exit codes: 0 done, whoever would have been refused; 2 the command line is wrong; 3 a policy, estate, mapping
or labels file is wrong; 4 a log cannot be read; 5 a ledger does not verify; 6 the disk does not answer.
"""
)
@past_options
@click.option("--policy", type=_FILE, help="Policy set to test; the shipped one when left out.")
@click.option(
    "--against",
    multiple=True,
    type=_FILE,
    help="Another policy set, to compare with; may be repeated.",
)
@click.option("--estate", type=_FILE, help="Estate file: applications, organizations, accounts.")
@click.option(
    "--weeks",
    type=click.IntRange(1, 520),
    help="Report the last so many weeks, the present one included; what came before only fills the counts.",
)
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    callback=zone_name,
    help="IANA time zone, such as Europe/Paris, by which days and weeks begin, and in which times are shown.",
)
@click.option(
    "--labels",
    multiple=True,
    type=_FILE,
    help="File that says what cases were (.yaml or .csv); a cases file with its reasons filled in is one.",
)
@click.option(
    "--cases",
    "--csv",
    "cases",
    type=_FILE,
    help="Write every case of the first policy set, to be labelled: .csv or .yaml.",
)
@click.option("--html", type=_FILE, help="Write the report as one self-contained HTML page.")
@click.option(
    "--language",
    type=click.Choice(["en", "fr", "both"]),
    default="both",
    show_default=True,
    help="Language of the page; with `both`, the reader switches.",
)
@json_option
def command(**options: Any) -> None:
    """Says who would have been warned, refused or held under a policy set, per kind, week and organization.

    The past is LOGS (files or folders, `-` for standard input), or with --ledger what a gate has written. A gate that
    enforces refuses; a backtest takes all that was asked, the refused requests included.
    """
    _check(options)
    from ecluse import wiring

    rules = wiring.open_rules(options["policy"], options["estate"])
    report = _test(options, rules)
    _write(options, report)
    if options["as_json"]:
        from ecluse.reports.backtest_json import document

        print_json(document(report))
    else:
        _show(report, options["zone"])


def _check(options: dict[str, Any]) -> None:
    """What would fail at the end of long work fails before."""
    cases, html = options["cases"], options["html"]
    if cases is not None and cases.suffix not in {".csv", ".yaml"}:
        raise CallerError(
            f"`{cases}` ends neither in .csv nor in .yaml", help="the ending says the format"
        )
    for path in (cases, html):
        if path is not None:
            check_output(path)


def _test(options: dict[str, Any], rules: "Rules") -> "Backtest":
    from ecluse import wiring
    from ecluse.model.backtest import Backtest
    from ecluse.service.backtest import Trial, too_short

    started = time.monotonic()
    others = [(str(p), wiring.open_policies(p, rules.estate)) for p in options["against"]]
    sets = [(rules.policy_file, rules.policies), *others]
    labels = read_labels(options["labels"])
    with step_bar() as progress, ThreadPoolExecutor(_CORES) as cores:
        past = read_past(options, rules, [policies for _, policies in sets], progress)
        tried = []
        trial = Trial(
            past.history, zone=options["zone"], weeks=options["weeks"], together=cores.map
        )
        for name, policies in sets:
            progress.step(f"deciding by {name}")
            tried.append(trial.run(policies, labels, policy_file=name, clock=time.monotonic))
        progress.step("computing the bounds")
        tried = _bounded(rules, [policies for _, policies in sets], tried)
    history = trial.history
    findings = (*past.findings, *too_short(history, [p for _, p in sets]), *rules.findings(history))
    return Backtest(
        sources=past.sources,
        requests=len(history),
        first_at=int(history.at[0]) if len(history) else None,
        last_at=int(history.at[-1]) if len(history) else None,
        since=trial.since,
        zone=options["zone"],
        tried=tuple(tried),
        findings=findings,
        seconds=time.monotonic() - started,
    )


def _bounded(rules: "Rules", sets: list[Any], tried: list[Any]) -> list[Any]:
    """The same with the loss bound of each kind, where there is an estate and something to compare."""
    from dataclasses import replace

    from ecluse.wiring.bounding import one_account_bounds

    if rules.estate is None or len(sets) < 2:
        return tried
    kinds = [row.name for row in tried[0].by_kind if row.name]
    return [
        replace(each, bounds=one_account_bounds(policies, rules.estate, kinds))
        for each, policies in zip(tried, sets, strict=True)
    ]


def _write(options: dict[str, Any], report: "Backtest") -> None:
    from ecluse.reports.backtest_cases import as_table, as_yaml

    if (cases := options["cases"]) is not None:
        written = (as_table if cases.suffix == ".csv" else as_yaml)(report.tried[0].cases)
        with whole(cases) as unfinished:
            unfinished.write_text(written, encoding="utf-8")
        say(f"cases: {cases}", err=True)
    if (html := options["html"]) is not None:
        from ecluse.reports.backtest_html import render

        page = render(report, language=options["language"], zone=options["zone"])
        with whole(html) as unfinished:
            unfinished.write_text(page, encoding="utf-8")
        say(f"report: {html}", err=True)


def _show(report: "Backtest", zone: str) -> None:
    from rich.console import Console

    from ecluse.reports.backtest_terminal import render

    console = Console()
    color = console.is_terminal and not console.no_color
    unicode = (console.encoding or "").lower().startswith("utf")
    click.echo(
        render(report, width=console.width, color=color, unicode=unicode, zone=zone), nl=False
    )
