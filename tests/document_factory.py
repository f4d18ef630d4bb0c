"""Where do documents for tests come from? One with every kind of block, and one with names that strangers chose."""

from typing import get_args

from ecluse.model.time import parse_instant
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Contents,
    Document,
    Fact,
    Facts,
    Figure,
    FindingItem,
    FindingList,
    Heading,
    KeyNumber,
    KeyNumbers,
    Note,
    PageBreak,
    Paragraph,
    Table,
)
from ecluse.reports.document.drawing import Dot, Drawing, Label, Line, Rectangle

__all__ = ["MADE_AT", "MARKUP", "document", "every_block"]

MADE_AT = parse_instant("2026-11-30T16:00:00Z")

MARKUP = (
    '#panic("no")',
    "*bold* _slanted_ `raw`",
    "$x^2$",
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "@reference <label>",
    "// comment",
    "= heading",
    r"\u{41} \ #",
    '#read("/etc/passwd")',
    '"); #panic(("',
    "{{ 7 * 7 }} {% raw %}",
    "汉字アカウント",
    "x" * 120,
)


def document(*blocks: Block, language: str = "fr", title: str = "Été : œuvre") -> Document:
    """A document of these blocks."""
    return Document(title, "Sous-titre", language, MADE_AT, blocks, footer="Écluse")


def every_block(text: str = "texte", *, label: str = "étiquette") -> Document:
    """One block of each kind, with the text in every place that takes one."""
    drawing = Drawing(
        400,
        80,
        (
            Line(0, 70, 400, 70, "foot"),
            Rectangle(10, 10, 20, 60, "first"),
            Rectangle(40, 10, 20, 60, "open"),
            Dot(90, 30, "second", hollow=True),
            Label(120, 30, label, "middle", strong=True),
        ),
    )
    blocks: tuple[Block, ...] = (
        Contents("Sommaire"),
        Heading(f"1. {text}"),
        Paragraph(text, lead=True),
        Paragraph(text, language="en"),
        KeyNumbers((KeyNumber("36\u202f820\u202f828", text), KeyNumber("0", "flux"))),
        Heading("1.1 Détail", 2),
        Table(
            text,
            (Column("Nom", width=2), Column("Nombre", number=True), Column(text)),
            (
                (
                    Cell(text, small=text, strong=True),
                    Cell("12\u202f000", tone="open"),
                    Cell("abc", code=True),
                ),
                (Cell("b"), Cell("1", tone="low"), Cell(text, tone="none", language="en")),
            ),
            note=text,
        ),
        Figure("Dessin", text, drawing, caption=text),
        PageBreak(),
        Heading("2. Suite"),
        Facts((Fact("SHA-256", "ab" * 32, code=True), Fact(text, text))),
        FindingList(
            (
                FindingItem("élevée", "flow-unbounded", "Un flux n’est pas borné", text, text),
                FindingItem("faible", "other", "", text, ""),
            )
        ),
        Note(text, warns=True),
        Note("remarque"),
        Bullets((text, "deux")),
    )
    assert {type(b) for b in blocks} == set(get_args(Block))
    return document(*blocks)
