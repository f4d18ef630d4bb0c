"""What does a manager get of a backtest? One self-contained page, in English, in French or in both, printable on A4."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ecluse.model.backtest import Backtest, Case, Disturbed, Tried
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND
from ecluse.reports.charts import Bar, Box, Mark
from ecluse.reports.language import LANGUAGES, Language, Words, words
from ecluse.reports.text import visible

__all__ = ["WeekChart", "render"]

ROWS: Final = 60
_WEEKS_MAX: Final = 60
_UNITS: Final = (DAY, HOUR, MINUTE, SECOND)


@dataclass(frozen=True, slots=True)
class WeekChart:
    """Account-days with a refusal by week; the explained ones stand on the others."""

    box: Box
    open: tuple[Bar, ...]
    explained: tuple[Bar, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


class _View:
    """The report in one language; what the template sees."""

    def __init__(self, report: Backtest, spoken: Words) -> None:
        self.report, self.words, self.first = report, spoken, report.tried[0]
        self.say, self.number = spoken.say, spoken.number
        self.open_cases = [c for c in self.first.cases if not c.reason]
        self.told = [c for c in self.first.cases if c.reason]
        touched = [r for r in self.first.by_organization if r.refused or r.held]
        self.touched = sorted(touched, key=lambda r: (-r.disturbed, r.name))[:ROWS]
        self.chart = _week_chart(self.first.by_week, spoken)

    @property
    def language(self) -> Language:
        return self.words.language

    def name(self, text: str) -> str:
        return visible(text) if text else self.say("backtest.unknown")

    def price(self, value: float) -> str:
        return f"{value:.2f}".replace(".", self.say("number.decimal"))

    def summary(self) -> str:
        report, rows = self.report, self.first.total
        if report.first_at is None or report.last_at is None:
            return self.say("backtest.summary.empty")
        begin = report.first_at if report.since is None else max(report.since, report.first_at)
        facts: dict[str, object] = {
            "first": self.words.date(begin),
            "last": self.words.date(report.last_at),
            "policy": visible(self.first.policy_file),
        }
        stopped = rows.refused + rows.held
        if not stopped:
            return self.say("backtest.summary.none", n=rows.accounts, **facts)
        return self.say(
            "backtest.summary.some",
            n=stopped,
            accounts=rows.accounts,
            cases=len(self.first.cases),
            explained=len(self.told),
            **facts,
        )

    def rule(self, case: Case) -> str:
        if not case.window:
            return self.say("backtest.hold")
        return self.say("backtest.rule", limit=case.limit, window=self.words.duration(case.window))

    def closed(self, case: Case) -> str:
        if case.closed is None:
            return self.say("backtest.open_end")
        unit = next((u for u in _UNITS if case.closed >= u), SECOND)
        number = max(1, round(case.closed / unit))
        if unit == DAY and number == 1:
            return self.say("unit.day", n=1)
        return self.words.duration(number * unit)

    def side_by_side(self, other: Tried) -> Iterator[tuple[str, str, Disturbed]]:
        theirs = {row.name: row for row in other.by_kind}
        pairs = [(self.name(row.name), row, theirs[row.name]) for row in self.first.by_kind]
        for name, ours, that in (*pairs, (self.say("backtest.all"), self.first.total, other.total)):
            yield name, visible(self.first.policy_file), ours
            yield "", visible(other.policy_file), that

    def bounds(self) -> Iterator[tuple[str, str, list[str]]]:
        for number, bound in enumerate(self.first.bounds):
            for tried in self.report.tried:
                kind = (
                    self.name(bound.adversary.stolen[0].kind or "") if tried is self.first else ""
                )
                persons = [
                    self.say("backtest.no_end") if h.persons is None else self.number(h.persons)
                    for h in tried.bounds[number].horizons
                ]
                yield kind, visible(tried.policy_file), persons


def render(
    report: Backtest,
    *,
    language: Language | Literal["both"] = "both",
    zone: str | None = None,
) -> str:
    """Writes the page: no script, nothing fetched, styles allowed by their hash alone.

    Args:
        report: what the backtest found.
        language: one language, or both with a switch that needs no script; English shows first.
        zone: IANA zone in which times are written, UTC when absent.
    """
    spoken = LANGUAGES if language == "both" else (language,)
    style = files("ecluse.reports").joinpath("templates", "style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    views = [_View(report, words(one, zone=zone, document="backtest")) for one in spoken]
    return (
        _environment()
        .get_template("backtest.html.j2")
        .render(views=views, style=style, digest=digest, ROWS=ROWS)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ecluse.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["visible"] = visible
    return environment


def _week_chart(rows: Sequence[Disturbed], spoken: Words) -> WeekChart | None:
    """Lays out the weeks; nothing when one week or nothing is there to show."""
    rows = rows[-_WEEKS_MAX:]
    most = max((row.disturbed for row in rows), default=0)
    if len(rows) < 2 or not most:
        return None
    box = Box(720, 230, left=56, right=694, top=34, bottom=192)
    each, high = (box.right - box.left) / len(rows), (box.bottom - box.top) / most
    open_bars, explained, across = [], [], []
    for number, row in enumerate(rows):
        x, wide = box.left + number * each, max(each * 0.8, each - 4)
        told = row.explained * high
        rest = (row.disturbed - row.explained) * high
        if rest:
            open_bars.append(Bar(x, box.bottom - rest, wide, rest))
        if told:
            explained.append(Bar(x, box.bottom - rest - told, wide, told))
        if number % max(1, -(-len(rows) // 9)) == 0:
            month, day = int(row.name[5:7]), int(row.name[8:10])
            label = spoken.say(
                "date.short", day=str(day), month=spoken.sentences["months_short"][month - 1]
            )
            across.append(Mark(x + wide / 2, label))
    steps = sorted({0, most // 2, most})
    up = tuple(Mark(box.bottom - step * high, spoken.number(step)) for step in steps)
    return WeekChart(box, tuple(open_bars), tuple(explained), tuple(across), up)
