"""Both languages say the same things, and a time is never promised too early."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.refusal.language import LANGUAGES, sentences


def _names(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences():
    english, french = (sentences(language).table for language in LANGUAGES)
    assert list(english) == list(french)
    for key, sentence in english.items():
        other = french[key]
        if isinstance(sentence, dict):
            assert sentence.keys() == other.keys()
        else:
            assert _names(sentence) == _names(other), key


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (-5, "in 1 second", "dans 1\u00a0seconde"),
        (45, "in 45 seconds", "dans 45\u00a0secondes"),
        (60, "in 1 minute", "dans 1\u00a0minute"),
        (61, "in 2 minutes", "dans 2\u00a0minutes"),
        (3599, "in 1 hour", "dans 1\u00a0heure"),
        (3600, "in 1 hour", "dans 1\u00a0heure"),
        (3601, "in 2 hours", "dans 2\u00a0heures"),
        (86_400, "in 24 hours", "dans 24\u00a0heures"),
        (86_401, "in 2 days", "dans 2\u00a0jours"),
    ],
)
def test_a_time_is_said_in_the_unit_that_fits(seconds, english, french):
    assert sentences("en").when(seconds) == english
    assert sentences("fr").when(seconds) == french


@given(st.integers(1, 10_000_000))
def test_no_time_is_too_early(seconds):
    _, number, unit = sentences("en").when(seconds).split()
    size = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[unit.rstrip("s")]
    assert seconds <= int(number) * size < seconds + max(size, 60)


def test_a_missing_language_is_replaced_by_one_that_is_there():
    assert sentences("fr").pick({"en": "a", "fr": "b"}) == "b"
    assert sentences("fr").pick({"en": "a"}) == "a"
    assert sentences("fr").pick({}) == ""
