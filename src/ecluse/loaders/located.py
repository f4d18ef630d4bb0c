r"""How is a file that people write read strictly? Typed values by key, with every fault noted at its place.

A reader goes on after a fault and returns the default, so that one run reports all faults of a file:

>>> reader = Reader("size: 3\ncolour: blu\n", file="box.yaml")
>>> box = Fields(reader, reader.root, ("size", "colour"), what="a box")
>>> box.integer("size", 0, least=1), box.word("colour", {"red": 1, "blue": 2}, None)
(3, None)
>>> [str(issue) for issue in reader.issues], reader.issues[0].help
(['box.yaml:2:9: `blu` is not one of red, blue'], 'did you mean `blue`?')

`reader.raise_if_issues()` then ends the reading with a `ConfigError` that lists them all.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from ecluse.loaders import scalars
from ecluse.loaders.nodes import Kind, Node, compose, compose_noting, faults, quote
from ecluse.loaders.scalars import MAX_INTEGER, Fault, suggest, wrong_kind
from ecluse.model.errors import Issue

__all__ = ["Fault", "Fields", "Kind", "Node", "Reader", "compose", "quote", "scalars", "suggest"]

T = TypeVar("T")
D = TypeVar("D")


class Reader:
    """One file, its root node, and the faults found in it so far.

    Raises:
        ConfigError: when the file cannot be read at all (not UTF-8, not YAML, empty, too large).
    """

    def __init__(self, text: str | bytes, *, file: str) -> None:
        self.file = file
        self.root, self.issues = compose_noting(text, file=file)

    def note(self, node: Node, message: str, help: str = "") -> None:  # noqa: A002 - as in the errors
        """Notes a fault at the place of the node."""
        self.issues.append(Issue(self.file, node.line, node.column, message, help))

    def raise_if_issues(self) -> None:
        """Ends the reading.

        Raises:
            ConfigError: with every issue in the order of its place, when there is any.
        """
        if self.issues:
            raise faults(self.file, self.issues)

    def read(self, node: Node, read: Callable[[Node], T]) -> T | None:
        """What `read` (a function of `scalars`, or another that raises `Fault`) makes of the node, or None."""
        try:
            return read(node)
        except Fault as fault:
            self.note(node, str(fault), fault.help)
            return None

    def items(self, node: Node, *, single: bool = False) -> tuple[Node, ...]:
        """The nodes of a list that is not empty; with `single`, one value alone counts as a list of one."""
        if single and node.kind is Kind.SCALAR and not node.empty:
            return (node,)
        if node.kind is not Kind.LIST:
            self.note(node, str(wrong_kind(node, "a list")))
        elif not node.items:
            self.note(node, "the list is empty", "write at least one item, or remove the key")
        return node.items

    def each(self, node: Node, read: Callable[[Node], T], *, single: bool = False) -> tuple[T, ...]:
        """The items of a list, all read in the same way; an item listed twice is a fault."""
        seen: dict[T, Node] = {}
        for item in self.items(node, single=single):
            value = self.read(item, read)
            if value is None:
                continue
            if value in seen:
                self.note(item, f"{quote(item.text)} is listed twice", "remove one of them")
            seen.setdefault(value, item)
        return tuple(seen)

    def entries(self, node: Node) -> tuple[tuple[Node, Node], ...]:
        """The keys and values of a mapping whose keys are free, and which is not empty."""
        if node.kind is not Kind.MAPPING:
            self.note(node, str(wrong_kind(node, "a mapping")))
        elif not node.entries:
            self.note(node, "the mapping is empty", "write at least one entry, or remove the key")
        return node.entries


class Fields:
    """A mapping with known keys. Unknown keys are noted at once, with the nearest known one.

    Every getter takes the key and the value to return when the key is absent or faulty; with `required`,
    absence is a fault. `what` names the mapping in messages (`a budget`).
    """

    def __init__(self, reader: Reader, node: Node, keys: Iterable[str], *, what: str) -> None:
        self.node = node
        self.what = what
        self.reader = reader
        self._keys = tuple(keys)
        self._values: dict[str, Node] = {}
        if node.kind is not Kind.MAPPING:
            advice = f"write its keys: {', '.join(self._keys)}"
            reader.note(node, str(wrong_kind(node, what)), advice)
        for key, value in node.entries:
            if key.text in self._keys:
                self._values[key.text] = value
            else:
                known = f"the keys of {what} are {', '.join(self._keys)}"
                advice = suggest(key.text, self._keys) or known
                reader.note(key, f"{quote(key.text)} is not a key of {what}", advice)

    def __contains__(self, key: str) -> bool:
        assert key in self._keys, key
        return key in self._values

    def place(self, key: str) -> Node:
        """The node of a key's value; the mapping's own when the key is absent."""
        assert key in self._keys, key
        return self._values.get(key, self.node)

    def get(
        self, key: str, read: Callable[[Node], T], default: D, *, required: bool = False
    ) -> T | D:
        """The value of a key as `read` makes it from its node (see `Reader.read`)."""
        if key in self:
            value = self.reader.read(self._values[key], read)
            return default if value is None else value
        if required and self.node.kind is Kind.MAPPING:
            self.reader.note(self.node, f"`{key}` is missing from {self.what}", f"add `{key}:`")
        return default

    def string(
        self,
        key: str,
        default: D,
        *,
        required: bool = False,
        pattern: re.Pattern[str] | None = None,
        shape: str = "",
        lines: bool = False,
    ) -> str | D:
        """A text that is not empty (see `scalars.text`)."""
        read = partial(scalars.text, pattern=pattern, shape=shape, lines=lines)
        return self.get(key, read, default, required=required)

    def integer(
        self,
        key: str,
        default: D,
        *,
        required: bool = False,
        least: int | None = None,
        most: int = MAX_INTEGER,
    ) -> int | D:
        """A whole number within both bounds."""
        read = partial(scalars.integer, least=least, most=most)
        return self.get(key, read, default, required=required)

    def number(
        self,
        key: str,
        default: D,
        *,
        required: bool = False,
        least: float | None = None,
        above: float | None = None,
        most: float | None = None,
    ) -> float | D:
        """A decimal number within the bounds."""
        read = partial(scalars.number, least=least, above=above, most=most)
        return self.get(key, read, default, required=required)

    def boolean(self, key: str, default: D, *, required: bool = False) -> bool | D:
        """`true` or `false`."""
        return self.get(key, scalars.boolean, default, required=required)

    def duration(
        self,
        key: str,
        default: D,
        *,
        required: bool = False,
        least: int | None = None,
        most: int | None = None,
    ) -> int | D:
        """A duration such as `10m`; value and bounds in microseconds."""
        read = partial(scalars.duration, least=least, most=most)
        return self.get(key, read, default, required=required)

    def instant(self, key: str, default: D, *, required: bool = False) -> int | D:
        """A date or a time with an offset, in microseconds since 1970."""
        return self.get(key, scalars.instant, default, required=required)

    def word(
        self, key: str, words: Mapping[str, T], default: D, *, required: bool = False
    ) -> T | D:
        """One of a few words, as what it stands for."""
        return self.get(key, partial(scalars.word, words=words), default, required=required)

    def words(self, key: str, words: Mapping[str, T], *, required: bool = False) -> tuple[T, ...]:
        """Several of a few words, or one alone, as what they stand for; empty when absent."""
        return self.each(key, partial(scalars.word, words=words), required=required)

    def strings(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of different texts, or one text alone; empty when absent."""
        return self.each(key, scalars.text, required=required)

    def each(
        self, key: str, read: Callable[[Node], T], *, single: bool = True, required: bool = False
    ) -> tuple[T, ...]:
        """A list whose items are all read in the same way, or one value alone; empty when absent."""
        return self.get(
            key, lambda n: self.reader.each(n, read, single=single), (), required=required
        )

    def items(self, key: str, *, required: bool = False) -> tuple[Node, ...]:
        """The nodes of a list that is not empty; empty when absent."""
        return self.get(key, self.reader.items, (), required=required)

    def entries(self, key: str, *, required: bool = False) -> tuple[tuple[Node, Node], ...]:
        """The keys and values of a mapping with free keys; empty when absent."""
        return self.get(key, self.reader.entries, (), required=required)

    def fields(
        self, key: str, keys: Iterable[str], *, what: str, required: bool = False
    ) -> "Fields | None":
        """A mapping with known keys inside this one; None when absent."""
        known = tuple(keys)
        return self.get(
            key, lambda n: Fields(self.reader, n, known, what=what), None, required=required
        )
