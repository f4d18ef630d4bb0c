"""The template for print gets words as data, in signs that its fonts have."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from document_factory import every_block
from ecluse.reports.document.payload import payload, printable


def test_each_block_says_its_kind():
    whole = json.loads(payload(every_block()))
    kinds = [b["kind"] for b in whole["blocks"]]
    assert kinds[:5] == ["contents", "heading", "paragraph", "paragraph", "key_numbers"]
    assert "finding_list" in kinds
    assert "page_break" in kinds
    assert whole["made_at"] == {"year": 2026, "month": 11, "day": 30, "hour": 16, "minute": 0, "second": 0}  # fmt: skip


def test_a_figure_is_svg_with_its_alternative():
    (figure,) = [b for b in json.loads(payload(every_block("dit")))["blocks"] if b["kind"] == "figure"]  # fmt: skip
    assert figure["svg"].startswith("<svg xmlns=")
    assert figure["description"] == "dit"
    assert "drawing" not in figure


def test_codes_stay_whole_so_that_they_can_be_copied():
    assert "ab" * 32 in payload(every_block()).decode()


def test_long_words_can_be_broken():
    assert printable("x" * 30) == "x" * 12 + "\u200b" + "x" * 12 + "\u200b" + "x" * 6
    assert printable("x" * 24) == "x" * 24


def test_french_stays_as_it_is():
    text = "L’œuvre coûte 36\u202f820\u202f828\u00a0€ ; ça « va » – ≤ 5 % → Ω Ж"
    assert printable(text) == text


@settings(deadline=None)
@given(st.text())
def test_what_fonts_lack_becomes_its_number(text):
    shown = printable(text)
    assert all(c < "\u2300" and not "\x00" <= c < " " for c in shown)
    assert printable("汉") == "\\u6c49"
    assert printable("\U0001f600") == "\\U0001f600"
