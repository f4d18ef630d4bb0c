"""Where in a file that people write does a thing stand? Line and column by the names on the way to it."""

from collections.abc import Sequence
from typing import Final

from ecluse.loaders.nodes import Kind, Node, compose
from ecluse.model.time import parse_duration

__all__ = ["Outline"]

_NAMES: Final = ("id", "path", "name")
"""Keys by which the items of a list are known."""


class Outline:
    r"""The places of one file.

    A thing is found by the keys on the way to it, an item of a list by its `id` (or `path`, or `name`). A window is found
    however it is written.

    >>> text = "budgets:\n- id: a\n  limits: {10m: 3, 720h: 9}\n"
    >>> outline = Outline(text, file="policy.yaml")
    >>> outline.find(("budgets", "a")), outline.find(("budgets", "a", "limits", "30d"))
    ((2, 3), (3, 20))

    Raises:
        ConfigError: when it is no YAML.
    """

    def __init__(self, text: str | bytes, *, file: str) -> None:
        self.file = file
        self._root = compose(text, file=file)

    def find(self, path: Sequence[str]) -> tuple[int, int]:
        """Line and column, from 1; of the last thing on the way that is there, when the whole way is not."""
        node, place = self._root, (self._root.line, self._root.column)
        for name in path:
            step = _step(node, name)
            if step is None:
                break
            place, node = step
        return place

    def has(self, path: Sequence[str]) -> bool:
        """Whether all of the way is there."""
        node = self._root
        for name in path:
            step = _step(node, name)
            if step is None:
                return False
            _, node = step
        return True


def _step(node: Node, name: str) -> tuple[tuple[int, int], Node] | None:
    if node.kind is Kind.MAPPING:
        for key, value in node.entries:
            if _same(key.text, name):
                return (key.line, key.column), value
    for item in node.items:
        if item.text == name or any(k.text in _NAMES and v.text == name for k, v in item.entries):
            return (item.line, item.column), item
    return None


def _same(written: str, name: str) -> bool:
    if written == name:
        return True
    try:
        return parse_duration(written) == parse_duration(name)
    except ValueError:
        return False
