"""A DOCX is read back: every text in its place, headings as styles, header rows, languages, and the same bytes again."""

import io
import sys
import zipfile

import docx
import pytest

from document_factory import MARKUP, document, every_block
from ecluse.model.errors import CallerError
from ecluse.reports.document.blocks import Cell, Column, Fact, Facts, Heading, Paragraph, Table
from ecluse.reports.document.docx import check_installed, render


def read(made):
    return docx.Document(io.BytesIO(render(made)))


def said(opened):
    tables = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return [p.text for p in opened.paragraphs] + tables


def test_every_text_of_every_block_is_there():
    opened = read(every_block("le texte"))
    assert sum("le texte" in text for text in said(opened)) >= 15
    assert opened.sections[0].footer.paragraphs[0].text.startswith("Écluse")


def test_headings_are_styles():
    opened = read(document(Heading("Un"), Heading("Deux", 2), Paragraph("x")))
    styles = {p.text: p.style.name for p in opened.paragraphs}
    assert (styles["Un"], styles["Deux"], styles["Été : œuvre"]) == ("Heading 1", "Heading 2", "Title")  # fmt: skip


def test_a_table_repeats_its_header_row_on_each_page():
    table = Table("c", (Column("Nom"), Column("Nombre", number=True)), ((Cell("a"), Cell("1")),))
    opened = read(document(table))
    first, second = opened.tables[0].rows
    assert "tblHeader" in first._tr.xml
    assert "tblHeader" not in second._tr.xml
    assert [c.text for c in first.cells] == ["Nom", "Nombre"]


@pytest.mark.parametrize(("language", "region"), [("fr", "fr-FR"), ("en", "en-GB")])
def test_the_language_is_told(language, region):
    opened = read(document(Paragraph("texte", language="en"), language=language))
    assert opened.core_properties.language == region
    assert f'w:val="{region}"' in opened.styles.element.xml
    assert 'w:lang w:val="en-GB"' in opened.paragraphs[-1]._p.xml


def test_marks_and_what_stood_before_are_shown():
    facts = Facts((Fact("Nombre", "2", mark="changed", small="avant : 1"), Fact("Cause", "-", mark="missing")), boxes=True)  # fmt: skip
    table = read(document(facts)).tables[0]
    assert table.cell(0, 1).text == "2\navant : 1"
    assert "FBF0CF" in table.cell(0, 1)._tc.xml
    assert "F9DDCB" in table.cell(1, 1)._tc.xml


@pytest.mark.parametrize(
    "text", [*MARKUP, "a\x00b\x0bc", "\ud800", '{ HYPERLINK "http://x.test" }']
)
def test_no_text_becomes_anything_but_text(text):
    packed = zipfile.ZipFile(io.BytesIO(render(every_block(text))))
    body = packed.read("word/document.xml").decode()
    assert "<w:hyperlink" not in body
    assert "<w:fldSimple" not in body
    assert "instrText" not in body
    assert "TargetMode" not in packed.read("word/_rels/document.xml.rels").decode()
    assert not [n for n in packed.namelist() if "vba" in n.lower()]


def test_the_same_document_has_the_same_bytes():
    made = every_block()
    assert render(made) == render(made)
    dates = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(render(made))).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(CallerError, match="needs python-docx") as caught:
        check_installed()
    assert "ecluse[docx]" in caught.value.help
