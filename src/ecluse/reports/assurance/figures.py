"""How do the report's three charts look? Loss bounds on a logarithmic scale, drills, and weeks of the backtest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecluse.reports.document.drawing import Dot, Drawing, Label, Line, Part, Rectangle, Shape
from ecluse.reports.language import Words

__all__ = ["BoundRow", "Column", "bound_chart", "column_chart"]

_WIDTH: Final = 720
_LETTER: Final = 6.8
"""About the width of a letter, to know where a label must end."""


@dataclass(frozen=True, slots=True)
class BoundRow:
    """A line of the chart: who steals, and the persons over the short and the long horizon; None for no bound."""

    name: str
    short: int | None
    long: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a chart: what it is, how high it is, and a mark that it should not pass."""

    name: str
    value: int
    mark: int | None = None
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic axis from 1 on."""

    left: float
    right: float
    decades: int

    def at(self, number: int) -> float:
        return self.left + (self.right - self.left) * math.log10(max(number, 1)) / self.decades


def bound_chart(rows: Sequence[BoundRow], words: Words, *, names: tuple[str, str]) -> Drawing:
    """Two points a line on a logarithmic scale: filled for the short horizon, a ring for the long one.

    What is not bounded is a hatched bar to the edge, and says so.
    """
    top, step = 44.0, 30.0
    most = max((n for r in rows for n in (r.short, r.long) if n), default=10)
    scale = _Scale(286.0, 690.0, max(2, math.ceil(math.log10(most * 1.5))))
    bottom = top + step * len(rows)
    shapes: list[Shape] = []
    for power in range(scale.decades + 1):
        x = scale.at(10**power)
        shapes.append(Line(x, top - 8, x, bottom, "grid"))
        shapes.append(Label(x, bottom + 18, words.short_number(10**power), "middle"))
    for place, row in enumerate(rows):
        y = top + step * (place + 0.5)
        shapes.append(Label(scale.left - 12, y + 4, _cut(row.name, scale.left - 16), "end"))
        shapes += _bound_row(row, words, y, scale)
    shapes.append(Line(scale.left, bottom, scale.right, bottom, "foot"))
    shapes += _legend(scale.left, names)
    return Drawing(_WIDTH, bottom + 30, tuple(shapes))


def _bound_row(row: BoundRow, words: Words, y: float, scale: _Scale) -> list[Shape]:
    shapes: list[Shape] = []
    if row.long is None:
        begin = scale.left if row.short is None else scale.at(row.short)
        shapes.append(Rectangle(begin, y - 5, scale.right - begin, 10, "open"))
        shapes.append(Label(scale.right - 4, y - 8, words.say("open.short"), "end", strong=True))
    elif row.short is not None:
        shapes += _ring(row.short, row.long, words, y, scale)
    if row.short is not None:
        shapes.append(Dot(scale.at(row.short), y, "first"))
        if row.short != row.long:
            shapes.append(Label(scale.at(row.short), y - 8, words.number(row.short), "middle"))
    return shapes


def _ring(short: int, long: int, words: Words, y: float, scale: _Scale) -> list[Shape]:
    x, said = scale.at(long), words.number(long)
    fits = x + 9 + _LETTER * len(said) < _WIDTH
    # no room on the right: below, where the number of the short horizon is not
    label = Label(x + 9, y + 4, said) if fits else Label(_WIDTH - 4, y + 17, said, "end")
    return [Line(scale.at(short), y, x, y, "second"), Dot(x, y, "second", hollow=True), label]


def _legend(left: float, names: tuple[str, str]) -> list[Shape]:
    second = left + 24 + _LETTER * len(names[0]) + 28
    return [
        Dot(left + 4, 12, "first"),
        Label(left + 15, 16, names[0]),
        Dot(second, 12, "second", hollow=True),
        Label(second + 11, 16, names[1]),
    ]


def column_chart(columns: Sequence[Column], words: Words, *, every: int = 1) -> Drawing:
    """Columns from zero; a mark is a dotted line across its column, an alarming column is hatched.

    Options:
        every: so many columns share one name below, where they are too narrow for their own.
    """
    left, right, top, bottom = 56.0, 700.0, 22.0, 190.0
    most = max((max(c.value, c.mark or 0) for c in columns), default=0) or 1
    scale = _above(most)
    each = min((right - left) / max(len(columns), 1), 90.0)
    shapes: list[Shape] = []
    for quarter in range(5):
        y = bottom - (bottom - top) * quarter / 4
        shapes.append(Line(left, y, right, y, "grid" if quarter else "foot"))
        if scale * quarter % 4 == 0:
            shapes.append(Label(left - 7, y + 4, words.short_number(scale * quarter // 4), "end"))
    for place, column in enumerate(columns):
        x = left + each * place + each * 0.2
        wide = each * 0.6
        high = (bottom - top) * column.value / scale
        if column.value:
            part: Part = "open" if column.alarming else "first"
            shapes.append(Rectangle(x, bottom - high, wide, high, part))
        if each >= 26:
            shapes.append(
                Label(x + wide / 2, bottom - high - 5, words.short_number(column.value), "middle")
            )
        if column.mark is not None:
            y = bottom - (bottom - top) * column.mark / scale
            shapes.append(Line(x - each * 0.12, y, x + wide + each * 0.12, y, "limit"))
        if place % every == 0:
            shapes.append(Label(x + wide / 2, bottom + 18, column.name, "middle"))
    return Drawing(_WIDTH, bottom + 28, tuple(shapes))


def _above(number: int) -> int:
    """The next round number of which a quarter is whole, where there is one."""
    if number <= 4:
        return 4
    tenth: int = 10 ** (len(str(number)) - 1)
    steps = (tenth * n // 10 for n in (10, 12, 16, 20, 24, 32, 40, 60, 80, 100))
    return next(n for n in steps if n >= number)


def _cut(text: str, width: float) -> str:
    """The text, as far as it fits; a sign that a font lacks is written by its number, six letters long."""
    room = int(width / _LETTER)
    for kept, sign in enumerate(text):
        room -= 1 if sign < "\u2300" else 6
        if room < 0:
            return text[: max(kept - 1, 0)] + "…"
    return text
