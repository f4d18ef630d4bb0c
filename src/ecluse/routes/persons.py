"""Which persons do the values in a path or a query name? Identifiers in the one form in which they are counted.

A value can name another person to the application than to the gate in two ways: by a spelling that the
application takes for the same (` 12`, `12.`, `012`), or by holding several (`12,13`). Of the first kind,
what servers and databases ignore at the ends is read both ways, and both count; the rest is for the
routes file to say (`matches`, `lower`, `strip_zeros`). Of the second, a value that holds `,`, `;` or `|` is no
person unless the file says that it may.

>>> rule = PersonRule(re.compile("[0-9]+"), strip_zeros=True, split=",")
>>> rule.read(["0012", "7,8."]), rule.read(["12x"])
(('12', '7', '8'), Refused(reason='person'))
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from ecluse.model.asked import PERSONS_MAX
from ecluse.routes.outcome import Refused
from ecluse.routes.paths import text_fault, trimmed

__all__ = ["MAX_PERSON", "MAX_VALUE", "PersonRule", "query_name", "query_values"]

MAX_PERSON: Final = 256
"""Characters of an identifier, as in the messages to the gate."""

MAX_VALUE: Final = 512
"""Characters of a value that may hold an identifier."""

_LISTS: Final = frozenset(",;|")
_MALFORMED: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BRACKETS: Final = re.compile(r"\[.*", re.DOTALL)
_PHP: Final = str.maketrans(". ", "__")


@dataclass(frozen=True, slots=True)
class PersonRule:
    """What an identifier of a person looks like, and which spellings are the same person.

    Attributes:
        matches: the whole value must match; its group, when it has one, is the identifier.
        lower: it is taken in lower case, where the application does not tell `AB12` from `ab12`.
        strip_zeros: zeros in front are left out, where the application takes `012` for 12.
        split: separator, where one value may name several persons.
        prefix: put before each identifier, where another application calls somebody else by the same.
    """

    matches: re.Pattern[str] | None = None
    lower: bool = False
    strip_zeros: bool = False
    split: str | None = None
    prefix: str = ""

    def read(self, values: Iterable[str]) -> tuple[str, ...] | Refused:
        """The persons of decoded values, each once; none for empty values."""
        found: dict[str, None] = {}
        for value in values:
            for part in (value,) if self.split is None else value.split(self.split):
                if not part.strip():
                    continue
                readings = self._readings(part)
                if not readings:
                    return Refused("person")
                found.update(dict.fromkeys(readings))
        return tuple(found) if len(found) <= PERSONS_MAX else Refused("crowd")

    def _readings(self, value: str) -> list[str]:
        """The identifiers that the value may stand for; empty when it cannot be one."""
        short = trimmed(value)
        written = (value,) if short == value else (value, short)
        return [each for w in written if (each := self._identifier(w))]

    def _identifier(self, value: str) -> str | None:
        if len(value) > MAX_VALUE:
            return None
        if self.matches is None:
            if not _LISTS.isdisjoint(value):
                return None
        elif (match := self.matches.fullmatch(value)) is None:
            return None
        elif match.re.groups:
            value = match[1] or ""
        if self.lower:
            value = value.lower()
        if self.strip_zeros and value:
            value = value.lstrip("0") or "0"
        named = self.prefix + value
        return named if value and len(named) <= MAX_PERSON else None


def query_values(query: bytes, names: frozenset[str]) -> list[str] | Refused:
    """The decoded values of all parameters that an application may take for one of `names` (made by `query_name`).

    Repeated parameters all count, in whichever spelling of the name frameworks take for the same: other case,
    `id[]`, `id[0]`, `.` for `_`, and after a `;` as after a `&`.
    """
    found: list[str] = []
    for piece in query.decode("latin-1").split("&"):
        for part in (piece, *piece.split(";")[1:]) if ";" in piece else (piece,):
            written, _, value = part.partition("=")
            name = _decoded(written.lstrip("?"))
            if name is None:
                return Refused("query")
            if query_name(name) in names or query_name(_BRACKETS.sub("", name)) in names:
                text = _decoded(value)
                if text is None:
                    return Refused("query")
                found.append(text)
    return found


def query_name(name: str) -> str:
    """The form in which names of parameters are compared."""
    return unicodedata.normalize("NFKC", name).strip().casefold().translate(_PHP)


def _decoded(written: str) -> str | None:
    """A name or value decoded once, or None when not all applications decode it alike."""
    if "%" not in written and "+" not in written and written.isascii():
        return written if written.isprintable() else None
    if _MALFORMED.search(written) is not None:
        return None
    try:
        raw = unquote_to_bytes(written.replace("+", " ").encode("latin-1"))
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if text_fault(text) is not None else text
