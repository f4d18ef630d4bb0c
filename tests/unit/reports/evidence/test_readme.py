"""The first page of a pack: in both languages, for both readers, with what cannot be proved stated."""

from dataclasses import replace
from importlib.resources import files

import pytest
import yaml

from ecluse.model.evidence import Clock, Left, PackContent, PackFacts, PackLedger, PackProfile
from ecluse.model.exposure import ExposureGap, ExposureVersion, LedgerState, Selection
from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, Incident, Instant, InstantKind, Signed, State
from ecluse.reports.document.blocks import Heading
from ecluse.reports.document.html import render
from ecluse.reports.evidence.lineage import lineage
from ecluse.reports.evidence.readme import OFFENCES, readme
from ecluse.wiring.evidence.pages import _KINDS

AT = 1_752_314_400_000_000
SIGNED = Signed("Alix", AT)
INCIDENT = Incident(
    "2025-0001", "A theft <b>\x1b", State.NEW, Severity.HIGH, Confidence.HIGH, "Alix", SIGNED,
    instants=tuple(Instant(kind, AT, "somebody", SIGNED) for kind in InstantKind), sources=tuple(f"192.0.2.{n}" for n in range(20)),
)  # fmt: skip
VERSION = ExposureVersion(1, "ab" * 32, AT, "Alix", (Selection(),), (LedgerState("o", 1, "00"),), 36_820_828, 36_820_828, 1, first_at=AT, last_at=AT)  # fmt: skip
ACCOUNT = {"account": "=a\x1b", "account_kind": "", "organization": "", "lineage": "", "created_at": AT, "created_by": "", "accesses": 3, "records": 3}  # fmt: skip
FACTS = PackFacts(
    PackProfile.POLICE, AT, "Alix", "0.1.0", "register+00+AA==",
    ledgers=(PackLedger("data/ledgers/1", "o", "k", 1, "00", 1, 1, (), 1, "", ""),),
    accounts=(*tuple({**ACCOUNT, "account": f"account-{n}"} for n in range(40)), ACCOUNT),
    contents=tuple(PackContent(f"data/{kind}", kind, 1, "") for kind in dict.fromkeys(kind for _, _, kind in _KINDS)),
)  # fmt: skip


def page(language="fr", version=VERSION, **changes):
    facts = replace(FACTS, **changes)
    drawn = lineage(list(facts.accounts), {})
    made = readme(facts, INCIDENT, (version,), drawn, None, language=language, zone="Europe/Paris")
    return made, render(made)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("profile", list(PackProfile))
def test_it_can_be_written_for_every_reader(language, profile):
    made, text = page(language, profile=profile)
    assert "\x1b" not in text
    assert "<b>" not in text
    for article in OFFENCES:
        assert article in text
    assert {"fr": "À confirmer par un conseil", "en": "To be confirmed by counsel"}[
        language
    ] in text
    hearing = {"fr": "Personnes à entendre", "en": "Persons to be heard"}[language]
    assert (hearing in text) == (profile is PackProfile.POLICE)
    assert len([b for b in made.blocks if isinstance(b, Heading)]) == 7 - (
        profile is not PackProfile.POLICE
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reason_why_something_is_left_out_has_a_sentence(language):
    reasons = ("persons", "pseudonym_key", "timestamp", "documents", "claims", "claims_hidden", "policies", "complaint")  # fmt: skip
    bare = len(page(language)[1])
    for reason in reasons:
        assert len(page(language, left=(Left(reason),))[1]) > bare + 40
    sentences = yaml.safe_load(files("ecluse.reports").joinpath("languages", f"evidence.{language}.yaml").read_text("utf-8"))  # fmt: skip
    assert {key.removeprefix("left.") for key in sentences if key.startswith("left.")} == set(
        reasons
    )


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        (Clock(), "could not be read"),
        (Clock(synchronized=True, error=1500), "bounds the error by 2 ms"),
        (Clock(synchronized=False), "did not follow"),
        (Clock(back=2, most=5), "2 entries of the ledger are dated before"),
    ],
)
def test_the_clock_is_said(clock, says):
    assert says in page("en", clock=clock)[1]


def test_gaps_are_said_with_the_most_that_they_hide():
    gap = ExposureGap(AT, None, "a segment cannot be read", 12)
    text = page("en", replace(VERSION, gaps=(gap,), at_most=VERSION.persons + 12))[1]
    assert "a segment cannot be read" in text
    assert "36,820,840" in text
    assert "no bound" in page("en", replace(VERSION, gaps=(gap,), at_most=None))[1]


def test_a_sealed_key_is_said():
    assert "sealed to age1xyz" in page("en", sealed_to="age1xyz")[1]


def test_both_languages_have_the_same_sentences_with_the_same_places():
    import re

    read = {
        language: yaml.safe_load(files("ecluse.reports").joinpath("languages", f"evidence.{language}.yaml").read_text("utf-8"))
        for language in ("fr", "en")
    }  # fmt: skip
    assert read["fr"].keys() == read["en"].keys()
    for key, french in read["fr"].items():
        assert set(re.findall(r"{\w+}", str(french))) == set(
            re.findall(r"{\w+}", str(read["en"][key]))
        ), key


def test_it_names_the_sources_of_the_entries_besides_those_of_the_incident():
    _, text = page(sources=("203.0.113.91",))
    assert "203.0.113.91" not in text, "there are twenty before it, and the page says how many more"
    made = readme(replace(FACTS, sources=("203.0.113.91",)), replace(INCIDENT, sources=()), (VERSION,), lineage([], {}), None, language="fr", zone="Europe/Paris")  # fmt: skip
    assert "203.0.113.91" in render(made)
