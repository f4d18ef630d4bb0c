"""The assurance report as it was reviewed: every sentence of a full one, and the page of one in which everything is missing."""

import pytest

from assurance_factory import bare, full
from ecluse.reports.assurance.report import document
from ecluse.reports.document import blocks
from ecluse.reports.document.html import render


def _lines(block):
    """A block as lines that a person can review."""
    match block:
        case blocks.Heading(text, level):
            yield f"\n{'#' * (level + 1)} {text}"
        case blocks.Paragraph(text) | blocks.Note(text):
            yield text
        case blocks.Bullets(items):
            yield from (f"- {item}" for item in items)
        case blocks.KeyNumbers(items):
            yield from (f"[{one.figure}] {one.label}" for one in items)
        case blocks.Table(caption, columns, rows, note):
            yield f"({caption})"
            yield " | ".join(c.title for c in columns)
            for row in rows:
                cells = ((f"**{c.text}**" if c.strong else c.text) + (f" [{c.small}]" if c.small else "") for c in row)  # fmt: skip
                yield " | ".join(cells)
            yield note
        case blocks.Figure(title, description, _, caption):
            yield from (f"<{title}>", description, caption)
        case blocks.Facts(items):
            yield from (f"{one.name}: {one.value}" for one in items)
        case blocks.FindingList(items):
            yield from (f"- {i.severity} {i.code}: {i.title or i.text}" for i in items)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_sentence(golden, language):
    made = document(full(), language=language, zone="Europe/Paris")
    lines = [made.title, made.subtitle, *(line for b in made.blocks for line in _lines(b))]
    golden(f"assurance-full.{language}.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page(golden, language):
    golden(f"assurance-bare.{language}.html", render(document(bare(), language=language)))
