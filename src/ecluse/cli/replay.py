"""`ecluse replay`: decide past logs as the live gate would have."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._options import TextPath, json_option, print_json, say, zone_name
from ecluse.cli._output import check_output, whole
from ecluse.cli._progress import step_bar

if TYPE_CHECKING:
    from ecluse.model.report import ReplayReport

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = TextPath(path_type=Path, file_okay=False)


@click.command(
    epilog="""\b
Examples:
  ecluse replay access.log --map mapping.yaml
  ecluse replay logs/ --format combined --map mapping.yaml --policy policy.yaml \\
      --estate estate.yaml --ledger ledger/ --html report.html
  zcat old.gz | ecluse replay - --format jsonl --map mapping.yaml --json
"""
)
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--format",
    "format_",
    default="auto",
    show_default=True,
    help="Log format (see `ecluse formats`).",
)
@click.option(
    "--map",
    "mapping",
    type=_FILE,
    help="Mapping file: where account, persons and the rest are in a line.",
)
@click.option("--policy", type=_FILE, help="Policy set; the shipped one when left out.")
@click.option("--estate", type=_FILE, help="Estate file: applications, organizations, accounts.")
@click.option(
    "--ledger", type=_FOLDER, help="Ledger to write every decision to; made when it does not exist."
)
@click.option("--html", type=_FILE, help="Write the report as one self-contained HTML page.")
@click.option(
    "--language",
    type=click.Choice(["en", "fr", "both"]),
    default="both",
    show_default=True,
    help="Language of the page; with `both`, the reader switches.",
)
@click.option(
    "--zone",
    callback=zone_name,
    help="Show times in this IANA time zone, such as Europe/Paris; UTC when left out. --json stays in UTC.",
)
@click.option(
    "--way",
    type=click.Choice(["auto", "compiled", "events"]),
    default="auto",
    show_default=True,
    help="How to decide: compiled in two phases, or through the live engine event by event. Same answer.",
)
@json_option
def command(**options: Any) -> None:
    """Decides every event of LOGS as the live gate would have, and reports who is stopped.

    LOGS are files or folders, in any mix, plain or compressed (gzip, zstd); `-` is standard input.
    Events are taken in the order of time, whatever file they come from.
    """
    if options["html"]:
        check_output(options["html"])
    shown = {"html", "language", "zone", "as_json"}
    report = _replay(**{k: v for k, v in options.items() if k not in shown})
    if options["html"]:
        _write_page(report, options["html"], language=options["language"], zone=options["zone"])
    if options["as_json"]:
        from ecluse.reports.json import document

        print_json(document(report))
    else:
        _show(report, options["zone"])


def _replay(
    *,
    logs: tuple[Path, ...],
    format_: str,
    mapping: Path | None,
    policy: Path | None,
    estate: Path | None,
    ledger: Path | None,
    way: Any,
) -> "ReplayReport":
    from ecluse import wiring
    from ecluse.service import replay as steps

    started = time.monotonic()
    rules = wiring.open_rules(policy, estate)
    fields = wiring.open_mapping(mapping, format_)
    batches = wiring.open_log(logs, format_, fields, rules.policies if ledger is None else None)
    with wiring.open_ledger(ledger) as book, step_bar() as progress:
        collected = steps.collect(
            batches(progress.bytes),
            directory=rules.directory,
            ledger=book,
            seed=wiring.random_seed(),
            max_reject_share=wiring.reject_share(fields),
        )
        wiring.give_back()
        progress.step("deciding")
        decided = steps.decide(collected.history, rules.policies, way=way)
        written = None
        if book is not None:
            wiring.give_back()
            progress.step("writing the ledger", total=len(collected.history))
            number = steps.write(collected, decided, rules.policies, book, progress.done)
            written = (str(ledger), number)
            wiring.record_replay(book, rules, logs)
        progress.step("reporting")
        return steps.report(
            collected,
            decided,
            rules.policies,
            sources=tuple(str(log) for log in logs),
            policy_file=rules.policy_file,
            ledger=written,
            findings=rules.findings(collected.history),
            seconds=time.monotonic() - started,
        )


def _write_page(report: "ReplayReport", path: Path, *, language: str, zone: str | None) -> None:
    from ecluse.reports.html import render

    page = render(report, language=language, zone=zone)  # type: ignore[arg-type]  # click checked it
    with whole(path) as unfinished:
        unfinished.write_text(page, encoding="utf-8")
    say(f"report: {path}", err=True)


def _show(report: "ReplayReport", zone: str | None) -> None:
    from rich.console import Console

    from ecluse.reports.terminal import render

    console = Console()
    color = console.is_terminal and not console.no_color
    unicode = (console.encoding or "").lower().startswith("utf")
    page = render(report, width=console.width, color=color, unicode=unicode, zone=zone)
    click.echo(page, nl=False)
