"""Every pair of states is tried: what the table has not, does not happen."""

import itertools
from dataclasses import replace

import pytest

from ecluse.incident.lifecycle import TRANSITIONS, Facts, next_states, refusals
from ecluse.model.incident import Deadline, InstantKind, State
from incident_factory import incident, instant

NOT_A_BREACH = ("decided", {"what": "breach", "answer": "no", "reasons": "a drill"})
BREACH = ("decided", {"what": "breach", "answer": "yes", "reasons": "persons were read"})


def codes(facts, to):
    found = refusals(facts, to)
    assert all(r.what and r.help for r in found)
    return [r.code for r in found]


def facts(*acts, state=State.IN_PROGRESS, deadlines=(), **more):
    made = replace(incident(*acts), state=state, deadlines=deadlines)
    return Facts(made, **{"by": "B", "reasons": "because", "resolved_by": "A", **more})


@pytest.mark.parametrize(("begin", "to"), list(itertools.product(State, State)))
def test_only_what_the_table_has_may_follow(begin, to):
    ready = facts(NOT_A_BREACH, state=begin, exposures=1, register_entry=True)
    allowed = (begin, to) in TRANSITIONS
    assert codes(ready, to) == ([] if allowed else ["no-such-move"])
    assert (to in next_states(begin)) is allowed


def test_a_refused_move_says_what_may_follow():
    (refused,) = refusals(facts(state=State.NEW), State.CLOSED)
    assert refused.what == "`closed` does not follow `new`"
    assert "`in_progress`" in refused.help


def test_nothing_is_resolved_without_an_exposure_or_a_decision_that_it_is_no_breach():
    assert codes(facts(), State.RESOLVED) == ["exposure-or-decision"]
    assert codes(facts(BREACH), State.RESOLVED) == ["exposure-or-decision"]
    assert codes(facts(exposures=1), State.RESOLVED) == ["breach-decision"]
    assert codes(facts(BREACH, exposures=1), State.RESOLVED) == []
    assert codes(facts(NOT_A_BREACH), State.RESOLVED) == []
    silent = ("decided", {"what": "breach", "answer": "no", "reasons": " "})
    assert codes(facts(silent), State.RESOLVED) == ["exposure-or-decision"]
    assert codes(facts(NOT_A_BREACH, reasons=" "), State.RESOLVED) == ["reasons"]


def test_the_last_decision_counts():
    assert codes(facts(NOT_A_BREACH, BREACH), State.RESOLVED) == ["exposure-or-decision"]


def test_an_instant_that_waits_for_its_second_signature_holds_it_up():
    waiting = instant("aware", "2025-07-12T10:00:00Z", reasons="x", waits=True)
    assert codes(facts(NOT_A_BREACH, waiting), State.RESOLVED) == ["second-signature"]
    late = (instant("aware", "2025-07-12T10:00:00Z", reasons="x"), instant("conclusive", "2025-07-12T09:00:00Z"))  # fmt: skip
    assert codes(facts(NOT_A_BREACH, *late), State.RESOLVED) == ["second-signature"]


def test_nothing_is_closed_without_its_entry_in_the_register_by_another_person_while_no_clock_runs():
    resolved = {"state": State.RESOLVED}
    assert codes(facts(**resolved), State.CLOSED) == ["register-entry"]
    assert codes(facts(**resolved, register_entry=True, by=" a "), State.CLOSED) == [
        "somebody-else"
    ]
    clock = Deadline("gdpr_33_1", InstantKind.AWARE, 5, None)
    running = facts(**resolved, register_entry=True, deadlines=(clock,))
    (refused,) = refusals(running, State.CLOSED)
    assert (refused.code, "gdpr_33_1" in refused.what) == ("clock-runs", True)
    for stopped in (replace(clock, met_at=4), replace(clock, due=None, waived="breach")):
        assert codes(facts(**resolved, register_entry=True, deadlines=(stopped,)), State.CLOSED) == []  # fmt: skip


def test_somebody_answers_for_what_is_in_progress():
    nobody = replace(incident(), owner=" ")
    assert codes(Facts(nobody, by="A"), State.IN_PROGRESS) == ["owner"]
