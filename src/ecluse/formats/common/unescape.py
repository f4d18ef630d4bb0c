r"""What did a server write before it escaped it? Undoes `\xHH`, `\"` and the like of nginx and Apache."""

import re
from typing import Final

__all__ = ["unescape"]

_ESCAPE: Final = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\bnrtvf]))')
_LETTERS: Final = {
    "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92,
}  # fmt: skip


def unescape(text: str) -> str:
    r"""The text that nginx (`\xC3\xA9`) or Apache (`\"`) escaped; bytes that are not UTF-8 stay escaped.

    >>> unescape(r"jos\xC3\xA9 \"x\" \xE9")
    'josé "x" \\xe9'
    """
    if "\\" not in text:
        return text
    pieces = []
    end = 0
    for match in _ESCAPE.finditer(text):
        pieces.append(text[end : match.start()].encode())
        pieces.append(bytes([int(match[1], 16) if match[1] else _LETTERS[match[2]]]))
        end = match.end()
    pieces.append(text[end:].encode())
    return b"".join(pieces).decode("utf-8", "backslashreplace")
