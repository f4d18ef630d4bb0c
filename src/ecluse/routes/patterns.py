"""What does the pattern of a route say? Its literal segments, and which of the others is a person.

A pattern is a path whose segments are literal texts, `{person}` (the identifier of a person), `{}` (anything),
and, as the last, `{*}` (any number of segments, none included).

>>> parse("/people/{person}/documents/{}").people
(1,)
>>> parse("/people/{persons}")
Traceback (most recent call last):
    ...
ecluse.routes.patterns.PatternFault: `{persons}` is not a parameter
"""

import unicodedata
from dataclasses import dataclass
from typing import Final

from ecluse.routes.paths import text_fault, trimmed

__all__ = ["Pattern", "PatternFault", "parse"]

MAX_SEGMENTS: Final = 32
_PERSON: Final = "{person}"
_ANY: Final = "{}"
_REST: Final = "{*}"
_PARAMETERS: Final = "the parameters are {person} (who is shown), {} (anything) and, at the end, {*} (any number of segments)"


class PatternFault(ValueError):  # noqa: N818 - a fault of the file, which its loader notes
    """A pattern could never match, or not as it looks; `help` says what to write."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - as in the errors
        super().__init__(message)
        self.help = help


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, taken apart.

    Attributes:
        text: as it was written.
        segments: the literals; None for `{person}` and `{}`.
        people: places of `{person}` among the segments.
        rest: whether `{*}` follows.
    """

    text: str
    segments: tuple[str | None, ...]
    people: tuple[int, ...] = ()
    rest: bool = False

    @property
    def variable(self) -> int:
        """How many segments are no literals."""
        return self.segments.count(None)


def parse(text: str) -> Pattern:
    """Takes a pattern apart.

    Raises:
        PatternFault: when it is not one, or no request could match it as it is written.
    """
    if not text.startswith("/"):
        raise PatternFault("a path begins with `/`", f"write /{text}")
    written = text[1:].removesuffix("/").split("/") if len(text) > 1 else []
    if len(written) > MAX_SEGMENTS:
        raise PatternFault(f"a path of more than {MAX_SEGMENTS} segments", "end it with {*}")
    rest = bool(written) and written[-1] == _REST
    segments = written[:-1] if rest else written
    people = tuple(place for place, segment in enumerate(segments) if segment == _PERSON)
    return Pattern(text, tuple(_literal(s) for s in segments), people, rest)


def _literal(segment: str) -> str | None:
    if segment in {_PERSON, _ANY}:
        return None
    if segment == _REST:
        raise PatternFault("`{*}` stands only at the end of a path", "write {} for one segment")
    if "{" in segment or "}" in segment:
        whole = segment.startswith("{") and segment.endswith("}")
        message = (
            f"`{segment}` is not a parameter"
            if whole
            else f"`{segment}` is only partly a parameter"
        )
        raise PatternFault(message, _PARAMETERS if whole else "a parameter is a whole segment; `person: {matches: …}` says which part of it is the identifier")  # fmt: skip
    if not segment:
        raise PatternFault("a path with an empty segment", "write one `/`")
    if "%" in segment:
        raise PatternFault(f"`{segment}` is percent-encoded", "write the characters themselves")
    wrong = not set("\\?#;*").isdisjoint(segment) or text_fault(segment) is not None
    if wrong or segment != trimmed(segment) or not unicodedata.is_normalized("NFC", segment):
        raise PatternFault(
            f"`{segment}` holds what no path is matched by",
            "leave out ? # ; * \\ and what follows them, dots and blanks at the ends, and unusual characters",
        )
    return segment
