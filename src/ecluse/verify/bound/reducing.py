"""Which parts of a program can never matter? Rows that nothing can fill, and columns that another one replaces.

A population of millions never holds a thief of six thousand, and sixty applications that every policy treats alike
are one. What is left has the same greatest value, exactly.

Cost: O(columns x rows of each); the largest estates shrink from a hundred thousand columns to some hundreds.
"""

from collections.abc import Sequence
from dataclasses import replace

from ecluse.verify.bound.program import Program, Row

__all__ = ["reduced"]


def reduced(program: Program) -> Program:
    """The same greatest value with fewer rows and columns; the columns that stand for several name them."""
    caps = _group_caps(program)
    rows = [row for row in program.rows if row.budget is not None or _may_fill(row, program, caps)]
    drawn = _drawn(rows, len(program.columns))
    kept = _kept(program, drawn)
    place = {column: i for i, column in enumerate(kept)}
    columns = [
        replace(program.columns[c], applications=tuple(dict.fromkeys(names)))
        for c, names in kept.items()
    ]
    smaller = [
        replace(row, columns=tuple(place[c] for c in row.columns if c in place)) for row in rows
    ]
    return replace(program, columns=columns, rows=[row for row in smaller if row.columns])


def _may_fill(row: Row, program: Program, caps: dict[str, int]) -> bool:
    """Whether its columns could together pass its cap, by what holds each group alone."""
    most = 0
    for group in {program.columns[c].group.id for c in row.columns}:
        if group not in caps:
            return True
        most += caps[group]
    return most > row.cap


def _group_caps(program: Program) -> dict[str, int]:
    """The most that each group takes in all applications together, where one row says so."""
    sizes: dict[str, int] = {}
    for column in program.columns:
        sizes[column.group.id] = sizes.get(column.group.id, 0) + 1
    found: dict[str, int] = {}
    for row in program.rows:
        if row.budget is None:
            continue
        cap = row.cap + sum(each * (program.numbers[n].accounts or 0) for n, each in row.numbers)
        inside: dict[str, int] = {}
        for c in row.columns:
            group = program.columns[c].group.id
            inside[group] = inside.get(group, 0) + 1
        for group, number in inside.items():
            if number == sizes[group]:
                found[group] = min(cap, found.get(group, cap))
    return found


def _drawn(rows: Sequence[Row], count: int) -> list[frozenset[int]]:
    drawn: list[set[int]] = [set() for _ in range(count)]
    for index, row in enumerate(rows):
        for column in row.columns:
            drawn[column].add(index)
    return [frozenset(found) for found in drawn]


def _kept(program: Program, drawn: list[frozenset[int]]) -> dict[int, list[str]]:
    """The columns that stay, each with the applications that it stands for."""
    alike: dict[tuple[str, frozenset[int]], list[int]] = {}
    for column, found in enumerate(drawn):
        alike.setdefault((program.columns[column].group.id, found), []).append(column)
    by_group: dict[str, list[frozenset[int]]] = {}
    for group, found in alike:
        by_group.setdefault(group, []).append(found)
    kept: dict[int, list[str]] = {}
    for (group, found), columns in alike.items():
        if not any(other < found for other in by_group[group]):
            kept[columns[0]] = [program.columns[c].application.id for c in columns]
    return kept
