"""Blocks hold together by themselves."""

import pytest

from document_factory import document, every_block
from ecluse.reports.document.blocks import Cell, Column, Heading, Table


def test_the_headings_of_the_first_level_are_the_chapters():
    assert [h.text for h in every_block().headings()] == ["1. texte", "2. Suite"]
    assert document(Heading("x", 2)).headings() == ()


def test_a_row_has_a_cell_for_each_column():
    with pytest.raises(AssertionError):
        Table("t", (Column("a"), Column("b")), ((Cell("1"),),))
    with pytest.raises(AssertionError):
        Table("t", (), ())
