"""Chapter 4: what was rehearsed, and whether it ended as printed."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.assurance import Assurance, DrillRun
from ecluse.model.time import SECOND
from ecluse.reports.assurance.figures import Column as Bar
from ecluse.reports.assurance.figures import column_chart
from ecluse.reports.assurance.phrases import known, listed, name
from ecluse.reports.document.blocks import (
    Block,
    Cell,
    Column,
    Figure,
    Heading,
    Note,
    Paragraph,
    Table,
    Tone,
)
from ecluse.reports.language import Words

__all__ = ["chapter"]

_SHOWN: Final = 26
_ROWS: Final = 60
_TONES: Final[dict[str, Tone]] = {"passed": "low", "failed": "open", "broken": "open", "waiting": "middle"}  # fmt: skip


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """The runs as a table and a chart, or that there are none."""
    say = words.say
    yield Heading(say("drill.title"))
    yield Paragraph(say("drill.text"))
    if facts.past is None:
        yield Note(say("drill.no_ledger"), warns=True)
        return
    runs = facts.past.drills
    if not runs:
        yield Note(say("drill.none"), warns=True)
        return
    if facts.past.since is not None and runs[-1].at < facts.past.since:
        yield Note(say("drill.none_since", date=words.date(facts.past.since)), warns=True)
    passed = sum(r.state == "passed" for r in runs)
    yield Paragraph(say("drill.counts", n=len(runs), passed=passed))
    if any(r.read is not None for r in runs):
        yield _figure(runs[-_SHOWN:], words)
    yield _table(runs, words)


def _figure(runs: tuple[DrillRun, ...], words: Words) -> Figure:
    say = words.say
    bars = [
        Bar(words.clock(r.at, "day"), r.read or 0, r.printed, alarming=r.state in {"failed", "broken"})
        for r in runs
    ]  # fmt: skip
    told = say("list.between").join(
        say("drill.told", date=words.date(r.at), n=r.read or 0, state=say(f"drill.{r.state}"))
        for r in runs
    )
    drawing = column_chart(bars, words, every=1 + len(bars) // 14)
    return Figure(say("drill.figure"), told, drawing, say("drill.key"))


def _table(runs: tuple[DrillRun, ...], words: Words) -> Table:
    say = words.say
    columns = (
        Column(say("drill.at"), width=2),
        Column(say("drill.applications"), width=3),
        Column(say("drill.state"), width=3),
        Column(say("drill.read"), number=True),
        Column(say("drill.printed"), number=True),
        Column(say("drill.alarm"), width=2),
        Column(say("drill.acknowledged"), width=2),
        Column(say("drill.by"), width=2),
    )
    rest = len(runs) - _ROWS
    return Table(
        say("drill.caption"),
        columns,
        tuple(_row(r, words) for r in runs[-_ROWS:]),
        say("more.rows", n=rest) if rest > 0 else "",
    )


def _row(run: DrillRun, words: Words) -> tuple[Cell, ...]:
    say = words.say
    state = say(f"drill.{run.state}")
    failed = say("list.between").join(
        known(words, f"check.{code.replace('-', '_')}", code) for code in run.failed
    )
    return (
        Cell(words.stamp(run.at)[:16], name(run.drill) if run.drill else ""),
        Cell(listed(run.applications, words, most=4) or "–"),
        Cell(state, failed, strong=run.state != "passed", tone=_TONES[run.state]),
        Cell("–" if run.read is None else words.number(run.read)),
        Cell("–" if run.printed is None else words.number(run.printed)),
        Cell(_seconds(run.told_after, words)),
        Cell(_seconds(run.acknowledged_after, words)),
        Cell(name(run.by) if run.by else "–", name(run.owner) if run.owner else ""),
    )


def _seconds(seconds: int | None, words: Words) -> str:
    """A measured time, in minutes where it is long."""
    if seconds is None:
        return "–"
    if seconds >= 120:
        return words.duration(round(seconds / 60) * 60 * SECOND)
    return words.duration(max(seconds, 0) * SECOND) if seconds > 0 else words.say("drill.at_once")
