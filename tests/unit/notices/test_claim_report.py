"""D6: what it says in both languages, and when it is refused."""

import msgspec
import pytest

from claim_factory import CLAIMS
from ecluse.model.claim import TESTS, Verdict
from ecluse.model.incident import Confidence
from ecluse.notices.checks import texts
from ecluse.notices.claim_report import NOTICE, document, faults
from ecluse.notices.claim_words import claim_words, luck
from ecluse.notices.notice import examine, find
from ecluse.reports.document import html
from ecluse.reports.document.blocks import Document, Paragraph, Table
from notice_factory import affair


def change(claim, **values):
    return msgspec.structs.replace(claim, **values)


def codes(claim):
    return {(f.code, f.where) for f in faults(claim, document(claim, language="en"))}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_is_told_and_accepted(name, language):
    claim = CLAIMS[name]
    made = document(claim, language=language, zone="Europe/Paris")
    assert not list(faults(claim, made))
    said = "\n".join(text for _, text in texts(made))
    words = claim_words(language)
    for test in TESTS:
        assert words.say(f"test.{test}") in said
    assert claim.sample.sha256 in said
    assert words.say(f"public.{claim.verdict}") in said
    for suspect in claim.named:
        assert suspect.account in said
    assert "<script" not in html.render(made)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_word_that_an_attribution_may_use_has_its_sentence(language):
    words = claim_words(language)
    for verdict in Verdict:
        for group in ("verdict", "word", "public"):
            assert f"{group}.{verdict}" in words.sentences
    for confidence in Confidence:
        assert f"confidence.{int(confidence)}" in words.sentences


def test_both_languages_have_the_same_sentences():
    assert claim_words("en").sentences.keys() == claim_words("fr").sentences.keys()


@pytest.mark.parametrize(
    ("chance", "told"),
    [
        (0, "never"),
        (1.0, "nearly always"),
        (0.05, "1 time in 20"),
        (0.6, "1 time in 2"),
        (8e-9, "1 time in 120 million (p = 8e-09)"),
        (2e-11, "1 time in 50 billion (p = 2e-11)"),
        (1e-60, "less than 1 time in 1,000 billion (p = 1e-60)"),
    ],
)
def test_a_chance_is_told_without_a_percentage(chance, told):
    assert luck(claim_words("en"), chance) == told


@pytest.mark.parametrize(
    "text", ["It is ours with 98 %.", "98% of it", "98,5\u202f% des lignes", "ours at 98 per cent"]
)
def test_a_bare_percentage_is_refused(text):
    claim = CLAIMS["new"]
    made = Document("t", "", "en", 0, (Paragraph(text),))
    assert [f.code for f in faults(claim, made)] == ["vague"]


def test_a_verdict_without_tests_reasons_or_what_would_change_it_is_refused():
    claim = CLAIMS["new"]
    assert ("missing", "tests.order") in codes(
        change(claim, tests=tuple(t for t in claim.tests if t.name != "order"))
    )
    assert ("missing", "because") in codes(change(claim, because=()))
    assert ("missing", "settle") in codes(change(claim, settle=()))


def test_a_verdict_that_its_tests_contradict_is_refused():
    new, recycled = CLAIMS["new"], CLAIMS["recycled"]
    assert ("inconsistent", "verdict") in codes(change(recycled, verdict=Verdict.OURS_NEW, leak=""))
    assert ("inconsistent", "because") in codes(change(new, overlaps=recycled.overlaps))
    assert ("inconsistent", "residue") in codes(change(new, residue=20))
    assert ("inconsistent", "leak") in codes(change(recycled, leak=""))
    assert ("inconsistent", "leak") in codes(change(recycled, leak="another"))
    assert ("inconsistent", "sample.held") in codes(change(new, verdict=Verdict.NOT_OURS))


def test_few_who_are_not_named_stand_in_it():
    made = document(CLAIMS["mixed"], language="en")
    (suspects,) = [b for b in made.blocks if isinstance(b, Table) and b.columns[0].title == "Rank"]
    assert len(suspects.rows) == len(CLAIMS["mixed"].named) + 3


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", CLAIMS)
def test_it_is_a_document_of_the_register(name, language):
    """Sessions that look like social security numbers are the ledger's names, and may stand in it."""
    assert find("claim_report") is NOTICE
    claim = CLAIMS[name]
    suspects = tuple(change(s, session=f"175798297360018{s.rank:05d}") for s in claim.suspects)
    made = affair(claim=change(claim, suspects=suspects))
    assert examine(NOTICE, made, language) == ()


def test_without_a_claim_it_is_refused():
    refused = {r.where for r in examine(NOTICE, affair(), "fr")}
    assert {"tests", "verdict", "because", "settle"} <= refused
