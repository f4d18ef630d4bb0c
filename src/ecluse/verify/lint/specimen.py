"""Which text does an expression match? One short specimen, for the plain expressions that people write in mappings."""

import re
from typing import Final

__all__ = ["specimen"]

_OPENING: Final = re.compile(r"\(\?[a-z-]+\)|\((\?(P?<[^>=!][^>]*>|[a-z-]*:))?")
_COUNT: Final = re.compile(r"\{(\d+)(,\d*)?\}")
_CLASSES: Final = {"d": "1", "w": "a", "s": " ", "D": "a", "S": "a", "W": "-"}
_EMPTY: Final = frozenset("bBAzZ")
_TRIED: Final = "1aA-_/ .é"
_MOST: Final = 200


def specimen(pattern: str) -> str | None:
    r"""A text that the expression matches, or None when it holds what is not read here.

    Of alternatives the first is taken, and of repetitions the fewest.

    >>> specimen(r"^/(?:people|files)/(?P<person>[0-9]+)(?:/|$)")
    '/people/1/'
    """
    try:
        text, end = _alternatives(pattern, 0)
    except (_Unread, IndexError):
        return None
    return text if end == len(pattern) and len(text) <= _MOST else None


class _Unread(ValueError):  # noqa: N818 - private
    pass


def _alternatives(pattern: str, at: int) -> tuple[str, int]:
    text, at = _sequence(pattern, at)
    while at < len(pattern) and pattern[at] == "|":
        _, at = _sequence(pattern, at + 1)
    return text, at


def _sequence(pattern: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(pattern) and pattern[at] not in "|)":
        part, at = _atom(pattern, at)
        times, at = _times(pattern, at)
        parts.append(part * times)
    return "".join(parts), at


def _atom(pattern: str, at: int) -> tuple[str, int]:
    match pattern[at]:
        case "^" | "$":
            return "", at + 1
        case ".":
            return "a", at + 1
        case "(":
            return _group(pattern, at)
        case "[":
            return _set(pattern, at)
        case "\\":
            return _escape(pattern[at + 1]), at + 2
        case "*" | "+" | "?" | "{":
            raise _Unread
        case character:
            return character, at + 1


def _group(pattern: str, at: int) -> tuple[str, int]:
    opening = _OPENING.match(pattern, at)
    if opening is None:
        raise _Unread
    if opening[0].endswith(")"):  # flags alone
        return "", opening.end()
    if opening[0] == "(" and pattern[opening.end()] == "?":
        raise _Unread
    text, end = _alternatives(pattern, opening.end())
    if pattern[end] != ")":
        raise _Unread
    return text, end + 1


def _set(pattern: str, at: int) -> tuple[str, int]:
    end = at + 2 + (pattern[at + 1] == "^")  # `]` is literal at the beginning
    while pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    written = pattern[at : end + 1]
    if "[:" in written or "&&" in written or "[" in written[1:]:
        raise _Unread
    try:
        allowed = re.compile(written)
    except re.error:
        raise _Unread from None
    candidates = [*_TRIED, *(c for c in written if c not in "[]^\\-")]
    found = next((c for c in candidates if allowed.fullmatch(c)), None)
    if found is None:
        raise _Unread
    return found, end + 1


def _escape(letter: str) -> str:
    if letter in _EMPTY:
        return ""
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter.isalnum():
        raise _Unread
    return letter


def _times(pattern: str, at: int) -> tuple[int, int]:
    if at >= len(pattern):
        return 1, at
    counted = _COUNT.match(pattern, at)
    if counted is not None:
        times, at = int(counted[1]), counted.end()
        if times > _MOST:
            raise _Unread
    elif pattern[at] in "*?+":
        times, at = int(pattern[at] == "+"), at + 1
    else:
        return 1, at
    if at < len(pattern) and pattern[at] in "?+":  # lazy, possessive
        at += 1
    return times, at
