"""`ecluse report`: what a thief could take, what was tried and what was changed, as a document to hand over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecluse.cli._asked import operator_name, record_question
from ecluse.cli._options import TextPath, json_option, print_json, say, zone_name
from ecluse.cli._output import check_output, whole

if TYPE_CHECKING:
    from ecluse.reports.document.blocks import Document
    from ecluse.wiring.assurance import Gathered, Step

__all__ = ["command"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = TextPath(path_type=Path, file_okay=False)


def _instant(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    from ecluse.model.time import parse_instant

    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}; write a date such as 2026-09-30, or an instant such as 2026-09-30T10:00:00Z",
            ctx,
            param,
        ) from error


@click.command(
    epilog="""\b
Examples:
  ecluse report --policy policy.yaml --estate estate.yaml --ledger evidence --out report.html
  ecluse report --policy policy.yaml --estate estate.yaml --ledger evidence --settings gate.yaml \\
      --backtest backtest.json --language fr --zone Europe/Paris --out report.html --pdf report.pdf
  ecluse report --estate estate.yaml --ledger evidence --since 2026-09-30 --json

\b
Exit codes: 0 done, whatever the report says; 2 the command line is wrong, or a PDF is asked for without Typst;
3 a file is wrong; 5 the ledger does not verify; 6 the disk does not answer.
"""
)
@click.option("--policy", type=_FILE, help="Policy file; the shipped set when absent.")
@click.option("--estate", type=_FILE, required=True, help="Estate file: what can be read, by whom.")
@click.option(
    "--ledger", type=_FOLDER, help="Ledger of the gate: drills, changes, who signed them."
)
@click.option("--keys", type=_FOLDER, help="Folder of the keys, when it is not LEDGER/keys.")
@click.option("--settings", type=_FILE, help="Settings of the gate: what they relax is added.")
@click.option("--adversary", type=_FILE, help="What is stolen; the documented thefts when absent.")
@click.option("--backtest", type=_FILE, help="Document of `ecluse backtest --json`.")
@click.option(
    "--since", callback=_instant, help="Begin at this date; after the last report when absent."
)
@click.option(
    "--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language."
)
@click.option(
    "--zone",
    callback=zone_name,
    help="Show times in this IANA time zone, such as Europe/Paris; UTC when left out. --json stays in UTC.",
)
@click.option("--out", type=_FILE, help="Write the report as one self-contained HTML page.")
@click.option(
    "--pdf", type=_FILE, help='Write it as PDF (PDF/UA); needs `pip install "ecluse[pdf]"`.'
)
@json_option
def command(
    *,
    policy: Path | None,
    estate: Path,
    ledger: Path | None,
    keys: Path | None,
    settings: Path | None,
    adversary: Path | None,
    backtest: Path | None,
    since: int | None,
    language: Any,
    zone: str | None,
    out: Path | None,
    pdf: Path | None,
    as_json: bool,
) -> None:
    """Writes a report for a director, an auditor or the data protection authority.

    Estate and coverage, loss bounds with the settings that hold them, drills, backtest, open findings, and what was
    changed since the last report with the name of the person who signed it. What is missing is said, never left out.
    A report that is written leaves its digest in the ledger; the next one begins after it.
    """
    from ecluse.reports.assurance.report import document
    from ecluse.wiring.assurance import ReportFiles, gather

    _check_outputs(out, pdf, as_json=as_json)
    files = ReportFiles(policy, estate, ledger, adversary, settings, backtest, since)
    with _steps() as step:
        gathered = gather(files, by=operator_name(), step=step)
        step("writing", None)
        made = document(gathered.facts, language=language, zone=zone)
        written = _write(made, out=out, pdf=pdf)
    if ledger is not None:
        _record(ledger, keys, gathered, written, language)
    if as_json:
        from ecluse.reports.assurance.json import document as as_document

        print_json(as_document(gathered.facts, files=written))
    else:
        _tell(made)
    for path in (out, pdf):
        if path is not None:
            say(f"report: {path}", err=True)


def _check_outputs(out: Path | None, pdf: Path | None, *, as_json: bool) -> None:
    """Called before long work."""
    from ecluse.model.errors import CallerError

    if out is None and pdf is None and not as_json:
        raise CallerError(
            "nothing is to be written", help="name a file with --out or --pdf, or give --json"
        )
    if out is not None and out == pdf:
        raise CallerError(f"`{out}` cannot be both the page and the PDF", help="name two files")
    for path in (out, pdf):
        if path is not None:
            check_output(path)
    if pdf is not None:
        from ecluse.reports.document.pdf import check_installed

        check_installed()


@contextmanager
def _steps() -> Iterator["Step"]:
    """Gives what begins a step of a bar on standard error; nothing is shown unless a person watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, parts: int | None) -> Callable[[], None]:
            bar.reset(task, description=what, total=parts)
            return lambda: bar.advance(task)

        yield step


def _write(made: "Document", *, out: Path | None, pdf: Path | None) -> dict[str, str]:
    """Writes the files whole and gives their SHA-256."""
    from ecluse.reports.document import html
    from ecluse.reports.document import pdf as print_form

    contents: dict[str, tuple[Path, bytes]] = {}
    if out is not None:
        contents["html"] = (out, html.render(made).encode())
    if pdf is not None:
        contents["pdf"] = (pdf, print_form.render(made))
    for path, content in contents.values():
        with whole(path) as unfinished:
            unfinished.write_bytes(content)
    return {form: sha256(content).hexdigest() for form, (_, content) in contents.items()}


def _record(
    ledger: Path, keys: Path | None, gathered: "Gathered", written: dict[str, str], language: str
) -> None:
    """A report that somebody can hold is one of which the next begins; merely looking is a question."""
    from ecluse.model.time import format_instant

    facts = gathered.facts
    if not written:
        record_question(ledger, keys, "query", {"question": "report"})
        return
    since = None if facts.past is None or facts.past.since is None else facts.past.since
    detail = {
        "size": gathered.size,
        "files": written,
        "policy": facts.policies.digest,
        "language": language,
        "since": None if since is None else format_instant(since),
    }
    record_question(ledger, keys, "report", detail)


def _tell(made: "Document") -> None:
    """The summary, for whoever sits before the terminal."""
    from ecluse.reports.document.blocks import Bullets, Contents, Note, Paragraph

    for block in made.blocks:
        if isinstance(block, Contents):
            return
        if isinstance(block, Bullets):
            for item in block.items:
                say(_spaced(f"- {item}"))
        elif isinstance(block, Note | Paragraph):
            say(_spaced(block.text))


def _spaced(text: str) -> str:
    """With ordinary spaces: a terminal breaks lines where it likes."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
