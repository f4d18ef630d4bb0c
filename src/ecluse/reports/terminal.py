"""What does a replay look like in a terminal? The one sentence first, then what it rests on."""

import io
from collections.abc import Iterator
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.text import Text

from ecluse.model.report import ReplayReport
from ecluse.model.time import format_duration
from ecluse.reports.bars import GUTTER, OVERHANG, lines, width_of
from ecluse.reports.language import words
from ecluse.reports.lists import findings, ignored_lines, policies, rejects, stopped_accounts
from ecluse.reports.page import Page, indented, title
from ecluse.reports.text import shell_word
from ecluse.reports.timeline import columns

__all__ = ["render", "renderable"]

_NARROWEST: Final = 40
_CHART: Final = 96
_STYLES: Final = {"permitted": "green", "refused": "red", "axis": "", "labels": "dim"}


def render(
    report: ReplayReport, *, width: int, color: bool, unicode: bool = True, zone: str | None = None
) -> str:
    """Writes the page as text of at most `width` columns (40 at least), but for the command to copy, one line.

    Args:
        report: what the replay found.
        width: columns of the terminal.
        color: whether to colour it with ANSI sequences; no others are ever written.
        unicode: whether block characters can be shown; without, the page is pure ASCII.
        zone: IANA zone in which to show the instants of refusal beside UTC.
    """
    width = max(width, _NARROWEST)
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    with console.capture() as capture:
        console.print(renderable(report, width=width, unicode=unicode, zone=zone), crop=False)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def renderable(
    report: ReplayReport, *, width: int, unicode: bool = True, zone: str | None = None
) -> RenderableType:
    """Builds the same page for a rich console, such as one that records a picture."""
    page = Page(report, max(width, _NARROWEST), unicode, words("en", zone=zone))
    parts = (
        _head,
        stopped_accounts,
        _timeline,
        policies,
        rejects,
        ignored_lines,
        findings,
        _ledger,
    )
    blocks = [block for part in parts for block in part(page)]
    return Group(*blocks)


def _head(page: Page) -> Iterator[RenderableType]:
    report = page.report
    style = "bold red" if report.stopped or not report.events else "bold green"
    yield Text(_headline(page), style=style)
    yield Text(_disturbed(page))
    yield Text(_read(page), style="dim")


def _headline(page: Page) -> str:
    report, many = page.report, page.many
    if not report.events:
        return f"Nothing was decided: no access event among {many(report.lines, 'line', 'lines')}"
    if not report.stopped:
        return "No account was stopped: every access stayed within its limits"
    if len(report.stopped) == 1:
        one = report.stopped[0]
        return (
            f"1 account stopped: {page.name(one.account)} read {page.number(one.persons_read)}"
            f" of the {many(one.persons_attempted, 'person', 'persons')} it asked for"
        )
    read, asked = (
        sum(s.persons_read for s in report.stopped),
        sum(s.persons_attempted for s in report.stopped),
    )
    return (
        f"{page.number(len(report.stopped))} accounts stopped: they read {page.number(read)}"
        f" of the {many(asked, 'person', 'persons')} they asked for (added up by account)"
    )


def _disturbed(page: Page) -> str:
    report = page.report
    others = report.accounts - len(report.stopped)
    if not report.events:
        return "Check the format and the mapping: the rejects below say why lines were left out"
    warned = f"; {page.number(report.warned)} came near a limit" if report.warned else ""
    if not report.stopped:
        accounts = page.many(report.accounts, "account", "accounts")
        return f"{accounts}, {page.many(report.permitted, 'access', 'accesses')}, nothing refused{warned}"
    if not others:
        return f"No other account is in this log{warned}"
    verb = "was" if others == 1 else "were"
    return f"Nobody else was disturbed: {page.many(others, 'other account', 'other accounts')} {verb} refused nothing{warned}"


def _read(page: Page) -> str:
    report = page.report
    facts = f"{page.many(report.events, 'event', 'events')} from {page.many(report.lines, 'line', 'lines')}"
    people = f"{page.many(report.accounts, 'account', 'accounts')}, {page.many(report.persons, 'person', 'persons')}"
    span = ""
    if report.first_at is not None and report.last_at is not None:
        first, last = page.instant(report.first_at), page.instant(report.last_at)
        span = f"; {first} to {last.removeprefix(first[:11])} UTC"
    rate = (
        f" ({page.number(round(report.events / report.seconds))}/s)"
        if report.seconds >= 0.001 and report.events
        else ""
    )
    return f"{facts}; {people}{span}; took {report.seconds:.1f} s{rate}"


def _timeline(page: Page) -> Iterator[RenderableType]:
    report = page.report
    cells = columns(
        report.timeline, bucket=report.bucket, most=min(page.width - GUTTER - OVERHANG, _CHART)
    )
    rows = lines(cells, bucket=report.bucket, unicode=page.unicode, words=page.words)
    if rows:
        solid, hanging = ("█", "▀") if page.unicode else ("#", "x")
        each = format_duration(width_of(cells, report.bucket))
        yield title(
            f"Accesses: {solid} permitted above the axis, {hanging} refused below; one column is {each}"
        )
    for row in rows:
        yield Text.assemble(row.gutter, (row.body, _STYLES[row.kind]))


def _ledger(page: Page) -> Iterator[RenderableType]:
    report = page.report
    yield title("Ledger")
    if report.ledger is None:
        yield indented(
            Text("none was written: run again with --ledger DIR to keep the exact persons read")
        )
        return
    where, entries = report.ledger
    yield indented(
        Text(f"{page.many(entries, 'entry', 'entries')} written to {page.name(where, 200)}")
    )
    if report.stopped:
        account, plain = report.stopped[0].account, not page.unicode
        option = "--account=" if account.startswith("-") else "--account "
        ledger, who = shell_word(where, ascii_only=plain), shell_word(account, ascii_only=plain)
        yield indented(Text(f"the persons that {page.name(account)} read, one by one:"))
        command = f"ecluse exposure --ledger {ledger} {option}{who} --out persons.csv"
        yield Text(
            f"  {command}", style="bold", no_wrap=True, overflow="ignore"
        )  # never broken: it is copied
