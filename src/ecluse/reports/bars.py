"""How does a terminal draw permits and refusals over time? Permits grow up from the axis, refusals hang below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ecluse.model.time import DAY
from ecluse.reports.language import Words
from ecluse.reports.timeline import Column, ticks

__all__ = ["GUTTER", "OVERHANG", "Row", "lines", "width_of"]

GUTTER: Final = 13
"""Columns of the numbers and the axis to the left of the bars."""

OVERHANG: Final = 4
"""Columns that a label of the axis may stand out to the right of the bars."""

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
ROWS: Final = 4
"""Rows of text for the larger of the two; the smaller takes what it needs, on the same scale."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the chart: what stands left of the bars, the bars, and what they are."""

    gutter: str
    body: str
    kind: Literal["permitted", "refused", "axis", "labels"]


def lines(cells: Sequence[Column], *, bucket: int, unicode: bool, words: Words) -> list[Row]:
    """Draws both on one scale; whatever is not nothing shows, be it one event among millions."""
    most, worst = (
        max((c.permitted for c in cells), default=0),
        max((c.refused for c in cells), default=0),
    )
    if not most and not worst:
        return []
    one_row = max(most, worst) / ROWS
    up, down = (8, 2) if unicode else (1, 1)
    above = _draw(
        [_steps(c.permitted, one_row, up) for c in cells],
        per_row=up,
        glyphs=_EIGHTHS if unicode else " #",
    )
    below = _draw(
        [_steps(c.refused, one_row, down) for c in cells],
        per_row=down,
        glyphs=" ▀█" if unicode else " x",
    )
    each, bar = width_of(cells, bucket), "│" if unicode else "|"
    marks = _marks(cells, each, words)
    rows = [
        Row(f"{words.number(most) if i == 0 else '':>11} {bar}", row, "permitted")
        for i, row in enumerate(above[::-1])
    ]
    rows.append(
        Row(f"{0:>11} {'┼' if unicode else '+'}", _axis(len(cells), marks, unicode=unicode), "axis")
    )
    for i, row in enumerate(below):
        rows.append(
            Row(f"{words.number(worst) if i == len(below) - 1 else '':>11} {bar}", row, "refused")
        )
    return [*rows, Row(" " * GUTTER, _labels(len(cells), marks), "labels")]


def width_of(cells: Sequence[Column], bucket: int) -> int:
    """Tells how long one column is, in microseconds."""
    return cells[1].at - cells[0].at if len(cells) > 1 else max(bucket, 1)


def _marks(cells: Sequence[Column], each: int, words: Words) -> list[tuple[int, str]]:
    """Where on the axis which instants stand, in UTC."""
    first, last = cells[0].at, cells[-1].at + each - 1
    found = ticks(first, last, most=max(1, len(cells) // 12))
    several_days = each * len(cells) > DAY
    labels: list[str] = []
    for tick in found:
        hour = tick.grain in {"minute", "second"}
        day = words.clock(tick.at, "day") + " " if several_days and hour else ""
        zone = " UTC" if hour and not labels else ""
        labels.append(day + words.clock(tick.at, tick.grain) + zone)
    return [((t.at - first) // each, label) for t, label in zip(found, labels, strict=True)]


def _axis(length: int, marks: Sequence[tuple[int, str]], *, unicode: bool) -> str:
    row = ["─" if unicode else "-"] * length
    for place, _ in marks:
        row[place] = "┬" if unicode else "+"
    return "".join(row)


def _labels(length: int, marks: Sequence[tuple[int, str]]) -> str:
    row = [" "] * (length + OVERHANG)
    for place, label in marks:
        if place + len(label) <= len(row):
            row[place : place + len(label)] = label
    return "".join(row).rstrip()


def _steps(count: int, row: float, per_row: int) -> int:
    return max(1, round(count / row * per_row)) if count else 0


def _draw(steps: Sequence[int], *, per_row: int, glyphs: str) -> tuple[str, ...]:
    """Rows from the axis outward."""
    height = -(-max(steps) // per_row)
    return tuple(
        "".join(glyphs[min(max(s - level * per_row, 0), per_row)] for s in steps)
        for level in range(height)
    )
