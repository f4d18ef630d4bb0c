"""Any text goes into a cell and comes back; no cell is a formula, and none does anything to a terminal."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.ledgers.standalone.pack_files import _cell
from ecluse.reports.cells import cell, line, text_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
HOSTILE = st.builds("{}{}{}".format, st.sampled_from([*list("=+-@'\\\t\r\n\x1b\u202e＝"), "", "\\u0041", "''"]), TEXT, st.sampled_from(["", "\n", "\x1b[31m", '"', ","]))  # fmt: skip


@given(TEXT | HOSTILE)
def test_what_goes_in_comes_back(text):
    assert text_of(cell(text)) == text
    assert _cell(cell(text)) == text  # the stand-alone verifier reads it alike


@given(TEXT | HOSTILE)
def test_no_cell_is_a_formula_or_acts_on_a_terminal(text):
    written = cell(text)
    assert not written.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in written)


@given(st.lists(TEXT | HOSTILE, min_size=1))
def test_a_line_is_one_row_for_any_reader_of_csv(values):
    rows = list(csv.reader(io.StringIO(line(values), newline=""), strict=True))
    assert [text_of(value) for value in (rows[0] if rows else [""])] == values
    assert len(rows) <= 1


@pytest.mark.parametrize("written", ["=1", "\x1b", "\\", "\\u0041", "'a", "\\U0001f600"])
def test_what_was_not_written_here_is_refused(written):
    with pytest.raises(ValueError, match="not a cell"):
        text_of(written)
