"""What does a replay look like in lists? Who was stopped, what the policies decided, what could not be read, what was found."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ecluse.model.finding import Finding, Severity
from ecluse.model.report import Stopped
from ecluse.model.time import format_duration
from ecluse.reports.page import LONGEST, Page, by_count, indented, more, table, title

__all__ = ["findings", "ignored_lines", "policies", "rejects", "stopped_accounts"]

_WIDE: Final = 96
_WIDE_WITH_ZONE: Final = 124
"""Columns from which the stopped accounts fit into a table."""


def stopped_accounts(page: Page) -> Iterator[RenderableType]:
    """Who was stopped, when, by what, and how many persons it read; a table where there is room."""
    stopped = page.report.stopped
    if not stopped:
        return
    wide = page.width >= (_WIDE_WITH_ZONE if page.local else _WIDE)
    yield title("Stopped accounts (persons read, and what they would have read)")
    yield indented(_stopped_table(page) if wide else _stopped_list(page))
    yield from more(len(stopped))


def _stopped_table(page: Page) -> Table:
    local = [page.words.zone_name] if page.local else []
    heads = ["Account", "First refused\n(UTC)", *local, "Policy", "Limit", "Effect"]
    rows = table(*heads, numbers=("Read", "Would\nhave read", "Accesses\nrefused"))
    for one in islice(page.report.stopped, LONGEST):
        rows.add_row(
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
    return rows


def _whole(text: str) -> Text:
    return Text(text, no_wrap=True)


def _stopped_list(page: Page) -> Group:
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


def _window(page: Page, one: Stopped) -> str:
    return (
        f"{page.number(one.limit)} in {format_duration(one.window)}"
        if one.window > 0
        else "an earlier hold"
    )


def policies(page: Page) -> Iterator[RenderableType]:
    """How often each policy determined each effect."""
    if not page.report.policies:
        return
    effects = ", ".join(
        f"{page.number(n)} {page.name(e, 40)}" for e, n in by_count(page.report.effects)
    )
    yield title(f"What the policies decided: {effects}")
    rows = table("Policy", "Effect", "Mode", numbers=("Events", "Accounts"))
    for one in islice(page.report.policies, LONGEST):
        mode = "shadow (only watched)" if one.shadow else "enforce"
        rows.add_row(
            page.name(one.policy, 40),
            one.effect,
            mode,
            page.number(one.events),
            page.number(one.accounts),
        )
    yield indented(rows)
    yield from more(len(page.report.policies))


def rejects(page: Page) -> Iterator[RenderableType]:
    """The lines that could not be used, by reason, with places to look at."""
    report = page.report
    total = sum(report.rejects.values())
    if not total:
        yield title("Lines that could not be used: none")
        return
    share = page.words.share(total, report.lines)
    yield title(
        f"Lines that could not be used: {page.number(total)} ({share})", style="bold yellow"
    )
    rows = table("Reason", numbers=("Lines",), after=("For example",))
    for reason, count in islice(by_count(report.rejects), LONGEST):
        places = ", ".join(page.name(p, 60) for p in report.reject_samples.get(reason, ())[:3])
        rows.add_row(page.name(reason, 60), page.number(count), places)
    yield indented(rows)
    yield from more(len(report.rejects))


def ignored_lines(page: Page) -> Iterator[RenderableType]:
    """The lines that the mapping leaves out."""
    ignored = page.report.ignored
    if not any(ignored.values()):
        return
    parts = [
        f"{page.number(count)} {page.name(reason)}"
        for reason, count in islice(by_count(ignored), LONGEST)
    ]
    more = len(ignored) - len(parts)
    tail = f" and {more} more (see --json)" if more > 0 else ""
    yield title("Left out as the mapping says")
    yield indented(Text(", ".join(parts) + tail))


def findings(page: Page) -> Iterator[RenderableType]:
    """The findings, the most severe first."""
    found = sorted(page.report.findings, key=lambda f: -f.severity)
    if not found:
        return
    yield title(f"Findings: {len(found)}", style="bold yellow")
    for one in islice(found, LONGEST):
        yield indented(_finding(page, one))
    yield from more(len(found))


def _finding(page: Page, one: Finding) -> Group:
    style = "bold red" if one.severity >= Severity.HIGH else "yellow"
    head = Text.assemble((one.severity.name.lower(), style), "  ", page.name(one.what, 400))
    return Group(head, Text(f"  {page.name(one.help, 400)}", style="dim"))
