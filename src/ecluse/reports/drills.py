"""How does one show the history of drills? One self-contained page, in English, in French or in both, printable on A4."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from ecluse.model.drill import Past
from ecluse.reports.charts import Bar, Box, Mark
from ecluse.reports.language import LANGUAGES, Language, Words, words
from ecluse.reports.text import visible

__all__ = ["RunsChart", "chart", "render"]

_CHART: Final = 40
"""Runs in the chart, the last ones."""
_ROWS: Final = 200
_LABELS: Final = 6


@dataclass(frozen=True, slots=True)
class RunsChart:
    """A bar a run: persons read before the account was stopped; and a line at the number that was printed.

    Attributes:
        printed: lines of no height, one a run that printed a number.
    """

    box: Box
    passed: tuple[Bar, ...]
    failed: tuple[Bar, ...]
    waiting: tuple[Bar, ...]
    printed: tuple[Bar, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """The history in one language; what the template sees."""

    runs: tuple[Past, ...]
    words: Words
    chart: RunsChart | None

    @property
    def language(self) -> Language:
        return self.words.language

    @property
    def passed(self) -> int:
        return sum(run.passed is True for run in self.runs)

    @property
    def failed(self) -> int:
        return sum(run.passed is False for run in self.runs)

    def outcome(self, run: Past) -> str:
        key = {True: "passed", False: "failed", None: "waiting"}[run.passed]
        return self.words.say(f"drills_outcome.{key}")

    def reasons(self, run: Past) -> str:
        known = self.words.sentences
        return ", ".join(
            self.words.say(f"drills_check.{code}") if f"drills_check.{code}" in known else code
            for code in run.failed
        )

    def seconds(self, value: int | None) -> str:
        return "–" if value is None else self.words.say("drills.seconds", s=value)

    def count(self, value: int | None) -> str:
        return "–" if value is None else self.words.number(value)


def render(
    runs: Sequence[Past],
    *,
    language: Language | Literal["both"] = "both",
    zone: str | None = None,
) -> str:
    """Writes the page: no script, nothing fetched, styles allowed by their hash alone.

    Args:
        runs: in their order; the page shows the last first.
        language: one language, or both with a switch that needs no script.
        zone: IANA zone in which times are written, UTC when absent.
    """
    spoken = LANGUAGES if language == "both" else (language,)
    style = _sheet("style.css") + _sheet("drills.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    newest = tuple(reversed(runs))[:_ROWS]
    opened = [words(one, zone=zone) for one in spoken]
    views = [_View(newest, one, chart(runs[-_CHART:], one)) for one in opened]
    page = _environment().get_template("drills.html.j2")
    return page.render(views=views, total=len(runs), style=style, digest=digest)


def chart(runs: Sequence[Past], spoken: Words) -> RunsChart | None:
    """Lays out the runs from left to right, or nothing when none came as far as reading."""
    most = max((max(r.read or 0, r.printed or 0) for r in runs), default=0)
    if most == 0:
        return None
    box = Box(720, 250, left=56, right=694, top=34, bottom=212)
    each = (box.right - box.left) / len(runs)
    wide = min(each * 0.7, 44.0)
    bars: dict[bool | None, list[Bar]] = {True: [], False: [], None: []}
    printed, across = [], []
    step = -(-len(runs) // _LABELS)
    for number, run in enumerate(runs):
        x = box.left + number * each + (each - wide) / 2
        if run.read is not None:
            high = max(run.read / most * (box.bottom - box.top), 1.5)
            bars[run.passed].append(Bar(x, box.bottom - high, wide, high))
        if run.printed is not None:
            y = box.bottom - run.printed / most * (box.bottom - box.top)
            printed.append(Bar(x - 3, y, wide + 6, 0))
        if number % step == 0:
            across.append(Mark(x + wide / 2, spoken.clock(run.at, "day")))
    up = tuple(
        Mark(box.bottom - part * (box.bottom - box.top), spoken.short_number(round(most * part)))
        for part in (0.0, 0.5, 1.0)
        if part != 0.5 or most % 2 == 0
    )
    return RunsChart(
        box, tuple(bars[True]), tuple(bars[False]), tuple(bars[None]), tuple(printed), tuple(across), up
    )  # fmt: skip


def _sheet(name: str) -> str:
    return files("ecluse.reports").joinpath("templates", name).read_text("utf-8")


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
