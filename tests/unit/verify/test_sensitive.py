"""Categories are sensitive by their name, unless the estate says which are."""

import pytest

from ecluse.model.estate import Application, Estate
from ecluse.verify.sensitive import USUAL, is_sensitive, sensitive_of

NOTHING_SAID = Estate((), (), ())


@pytest.mark.parametrize("word", [w for words in USUAL.values() for w in words])
def test_the_usual_words(word):
    assert is_sensitive(word, NOTHING_SAID)
    assert is_sensitive(word.upper(), NOTHING_SAID)


@pytest.mark.parametrize(
    ("category", "sensitive"),
    [
        ("identity", False),
        ("contact", False),
        ("bankrupt", False),
        ("identity_documents", True),
        ("données de santé", True),
        ("healthcare", False),
        ("", False),
    ],
)
def test_words_of_a_name(category, sensitive):
    assert is_sensitive(category, NOTHING_SAID) is sensitive


def test_the_estate_has_the_last_word():
    estate = Estate((), (), (), sensitive=frozenset({"income"}))
    application = Application("a", "t", 1, categories=("health", "income"))
    assert sensitive_of(application, estate) == ("income",)
    assert sensitive_of(application, NOTHING_SAID) == ("health",)
