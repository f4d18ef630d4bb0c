"""Chapter 5: whom the policies would have disturbed in honest work, by a backtest."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.assurance import Assurance, Disturbance, DisturbedKind, RefusalCase
from ecluse.reports.assurance.figures import Column as Bar
from ecluse.reports.assurance.figures import column_chart
from ecluse.reports.assurance.phrases import known, name
from ecluse.reports.document.blocks import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Note,
    Paragraph,
    Table,
)
from ecluse.reports.language import Words

__all__ = ["chapter"]

_WEEKS: Final = 53
_ROWS: Final = 60


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """Kinds, weeks and cases, or that no backtest was given."""
    say, found = words.say, facts.disturbance
    yield Heading(say("disturbed.title"))
    yield Paragraph(say("disturbed.text"))
    if found is None:
        yield Note(say("disturbed.none"), warns=True)
        return
    if found.digest != facts.policies.digest:
        yield Note(say("disturbed.other_policy"), warns=True)
    yield Paragraph(_frame(found, words))
    yield _kinds(found, words)
    if found.weeks:
        yield _figure(found, words)
    if found.cases:
        yield _cases(found.cases, words)
    else:
        yield Paragraph(say("disturbed.no_cases"))


def _frame(found: Disturbance, words: Words) -> str:
    if found.first_at is None or found.last_at is None:
        return words.say("disturbed.empty")
    span = words.say("disturbed.span", first=words.date(found.first_at), last=words.date(found.last_at))  # fmt: skip
    return words.say("disturbed.frame", n=found.requests, span=span, price=_price(found.total, words), days=found.total.days, disturbed=found.total.disturbed)  # fmt: skip


def _price(row: DisturbedKind, words: Words) -> str:
    """Account-days with a refusal in a thousand, to a hundredth."""
    hundredths = round(100_000 * row.disturbed / row.days) if row.days else 0
    whole, rest = divmod(hundredths, 100)
    return f"{words.number(whole)}{words.say('number.decimal')}{rest:02}"


def _kinds(found: Disturbance, words: Words) -> Table:
    say = words.say
    columns = (
        Column(say("disturbed.kind"), width=3),
        *(Column(say(f"disturbed.{key}"), number=True) for key in ("accounts", "days", "refused", "held", "price")),
    )  # fmt: skip
    rows = tuple(
        (
            Cell(name(row.kind) if row.kind else say("disturbed.unknown"), strong=True),
            Cell(words.number(row.accounts)),
            Cell(words.number(row.days)),
            Cell(words.number(row.refused)),
            Cell(words.number(row.held)),
            Cell(_price(row, words)),
        )
        for row in found.kinds[:_ROWS]
    )
    return Table(say("disturbed.caption"), columns, rows, say("disturbed.note"))


def _figure(found: Disturbance, words: Words) -> Figure:
    weeks = found.weeks[-_WEEKS:]
    bars = [Bar(_day(w.week, words), w.disturbed) for w in weeks]
    told = words.say("list.between").join(
        words.say("disturbed.told", week=w.week, n=w.disturbed) for w in weeks
    )
    drawing = column_chart(bars, words, every=1 + len(bars) // 14)
    return Figure(words.say("disturbed.figure"), told, drawing, words.say("disturbed.key"))


def _day(week: str, words: Words) -> str:
    """`28 Sep` of `2026-09-28`; a day of the calendar, whatever the zone."""
    _, month, day = week.split("-")
    short = words.sentences["months_short"][int(month) - 1]
    return words.say("date.short", day=str(int(day)), month=short)


def _cases(cases: tuple[RefusalCase, ...], words: Words) -> Table:
    say = words.say
    columns = (
        Column(say("case.at"), width=2),
        Column(say("case.who"), width=3),
        Column(say("case.policy"), width=3),
        Column(say("case.refused"), number=True),
        Column(say("case.persons"), number=True),
        Column(say("case.reason"), width=4),
    )
    rows = tuple(
        (
            Cell(words.stamp(c.at)[:10]),
            Cell(name(c.kind) if c.kind else say("disturbed.unknown"), name(c.organization) if c.organization else ""),
            Cell(name(c.policy), known(words, f"effect.{c.effect}", c.effect)),
            Cell(words.number(c.refused)),
            Cell(words.number(c.persons)),
            _reason(c, words),
        )
        for c in cases[:_ROWS]
    )  # fmt: skip
    rest = len(cases) - _ROWS
    return Table(say("case.caption"), columns, rows, say("more.rows", n=rest) if rest > 0 else "")


def _reason(case: RefusalCase, words: Words) -> Cell:
    if not case.reason:
        return Cell(words.say("case.unexplained"), strong=True)
    return Cell(name(case.reason), "" if case.honest else words.say("case.hostile"))
