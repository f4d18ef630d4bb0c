"""How does a PostgreSQL log line begin? `log_line_prefix` as an expression, and the texts around audit entries."""

import re
from typing import Final

__all__ = ["compile_prefix", "iso_time", "split_csv"]

_NAME: Final = (
    ".{0,63}?"  # NAMEDATALEN: a name has at most 63 bytes, so that trying lengths stays cheap
)
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
# PostgreSQL documentation, "log_line_prefix".
_ESCAPES: Final = {
    "m": rf"(?P<time>{_DATE}\.[0-9]{{1,6}} [A-Za-z0-9+:-]{{1,9}})",
    "t": rf"(?P<time>{_DATE} [A-Za-z0-9+:-]{{1,9}})",
    "n": r"(?P<time>[0-9]{1,12}\.[0-9]{1,6})",
    "u": f"(?P<user>{_NAME})",
    "d": f"(?P<database>{_NAME})",
    "p": "(?P<pid>[0-9]{1,10})",
    "c": "(?P<session_id>[0-9a-f.]{1,40})",
    "a": f"(?P<application_name>{_NAME})",
    "r": r"(?P<client>\S{0,255}?)",
    "h": r"(?P<client>\S{0,255}?)",
    "q": "",
    "%": "%",
    "l": "[0-9]{1,20}",
    "P": "[0-9]{0,10}",
    "s": rf"{_DATE} [A-Za-z0-9+:-]{{1,9}}",
    "v": r"[0-9/]{0,40}",
    "x": "[0-9]{0,20}",
    "e": "[0-9A-Z]{5}",
    "i": _NAME,
    "b": _NAME,
    "Q": "-?[0-9]{0,20}",
}
_ESCAPE: Final = re.compile(r"%(-?[0-9]*)([A-Za-z%])")
_ENTRY: Final = r"(?:LOG|NOTICE|INFO|WARNING|DEBUG[1-5]?):  AUDIT: "
_FIELD: Final = re.compile(r'"((?:[^"]|"")*+)"|([^,]*+)')
_UTC: Final = ("UTC", "GMT", "Z")


def compile_prefix(prefix: str) -> re.Pattern[str]:
    """An expression that matches the prefix and what follows it up to the fields of an audit entry.

    >>> bool(compile_prefix("%p ").match("7755 LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,select 1,<none>"))
    True
    """
    pieces, end, seen = [], 0, set()
    for match in _ESCAPE.finditer(prefix):
        pieces.append(re.escape(prefix[end : match.start()]))
        piece = _ESCAPES.get(match[2], r"\S{0,255}?")
        name = piece[4 : piece.index(">")] if piece.startswith("(?P<") else ""
        if name in seen:
            piece = piece.replace(f"?P<{name}>", "?:", 1)
        seen.add(name)
        pieces.append(rf" {{0,63}}?{piece} {{0,63}}?" if match[1] else piece)
        end = match.end()
    pieces.append(re.escape(prefix[end:]))
    return re.compile("".join(pieces) + _ENTRY)


def split_csv(text: str) -> list[str]:
    """The fields of one comma-separated record, quotes removed.

    >>> split_csv('READ,"select ""a"", b",<none>')
    ['READ', 'select "a", b', '<none>']
    """
    values, place = [], 0
    while place <= len(text):
        match = _FIELD.match(text, place)
        assert match is not None, "the second alternative matches everywhere"
        values.append(match[2] if match[1] is None else match[1].replace('""', '"'))
        place = match.end() + 1
    return values


def iso_time(text: str) -> str:
    """`2022-04-12 00:16:05.526 UTC` with an offset, or without one when its zone is only abbreviated."""
    date, _, rest = text.partition(" ")
    clock, _, zone = rest.partition(" ")
    if zone in _UTC:
        return f"{date}T{clock}+00:00"
    if zone[:1] in {"+", "-"}:
        return f"{date}T{clock}{zone}"
    return f"{date}T{clock}" if clock else text
