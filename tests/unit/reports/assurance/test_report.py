"""The whole report: every chapter is there in both languages, says what is missing, and harms no reader."""

import re

import pytest

from assurance_factory import bare, full, hostile
from document_factory import MARKUP
from ecluse.reports.assurance.report import document
from ecluse.reports.document import html, pdf
from ecluse.reports.document.blocks import Heading, Note

LANGUAGES = ("en", "fr")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [full, bare, hostile])
def test_there_are_eight_numbered_chapters_whatever_is_missing(make, language):
    made = document(make(), language=language)
    assert [h.text.split(".")[0] for h in made.headings()] == [str(n) for n in range(1, 9)]
    assert made.language == language


def test_what_is_missing_is_said():
    said = [b.text for b in document(bare(), language="en").blocks if isinstance(b, Note) and b.warns]  # fmt: skip
    for words in (
        "no ledger says which settings", "names no application", "no loss bound", "nothing is known of drills",
        "no backtest was given", "not examined for findings", "what was changed", "can be checked against",
    ):  # fmt: skip
        assert any(words in text.lower() for text in said), words


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_strangers_stay_names(language):
    page = html.render(document(hostile(), language=language))
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f]", page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [full, bare, hostile])
def test_it_can_be_printed(make, language):
    assert pdf.render(document(make(), language=language)).startswith(b"%PDF")


def test_the_words_of_the_report_leave_no_placeholder():
    for language in LANGUAGES:
        page = html.render(document(full(), language=language))
        text = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
        assert not re.search(r"\{[a-z_]+\}", text)


def test_times_follow_the_zone():
    assert "Europe/Paris" in document(full(), language="fr", zone="Europe/Paris").subtitle
    utc, paris = (html.render(document(full(), language="en", zone=z)) for z in (None, "Europe/Paris"))  # fmt: skip
    assert "2026-10-02 07:12" in utc
    assert "2026-10-02 09:12" in paris


def test_headings_leave_no_level_out():
    for make in (full, bare, hostile):
        levels = [b.level for b in document(make(), language="en").blocks if isinstance(b, Heading)]
        assert levels[0] == 1
        assert set(levels) <= {1, 2}


def test_the_hostile_names_are_all_in_it():
    page = html.render(document(hostile(), language="en"))
    assert page.count("rtl") == 0
    assert len(MARKUP) > 10
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 5
