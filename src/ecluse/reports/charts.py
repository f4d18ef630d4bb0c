"""Where do the marks of the HTML report's charts lie? Geometry only; the templates draw it, in black and white too."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecluse.model.report import ReplayReport, Stopped, WindowCurve
from ecluse.reports.language import Words
from ecluse.reports.timeline import Tick, columns, ticks

__all__ = [
    "Bar",
    "Box",
    "Comparison",
    "CurveChart",
    "Histogram",
    "Mark",
    "Panel",
    "TimelineChart",
    "comparisons",
    "curve_chart",
    "histogram",
    "timeline_chart",
]

_COLUMNS: Final = 96
_NEAR: Final = 5
"""From so many times the limit on, the curve gets a second panel that looks at the limit closely."""
_LABEL_GAP: Final = 30.0
_HALF_LETTER: Final = 3.6


@dataclass(frozen=True, slots=True)
class Box:
    """The picture and, inside it, the plot."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label at its place on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """Accesses over time, the refused ones stacked on the permitted ones."""

    box: Box
    permitted: tuple[Bar, ...]
    refused: tuple[Bar, ...]
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    column: int


@dataclass(frozen=True, slots=True)
class Panel:
    """Persons asked for and read over time, as two lines, with the limit as a third."""

    box: Box
    asked: str
    read: str
    limit: float | None
    asked_end: float
    read_end: float
    beyond: float | None
    """Where the line of the persons asked for leaves the panel at the top."""
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class CurveChart:
    """One stopped account: the whole, and near the limit when the whole would hide it."""

    stopped: Stopped
    whole: Panel
    near: Panel | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an account asked for beside what it read, on the scale of the largest."""

    stopped: Stopped
    asked: Bar
    read: Bar
    y: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """How near the keys of one window of one budget came to its limit."""

    curve: WindowCurve
    box: Box
    bars: tuple[Bar, ...]
    labels: tuple[Mark, ...]


def timeline_chart(report: ReplayReport, words: Words) -> TimelineChart | None:
    """Lays out the accesses over time, or nothing when there were none."""
    cells = columns(report.timeline, bucket=report.bucket, most=_COLUMNS)
    most = max((c.permitted + c.refused for c in cells), default=0)
    if most == 0:
        return None
    box = Box(720, 270, left=56, right=694, top=34, bottom=232)
    top, each = _round_up(most), (box.right - box.left) / len(cells)
    column = cells[1].at - cells[0].at if len(cells) > 1 else max(report.bucket, 1)
    permitted, refused = [], []
    for i, cell in enumerate(cells):
        x, wide = box.left + i * each, max(each * 0.86, each - 2)
        low = _tall(cell.permitted, top, box)
        high = _tall(cell.refused, top, box)
        if cell.permitted:
            permitted.append(Bar(x, box.bottom - low, wide, low))
        if cell.refused:
            refused.append(Bar(x, box.bottom - low - high, wide, high))
    across = _across(box, cells[0].at, cells[-1].at + column, words, most=8)
    return TimelineChart(
        box, tuple(permitted), tuple(refused), across, _up(box, top, words), column
    )


def _tall(count: int, top: int, box: Box) -> float:
    return max(count / top * (box.bottom - box.top), 1.2) if count else 0.0


def curve_chart(stopped: Stopped, words: Words) -> CurveChart | None:
    """Lays out the persons of one stopped account over time, or nothing when it has no curve."""
    if not stopped.curve or stopped.persons_attempted == 0:
        return None
    whole = _panel(stopped, words, _round_up(max(stopped.persons_attempted, stopped.curve[-1][1])))
    level = max(stopped.limit, stopped.persons_read)
    if level == 0 or stopped.persons_attempted < _NEAR * level:
        return CurveChart(stopped, whole, None)
    return CurveChart(stopped, whole, _panel(stopped, words, _round_up(math.ceil(level * 1.4))))


def _panel(stopped: Stopped, words: Words, top: int) -> Panel:
    box = Box(360, 220, left=58, right=272, top=14, bottom=186)
    first = stopped.curve[0][0]
    last = max(stopped.curve[-1][0], first + 1)

    def across(at: int) -> float:
        return box.left + (at - first) / (last - first) * (box.right - box.left)

    def up(count: float) -> float:
        return box.bottom - count / top * (box.bottom - box.top)

    asked = [(across(at), float(attempted)) for at, attempted, _ in stopped.curve]
    inside, beyond = _below(asked, float(top))
    limit = up(stopped.limit) if 0 < stopped.limit <= top else None
    read_end = min(
        up(min(stopped.persons_read, top)), box.bottom - 18
    )  # both of its lines stay above the axis
    asked_end = min(up(min(stopped.curve[-1][1], top)), read_end - _LABEL_GAP)
    if asked_end < box.top + 4:
        asked_end = box.top + 4
        read_end = max(read_end, asked_end + _LABEL_GAP)
    return Panel(
        box=box,
        asked=_path([(x, up(y)) for x, y in inside]),
        read=_path([(across(at), up(min(read, top))) for at, _, read in stopped.curve]),
        limit=limit,
        asked_end=asked_end,
        read_end=read_end,
        beyond=beyond,
        across=_across(box, first, last, words, most=3),
        up=_up(box, top, words),
    )


def _below(
    points: Sequence[tuple[float, float]], top: float
) -> tuple[list[tuple[float, float]], float | None]:
    """The part of a rising line up to the height `top`, and where it crosses it."""
    inside: list[tuple[float, float]] = []
    for x, y in points:
        if y <= top:
            inside.append((x, y))
            continue
        before_x, before_y = inside[-1] if inside else (x, 0.0)
        cross = before_x + (x - before_x) * (top - before_y) / (y - before_y)
        return [*inside, (cross, top)], cross
    return inside, None


def _path(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:  # a line of one point would not show
        points = [points[0], (points[0][0] + 3, points[0][1])]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def comparisons(stopped: Sequence[Stopped], *, width: float) -> tuple[Comparison, ...]:
    """Lays out two bars an account, each at least a hair wide when it is not nothing."""
    most = max((s.persons_attempted for s in stopped), default=0)
    if most == 0:
        return ()

    def bar(count: int, y: float, high: float) -> Bar:
        return Bar(0, y, max(count / most * width, 1.5) if count else 0.0, high)

    return tuple(
        Comparison(
            s,
            bar(s.persons_attempted, i * 62 + 20, 14),
            bar(s.persons_read, i * 62 + 37, 14),
            i * 62,
        )
        for i, s in enumerate(stopped)
    )


def histogram(curve: WindowCurve, words: Words) -> Histogram | None:
    """Lays out how many keys had their peak in each tenth of the limit, or nothing when there were none."""
    most = max(curve.peaks, default=0)
    if most == 0:
        return None
    box = Box(350, 150, left=6, right=334, top=22, bottom=122)
    each = (box.right - box.left) / len(curve.peaks)
    bars, labels = [], []
    for i, count in enumerate(curve.peaks):
        high = max(count / most * (box.bottom - box.top), 1.5) if count else 0.0
        bars.append(Bar(box.left + i * each + 1.5, box.bottom - high, each - 3, high))
        if count:
            labels.append(Mark(float(i), words.short_number(count)))
    return Histogram(curve, box, tuple(bars), tuple(labels))


def _across(box: Box, first: int, last: int, words: Words, *, most: int) -> tuple[Mark, ...]:
    """Round instants along the foot of the plot; the first and last instant where no round one lies between."""
    found = ticks(first, last, most=most, offset=words.offset(first))
    if not found:
        return (Mark(box.left, words.clock(first, "second")),)
    wide = (box.right - box.left) / (last - first)
    marks = []
    for tick, label in zip(found, _spoken(found, words), strict=True):
        at = box.left + (tick.at - first) * wide
        fits = at + len(label) * _HALF_LETTER <= box.width
        marks.append(Mark(at, label if fits else words.clock(tick.at, tick.grain)))
    return tuple(marks)


def _spoken(found: Sequence[Tick], words: Words) -> list[str]:
    """Writes the ticks; clock times of several days say at the first of each day which day it is."""
    days = [words.clock(t.at, "day") for t in found]
    labels = [words.clock(t.at, t.grain) for t in found]
    if found[0].grain not in {"minute", "second"} or days[0] == days[-1]:
        return labels
    for i, day in enumerate(days):
        if i == 0 or day != days[i - 1]:
            labels[i] = day if labels[i] == "00:00" else f"{day} {labels[i]}"
    return labels


def _up(box: Box, top: int, words: Words) -> tuple[Mark, ...]:
    whole = [n for n in (4, 5, 3, 2, 1) if top % n == 0]
    parts = min(
        whole, key=lambda n: (len(str(top // n).rstrip("0")), n == 1)
    )  # the roundest labels
    high = (box.bottom - box.top) / parts
    return tuple(
        Mark(box.bottom - i * high, words.short_number(top // parts * i)) for i in range(parts + 1)
    )


def _round_up(number: int) -> int:
    """The next number with one or one and a half round digits: 1, 1.5, 2, 2.5, 3, 4, … times a power of ten."""
    assert number >= 0
    if number <= 10:
        return max(number, 1)
    tenth: int = 10 ** (len(str(number)) - 2)
    return next(n * tenth for n in (10, 15, 20, 25, 30, 40, 50, 60, 80, 100) if n * tenth >= number)
