"""The first page says what a director needs, also when it is bad news or no news."""

from dataclasses import replace

import pytest

from assurance_factory import BOUNDS, DIGEST, bare, bound, full, past
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.assurance import DrillRun
from ecluse.model.time import parse_instant
from ecluse.reports.assurance.summary import chapter
from ecluse.reports.document.blocks import Bullets, KeyNumbers, Note, Paragraph
from ecluse.reports.language import words

EN, FR = words("en", document="assurance"), words("fr", document="assurance")


def _plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _said(facts, spoken=EN):
    blocks = list(chapter(facts, spoken))
    lead = next(b for b in blocks if isinstance(b, Paragraph) and b.lead).text
    bullets = next(b for b in blocks if isinstance(b, Bullets)).items
    warnings = [b.text for b in blocks if isinstance(b, Note)]
    return _plain(lead), [_plain(i) for i in bullets], warnings


def test_the_sentence():
    lead, bullets, warnings = _said(full())
    assert lead == (
        "With the settings in force since 12 November 2026, one stolen account reads at most 500 different "
        "persons in 24 hours, and at most 6,000 in 360 days, however skilful the thief."
    )
    assert bullets == [
        "Coverage: 2 of 5 ways from a kind of account to an application are not bounded (chapter 2).",
        "Thieves: 2 of 6 examined have no bound, first of all: one stolen account of kind machine (chapter 3).",
        (
            "Drills: the last one, on 17 November 2026, waits for somebody to acknowledge its alarm. "
            "The last one that passed was on 9 November 2026."
        ),
        "Findings: 3 are open, 2 of high or critical severity (chapter 6).",
        (
            "Settings: changed 2 times since the last report, of 1 October 2026 (chapter 7). "
            "No person put a name to one of these changes."
        ),
        "Honest work: in the backtest, 97 of 402,118 account-days had a refusal (chapter 5).",
    ]
    assert warnings == []


def test_the_sentence_in_french():
    lead, bullets, _ = _said(full(), FR)
    assert lead.startswith("Avec les réglages en vigueur depuis le 12 novembre 2026, un compte volé consulte au plus 500 personnes")  # fmt: skip
    assert bullets[4].endswith("Pour l’une de ces modifications, personne n’a engagé son nom.")


@pytest.mark.parametrize(
    ("numbers", "words_"),
    [
        ((None, None, None, None), "nothing bounds what one stolen account can read: neither in 24 hours"),
        ((9, 500, None, None), "at most 500 different persons in 24 hours; over 360 days nothing bounds"),
        ((1, 1, 1, 36_820_828), "at most 1 person in 24 hours, and at most 36,820,828 in 360 days"),
    ],
)  # fmt: skip
def test_no_bound_is_said_in_the_first_sentence(numbers, words_):
    one = bound(Adversary("one", (Stolen(),)), *numbers)
    assert words_ in _said(replace(full(), bounds=(one, *BOUNDS[1:])))[0]


def test_nothing_is_known():
    lead, bullets, warnings = _said(bare())
    assert "no loss bound was computed" in lead
    assert [b.split(":")[0] for b in bullets] == ["Coverage", "Drills", "Findings", "Settings", "Honest work"]  # fmt: skip
    assert "none has been recorded" in bullets[1]
    assert len(warnings) == 1


def test_settings_that_are_not_those_of_the_gate_are_told_before_any_number():
    other = replace(full(), past=past(in_force="cd" * 32))
    assert "applies other settings" in _said(other)[2][0]
    assert _said(replace(full(), past=past(in_force=DIGEST)))[2] == []


@pytest.mark.parametrize(("state", "words_"), [("passed", "passed"), ("failed", "failed"), ("broken", "never ended"), ("waiting", "waits for")])  # fmt: skip
def test_the_last_drill(state, words_):
    run = DrillRun("d", parse_instant("2026-11-29"), state)
    assert words_ in _said(replace(full(), past=past(drills=(run,))))[1][2]


def test_no_change_no_finding():
    quiet = replace(full(), findings=(), past=past(changes=(), since=None, after="start"))
    _, bullets, _ = _said(quiet)
    assert bullets[3] == "Findings: none is open."
    assert bullets[4] == "Settings: not changed since the first entry of the ledger."


def test_the_key_numbers():
    (numbers,) = [b for b in chapter(full(), EN) if isinstance(b, KeyNumbers)]
    assert [n.figure for n in numbers.items] == ["500", "6,000", "2", "3"]
