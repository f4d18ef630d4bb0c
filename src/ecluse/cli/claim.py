"""`ecluse claim`: whose is a sample that somebody posted, and which sessions explain it?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ecluse.cli._asked import operator_name, record_question
from ecluse.cli._config_files import give_shipped, read_text
from ecluse.cli._options import TEXT, TextPath, json_option, print_json, say, zone_name
from ecluse.cli._output import check_output, whole

if TYPE_CHECKING:
    from ecluse.model.claim import Claim
    from ecluse.wiring.claiming import ClaimFiles, Step

__all__ = ["command"]

_FILE: Final = TextPath(path_type=Path, dir_okay=False)
_FOLDER: Final = TextPath(path_type=Path, file_okay=False)
_ENDINGS: Final = (".html", ".pdf", ".json")


class _Claim(click.Group):
    """A group whose command `sample` need not be named: `ecluse claim SAMPLE`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            args = ["sample", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0].startswith("-") and args[0] not in {"-h", "--help"}:
            args = ["sample", *args]
        return super().parse_args(ctx, args)


def _instant(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    from ecluse.model.time import parse_instant

    try:
        return None if text is None else parse_instant(text)
    except ValueError as error:
        raise click.BadParameter(
            f"{error}; write a date such as 2025-07-12, or an instant such as 2025-07-12T10:00:00Z",
            ctx,
            param,
        ) from error


_map_option = click.option("--map", "claim", type=_FILE, required=True, help="Claim file: which columns are what, and what to hold the sample against.")  # fmt: skip
_ledger_option = click.option("--ledger", "ledgers", type=_FOLDER, required=True, multiple=True, help="Folder of the ledger; may be repeated for ledgers with the same pseudonym key.")  # fmt: skip
_keys_option = click.option("--keys", type=_FOLDER, help="Folder of the keys, when it is not the first LEDGER/keys.")  # fmt: skip
_register_option = click.option("--register", type=_FOLDER, envvar="ECLUSE_REGISTER", help="Register: its leaks are held against the sample.")  # fmt: skip
_by_option = click.option("--by", type=TEXT, help="Who asks; the user of the operating system when absent.")  # fmt: skip
_zone_option = click.option("--zone", callback=zone_name, help="Show times in this IANA time zone, such as Europe/Paris; UTC when left out.")  # fmt: skip
_language_option = click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Language of --report.")  # fmt: skip
_member_option = click.option("--member", type=TEXT, default="", help="Which file of a zip archive is the sample.")  # fmt: skip


@click.group(cls=_Claim)
def command() -> None:
    """Says whose a posted sample is: eight tests, the sessions that explain it, and a verdict with its reasons.

    \b
    Start with:
      ecluse claim example --out claim.yaml
      ecluse claim posted.csv --map claim.yaml --ledger evidence
    """  # noqa: D301 - click reads it


@command.command(
    epilog="""\b
Examples:
  ecluse claim posted.csv --map claim.yaml --ledger evidence
  ecluse claim posted.zip --member dump/people.json --map claim.yaml --ledger evidence --unit account
  ecluse claim posted.jsonl --map claim.yaml --ledger evidence --register register --incident 2026-0001 \\
      --report claim.pdf --language fr --zone Europe/Paris

\b
Exit codes: 0 done, whatever the verdict; 2 the command line is wrong, or fewer than two persons can be told; 3 the claim file is
wrong; 4 the sample or a file about persons cannot be read; 5 ledger, keys or register are not what they were; 6 the disk does not answer.
"""
)
@click.argument("sample", type=_FILE)
@_map_option
@_ledger_option
@_keys_option
@_register_option
@click.option("--incident", type=TEXT, help="Keep the result in this incident of the register.")
@click.option("--unit", type=click.Choice(["session", "account"]), default="session", show_default=True, help="Whether sessions or whole accounts are looked at.")  # fmt: skip
@click.option("--from", "since", callback=_instant, help="Only accesses from this instant on.")
@click.option("--to", "until", callback=_instant, help="Only accesses before this instant.")
@_member_option
@click.option("--report", "reports", type=_FILE, multiple=True, help="Write the report as .html, .pdf or .json; may be repeated.")  # fmt: skip
@_language_option
@_zone_option
@_by_option
@json_option
def sample(
    *, sample: Path, claim: Path, ledgers: tuple[Path, ...], keys: Path | None, register: Path | None, incident: str | None,
    unit: Any, since: int | None, until: int | None, member: str, reports: tuple[Path, ...], language: Any, zone: str | None,
    by: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Holds a sample against the ledger (the word `sample` may be left out).

    The sample is read in a process of its own that can open nothing and write nothing, and only keyed fingerprints leave it. A
    claim is a question about persons: it leaves an entry in the ledger.
    """
    from ecluse.model.errors import CallerError
    from ecluse.wiring import now
    from ecluse.wiring.claiming import ClaimFiles, examine

    _check_reports(reports)
    if incident is not None and register is None:
        raise CallerError("--incident needs the register", help="name it with --register")
    if since is not None and until is not None and since >= until:
        raise CallerError("--from is not before --to", help="exchange them")
    folder = None if incident is None or register is None else _incident(register, incident)
    files = ClaimFiles(sample, claim, ledgers, keys, register, unit, since, until, member)
    name = by or operator_name()
    with _steps() as step:
        found = examine(files, now=now(), by=name, step=step)
    if folder is not None:
        found = _keep(folder, found, name)
    _record(files, found)
    _write(found, reports, language=language, zone=zone)
    if as_json:
        from ecluse.notices.claim_report import as_data

        print_json(as_data(found))
        return
    from ecluse.cli._claim_output import tell

    tell(found, zone=zone)
    for path in reports:
        say(f"report: {path}", err=True)


@command.command("register-leak")
@click.argument("name", type=TEXT)
@click.option("--sample", type=_FILE, help="The dump or sample of the earlier leak.")
@click.option("--persons", type=_FILE, help="Instead: a Parquet file with a column `person`, such as a frozen exposure.")  # fmt: skip
@click.option("--map", "claim", type=_FILE, help="Claim file that says how --sample is to be read.")
@_ledger_option
@_keys_option
@click.option("--register", type=_FOLDER, envvar="ECLUSE_REGISTER", required=True, help="Register in which it is kept.")  # fmt: skip
@click.option("--until", callback=_instant, required=True, help="The latest instant from which its data can be.")  # fmt: skip
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), required=True, help="The least share of the leaked persons that is in it: 1 when it is the whole leak.")  # fmt: skip
@click.option("--shuffled", is_flag=True, help="Its rows are not in the order of the leak.")
@_member_option
@click.option("--note", type=TEXT, default="", help="For the readers of the register.")
@_by_option
@json_option
def register_leak(
    *, name: str, sample: Path | None, persons: Path | None, claim: Path | None, ledgers: tuple[Path, ...], keys: Path | None,
    register: Path, until: int, share: float, shuffled: bool, member: str, note: str, by: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Registers an earlier leak, so that a later sample can be told from it. Only keyed fingerprints are kept.

    \b
    Examples:
      ecluse claim register-leak leak-2024 --sample dump.csv --map claim.yaml --ledger evidence --register register --until 2024-03-05 --share 1
      ecluse claim register-leak kairos-2025 --persons register/2026-0001/exposures/v1.parquet --ledger evidence \\
          --register register --until 2025-07-15 --share 1
    """  # noqa: D301 - click reads it
    import msgspec

    from ecluse.model.claim_file import RegisteredLeak
    from ecluse.model.errors import CallerError
    from ecluse.wiring import now
    from ecluse.wiring.claiming import ClaimFiles, register_persons, register_sample

    if (sample is None) == (persons is None):
        raise CallerError("a leak is registered from --sample or from --persons", help="give one of them")  # fmt: skip
    if sample is not None and claim is None:
        raise CallerError("--sample needs a claim file", help="say with --map which columns are what")  # fmt: skip
    who = by or operator_name()
    leak = RegisteredLeak(
        name=name, until=until, share=share, size=0, fields=(), ordered=not shuffled, key="",
        registered_at=now(), registered_by=who, origin=str(sample or persons), note=note,
    )  # fmt: skip
    with _steps() as step:
        if sample is not None and claim is not None:
            files = ClaimFiles(sample, claim, ledgers, keys, register, member=member)
            done = register_sample(files, register, leak, step=step)
        else:
            assert persons is not None
            step("reading persons", None)
            done = register_persons(persons, ledgers[0], keys, register, leak)
    record_question(ledgers[0], keys, "claim", {"leak": name, "persons": done.size, "by": who})
    if as_json:
        print_json(msgspec.to_builtins(done))
    else:
        say(f"{name}: {done.size:,} persons registered, {'in' if done.ordered else 'not in'} the order of the leak")  # fmt: skip


@command.command()
@click.option("--register", type=_FOLDER, envvar="ECLUSE_REGISTER", required=True, help="Register whose leaks are listed.")  # fmt: skip
@json_option
def leaks(*, register: Path, as_json: bool) -> None:
    """Lists the earlier leaks that are registered."""
    import msgspec

    from ecluse.model.time import format_instant
    from ecluse.registers.leaks import leaks as registered

    found = registered(register)
    if as_json:
        print_json(msgspec.to_builtins(found))
        return
    for leak in found:
        say(f"{leak.name}: {leak.size:,} persons, data until {format_instant(leak.until)}, at least {leak.share:g} of the leak; {leak.note}".rstrip("; "))  # fmt: skip
    if not found:
        say("no earlier leak is registered")


@command.command()
@click.option("--register", type=_FOLDER, envvar="ECLUSE_REGISTER", required=True, help="Register that has the incident.")  # fmt: skip
@click.option(
    "--incident",
    envvar="ECLUSE_INCIDENT",
    type=TEXT,
    required=True,
    help="The incident; also from ECLUSE_INCIDENT.",
)
@click.option("--number", type=click.IntRange(1), help="Which claim of it; the last one when absent.")  # fmt: skip
@click.option("--out", "reports", type=_FILE, multiple=True, help="Write the report as .html, .pdf or .json; may be repeated.")  # fmt: skip
@_language_option
@_zone_option
@json_option
def report(
    *, register: Path, incident: str, number: int | None, reports: tuple[Path, ...], language: Any, zone: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Tells a claim that is kept in an incident again, or writes its report in another language."""
    from ecluse.cli._claim_output import tell
    from ecluse.notices.claim_report import as_data
    from ecluse.registers.claims import load_claim

    _check_reports(reports)
    found = load_claim(_incident(register, incident), number)
    _write(found, reports, language=language, zone=zone)
    if as_json:
        print_json(as_data(found))
    elif not reports:
        tell(found, zone=zone)
    for path in reports:
        say(f"report: {path}", err=True)


@command.command()
@click.option("--out", type=_FILE, help="Write it to this new file.")
@json_option
def example(*, out: Path | None, as_json: bool) -> None:
    """Prints a claim file to start from."""
    give_shipped("claim", read_text("claim.yaml"), out, as_json=as_json)


@command.command()
@json_option
def schema(*, as_json: bool) -> None:
    """Prints the JSON Schema of claim files, for editors."""
    from ecluse.loaders.schemas import published

    del as_json  # it is JSON either way
    click.echo(published("claim"), nl=False)


def _incident(register: Path, incident: str) -> Any:
    from ecluse.registers.folder import Register

    return Register(register).open(incident)


def _keep(folder: Any, found: "Claim", name: str) -> "Claim":
    from ecluse.registers.claims import save_claim

    kept = save_claim(folder, found)
    detail = {"number": kept.number, "verdict": str(kept.verdict), "sample": kept.sample.sha256}
    folder.append("claim", detail, by=name, at=kept.made_at)
    return kept


def _record(files: "ClaimFiles", found: "Claim") -> None:
    """Whoever can run this can ask whether persons are in the base: so each question stands in the ledger."""
    detail = {"sample": found.sample.sha256, "persons": found.sample.persons, "verdict": str(found.verdict), "by": found.made_by}  # fmt: skip
    for number, ledger in enumerate(files.ledgers):
        record_question(ledger, files.keys if number == 0 else None, "claim", detail)


def _check_reports(reports: tuple[Path, ...]) -> None:
    from ecluse.model.errors import CallerError

    for path in reports:
        if path.suffix not in _ENDINGS:
            raise CallerError(f"`{path}` ends neither in .html nor .pdf nor .json", help="the ending says the form")  # fmt: skip
        check_output(path)
        if path.suffix == ".pdf":
            from ecluse.reports.document.pdf import check_installed

            check_installed()


def _write(found: "Claim", reports: tuple[Path, ...], *, language: Any, zone: str | None) -> None:
    """Writes the report; one that its checker refuses is not written."""
    import msgspec

    from ecluse.model.errors import IntegrityError
    from ecluse.notices.claim_report import document, faults
    from ecluse.reports.document import html, pdf

    if not reports:
        return
    made = document(found, language=language, zone=zone)
    for refusal in faults(found, made):
        raise IntegrityError(f"the report is refused: {refusal.what} ({refusal.where})", help=refusal.help)  # fmt: skip
    forms: dict[str, Callable[[], bytes]] = {
        ".html": lambda: html.render(made).encode(),
        ".pdf": lambda: pdf.render(made),
        ".json": lambda: msgspec.json.format(msgspec.json.encode(found)),
    }
    for path in reports:
        content = forms[path.suffix]()
        with whole(path) as unfinished:
            unfinished.write_bytes(content)


@contextmanager
def _steps() -> Iterator["Step"]:
    """Gives what begins a step of a bar on standard error; nothing is shown unless a person watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:  # fmt: skip
        task = bar.add_task("", total=None)

        def step(what: str, parts: int | None) -> Callable[[int], None]:
            bar.reset(task, description=what, total=parts)
            return lambda number: bar.advance(task, number)

        yield step
