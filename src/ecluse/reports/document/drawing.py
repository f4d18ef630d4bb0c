"""What is a drawing made of, and how is it written as SVG? Lines, rectangles, dots and words, by the part that they play."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final, Literal, TypeAlias

__all__ = [
    "HATCH",
    "Dot",
    "Drawing",
    "Label",
    "Line",
    "Part",
    "Rectangle",
    "Shape",
    "shapes",
    "svg",
]

Part: TypeAlias = Literal["grid", "foot", "first", "second", "open", "limit", "ink"]
"""What a shape stands for; the style sheet says how it looks. `open` is hatched, so that it shows without colour."""

FONT: Final = "'Libertinus Serif', 'Liberation Sans', Arial, sans-serif"

STYLE: Final = (
    f"text{{font:12px {FONT};fill:#17181c}}"
    ".strong{font-weight:700}.anchor-middle{text-anchor:middle}.anchor-end{text-anchor:end}"
    ".part-grid{stroke:#c9ccd4;stroke-width:.8}.part-foot{stroke:#17181c;stroke-width:1}"
    ".part-limit{stroke:#17181c;stroke-width:1.6;stroke-dasharray:1.5 4;stroke-linecap:round}"
    "line.part-first{stroke:#2f5f94;stroke-width:2}line.part-second{stroke:#8a5a00;stroke-width:2}"
    "rect.part-first,circle.part-first{fill:#2f5f94;stroke:#2f5f94}"
    "rect.part-second,circle.part-second{fill:#d9a441;stroke:#8a5a00}"
    "rect.part-open{fill:url(#hatch);stroke:#a3271c;stroke-width:.8}"
    "circle.part-open{fill:#a3271c;stroke:#a3271c}"
    "rect.part-ink,circle.part-ink{fill:#17181c;stroke:#17181c}"
    "circle.hollow{fill:#ffffff;stroke-width:2}"
)
"""How the parts look where there is no style sheet; `templates/document.css` says the same for the page."""

HATCH: Final = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="#ffffff"/><rect width="2.2" height="5" fill="#a3271c"/></pattern></defs>'
)
"""What stands for `open` also without colour; once a file or page."""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    part: Part


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    part: Part


@dataclass(frozen=True, slots=True)
class Dot:
    """A point, hollow or filled."""

    x: float
    y: float
    part: Part
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Words; `y` is their foot."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    strong: bool = False


Shape: TypeAlias = Line | Rectangle | Dot | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a ground of that size, the later ones on top."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def svg(drawing: Drawing, spell: Callable[[str], str] = str) -> str:
    """Writes a whole SVG file that needs no style sheet: what a renderer for print takes.

    Options:
        spell: how words are written, where a font lacks some of their signs.
    """
    size = f'width="{_n(drawing.width)}" height="{_n(drawing.height)}"'
    box = f'viewBox="0 0 {_n(drawing.width)} {_n(drawing.height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box}>'
        f"<style>{STYLE}</style>{HATCH}{shapes(drawing, spell)}</svg>"
    )


def shapes(drawing: Drawing, spell: Callable[[str], str] = str) -> str:
    """Writes the shapes as elements of SVG, with a class for each part; words are escaped."""
    return "\n".join(_element(shape, spell) for shape in drawing.shapes)


def _element(shape: Shape, spell: Callable[[str], str]) -> str:
    match shape:
        case Line(x1, y1, x2, y2, part):
            ends = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
            return f'<line class="part-{part}" {ends}/>'
        case Rectangle(x, y, width, height, part):
            size = f'width="{_n(width)}" height="{_n(height)}"'
            return f'<rect class="part-{part}" x="{_n(x)}" y="{_n(y)}" {size}/>'
        case Dot(x, y, part, hollow):
            ring = " hollow" if hollow else ""
            return f'<circle class="part-{part}{ring}" cx="{_n(x)}" cy="{_n(y)}" r="4.5"/>'
        case Label(x, y, text, anchor, strong):
            words = f"anchor-{anchor}{' strong' if strong else ''}"
            return f'<text class="{words}" x="{_n(x)}" y="{_n(y)}">{escape(spell(text))}</text>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
