"""Which comments does a YAML file have? Their text and place; a `#` inside a value is none."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import yaml

__all__ = ["Comment", "comments"]

_BLOCKS: Final = frozenset("|>")
_BREAKS: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What YAML takes for the end of a line."""


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment.

    Attributes:
        line, column: of the `#`, from 1.
        text: without the `#` and the blanks around.
        first, last: the lines that it is about. Behind a value that is its own line; alone on a line it is the next line that
            is no comment, with all that is indented further. Both are 0 when nothing follows.
    """

    line: int
    column: int
    text: str
    first: int
    last: int


def comments(text: str) -> tuple[Comment, ...]:
    r"""The comments of a text that is YAML.

    >>> [(c.text, c.first, c.last) for c in comments("a:\n  # why\n  b: '# no'\n  c: 1 # here\n")]
    [('why', 3, 3), ('here', 4, 4)]
    """
    if "#" not in text:
        return ()
    lines = _BREAKS.split(text)
    inside = _inside(text, lines)
    found = []
    for number, line in enumerate(lines):
        column = _sign(line, inside.get(number, ()))
        if column is not None:
            first, last = _about(lines, number, alone=not line[:column].strip())
            found.append(Comment(number + 1, column + 1, line[column + 1 :].strip(), first, last))
    return tuple(found)


def _inside(text: str, lines: list[str]) -> dict[int, list[tuple[int, int]]]:
    """For each line, from 0, the columns that belong to a value."""
    found: dict[int, list[tuple[int, int]]] = {}
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if not isinstance(event, yaml.ScalarEvent):
            continue
        start, end = event.start_mark, event.end_mark
        assert start is not None, "the parser gives every event its marks"
        assert end is not None, "the parser gives every event its marks"
        block = event.style in _BLOCKS
        for number in range(start.line + block, min(end.line + 1, len(lines))):
            begin = start.column if number == start.line else 0
            stop = end.column if number == end.line else len(lines[number])
            found.setdefault(number, []).append((begin, stop))
    return found


def _sign(line: str, inside: list[tuple[int, int]] | tuple[()]) -> int | None:
    """The column, from 0, of the `#` that begins the comment of a line."""
    for column, (before, character) in enumerate(pairwise(f" {line}")):
        begins = character == "#" and before in " \t"
        if begins and not any(start <= column < stop for start, stop in inside):
            return column
    return None


def _about(lines: list[str], number: int, *, alone: bool) -> tuple[int, int]:
    if not alone:
        return number + 1, number + 1
    first = next((n for n in range(number + 1, len(lines)) if _says(lines[n])), None)
    if first is None:
        return 0, 0
    indent, last = _indent(lines[first]), first
    for n in range(first + 1, len(lines)):
        if _says(lines[n]):
            if _indent(lines[n]) <= indent:
                break
            last = n
    return first + 1, last + 1


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
