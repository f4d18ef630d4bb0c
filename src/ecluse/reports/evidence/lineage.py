"""Which account created which? A drawing: one row an account, indented under its creator."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ecluse.reports.document.drawing import Dot, Drawing, Label, Line, Shape
from ecluse.reports.text import visible

__all__ = ["MOST", "lineage"]

MOST: Final = 60
"""Accounts that are drawn; the table has all."""

_ROW: Final = 26.0
_STEP: Final = 28.0
_WIDTH: Final = 720.0


def lineage(accounts: Sequence[Mapping[str, Any]], creators: Mapping[str, str]) -> Drawing:
    """Draws the accounts; whoever created one of them and read nothing is drawn hollow."""
    read = {str(row["account"]) for row in accounts}
    above = {name: creators[name] for name in read if name in creators}
    for row in accounts:
        name, root = str(row["account"]), str(row["lineage"] or "")
        if name not in above and root and root != name:
            above[name] = root
    for creator in list(above.values()):
        at = creator
        while at in creators and at not in above:
            above[at] = creators[at]
            at = creators[at]
    children: dict[str, list[str]] = {}
    for name, creator in sorted(above.items()):
        children.setdefault(creator, []).append(name)
    tops = sorted((read | set(above.values())) - above.keys()) or sorted(read)
    rows = _ordered(tops, children)[:MOST]
    return Drawing(_WIDTH, max(len(rows), 1) * _ROW + 12, tuple(_shapes(rows, read)))


def _ordered(tops: Sequence[str], children: Mapping[str, list[str]]) -> list[tuple[str, int, int]]:
    """Each account once: its name, its depth, and the row of its creator (-1 for none)."""
    rows: list[tuple[str, int, int]] = []
    waiting = [(top, 0, -1) for top in reversed(tops)]
    seen: set[str] = set()
    while waiting:
        name, depth, creator = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        rows.append((name, depth, creator))
        waiting += [(child, depth + 1, len(rows) - 1) for child in reversed(children.get(name, []))]
    return rows


def _shapes(rows: Sequence[tuple[str, int, int]], read: set[str]) -> list[Shape]:
    shapes: list[Shape] = []
    for number, (_, depth, creator) in enumerate(rows):
        y, x = _y(number), _x(depth)
        if creator >= 0:
            left = _x(rows[creator][1])
            shapes += [Line(left, _y(creator), left, y, "grid"), Line(left, y, x, y, "grid")]
    for number, (name, depth, _) in enumerate(rows):
        y, x = _y(number), _x(depth)
        shapes.append(Dot(x, y, "first", hollow=name not in read))
        shapes.append(Label(x + 12, y + 4, visible(name, longest=60), strong=name in read))
    return shapes


def _y(row: int) -> float:
    return row * _ROW + 18


def _x(depth: int) -> float:
    return 16 + min(depth, 12) * _STEP
