"""Findings: the most severe first, counted by severity; nothing found is not the same as nobody looked."""

from dataclasses import replace

from assurance_factory import bare, full
from ecluse.model.finding import Finding, Severity
from ecluse.reports.assurance.findings import chapter
from ecluse.reports.document.blocks import FindingList, Note, Paragraph, Table
from ecluse.reports.language import words

EN, FR = words("en", document="assurance"), words("fr", document="assurance")


def test_most_severe_first():
    (found,) = [b for b in chapter(full(), EN) if isinstance(b, FindingList)]
    assert [i.code for i in found.items] == ["application-past-closing", "flow-unbounded", "shadowed"]  # fmt: skip
    counts = next(b.text for b in chapter(full(), FR) if isinstance(b, Paragraph))
    assert counts.replace("\u00a0", " ") == "3 constats sont ouverts : 1 de gravité critique, 1 de gravité élevée, 1 de gravité faible."  # fmt: skip


def test_nothing_found_and_nobody_looked():
    assert [type(b) for b in chapter(replace(full(), findings=(), accepted=()), EN)][1:] == [
        Paragraph
    ]
    assert [b.warns for b in chapter(bare(), EN) if isinstance(b, Note)] == [True]


def test_what_the_files_let_pass_has_its_reason():
    (table,) = [b for b in chapter(full(), FR) if isinstance(b, Table)]
    assert [c.text for c in table.rows[0]] == ["Un budget en observation seule", "moyenne", "until the tests of March are over"]  # fmt: skip
    assert not [b for b in chapter(replace(full(), accepted=()), FR) if isinstance(b, Table)]


def test_very_many_are_cut_and_counted():
    many = tuple(Finding("c", Severity.LOW, f"n {i}", "h", str(i)) for i in range(100))
    blocks = list(chapter(replace(full(), findings=many, accepted=()), EN))
    (found,) = [b for b in blocks if isinstance(b, FindingList)]
    assert len(found.items) == 80
    assert "and 20 more" in blocks[-1].text
