"""What does a backtest look like in a terminal? The one sentence first, then the tables, then the cases."""

import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.text import Text

from ecluse.model.backtest import Backtest, Case, Disturbed, Tried
from ecluse.model.bound import Bound
from ecluse.model.finding import Severity
from ecluse.model.time import DAY, HOUR, MINUTE, format_duration
from ecluse.reports.language import Words, words
from ecluse.reports.page import LONGEST, indented, more, table, title
from ecluse.reports.text import visible

__all__ = ["console_text", "render"]

_NARROWEST: Final = 40
_WIDE: Final = 110


def render(
    report: Backtest, *, width: int, color: bool, unicode: bool = True, zone: str | None = None
) -> str:
    """Writes the page as text.

    Args:
        report: what the backtest found.
        width: columns of the terminal; 40 at least.
        color: whether to colour it.
        unicode: whether more than ASCII can be shown.
        zone: IANA zone in which instants are shown, UTC when absent.
    """
    page = _Page(words("en", zone=zone), max(width, _NARROWEST), unicode)
    first = report.tried[0]
    blocks = [
        *_head(page, report),
        *_kinds(page, first),
        *_weeks(page, first),
        *_organizations(page, first),
        *_budgets(page, first),
        *_cases(page, first),
        *(block for other in report.tried[1:] for block in _against(page, first, other)),
        *_bounds(page, report),
        *_unused(page, first),
        *_findings(page, report),
    ]
    return console_text(Group(*blocks), width=page.width, color=color)


def console_text(content: RenderableType, *, width: int, color: bool) -> str:
    """What a rich console of that width would show; colours are the only sequences in it."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=color, color_system="standard" if color else None,
        no_color=not color, highlight=False, markup=False, emoji=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    with console.capture() as capture:
        console.print(content, crop=False)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


class _Page:
    """How names, numbers and instants are written."""

    def __init__(self, spoken: Words, width: int, unicode: bool) -> None:  # noqa: FBT001 - private
        self.words, self.width, self._unicode = spoken, width, unicode

    def name(self, text: str, longest: int = 40) -> str:
        return visible(text, longest=longest, ascii_only=not self._unicode) if text else "-"

    def number(self, value: int) -> str:
        return self.words.number(value)

    def many(self, value: int, one: str, other: str) -> str:
        return f"{self.number(value)} {one if value == 1 else other}"


def _head(page: _Page, report: Backtest) -> Iterator[RenderableType]:
    first = report.tried[0]
    rows, policy = first.total, page.name(first.policy_file, 60)
    if not report.requests or report.first_at is None or report.last_at is None:
        yield Text("nothing was asked: there is nothing to test", style="bold red")
        return
    stopped = rows.refused + rows.held
    said = (
        f"{policy}: {page.many(stopped, 'account', 'accounts')} of {page.number(rows.accounts)} would have been refused, "
        f"in {page.many(len(first.cases), 'case', 'cases')}"
        if stopped
        else f"{policy}: nobody would have been refused"
    )
    yield Text(said, style="bold red" if stopped else "bold green")
    explained = sum(bool(c.reason) for c in first.cases)
    price = f"{rows.price:.2f} in 1,000 account-days disturbed ({page.number(rows.disturbed)} of {page.number(rows.days)})"
    yield Text(f"{price}; {page.many(explained, 'case', 'cases')} explained by a label")
    since = report.first_at if report.since is None else max(report.since, report.first_at)
    zone = f" {page.words.zone_name}"
    yield Text(
        f"{page.number(rows.requests)} requests asked, released or refused, from {page.words.stamp(since)} "
        f"to {page.words.stamp(report.last_at)}{zone}; {report.seconds:.1f} s, of which this policy set {first.seconds:.1f} s",
        style="dim",
    )


_NUMBERS: Final = (
    "Account-\ndays", "Accounts", "Warned", "Refused", "Held", "Requests\nrefused", "Disturbed\nper 1,000", "Explained\ndays",
)  # fmt: skip


def _rows(
    page: _Page, heads: tuple[str, ...], rows: Sequence[tuple[tuple[str, ...], Disturbed]]
) -> RenderableType:
    made = table(*heads, numbers=_NUMBERS if page.width >= _WIDE else _NUMBERS[1:7])
    for names, row in rows:
        cells = [
            page.number(row.days), page.number(row.accounts), page.number(row.warned), page.number(row.refused),
            page.number(row.held), page.number(row.stopped), f"{row.price:.2f}", page.number(row.explained),
        ]  # fmt: skip
        made.add_row(*names, *(cells if page.width >= _WIDE else cells[1:7]))
    return indented(made)


def _kinds(page: _Page, tried: Tried) -> Iterator[RenderableType]:
    if tried.by_kind:
        yield title("By kind of account")
        yield _rows(page, ("Kind",), [((page.name(r.name),), r) for r in tried.by_kind])


def _weeks(page: _Page, tried: Tried) -> Iterator[RenderableType]:
    if tried.by_week:
        yield title("By week (its Monday)")
        yield _rows(page, ("Week",), [((r.name,), r) for r in tried.by_week])


def _organizations(page: _Page, tried: Tried) -> Iterator[RenderableType]:
    touched = [r for r in tried.by_organization if r.refused or r.held]
    if touched:
        touched.sort(key=lambda r: (-r.disturbed, r.name))
        yield title(f"Organizations with a refusal: {len(touched)} of {len(tried.by_organization)}")
        yield _rows(page, ("Organization",), [((page.name(r.name),), r) for r in touched[:LONGEST]])
        yield from more(len(touched))


def _budgets(page: _Page, tried: Tried) -> Iterator[RenderableType]:
    if not tried.budgets:
        return
    yield title("By budget")
    made = table(
        "Budget",
        "Beyond",
        numbers=("Requests\nover", "Accounts\nover", "Requests\nwarned", "Accounts\nwarned"),
    )
    for row in tried.budgets:
        effect = f"{row.effect} (only watched)" if row.shadow else row.effect
        numbers = (row.over, row.over_accounts, row.warned, row.warned_accounts)
        made.add_row(page.name(row.policy), effect, *map(page.number, numbers))
    yield indented(made)


def _cases(page: _Page, tried: Tried) -> Iterator[RenderableType]:
    open_cases = [c for c in tried.cases if not c.reason]
    told = [c for c in tried.cases if c.reason]
    if open_cases:
        yield title(f"Cases that nobody has explained: {len(open_cases)} (--cases writes them all)")
        yield indented(Group(*(_case(page, c) for c in islice(open_cases, LONGEST))))
        yield from more(len(open_cases))
    if told:
        yield title(f"Cases that a label explains: {len(told)}")
        yield indented(Group(*(_case(page, c) for c in islice(told, LONGEST))))
        yield from more(len(told))


def _case(page: _Page, case: Case) -> RenderableType:
    who = ", ".join(
        page.name(part) for part in (case.account, case.kind, case.organization) if part
    )
    closed = (
        "nothing let through since" if case.closed is None else f"closed for {_about(case.closed)}"
    )
    lines = [
        Text.assemble((who, "bold"), f"  {page.words.stamp(case.first_at)}"),
        Text(
            f"  {case.effect} by {page.name(case.policy)}: {_rule(page, case)}; "
            f"{page.many(case.refused, 'request', 'requests')} refused ({page.many(case.persons, 'person', 'persons')}), "
            f"{page.number(case.released)} let through meanwhile; {closed}"
        ),
    ]
    if case.reason:
        lines.append(
            Text(
                f"  {page.name(case.reason, 200)}{'' if case.honest else ' (not honest)'}",
                style="dim",
            )
        )
    return Group(*lines)


def _rule(page: _Page, case: Case) -> str:
    if not case.window:
        return "an earlier hold"
    more_than = "more than " if case.used > case.limit else ""
    return f"{more_than}{page.number(case.limit)} in {format_duration(case.window)}"


def _about(micros: int) -> str:
    for size, one, many in (
        (DAY, "day", "days"),
        (HOUR, "hour", "hours"),
        (MINUTE, "minute", "minutes"),
    ):
        if micros >= size:
            number = round(micros / size)
            return f"{number} {one if number == 1 else many}"
    return f"{max(1, round(micros / 1e6))} s"


def _against(page: _Page, first: Tried, other: Tried) -> Iterator[RenderableType]:
    yield title(f"{page.name(first.policy_file, 60)} against {page.name(other.policy_file, 60)}")
    made = table(
        "Kind",
        numbers=(
            "Requests\nrefused",
            "against",
            "Accounts\nrefused",
            "against",
            "Per 1,000\ndays",
            "against",
        ),
    )
    theirs = {r.name: r for r in other.by_kind}
    for row in (*first.by_kind, first.total):
        that = other.total if row is first.total else theirs[row.name]
        name = "all" if row is first.total else page.name(row.name)
        made.add_row(
            name, page.number(row.stopped), page.number(that.stopped), page.number(row.refused + row.held),
            page.number(that.refused + that.held), f"{row.price:.2f}", f"{that.price:.2f}",
        )  # fmt: skip
    yield indented(made)
    ours, new = ({c.account for c in t.cases} for t in (first, other))
    only = page.many(len(new - ours), "account", "accounts")
    fewer = page.many(len(ours - new), "account", "accounts")
    yield indented(
        Text(f"{only} refused only there, {fewer} no more; {other.seconds:.1f} s", style="dim")
    )


def _bounds(page: _Page, report: Backtest) -> Iterator[RenderableType]:
    if not report.tried[0].bounds:
        return
    yield title("What a thief could take with one stolen account (`ecluse bound` has the plan)")
    horizons = [format_duration(h.horizon) for h in report.tried[0].bounds[0].horizons]
    made = table("Kind", "Policy", numbers=tuple(horizons))
    for number, bound in enumerate(report.tried[0].bounds):
        for tried in report.tried:
            mine = tried.bounds[number]
            kind = (
                page.name(bound.adversary.stolen[0].kind or "") if tried is report.tried[0] else ""
            )
            made.add_row(kind, page.name(tried.policy_file), *_persons(page, mine))
    yield indented(made)


def _persons(page: _Page, bound: Bound) -> Iterator[str]:
    for horizon in bound.horizons:
        yield "no end" if horizon.persons is None else page.number(horizon.persons)


def _unused(page: _Page, tried: Tried) -> Iterator[RenderableType]:
    if tried.unused:
        yield title(f"Labels that explain no case: {len(tried.unused)}", style="bold yellow")
        for label in islice(tried.unused, LONGEST):
            yield indented(Text(f"{page.name(label.place, 80)}: {page.name(label.reason, 80)}"))
        yield from more(len(tried.unused))


def _findings(page: _Page, report: Backtest) -> Iterator[RenderableType]:
    found = sorted(report.findings, key=lambda f: -f.severity)
    if not found:
        return
    yield title(f"Findings: {len(found)}", style="bold yellow")
    for one in islice(found, LONGEST):
        style = "bold red" if one.severity >= Severity.HIGH else "yellow"
        head = Text.assemble((one.severity.name.lower(), style), "  ", page.name(one.what, 400))
        yield indented(Group(head, Text(f"  {page.name(one.help, 400)}", style="dim")))
    yield from more(len(found))
