"""What does one show to a director? One self-contained page, in English, in French or in both, printable on A4."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ecluse.model.report import ReplayReport, Stopped
from ecluse.model.time import format_duration
from ecluse.reports.charts import (
    Comparison,
    CurveChart,
    Histogram,
    TimelineChart,
    comparisons,
    curve_chart,
    histogram,
    timeline_chart,
)
from ecluse.reports.language import LANGUAGES, Language, Words, words
from ecluse.reports.text import shell_word, visible

__all__ = ["render"]

ROWS: Final = 50
CURVES: Final = 6
COMPARISONS: Final = 12
HISTOGRAMS: Final = 24


@dataclass(frozen=True, slots=True)
class _View:
    """The report in one language, with its charts laid out; what the template sees."""

    report: ReplayReport
    words: Words
    timeline: TimelineChart | None
    curves: tuple[CurveChart, ...]
    comparisons: tuple[Comparison, ...]
    histograms: tuple[Histogram, ...]

    @property
    def language(self) -> Language:
        return self.words.language

    def effect(self, word: str) -> str:
        key = f"effect.{word}"
        return self.words.say(key) if key in self.words.sentences else visible(word)

    def rule(self, stopped: Stopped) -> str:
        """The limit that stopped an account, in words."""
        if stopped.window <= 0:
            return self.words.say("stopped.earlier_hold")
        return self.words.say(
            "stopped.limit", limit=stopped.limit, window=self.words.duration(stopped.window)
        )

    def summary(self) -> str:
        return _summary(self)

    def exposure(self, stopped: Stopped) -> str:
        assert self.report.ledger is not None
        option = "--account=" if stopped.account.startswith("-") else "--account "
        where, who = shell_word(self.report.ledger[0]), shell_word(stopped.account)
        return f"ecluse exposure --ledger {where} {option}{who} --out persons.csv"


def render(
    report: ReplayReport, *, language: Language | Literal["both"] = "both", zone: str | None = None
) -> str:
    """Writes the page: no script, nothing fetched, styles allowed by their hash alone.

    Args:
        report: what the replay found.
        language: one language, or both with a switch that needs no script; English shows first.
        zone: IANA zone in which times are written, UTC when absent.
    """
    spoken = LANGUAGES if language == "both" else (language,)
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment().get_template("replay.html.j2")
    return page.render(
        views=[_view(report, words(one, zone=zone)) for one in spoken], style=style, digest=digest
    )


def _view(report: ReplayReport, spoken: Words) -> _View:
    charts = (curve_chart(s, spoken) for s in report.stopped[:CURVES])
    histograms = (histogram(c, spoken) for c in report.curves)
    return _View(
        report=report,
        words=spoken,
        timeline=timeline_chart(report, spoken),
        curves=tuple(c for c in charts if c is not None),
        comparisons=comparisons(report.stopped[:COMPARISONS], width=520),
        histograms=tuple(h for h in histograms if h is not None)[:HISTOGRAMS],
    )


def _summary(view: _View) -> str:
    """The whole story in a paragraph; conditional, because a replay says what would have been."""
    report, say = view.report, view.words.say
    if not report.events or report.first_at is None or report.last_at is None:
        return say("summary.empty", n=report.lines)
    span = _span(view.words, report.first_at, report.last_at)
    frame = say(
        "summary.frame", n=report.accounts, span=span, events=report.events, persons=report.persons
    )
    if not report.stopped:
        return f"{frame} {say('summary.none')}"
    asked = sum(s.persons_attempted for s in report.stopped)
    read = sum(s.persons_read for s in report.stopped)
    if len(report.stopped) > 1:
        return f"{frame} {say('summary.many', n=len(report.stopped), asked=asked, read=read)}"
    one = report.stopped[0]
    facts: Mapping[str, object] = {
        "account": visible(one.account),
        "policy": visible(one.policy),
        "at": view.words.instant(one.at),
        "rule": view.rule(one),
    }
    story = say("summary.one", n=one.persons_read_before, asked=asked, **facts)
    return f"{frame} {story} {say('summary.in_all', n=read, spared=asked - read)}"


def _span(spoken: Words, first: int, last: int) -> str:
    if spoken.date(first) == spoken.date(last):
        start, end = spoken.stamp(first)[11:], spoken.stamp(last)[11:]
        return spoken.say("span.day", date=spoken.date(first), start=start, end=end)
    return spoken.say("span.days", first=spoken.instant(first), last=spoken.instant(last))


def _style() -> str:
    return files("ecluse.reports").joinpath("templates", "style.css").read_text("utf-8")


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
    environment.filters["as_policy"] = format_duration
    environment.globals.update(
        ROWS=ROWS, CURVES=CURVES, COMPARISONS=COMPARISONS, HISTOGRAMS=HISTOGRAMS
    )
    return environment
