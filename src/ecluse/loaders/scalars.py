"""What does one scalar of a YAML file say, read strictly? Numbers, texts, durations and words, or a fault.

The traps of YAML 1.1 are refused with the way out instead of being read as something else: `on` and
`no` as booleans, `10:30` in base 60, `010` in base 8, `1_000`.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final, TypeVar

from ecluse.loaders.nodes import Kind, Node, quote
from ecluse.model.time import format_duration, parse_duration, parse_instant

__all__ = [
    "INSTANT",
    "MAX_INTEGER",
    "Fault",
    "boolean",
    "duration",
    "instant",
    "integer",
    "number",
    "suggest",
    "text",
    "word",
    "wrong_kind",
]

T = TypeVar("T")

MAX_TEXT: Final = 4000
MAX_INTEGER: Final = 2**63 - 1

_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,18}")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
_NUMERIC: Final = re.compile(
    r"[-+]?(0[xXoO][0-9a-fA-F_]+|0[bB][01_]+|\.?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|\.inf|\.nan)",
    re.IGNORECASE,
)
INSTANT: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?"
)
"""A date, or a time with an offset (RFC 3339, seconds optional)."""

_BASE_60: Final = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_SEPARATORS: Final = str.maketrans("", "", "_', \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
_BOOLEANS: Final = {
    form: meaning
    for meaning, words in (("true", "true yes on"), ("false", "false no off"))
    for word in words.split()
    for form in (word, word.capitalize(), word.upper())
}


class Fault(Exception):  # noqa: N818 - a fault of the file, noted by the reader that calls, and never seen outside
    """A scalar is not what was wanted; `help` says what to write."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - as in the errors
        super().__init__(message)
        self.help = help


def text(
    node: Node, *, pattern: re.Pattern[str] | None = None, shape: str = "", lines: bool = False
) -> str:
    """A text that is not empty; with `pattern`, one that fully matches it (`shape` says how, in words).

    Raises:
        Fault: for an empty or too long text, invisible characters, or a scalar that YAML takes for something else.
    """
    value = _scalar(node, "a text")
    if (trap := _trap(node)) is not None:
        raise Fault(
            f"{quote(value)} is {trap} to YAML, and a text is wanted",
            f'put it in quotes: "{value}"',
        )
    if not value.strip():
        raise Fault("the text is empty")
    if len(value) > MAX_TEXT:
        raise Fault(f"the text is longer than {MAX_TEXT} characters")
    if any(not (c.isprintable() or (lines and c == "\n")) for c in value):
        raise Fault(f"{quote(value)} holds a line break or an invisible character", "remove it")
    if value != value.strip() and not lines:
        raise Fault(f"{quote(value)} begins or ends with a space", "remove the space")
    if pattern is not None and pattern.fullmatch(value) is None:
        raise Fault(f"{quote(value)} is not {shape or 'of the right form'}")
    return value


def integer(node: Node, *, least: int | None = None, most: int = MAX_INTEGER) -> int:
    """A whole number in decimal digits, within both bounds.

    Raises:
        Fault: otherwise.
    """
    value = _scalar(node, "a whole number")
    if not node.plain or _INTEGER.fullmatch(value) is None:
        raise Fault(f"{quote(value)} is not a whole number", _integer_help(node))
    _check(value, int(value), least=least, most=most)
    return int(value)


def number(
    node: Node, *, least: float | None = None, above: float | None = None, most: float | None = None
) -> float:
    """A decimal number such as `0.7`, within the bounds (`above` excludes the bound itself).

    Raises:
        Fault: otherwise.
    """
    value = _scalar(node, "a number")
    if not node.plain or _NUMBER.fullmatch(value) is None:
        raise Fault(f"{quote(value)} is not a number", _integer_help(node) or "write it like 0.7")
    if above is not None and float(value) <= above:
        raise Fault(f"{quote(value)} is out of range: more than {above:g}")
    _check(value, float(value), least=least, most=most)
    return float(value)


def boolean(node: Node) -> bool:
    """`true` or `false`.

    Raises:
        Fault: for anything else, `yes` and `on` included.
    """
    value = _scalar(node, "`true` or `false`")
    if not node.plain or value not in {"true", "false"}:
        advice = f"write {_BOOLEANS[value]}" if value in _BOOLEANS else ""
        raise Fault(f"{quote(value)} is neither `true` nor `false`", advice)
    return value == "true"


def duration(node: Node, *, least: int | None = None, most: int | None = None) -> int:
    """A duration such as `10m`, in microseconds, within both bounds (microseconds).

    Raises:
        Fault: otherwise.
    """
    value = _scalar(node, "a duration such as 10m")
    try:
        micros = parse_duration(value)
    except ValueError:
        raise Fault(f"{quote(value)} is not a duration above zero", _duration_help(value)) from None
    if least is not None and micros < least:
        raise Fault(f"{quote(value)} is out of range: at least {format_duration(least)}")
    if most is not None and micros > most:
        raise Fault(f"{quote(value)} is out of range: at most {format_duration(most)}")
    return micros


def instant(node: Node) -> int:
    """A date (midnight UTC) or an RFC 3339 time with an offset, in microseconds since 1970.

    Raises:
        Fault: otherwise.
    """
    value = _scalar(node, "a date")
    try:
        return parse_instant(value if re.fullmatch(INSTANT, value) else "")
    except (ValueError, OverflowError):
        advice = "write 2026-03-31, or 2026-03-31T18:00:00+02:00 with the offset"
        raise Fault(f"{quote(value)} is not an instant", advice) from None


def word(node: Node, words: Mapping[str, T]) -> T:
    """One of a few words, as what it stands for.

    Raises:
        Fault: for any other word, with the nearest.
    """
    value = _scalar(node, f"one of {', '.join(words)}")
    if value not in words:
        raise Fault(f"{quote(value)} is not one of {', '.join(words)}", suggest(value, words))
    return words[value]


def suggest(word: str, words: Iterable[str]) -> str:
    """Says which known word was probably meant, or nothing.

    >>> suggest("persones", ["persons", "bytes"])
    'did you mean `persons`?'
    """
    known = {w.casefold(): w for w in words}
    near = get_close_matches(word.casefold(), known, n=1, cutoff=0.6)
    return f"did you mean `{known[near[0]]}`?" if near else ""


def wrong_kind(node: Node, wanted: str) -> Fault:
    """The fault of a list where a text is wanted, and the like."""
    found = "nothing is written here" if node.empty else f"this is {node.kind.value}"
    return Fault(f"{found}, and {wanted} is wanted")


def _scalar(node: Node, wanted: str) -> str:
    if node.kind is not Kind.SCALAR or node.empty:
        raise wrong_kind(node, wanted)
    return node.text


def _check(written: str, value: float, *, least: float | None, most: float | None) -> None:
    if least is not None and value < least:
        raise Fault(f"{quote(written)} is out of range: at least {least}")
    if most is not None and value > most:
        raise Fault(f"{quote(written)} is out of range: at most {most}")


def _trap(node: Node) -> str | None:
    """What YAML 1.1 or 1.2 takes a plain scalar for, when that is not a text."""
    if not node.plain:
        return None
    if node.text in _BOOLEANS:
        return _BOOLEANS[node.text]
    if _BASE_60.fullmatch(node.text):
        return "a number in base 60"
    return "a number" if _NUMERIC.fullmatch(node.text) else None


def _integer_help(node: Node) -> str:
    bare = node.text.translate(_SEPARATORS)
    if not node.plain and _INTEGER.fullmatch(node.text):
        return "write it without quotes"
    if re.fullmatch(r"-?0[0-9]+", bare):
        return f"a leading zero means base 8 to some readers: write {int(bare)}"
    if re.fullmatch(r"0[xXoObB][0-9a-fA-F]+", bare):
        return "write it in decimal digits"
    return f"write {bare}" if _INTEGER.fullmatch(bare) else ""


def _duration_help(written: str) -> str:
    if re.fullmatch(r"[1-9][0-9]*", written):
        return f"add the unit: {written}s, {written}m, {written}h or {written}d"
    return "write a whole number and s, m, h or d, such as 10m"
