"""Both languages of each document have the same sentences and places, and every key of the form has its words."""

import re

import pytest

from ecluse.model import form
from ecluse.model.incident import InstantKind
from ecluse.model.notice import Both
from ecluse.notices.voice import tidy, voice
from notice_factory import affair, exposure, gap, gravity, statement

GROUPS = {
    "nature": form.NATURES, "origin": form.ORIGINS, "cause": form.CAUSES, "support": form.SUPPORTS, "data": form.DATA,
    "people": form.PEOPLE, "consequence": form.CONSEQUENCES, "harm": form.HARMS, "informing": form.INFORMING,
    "ground": form.GROUNDS, "means": form.MEANS,
}  # fmt: skip


def places(sentence):
    texts = sentence.values() if isinstance(sentence, dict) else [sentence]
    return {name for text in texts if isinstance(text, str) for name in re.findall(r"{(\w+)}", text)}  # fmt: skip


WORDS = ("cnil", "register_entry", "nis2")


@pytest.mark.parametrize("document", WORDS)
def test_languages_have_the_same_sentences(document):
    french, english = (voice(document, affair(), code).words.sentences for code in ("fr", "en"))
    assert french.keys() == english.keys()
    assert [k for k in french if places(french[k]) != places(english[k])] == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("group", GROUPS)
def test_every_key_of_the_form_has_its_words(group, language):
    say = voice("cnil", affair(), language)
    written = {k.partition(".")[2] for k in say.words.sentences if k.startswith(f"{group}.")}
    assert written - {"none_sensitive"} == set(GROUPS[group])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_instant_has_its_name(language):
    say = voice("cnil", affair(), language)
    assert all(say.say(f"instant.{kind.value}") for kind in InstantKind)


def test_french_texts_have_their_spaces():
    for name in WORDS:
        for key, text in voice(name, affair(), "fr").words.sentences.items():
            assert not isinstance(text, str) or not re.search(r"(?<![\u00a0\u202f\s]) ?[;!?](?=\s|$)| [:;!?»]|« ", text), key  # fmt: skip


def test_words_of_a_list_stand_in_the_order_of_the_form():
    say = voice("cnil", affair(), "en")
    assert say.chosen("support", ("paper", "server")) == "Server\nPaper"


def test_numbers_of_persons_with_and_without_gaps():
    def line(language, **changes):
        return voice("cnil", affair(exposures=(exposure(**changes),)), language).persons_line()

    assert line("fr", persons=1) == "1 personne, nombre exact, sans lacune du registre"
    assert line("fr", gaps=(gap(),), at_most=341_200).startswith("Au moins 340\u202f000 personnes")
    assert "Nothing bounds" in line("en", gaps=(gap(None),), at_most=None)
    assert voice("cnil", affair(exposures=()), "en").persons_line().startswith("No exposure")


def test_that_there_is_no_gap_is_said_only_when_an_exposure_says_so():
    assert voice("cnil", affair(), "fr").gaps_text() == "Aucune lacune"
    assert voice("cnil", affair(exposures=()), "fr").gaps_text() == ""
    assert "au plus 1\u202f200 couples" in voice("cnil", affair(exposures=(exposure(gaps=(gap(),)),)), "fr").gaps_text()  # fmt: skip


def test_a_measure_has_its_date_and_the_language():
    say = voice("cnil", affair(), "fr")
    assert say.measures("planned") == ("Second facteur exigé de tous les comptes partenaires. (1er\u00a0septembre 2025)",)  # fmt: skip
    assert voice("cnil", affair(statement=statement(measures=())), "fr").measures("done") == ()


def test_the_working_of_the_score():
    lines = voice("cnil", affair(), "fr").working(gravity())
    assert lines[0] == "SE = DPC × EI + CB = 2 × 1 + 1 = 3"
    assert any("0,5" in line and "choix d’une personne" in line for line in lines)
    assert "personne n’a encore arrêtée" in voice("cnil", affair(), "fr").working(gravity(signed=None))[-2]  # fmt: skip


def test_the_statement_names_a_category_before_the_documents_do():
    stated = statement(categories=(("identity", Both("vos nom et prénom", "")),))
    assert voice("cnil", affair(statement=stated), "fr").category("identity") == "vos nom et prénom"
    assert voice("cnil", affair(statement=stated), "en").category("identity") == "identity"
    assert voice("cnil", affair(), "fr").category("career") == "career"


def test_texts_of_a_log_are_shown_sign_by_sign():
    assert tidy("a\u202eb\u00a0c\nd") == "a\\u202eb c d"
