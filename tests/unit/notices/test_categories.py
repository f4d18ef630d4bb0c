"""Categories of an estate find the words of the form by their names, and the statement has the last word."""

import pytest

from ecluse.model.form import DATA
from ecluse.model.notice import Statement
from ecluse.notices.categories import form_words


@pytest.mark.parametrize(
    ("category", "words"),
    [
        ("identity", ("civil_status",)),
        ("bank", ("financial",)),
        ("Santé", ("health",)),
        ("identity-documents", ("official_documents",)),
        ("national-number", ("nir",)),
        ("contact_phone", ("contact",)),
        ("career", ("other",)),
    ],
)
def test_names(category, words):
    assert form_words(category, Statement()) == words
    assert set(words) <= set(DATA)


def test_the_statement_has_the_last_word():
    stated = Statement(data=(("career", ("civil_status", "location")),))
    assert form_words("career", stated) == ("civil_status", "location")
