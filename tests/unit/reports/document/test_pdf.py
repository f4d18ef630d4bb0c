"""The PDF is one that a screen reader can read, alike everywhere, and no text changes what it is."""

import re
import sys
import zlib

import pytest

from document_factory import MARKUP, document, every_block
from ecluse.model.errors import CallerError
from ecluse.reports.document.blocks import Paragraph
from ecluse.reports.document.payload import _PRINTED
from ecluse.reports.document.pdf import render


def _pages(pdf):
    """How many pages the file says it has, in whatever stream it says so."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    texts = [pdf]
    for stream in streams:
        try:
            texts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return max(int(n) for text in texts for n in re.findall(rb"/Count (\d+)", text))


def test_it_is_tagged_and_says_so():
    pdf = render(every_block())
    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid:part" in pdf
    assert b"<dc:language>" in pdf
    assert _pages(pdf) == 2


def test_the_same_document_gives_the_same_bytes():
    assert render(every_block()) == render(every_block())


@pytest.mark.parametrize("text", MARKUP)
def test_no_text_is_read_as_markup(text):
    assert _pages(render(every_block(text, label=text))) == 2


def test_every_sign_that_is_not_numbered_has_a_glyph():
    for low, high in _PRINTED:
        signs = " ".join(f"a{chr(c)}" for c in range(low, high) if chr(c).isprintable())
        assert render(document(Paragraph(signs)))


def test_languages_written_from_the_right():
    from dataclasses import replace

    assert render(replace(every_block(), language="ar", direction="rtl"))


def test_without_typst_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(CallerError, match="needs Typst") as told:
        render(every_block())
    assert 'pip install "ecluse[pdf]"' in told.value.help
