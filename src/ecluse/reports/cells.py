r"""How is any text put into a cell of a CSV file, so that a spreadsheet does nothing with it and it can be read back exactly?

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a terminal obeys control characters. So, in this order:

1. a backslash is written `\\`, and a character that acts without being seen as `\u` and four, or `\U` and eight hexadecimal digits;
2. before a text that then begins with `=`, `+`, `-`, `@` (or the wide form of one) or `'` stands a `'`.

Reading back is the same in the other order. No two texts have the same cell.
"""

import re
from collections.abc import Iterable
from typing import Final

from ecluse.reports.text import unseen

__all__ = ["cell", "line", "text_of"]

_GUARDED: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")
_ORDINARY: Final = re.compile(r"[A-Za-z0-9 _.:,;/#(){}\"|&*%<>?!\[\]$~^][\x20-\x5b\x5d-\x7e]*")
_CODE: Final = re.compile(r"\\(?:\\|u([0-9a-f]{4})|U([0-9a-f]{8}))")


def cell(text: str) -> str:
    r"""Writes a text as a cell, not yet quoted.

    >>> cell('=HYPERLINK("x")'), cell("agent\x1b[2J"), cell("A\\b")
    ('\'=HYPERLINK("x")', 'agent\\u001b[2J', 'A\\\\b')
    """
    if not text or _ORDINARY.fullmatch(text):
        return text
    written = "".join(map(_character, text))
    return f"'{written}" if written.startswith(_GUARDED) else written


def text_of(written: str) -> str:
    """Reads a cell back.

    Raises:
        ValueError: when it is no cell that `cell` wrote.
    """
    bare = written.removeprefix("'")
    text = _CODE.sub(_decoded, bare)
    if cell(text) != written:
        raise ValueError("this is not a cell as it is written here")
    return text


def line(values: Iterable[str]) -> str:
    """Writes a line of CSV (RFC 4180), cells made harmless and quoted where they must be."""
    written = ",".join(map(_quoted, map(cell, values)))
    return (written or '""') + "\r\n"


def _character(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character == " " or not unseen(character):
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _decoded(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    return chr(int(digits, 16)) if digits else "\\"


def _quoted(written: str) -> str:
    if '"' in written or "," in written:
        doubled = written.replace('"', '""')
        return f'"{doubled}"'
    return written
