"""What is written where in a YAML file? Nodes with their places, from a small and safe part of YAML.

Left out on purpose, because they let a file mean what its reader does not see: tags, anchors and
aliases (also the road of the "billion laughs"), merge keys, several documents, keys written twice.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import yaml

from ecluse.model.errors import ConfigError, Issue

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "Kind",
    "Node",
    "compose",
    "compose_noting",
    "faults",
    "quote",
]

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_NODES: Final = 500_000
MAX_DEPTH: Final = 24


class Kind(Enum):
    """The three shapes of a YAML node, by the word that messages use."""

    SCALAR = "a single value"
    LIST = "a list"
    MAPPING = "a mapping"


@dataclass(frozen=True, slots=True)
class Node:
    """One value with its place in the file.

    Attributes:
        line, column: where it begins, both counted from 1; columns are characters.
        text: of a scalar, after YAML's unquoting.
        plain: whether a scalar is written without quotes.
        items: of a list.
        entries: of a mapping, key and value in the order of the file; no key comes twice.
    """

    kind: Kind
    line: int
    column: int
    text: str = ""
    plain: bool = False
    items: tuple["Node", ...] = ()
    entries: tuple[tuple["Node", "Node"], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is written (`key:` alone, `~` or `null`)."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


def compose(text: str | bytes, *, file: str) -> Node:
    """Reads a YAML (or JSON) text into nodes that know their places.

    Raises:
        ConfigError: when it is not UTF-8, too large, not YAML, or uses what is left out; lists all faults.
    """
    root, issues = compose_noting(text, file=file)
    if issues:
        raise faults(file, issues)
    return root


def compose_noting(text: str | bytes, *, file: str) -> tuple[Node, list[Issue]]:
    """Like `compose`, but returns the faults that do not hinder reading on (doubled keys, tags, anchors).

    Raises:
        ConfigError: when the text cannot be read at all.
    """
    composer = _Composer(file)
    source = _decode(text, file)
    try:
        for event in yaml.parse(source, Loader=yaml.CSafeLoader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        raise faults(file, [*composer.issues, _syntax(error, source, file)]) from None
    except yaml.reader.ReaderError as error:
        raise faults(file, [_unreadable(error, source, file)]) from None
    if composer.root is None:
        raise faults(
            file,
            [
                Issue(
                    file,
                    1,
                    1,
                    "the file is empty",
                    "`ecluse --help` says which command writes an example",
                )
            ],
        )
    return composer.root, composer.issues


def faults(file: str, issues: list[Issue]) -> ConfigError:
    """Makes the error that lists the issues of one file, in the order of their places."""
    listed = tuple(sorted(set(issues)))
    count = "1 fault" if len(listed) == 1 else f"{len(listed)} faults"
    return ConfigError(f"{count} in {quote(file)}", issues=listed)


def quote(text: str) -> str:
    """Puts input in backticks for a message, cut short and with invisible characters made visible."""
    shown = text if len(text) <= 60 else f"{text[:57]}…"
    return (
        "`"
        + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
        + "`"
    )


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    kind: Kind
    line: int
    column: int
    children: list[Node]


class _Composer:
    """Builds the tree from parser events with its own stack, so that depth costs no recursion."""

    def __init__(self, file: str) -> None:
        self.root: Node | None = None
        self.issues: list[Issue] = []
        self._file = file
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents == 2:
                    self._note(
                        line, column, "a second document begins here", "keep one document a file"
                    )
            case yaml.AliasEvent():
                self._note(line, column, "aliases (`*name`) are not read", "write the value out")
                self._add(Node(Kind.SCALAR, line, column, "", plain=True))
            case yaml.ScalarEvent():
                self._refuse_tricks(event, line, column)
                self._add(Node(Kind.SCALAR, line, column, event.value, plain=event.implicit[0]))
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._refuse_tricks(event, line, column)
                kind = Kind.LIST if isinstance(event, yaml.SequenceStartEvent) else Kind.MAPPING
                self._stack.append(_Open(kind, line, column, []))
                if len(self._stack) > MAX_DEPTH:
                    raise faults(
                        self._file,
                        [Issue(self._file, line, column, f"nested deeper than {MAX_DEPTH} levels")],
                    )
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._add(self._close(self._stack.pop()))
            case _:
                pass

    def _refuse_tricks(self, event: Any, line: int, column: int) -> None:
        if event.anchor is not None:
            self._note(
                line,
                column,
                "anchors (`&name`) are not read",
                "remove it, and write the value out where it is needed",
            )
        if event.tag is not None:
            self._note(
                line, column, f"tags such as {quote(event.tag)} are not read", "remove the tag"
            )

    def _add(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise faults(
                self._file,
                [
                    Issue(
                        self._file,
                        node.line,
                        node.column,
                        f"more than {MAX_NODES} values in one file",
                    )
                ],
            )
        if self._stack:
            self._stack[-1].children.append(node)
        elif self._documents == 1:
            self.root = node

    def _close(self, opened: _Open) -> Node:
        if opened.kind is Kind.LIST:
            return Node(Kind.LIST, opened.line, opened.column, items=tuple(opened.children))
        pairs = zip(opened.children[::2], opened.children[1::2], strict=True)
        return Node(Kind.MAPPING, opened.line, opened.column, entries=self._entries(list(pairs)))

    def _entries(self, pairs: list[tuple[Node, Node]]) -> tuple[tuple[Node, Node], ...]:
        seen: dict[str, Node] = {}
        kept = []
        for key, value in pairs:
            if key.kind is not Kind.SCALAR:
                self._note(
                    key.line, key.column, f"a key must be a word, and this is {key.kind.value}", ""
                )
            elif key.plain and key.text == "<<":
                self._note(
                    key.line, key.column, "merge keys (`<<`) are not read", "write the values out"
                )
            elif key.text in seen:
                first = seen[key.text].line
                self._note(
                    key.line,
                    key.column,
                    f"{quote(key.text)} is written twice",
                    f"it is already on line {first}",
                )
            else:
                seen[key.text] = key
                kept.append((key, value))
        return tuple(kept)

    def _note(self, line: int, column: int, message: str, advice: str) -> None:
        self.issues.append(Issue(self._file, line, column, message, advice))


def _decode(text: str | bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise faults(
            file,
            [Issue(file, 1, 1, f"larger than {MAX_BYTES // 2**20} MiB", "is this the right file?")],
        )
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(raw[: error.start].decode("utf-8", "replace"))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise faults(
            file, [Issue(file, line, column, message, "save the file as UTF-8; is it a text file?")]
        ) from None
    return source


def _place(before: str) -> tuple[int, int]:
    """Line and column, from 1, of what follows the text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _unreadable(error: yaml.reader.ReaderError, source: str, file: str) -> Issue:
    # The C parser counts bytes in some versions and characters in others: look for the character itself.
    code = error.character if isinstance(error.character, int) else ord(error.character)
    line, column = _place(source[: max(source.find(chr(code)), 0)])
    return Issue(
        file, line, column, f"control character U+{code:04X}", "remove it; is it a text file?"
    )


_PLAINER: Final = {
    "mapping values are not allowed in this context": (
        "a second `:` on the line, or a line indented further than its neighbours",
        "indent by spaces alike, and put text that holds `: ` in quotes",
    ),
    "could not find expected ':'": ("a key without `:`", "write `key: value`"),
    "did not find expected ',' or ']'": (
        "a list `[` that is not closed",
        "end it with `]`, with commas between its items",
    ),
    "did not find expected ',' or '}'": (
        "a mapping `{` that is not closed",
        "end it with `}`, with commas between its entries",
    ),
    "did not find expected key": (
        "a line that does not belong to the mapping around it",
        "check its indentation and quotes",
    ),
    "did not find expected '-' indicator": (
        "a line that does not belong to the list around it",
        "begin it with `- `, or indent it less",
    ),
    "found unexpected end of stream": ("a quote that is not closed", "close the quote"),
    "did not find expected node content": ("a value is missing", "write it, or close the bracket"),
    "found undefined tag handle": ("tags are not read", "put text that begins with `!` in quotes"),
    "found undefined alias": ("aliases are not read", "put text that begins with `*` in quotes"),
}


def _syntax(error: yaml.MarkedYAMLError, source: str, file: str) -> Issue:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", source)
    character = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
    if character == "\t":
        return Issue(file, line, column, "a tab where YAML wants spaces", "indent with spaces")
    if error.problem == "found character that cannot start any token":
        return Issue(
            file,
            line,
            column,
            f"a value cannot begin with {quote(character)}",
            "put the value in quotes",
        )
    message, advice = _PLAINER.get(error.problem or "", (error.problem or "not YAML", ""))
    opened = error.context_mark
    if opened is not None and opened.line + 1 < line:
        advice = f"{advice}; what is open there began on line {opened.line + 1}".removeprefix("; ")
    return Issue(file, line, column, f"this is not YAML: {message}", advice)
