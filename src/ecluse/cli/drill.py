"""`ecluse drill`: rehearse a theft against the running gate and the real applications, and see who notices."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli._config_files import give_shipped, read_text
from ecluse.cli._options import TextPath, json_option, print_json, print_table, say, zone_name

if TYPE_CHECKING:
    from ecluse.model.drill import Check, DrillDetail, Past

__all__ = ["command"]

_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_MARKS: Final = {True: "passed ", False: "FAILED ", None: "waits  "}
_ROWS: Final = 50


def _wait(ctx: click.Context, param: click.Parameter, text: str | None) -> int:
    from ecluse.model.time import parse_duration

    try:
        return 0 if text is None else parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


@click.group()
def command() -> None:
    """Rehearses a theft: a synthetic account reads persons who do not exist until it is stopped.

    \b
    Start with:
      ecluse drill example --out drill.yaml
      ecluse drill run drill.yaml --wait 15m
    """  # noqa: D301 - click reads it


@command.command("run")
@click.argument("file", type=_FILE)
@click.option(
    "--wait",
    callback=_wait,
    help="Wait at most so long for a person to acknowledge the alarm, such as 15m; by default the drill ends without.",
)
@json_option
@click.pass_context
def _run(ctx: click.Context, file: Path, wait: int, *, as_json: bool) -> None:
    """Runs the drill FILE once.

    It passes when (a) the account was stopped at the number printed before, exactly, and nobody was shown afterwards;
    (b) the finding was raised; (c) a channel took it; (d) a person acknowledged it within the time set; and when ledger
    and applications tell the same, and every application still logs. Without --wait, (d) is judged later by `ecluse drill check`.

    \b
    Examples:
      ecluse drill run drill.yaml
      ecluse drill run drill.yaml --wait 15m --json

    \b
    Exit codes: 0 passed, or only a person's acknowledgement is still awaited; 1 something failed; 2 it may not be run now;
    3 a file is wrong; 6 the gate or an application does not answer, or the drill runs already.
    """  # noqa: D301 - click reads it
    from ecluse.service.drill import run_drill
    from ecluse.wiring.drilling import open_drill

    with open_drill(file) as ready:
        end = run_drill(
            ready.drill,
            ready.kit,
            ready.persons,
            say=lambda line: say(line, err=as_json),
            wait=wait,
        )
    _tell(end, as_json=as_json)
    if end.passed is None and not as_json:
        say(f"a person has to acknowledge the alarm: ecluse gate acknowledge {_alarm(end.account)}")
        say(f"afterwards: ecluse drill check {file}")
    ctx.exit(1 if end.passed is False else 0)


@command.command("check")
@click.argument("file", type=_FILE)
@json_option
@click.pass_context
def _check(ctx: click.Context, file: Path, *, as_json: bool) -> None:
    """Judges the last run of the drill FILE as it stands now: who acknowledged it, whether it is old, who still logs.

    Nobody is read. When the outcome is final the ledger is told of it, through the gate.

    \b
    Example:
      ecluse drill check drill.yaml

    \b
    Exit codes: 0 passed, or a person's acknowledgement is still awaited in time; 1 something failed, or it was never run;
    3 a file is wrong; 6 the ledger cannot be read, or the gate does not answer.
    """  # noqa: D301 - click reads it
    from ecluse.wiring.drilling import check_drill

    found = check_drill(file)
    if found is None:
        if as_json:
            print_json({"drill": str(file), "passed": False, "run": None, "checks": []})
        else:
            say(f"{file}: the ledger has no run of this drill")
        ctx.exit(1)
    _tell(found, as_json=as_json)
    ctx.exit(1 if found.passed is False else 0)


@command.command("history")
@click.argument("ledger", type=TextPath(path_type=Path, file_okay=False))
@click.option("--drill", "name", help="Only the drill of this name.")
@click.option("--html", type=_FILE, help="Also write the table and a chart to this HTML file.")
@click.option(
    "--language",
    type=click.Choice(["en", "fr", "both"]),
    default="both",
    show_default=True,
    help="Language of the HTML file.",
)
@click.option("--zone", callback=zone_name, help="Time zone of the HTML file, such as Europe/Paris; UTC when left out.")  # fmt: skip
@json_option
def _history(
    ledger: Path, name: str | None, html: Path | None, language: Any, zone: str | None, *, as_json: bool
) -> None:  # fmt: skip
    """Shows every drill that LEDGER tells of, with what people did since.

    \b
    Examples:
      ecluse drill history /var/lib/ecluse/ledger
      ecluse drill history /var/lib/ecluse/ledger --html drills.html --language fr --zone Europe/Paris
    """  # noqa: D301 - click reads it
    from ecluse.cli._output import check_output, whole
    from ecluse.wiring.drilling import read_history

    if html is not None:
        check_output(html)
    runs = tuple(run for run in read_history(ledger) if name is None or run.drill == name)
    if html is not None:
        from ecluse.reports.drills import render

        with whole(html) as unfinished:
            unfinished.write_text(render(runs, language=language, zone=zone), encoding="utf-8")
    if as_json:
        print_json({"runs": [_past_document(run) for run in runs]})
    elif runs:
        print_table(_table(runs))
    else:
        say("no drill was run")
    if html is not None:
        say(f"{html}: written", err=True)


@command.command("example")
@click.option("--out", type=_FILE, help="Write it to this new file instead of standard output.")
@json_option
def _example(out: Path | None, *, as_json: bool) -> None:
    """Prints a commented drill file to start from.

    \b
    Example:
      ecluse drill example --out drill.yaml
    """  # noqa: D301 - click reads it
    give_shipped("drill", read_text("drill.yaml"), out, as_json=as_json)


def _tell(end: "DrillDetail", *, as_json: bool) -> None:
    if as_json:
        print_json(_document(end))
        return
    for check in end.checks:
        say(f"{_MARKS[check.passed]}{check.code:<13} {check.what}")
    outcome = {True: "passed", False: f"FAILED; it is for {end.owner} to put right", None: "waits for a person"}[end.passed]  # fmt: skip
    say(f"drill {end.drill}, run {end.run}: {outcome}")


def _alarm(account: str) -> str:
    from ecluse.reports.text import shell_word
    from ecluse.verify.drill import ALARM

    return f"{ALARM} {shell_word(account)}"


def _document(end: "DrillDetail") -> dict[str, Any]:
    return {
        "drill": end.drill,
        "run": end.run,
        "account": end.account,
        "owner": end.owner,
        "passed": end.passed,
        "failed": [check.code for check in end.checks if check.passed is False],
        "checks": [_check_document(check) for check in end.checks],
        "applications": [
            {
                "application": walk.application,
                "printed": walk.printed,
                "read": walk.read,
                "stopped": walk.stopped,
                "budget": walk.budget,
                "by": walk.by,
                "leaks": walk.leaks,
                "knocks": walk.knocks,
                "enforced": walk.enforced,
            }
            for walk in end.walks
        ],
        "agreement": [
            {
                "application": each.application,
                "both": each.both,
                "shown_only": each.shown_only,
                "ledger_only": each.ledger_only,
            }
            for each in end.agreements
        ],
    }


def _check_document(check: "Check") -> dict[str, Any]:
    return {"code": check.code, "passed": check.passed, "what": check.what, "after": check.after}


def _past_document(run: "Past") -> dict[str, Any]:
    from ecluse.model.time import format_instant

    return {
        "run": run.run,
        "at": format_instant(run.at),
        "drill": run.drill,
        "account": run.account,
        "owner": run.owner,
        "printed": run.printed,
        "read": run.read,
        "passed": run.passed,
        "failed": list(run.failed),
        "checks": [_check_document(check) for check in run.checks],
    }


def _table(runs: "tuple[Past, ...]") -> Any:
    from rich import box
    from rich.table import Table

    from ecluse.model.time import format_instant
    from ecluse.reports.text import plain

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("begun (UTC)", no_wrap=True)
    table.add_column("drill", overflow="fold")
    for heading in ("printed", "read", "noticed", "told", "seen"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("outcome", overflow="fold", min_width=8)
    for run in runs[-_ROWS:]:
        outcome = {True: "passed", None: "waits"}.get(run.passed, f"FAILED: {', '.join(run.failed)}")  # fmt: skip
        numbers = [f"{n:,}" if n is not None else "-" for n in (run.printed, run.read)]
        times = [_seconds(run.after(code)) for code in ("raised", "told", "acknowledged")]
        begun = format_instant(run.at - run.at % 1_000_000)[:16].replace("T", " ")
        table.add_row(begun, plain(run.drill), *numbers, *times, plain(outcome))
    return table


def _seconds(value: int | None) -> str:
    return "-" if value is None else f"{value:,} s"
