"""The draft of a complaint says what is known, refuses what is missing, and prints no person's value."""

from dataclasses import replace

import pytest

from ecluse.model.exposure import (
    CategoryCount,
    ExposureGap,
    ExposureVersion,
    LedgerState,
    Selection,
)
from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, Incident, Instant, InstantKind, Signed, State
from ecluse.model.notice import Affair, Both, Contact, Controller, Measure, Statement
from ecluse.notices.checks import texts
from ecluse.notices.complaint import NOTICE
from ecluse.notices.notice import examine, find

AT = 1_752_314_400_000_000
SIGNED = Signed("Alix", AT)
VERSION = ExposureVersion(
    1, "ab" * 32, AT, "Alix", (Selection(),), (LedgerState("o", 1, "00"),), 36_820_828, 36_820_828, 40_000_000,
    shown=36_820_828, categories=(CategoryCount("identity", 36_820_828, 36_820_828),), first_at=AT, last_at=AT + 10**9,
)  # fmt: skip
INCIDENT = Incident(
    "2025-0001", "A theft", State.NEW, Severity.HIGH, Confidence.HIGH, "Alix", SIGNED, head="cd" * 32,
    accounts=("formateur-0042",), sources=("192.0.2.7",), applications=("kairos",),
    instants=(Instant(InstantKind.AWARE, AT, "the duty officer", SIGNED, reasons="seen"),),
)  # fmt: skip
STATEMENT = Statement(
    facts=Both("Un compte a consulté des dossiers hors de toute mission.", "An account read files outside any task."),
    measures=(Measure("done", Both("Le compte a été fermé et ses sessions révoquées.", "The account was closed and its sessions revoked."), AT),),
)  # fmt: skip
AFFAIR = Affair(
    Controller("Agence d’exemple", representative=Contact("Camille Exemple")),
    INCIDENT,
    STATEMENT,
    AT,
    (VERSION,),
)


def said(affair, language):
    return " ".join(text for _, text in texts(NOTICE.build(affair, language)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_complete_one_is_not_refused(language):
    assert find("complaint") is NOTICE
    assert examine(NOTICE, AFFAIR, language) == ()


@pytest.mark.parametrize(("language", "words"), [("fr", ("36\u202f820\u202f828 personnes", "À confirmer par un conseil", "Camille Exemple", "formateur-0042", "L. 12-10-1")), ("en", ("36,820,828 persons", "To be confirmed by counsel", "192.0.2.7"))])  # fmt: skip
def test_what_it_says(language, words):
    text = said(AFFAIR, language)
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (replace(AFFAIR, controller=replace(AFFAIR.controller, representative=Contact(""))), "missing"),
        (replace(AFFAIR, statement=replace(STATEMENT, facts=Both())), "missing"),
        (replace(AFFAIR, exposures=()), "missing"),
        (replace(AFFAIR, incident=replace(INCIDENT, accounts=())), "missing"),
        (replace(AFFAIR, statement=replace(STATEMENT, facts=Both("34 millions de personnes lues.", "34 million persons read."))), "inconsistent"),
        (replace(AFFAIR, statement=replace(STATEMENT, measures=(), facts=Both("Toutes les mesures nécessaires ont été prises.", "All necessary measures were taken."))), "vague"),
        (replace(AFFAIR, statement=replace(STATEMENT, facts=Both("Écrire à victime{}exemple.fr.".format("@"), "Write to victim."))), "personal"),
    ],
)  # fmt: skip
def test_what_is_refused(changed, code):
    assert code in {refusal.code for refusal in examine(NOTICE, changed, "fr")}


def test_gaps_are_stated():
    gap = ExposureGap(AT, AT + 1, "lost", 12)
    with_gap = replace(VERSION, gaps=(gap,), at_most=VERSION.persons + 12)
    assert "36\u202f820\u202f840" in said(replace(AFFAIR, exposures=(with_gap,)), "fr")
    open_gap = replace(VERSION, gaps=(gap,), at_most=None)
    assert "rien ne borne" in said(replace(AFFAIR, exposures=(open_gap,)), "fr")


def test_names_that_strangers_chose_are_harmless():
    hostile = replace(INCIDENT, accounts=("a\x1b[2J\u202e",))
    text = said(replace(AFFAIR, incident=hostile), "fr")
    assert "\x1b" not in text
    assert "\\x1b" in text


def test_it_names_the_applications_that_were_read_through_and_categories_in_words():
    nobody_said = replace(
        AFFAIR,
        incident=replace(INCIDENT, applications=()),
        exposures=(replace(VERSION, applications=("ouiform",)),),
    )
    text = said(nobody_said, "fr")
    assert "ouiform" in text
    assert "identité" in text
    assert NOTICE.data(nobody_said)["applications"] == ["ouiform"]
    assert "identity" not in text
