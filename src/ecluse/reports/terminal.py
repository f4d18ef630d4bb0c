"""What does a replay look like in a terminal? The one sentence first, then what it rests on."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ecluse.model.finding import Finding
from ecluse.model.report import ReplayReport, Stopped
from ecluse.model.time import format_duration
from ecluse.reports.bars import GUTTER, OVERHANG, lines, width_of
from ecluse.reports.language import Words, words
from ecluse.reports.text import shell_word, visible
from ecluse.reports.timeline import columns

__all__ = ["render", "renderable"]

LONGEST: Final = 10
"""Rows of a list before it is cut; `--json` has them all."""

_WIDE: Final = 96
_NARROWEST: Final = 40
_WIDE_WITH_ZONE: Final = 124
_CHART: Final = 96
_STYLES: Final = {"permitted": "green", "refused": "red", "axis": "", "labels": "dim"}


@dataclass(frozen=True, slots=True)
class _Page:
    """What every part of the page needs to know."""

    report: ReplayReport
    width: int
    unicode: bool
    words: Words

    def name(self, text: str, longest: int = 64) -> str:
        return visible(text, longest=longest, ascii_only=not self.unicode)

    def number(self, value: int) -> str:
        return self.words.number(value)

    def many(self, value: int, one: str, other: str) -> str:
        return f"{self.number(value)} {one if value == 1 else other}"

    def instant(self, micros: int) -> str:
        return words("en").stamp(micros)

    @property
    def local(self) -> bool:
        return self.words.zone_name != "UTC"


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
    page = _Page(report, max(width, _NARROWEST), unicode, words("en", zone=zone))
    parts = (_head, _stopped, _timeline, _effects, _rejects, _ignored, _findings, _ledger)
    blocks = [block for part in parts for block in part(page)]
    return Group(*blocks)


def _head(page: _Page) -> Iterator[RenderableType]:
    report = page.report
    style = "bold red" if report.stopped or not report.events else "bold green"
    yield Text(_headline(page), style=style)
    yield Text(_disturbed(page))
    yield Text(_read(page), style="dim")


def _headline(page: _Page) -> str:
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


def _disturbed(page: _Page) -> str:
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


def _read(page: _Page) -> str:
    report = page.report
    facts = f"{page.many(report.events, 'event', 'events')} from {page.many(report.lines, 'line', 'lines')}"
    people = f"{page.many(report.accounts, 'account', 'accounts')}, {page.many(report.persons, 'person', 'persons')}"
    span = ""
    if report.first_at is not None and report.last_at is not None:
        first, last = page.instant(report.first_at), page.instant(report.last_at)
        span = f"; {first} to {last.removeprefix(first[:11])} UTC"
    rate = (
        f" ({page.number(round(report.events / report.seconds))}/s)"
        if report.seconds > 0 and report.events
        else ""
    )
    return f"{facts}; {people}{span}; took {report.seconds:.1f} s{rate}"


def _stopped(page: _Page) -> Iterator[RenderableType]:
    stopped = page.report.stopped
    if not stopped:
        return
    wide = page.width >= (_WIDE_WITH_ZONE if page.local else _WIDE)
    yield _title("Stopped accounts (persons read, and what they would have read)")
    yield _indented(_stopped_table(page) if wide else _stopped_list(page))
    yield from _more(len(stopped))


def _stopped_table(page: _Page) -> Table:
    local = [page.words.zone_name] if page.local else []
    heads = ["Account", "First refused\n(UTC)", *local, "Policy", "Limit", "Effect"]
    table = _table(*heads, numbers=("Read", "Would\nhave read", "Accesses\nrefused"))
    for one in islice(page.report.stopped, LONGEST):
        table.add_row(
            Text(page.name(one.account, 40), style="bold"),
            _whole(page.instant(one.at)),
            *([_whole(page.words.stamp(one.at))] if local else []),
            page.name(one.policy, 40),
            _whole(_window(page, one)),
            one.effect,
            Text(page.number(one.persons_read), style="bold"),
            page.number(one.persons_attempted),
            page.number(one.accesses_refused),
        )
    return table


def _whole(text: str) -> Text:
    return Text(text, no_wrap=True)


def _stopped_list(page: _Page) -> Group:
    blocks = []
    for one in islice(page.report.stopped, LONGEST):
        when = f"{page.instant(one.at)} UTC"
        if page.local:
            when += f" ({page.words.stamp(one.at)} {page.words.zone_name})"
        refused = page.many(one.accesses_refused, "access", "accesses")
        blocks += [
            Text(page.name(one.account), style="bold"),
            Text(
                f"  read {page.number(one.persons_read)} of {page.many(one.persons_attempted, 'person', 'persons')}"
            ),
            Text(f"  {one.effect} at {when}"),
            Text(f"  by {page.name(one.policy, 40)}: {_window(page, one)}; {refused} refused"),
        ]
    return Group(*blocks)


def _window(page: _Page, one: Stopped) -> str:
    return (
        f"{page.number(one.limit)} in {format_duration(one.window)}"
        if one.window > 0
        else "an earlier hold"
    )


def _timeline(page: _Page) -> Iterator[RenderableType]:
    report = page.report
    cells = columns(
        report.timeline, bucket=report.bucket, most=min(page.width - GUTTER - OVERHANG, _CHART)
    )
    rows = lines(cells, bucket=report.bucket, unicode=page.unicode, words=page.words)
    if rows:
        solid, hanging = ("█", "▀") if page.unicode else ("#", "x")
        each = format_duration(width_of(cells, report.bucket))
        yield _title(
            f"Accesses: {solid} permitted above the axis, {hanging} refused below; one column is {each}"
        )
    for row in rows:
        yield Text.assemble(row.gutter, (row.body, _STYLES[row.kind]))


def _effects(page: _Page) -> Iterator[RenderableType]:
    if not page.report.policies:
        return
    effects = ", ".join(
        f"{page.number(n)} {page.name(e, 40)}" for e, n in _by_count(page.report.effects)
    )
    yield _title(f"What the policies decided: {effects}")
    table = _table("Policy", "Effect", "Mode", numbers=("Events", "Accounts"))
    for one in islice(page.report.policies, LONGEST):
        mode = "shadow (only watched)" if one.shadow else "enforce"
        table.add_row(
            page.name(one.policy, 40),
            one.effect,
            mode,
            page.number(one.events),
            page.number(one.accounts),
        )
    yield _indented(table)
    yield from _more(len(page.report.policies))


def _rejects(page: _Page) -> Iterator[RenderableType]:
    report = page.report
    total = sum(report.rejects.values())
    if not total:
        yield _title("Lines that could not be used: none")
        return
    share = page.words.share(total, report.lines)
    yield _title(
        f"Lines that could not be used: {page.number(total)} ({share})", style="bold yellow"
    )
    table = _table("Reason", numbers=("Lines",), after=("For example",))
    for reason, count in islice(_by_count(report.rejects), LONGEST):
        places = ", ".join(page.name(p, 60) for p in report.reject_samples.get(reason, ())[:3])
        table.add_row(page.name(reason, 60), page.number(count), places)
    yield _indented(table)
    yield from _more(len(report.rejects))


def _ignored(page: _Page) -> Iterator[RenderableType]:
    ignored = page.report.ignored
    if not any(ignored.values()):
        return
    parts = [
        f"{page.number(count)} {page.name(reason)}"
        for reason, count in islice(_by_count(ignored), LONGEST)
    ]
    more = len(ignored) - len(parts)
    tail = f" and {more} more (see --json)" if more > 0 else ""
    yield _title("Left out as the mapping says")
    yield _indented(Text(", ".join(parts) + tail))


def _findings(page: _Page) -> Iterator[RenderableType]:
    findings = sorted(page.report.findings, key=lambda f: -f.severity)
    if not findings:
        return
    yield _title(f"Findings: {len(findings)}", style="bold yellow")
    for one in islice(findings, LONGEST):
        yield _indented(_finding(page, one))
    yield from _more(len(findings))


def _finding(page: _Page, one: Finding) -> Group:
    style = "bold red" if one.severity >= 4 else "yellow"
    head = Text.assemble((one.severity.name.lower(), style), "  ", page.name(one.what, 400))
    return Group(head, Text(f"  {page.name(one.help, 400)}", style="dim"))


def _ledger(page: _Page) -> Iterator[RenderableType]:
    report = page.report
    yield _title("Ledger")
    if report.ledger is None:
        yield _indented(
            Text("none was written: run again with --ledger DIR to keep the exact persons read")
        )
        return
    where, entries = report.ledger
    yield _indented(Text(f"{page.many(entries, 'entry', 'entries')} in {page.name(where, 200)}"))
    if report.stopped:
        account, plain = report.stopped[0].account, not page.unicode
        option = "--account=" if account.startswith("-") else "--account "
        ledger, who = shell_word(where, ascii_only=plain), shell_word(account, ascii_only=plain)
        yield _indented(Text(f"the persons that {page.name(account)} read, one by one:"))
        command = f"ecluse exposure --ledger {ledger} {option}{who} --out persons.csv"
        yield Text(
            f"  {command}", style="bold", no_wrap=True, overflow="ignore"
        )  # never broken: it is copied


def _by_count(counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _title(text: str, *, style: str = "bold") -> Text:
    return Text("\n" + text, style=style)


def _indented(block: RenderableType) -> Padding:
    return Padding(block, (0, 0, 0, 2))


def _more(total: int) -> Iterator[RenderableType]:
    if total > LONGEST:
        yield _indented(Text(f"and {total - LONGEST:,} more (see --json)", style="dim"))


def _table(*heads: str, numbers: tuple[str, ...], after: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        table.add_column(head, overflow="fold")
    for head in numbers:
        table.add_column(head, justify="right", no_wrap=True)
    for head in after:
        table.add_column(head, overflow="fold")
    return table
