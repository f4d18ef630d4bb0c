"""French and English say the same things, each in its own way."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from ecluse.model.policy import Effect
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND, parse_instant
from ecluse.reports.language import LANGUAGES, words

EN, FR = words("en"), words("fr")
ASSURANCE_EN, ASSURANCE_FR = (words(one, document="assurance") for one in LANGUAGES)
THEFT = parse_instant("2025-07-01T22:03:09Z")
REPORTS = Path(str(files("ecluse.reports")))


def _forms(sentence):
    return (
        sentence.values()
        if isinstance(sentence, dict)
        else sentence
        if isinstance(sentence, list)
        else [sentence]
    )


def _placeholders(sentence):
    return set(re.findall(r"\{(\w+)\}", " ".join(_forms(sentence))))


def test_both_languages_have_the_same_sentences():
    assert EN.sentences.keys() == FR.sentences.keys()
    assert ASSURANCE_EN.sentences.keys() == ASSURANCE_FR.sentences.keys()
    assert EN.sentences.keys() < ASSURANCE_EN.sentences.keys()


@pytest.mark.parametrize("key", sorted(ASSURANCE_EN.sentences))
def test_each_sentence_names_the_same_values(key):
    english, french = ASSURANCE_EN.sentences[key], ASSURANCE_FR.sentences[key]
    assert type(english) is type(french)
    assert _placeholders(english) == _placeholders(french)
    if isinstance(english, dict):
        assert english.keys() == french.keys() == {"one", "other"}
    if isinstance(english, list):
        assert len(english) == len(french)


COMPUTED = ("unit.", "effect.", "severity.", "months", "drills_outcome.", "drills_check.")


def test_every_sentence_is_used_and_every_one_used_exists():
    found = (*REPORTS.glob("*.py"), *REPORTS.glob("templates/*.j2"))
    texts = [p.read_text("utf-8") for p in found if not p.name.startswith("backtest")]
    used = {
        key
        for text in texts
        for key in re.findall(
            r"""["']([a-z_]+\.[a-z_]+|name|title|subtitle|switch|times|more)["']""", text
        )
    }
    computed = {k for k in EN.sentences if k.startswith(COMPUTED)}
    assert EN.sentences.keys() <= used | computed
    said = {key for text in texts for key in re.findall(r'\bsay\("([^"]+)"[,)]', text)}
    assert said <= EN.sentences.keys() | words("en", document="backtest").sentences.keys()


ASSURANCE_COMPUTED = (
    "budget.",
    "by.",
    "check.",
    "decided.",
    "disturbed.",
    "drill.",
    "lint.",
    "state.",
    "summary.drill_",
    "terms.",
    "turn.",
)
"""Sentences of the assurance report whose keys are put together from what the ledger or a file says."""


def test_every_sentence_of_the_assurance_report_is_used():
    texts = [p.read_text("utf-8") for p in REPORTS.glob("assurance/*.py")]
    used = {key for text in texts for key in re.findall(r"[\"']([a-z]+\.[a-z_]+)[\"']", text)}
    own = ASSURANCE_EN.sentences.keys() - EN.sentences.keys()
    assert {key for key in own - used if not key.startswith(ASSURANCE_COMPUTED)} == set()
    said = {key for text in texts for key in re.findall(r'\bsay\(\s*"([^"]+)"', text)}
    assert said <= ASSURANCE_EN.sentences.keys()


def test_french_signs_have_their_spaces():
    wrong = re.compile(r"[^\s\u00a0\u202f][;!?%»]|«[^\u00a0]|\w:\s")
    for key, sentence in ASSURANCE_FR.sentences.items():
        for form in _forms(sentence):
            assert not wrong.search(str(form)), (key, form)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_effect_has_words(language):
    assert {f"effect.{e.word}" for e in Effect} <= words(language).sentences.keys()


def test_numbers():
    assert EN.number(1_340_000) == "1,340,000"
    assert FR.number(1_340_000) == "1\u202f340\u202f000"
    assert FR.number(999) == "999"


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0", "0"),
        (9_999, "9,999", "9\u202f999"),
        (14_158, "14.1k", "14,1\u202fk"),
        (400_000, "400k", "400\u202fk"),
        (36_800_000, "36.8M", "36,8\u202fM"),
    ],
)
def test_numbers_in_narrow_places(value, english, french):
    assert (EN.short_number(value), FR.short_number(value)) == (english, french)


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (0, 0, "0%"),
        (0, 5, "0%"),
        (5, 5, "100%"),
        (1, 2, "50.0%"),
        (200, 340_000, "0.06%"),
        (10**8 - 1, 10**8, "99.999999%"),
    ],
)
def test_a_share_is_not_rounded_to_none_or_all(part, whole, share):
    assert EN.share(part, whole) == share


def test_a_french_share_has_a_comma_and_a_narrow_space():
    assert FR.share(1, 3) == "33,3\u202f%"


def test_instants():
    assert EN.instant(THEFT) == "1\u00a0July 2025 at 22:03:09"
    assert FR.instant(THEFT) == "1er\u00a0juillet 2025 à 22:03:09"
    assert words("fr", zone="Europe/Paris").instant(THEFT) == "2\u00a0juillet 2025 à 00:03:09"
    assert words("en", zone="Europe/Paris").stamp(THEFT) == "2025-07-02 00:03:09"
    assert words("en", zone="Europe/Paris").offset(THEFT) == 2 * HOUR


def test_axis_labels():
    assert [EN.clock(THEFT, grain) for grain in ("second", "minute", "day", "month")] == [
        "22:03:09",
        "22:03",
        "1\u00a0Jul",
        "Jul 2025",
    ]


@pytest.mark.parametrize(
    ("micros", "english", "french"),
    [
        (HOUR, "1 hour", "1\u00a0heure"),
        (DAY, "24 hours", "24\u00a0heures"),
        (30 * DAY, "30 days", "30\u00a0jours"),
        (10 * MINUTE, "10 minutes", "10\u00a0minutes"),
        (90 * SECOND, "90 seconds", "90\u00a0secondes"),
        (7, "7 microseconds", "7\u00a0microsecondes"),
    ],
)
def test_durations(micros, english, french):
    assert (EN.duration(micros), FR.duration(micros)) == (english, french)


def test_plurals_follow_the_language():
    assert EN.say("key.stopped", n=0) == "accounts stopped"
    assert FR.say("key.stopped", n=0) == "compte arrêté"
    assert FR.say("key.stopped", n=2) == "comptes arrêtés"


def test_french_punctuation_never_begins_a_line():
    for sentence in FR.sentences.values():
        for form in _forms(sentence):
            assert not re.search(r" [:;!?%»]|« ", str(form)), form


def test_a_missing_value_is_an_error_and_not_a_blank():
    with pytest.raises(KeyError):
        EN.say("times")
