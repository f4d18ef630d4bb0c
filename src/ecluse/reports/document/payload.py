r"""What does the template for print read? One JSON document: every word of the blocks as data, none as markup.

PDF/UA asks that each sign has a glyph, and a document must look alike on every machine, so only the fonts that come with
Typst are used. They have the letters of Latin, Greek and Cyrillic; another sign is written as its number (`\\u6c49`).
"""

import re
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, Final

import msgspec

from ecluse.model.time import EPOCH
from ecluse.reports.document.blocks import Block, Cell, Document, Fact, Figure
from ecluse.reports.document.drawing import svg
from ecluse.reports.text import exact

__all__ = ["numbered", "payload", "printable", "values"]

_PRINTED: Final = (
    (0x20, 0x7F),
    (0xA0, 0x250),
    (0x300, 0x378),
    (0x386, 0x460),
    (0x1E00, 0x1F00),
    (0x2010, 0x2028),
    (0x202F, 0x2041),
    (0x20A0, 0x20C0),
    (0x2190, 0x2300),
)
"""Signs that the fonts of Typst have, half open."""

_UNPRINTED: Final = re.compile(
    "[^" + "".join(f"{chr(low)}-{chr(high - 1)}" for low, high in _PRINTED).replace("\\", r"\\").replace("]", r"\]") + "]"
)  # fmt: skip
_LONG: Final = re.compile(r"[^\s\u200b]{25,}")
_PIECE: Final = re.compile(r".{12}")


def payload(document: Document) -> bytes:
    """Writes the document for `templates/document.typ`."""
    return msgspec.json.encode(values(document))


def values(document: Document) -> dict[str, Any]:
    """The same, as values that JSON can hold."""
    made = EPOCH + timedelta(microseconds=document.made_at)
    return {
        "title": printable(document.title),
        "subtitle": printable(document.subtitle),
        "language": document.language,
        "direction": document.direction,
        "footer": printable(document.footer),
        "made_at": {
            "year": made.year,
            "month": made.month,
            "day": made.day,
            "hour": made.hour,
            "minute": made.minute,
            "second": made.second,
        },
        "blocks": [{"kind": _kind(block), **_plain(block)} for block in document.blocks],
    }


def printable(text: str) -> str:
    r"""Writes what the fonts lack by its number, and lets long words be broken.

    >>> printable("ab\u6c49")
    'ab\\u6c49'
    """
    return _LONG.sub(_breakable, numbered(text))


def numbered(text: str) -> str:
    """Writes what the fonts lack by its number."""
    return _UNPRINTED.sub(_number, exact(text))


def _number(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _breakable(found: re.Match[str]) -> str:
    return _PIECE.sub("\\g<0>\u200b", found[0])


def _kind(block: Block) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(block).__name__).lower()


def _plain(value: Any) -> Any:
    """Blocks as objects of JSON; codes are not made breakable, so that they can be copied."""
    if isinstance(value, Figure):
        words = {n: printable(getattr(value, n)) for n in ("title", "description", "caption")}
        return {**words, "svg": svg(value.drawing, numbered)}
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Fact):
        written = numbered if value.code else printable
        lines = {
            "value": [*map(written, value.value.split("\n"))],
            "small": [*map(printable, value.small.split("\n"))],
        }
        return {"name": printable(value.name), "code": value.code, "mark": value.mark, **lines}
    if is_dataclass(value):
        whole = {f.name: getattr(value, f.name) for f in fields(value)}
        if isinstance(value, Cell) and value.code:
            return {n: numbered(v) if n == "text" else _plain(v) for n, v in whole.items()}
        return {name: _plain(part) for name, part in whole.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value
