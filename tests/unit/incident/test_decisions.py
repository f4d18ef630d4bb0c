from dataclasses import replace

import pytest

from ecluse.incident.decisions import DECISIONS, answers, decision_refusals
from incident_factory import CLOCKS


def test_the_clocks_ask_for_decisions_of_their_own():
    clock = replace(CLOCKS.clocks[0], only_if=("insured",))
    known = answers(replace(CLOCKS, clocks=(clock,)))
    assert known == DECISIONS | {"insured": ("yes", "no")}


def test_every_decision_that_the_shipped_clocks_look_at_can_be_made():
    assert answers(CLOCKS) == DECISIONS


@pytest.mark.parametrize(
    ("what", "answer", "reasons", "codes"),
    [
        ("breach", "yes", "x", []),
        ("breach", "perhaps", "", ["no-such-answer", "reasons"]),
        ("supper", "yes", "x", ["no-such-decision"]),
        ("verdict", "benign", "x", []),
        ("severity", "fatal", "x", ["no-such-answer"]),
    ],
)
def test_refusals(what, answer, reasons, codes):
    found = decision_refusals(what, answer, reasons, known=DECISIONS)
    assert [r.code for r in found] == codes
    assert all(r.help for r in found)
