"""How does a document become a page? One self-contained file: no script, nothing fetched, styles allowed by their hash alone."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ecluse.reports.document.blocks import Document
from ecluse.reports.document.drawing import HATCH, Drawing, shapes
from ecluse.reports.text import exact

__all__ = ["render"]

_STYLES: Final = ("style.css", "document.css")


def render(document: Document) -> str:
    """Writes the document as HTML that also prints well on A4."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _environment().get_template("document.html.j2")
    anchors = {id(heading): f"h{n}" for n, heading in enumerate(document.headings(), start=1)}
    return exact(
        page.render(
            document=document,
            style=style,
            digest=digest,
            hatch=Markup(HATCH),  # noqa: S704 - a constant
            kind=lambda block: type(block).__name__,
            anchor=lambda block: anchors.get(id(block), ""),
        )
    )


def _style() -> str:
    return "".join(
        files("ecluse.reports").joinpath("templates", name).read_text("utf-8") for name in _STYLES
    )


def _drawn(drawing: Drawing) -> Markup:
    return Markup(shapes(drawing))  # noqa: S704 - every word of it is escaped where it is written


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ecluse.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["drawn"] = _drawn
    return environment
