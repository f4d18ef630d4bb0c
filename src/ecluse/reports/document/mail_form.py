"""How does a document become a mail? Plain text, and HTML without a link, an image, a script or anything to fetch."""

import textwrap
from html import escape
from typing import Final

from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    Note,
    Paragraph,
)
from ecluse.reports.text import exact, plain

__all__ = ["as_html", "as_text"]

_WIDTH: Final = 76
_KEPT: Final = frozenset("\u00a0\u202f\ue000\ue001")
"""Spaces that hold words together, and the marks of places that are filled in later."""

_STYLE: Final = (
    "body{font:16px/1.5 Georgia,serif;color:#17181c;background:#fff;max-width:42em;margin:0 auto;padding:16px}"
    "h1{font-size:22px}h2{font-size:18px;margin:1.4em 0 .4em}dt{color:#4a4d57}dd{margin:0 0 .5em}.small{color:#4a4d57;font-size:14px}"
)


def as_text(document: Document) -> str:
    """The document as lines of at most 76 signs, but for words that are longer."""
    parts = [_line(document.title), "=" * min(len(document.title), _WIDTH), document.subtitle, ""]
    for block in document.blocks:
        parts += [*_text(block), ""]
    if document.footer:
        parts += ["-- ", *_wrapped(document.footer)]
    return "\n".join(parts).rstrip() + "\n"


def as_html(document: Document) -> str:
    """The document as a page that mail programs show without asking anybody for anything."""
    body = "\n".join(_html(block) for block in document.blocks)
    return (
        f'<!doctype html>\n<html lang="{escape(document.language)}" dir="{document.direction}"><head><meta charset="utf-8">'
        f"<title>{_escaped(document.title)}</title><style>{_STYLE}</style></head>\n<body>\n<h1>{_escaped(document.title)}</h1>\n"
        f'<p class="small">{_escaped(document.subtitle)}</p>\n{body}\n<p class="small">{_escaped(document.footer)}</p>\n</body></html>\n'
    )


def _text(block: Block) -> list[str]:
    match block:
        case Heading(text=text):
            return [_line(text), "-" * min(len(text), _WIDTH)]
        case Paragraph(text=text) | Note(text=text):
            return _wrapped(text)
        case Bullets(items=items):
            return [line for item in items for line in _wrapped(item, first="- ", then="  ")]
        case Facts(items=facts):
            return [line for f in facts for line in (_line(f"{f.name} :"), f"    {_line(f.value)}")]
        case _:
            raise TypeError(f"a mail has no block `{type(block).__name__}`")


def _wrapped(text: str, *, first: str = "", then: str = "") -> list[str]:
    """No-break spaces hold their words together: `textwrap` breaks at ordinary ones alone."""
    return textwrap.wrap(
        _line(text), _WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )  # fmt: skip


def _html(block: Block) -> str:
    match block:
        case Heading(text=text):
            return f"<h2>{_escaped(text)}</h2>"
        case Paragraph(text=text) | Note(text=text):
            return f"<p>{_escaped(text)}</p>"
        case Bullets(items=items):
            return f"<ul>{''.join(f'<li>{_escaped(item)}</li>' for item in items)}</ul>"
        case Facts(items=facts):
            pairs = "".join(f"<dt>{_escaped(f.name)}</dt><dd>{_code(f.value) if f.code else _escaped(f.value)}</dd>" for f in facts)  # fmt: skip
            return f"<dl>{pairs}</dl>"
        case _:
            raise TypeError(f"a mail has no block `{type(block).__name__}`")


def _code(text: str) -> str:
    return f"<code>{_escaped(text)}</code>"


def _escaped(text: str) -> str:
    return escape(_line(text))


def _line(text: str) -> str:
    """One line in which nothing acts unseen."""
    return exact("".join(c if c in _KEPT else plain(c) for c in text))
