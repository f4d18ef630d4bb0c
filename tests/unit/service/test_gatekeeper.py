import json

import msgspec
import polars as pl
import pytest

from ecluse.model.asked import Asked
from ecluse.model.call import Verdict
from ecluse.model.client import Client, Scope
from ecluse.model.decision import PERMIT, Decision, Reason
from ecluse.model.errors import CallerError
from ecluse.model.policy import Effect
from ecluse.model.settings import Settings, StepUp
from ecluse.model.time import HOUR, SECOND
from gate_kit import ME, OTHER, START, GateKit, asked

DENIED = Decision(Effect.DENY, (Reason("account", HOUR, 4, 3, Effect.DENY),))


@pytest.fixture
def kit(tmp_path):
    with GateKit(tmp_path / "ledger", settings=Settings(contact=(("en", "call 1"),))) as made:
        yield made


def test_a_person_named_twice_is_one(kit):
    prepared = kit.keeper.prepare("check", asked("1", "2", "1"), ME)
    assert len(prepared.request.persons) == len(prepared.pseudonyms) == 2
    assert prepared.pseudonyms[0] == kit.ledger.pseudonymizer.pseudonym("1")


def test_a_client_speaks_only_for_its_applications(kit):
    assert kit.keeper.prepare("check", asked("1"), OTHER).request.application == "files"
    with pytest.raises(CallerError, match="not enrolled for application `cases`"):
        kit.keeper.prepare("check", Asked(account="a", application="cases"), OTHER)


def test_only_a_client_of_one_application_may_leave_it_out(kit):
    assert kit.keeper.prepare("check", Asked(account="a"), OTHER).request.application == "files"
    for applications in (None, frozenset({"files", "cases"})):
        with pytest.raises(CallerError, match="application is missing"):
            kit.keeper.prepare(
                "check", Asked(account="a"), Client("x", frozenset({Scope.ASK}), applications)
            )


def test_a_person_that_is_no_text_is_refused(kit):
    with pytest.raises(CallerError, match="not valid Unicode"):
        kit.keeper.prepare("check", asked("\ud800"), ME)


@pytest.mark.parametrize(
    ("factor", "age", "counts"),
    [
        ("totp", 0, True),
        ("totp", 300, True),
        ("totp", 301, False),
        ("totp", -60, True),
        ("totp", -61, False),
        ("mail", 0, False),
        (None, 0, False),
    ],
)
def test_only_a_fresh_second_factor_steps_up(kit, factor, age, counts):
    question = asked("1", factor=factor, auth_time=START // SECOND - age)
    assert kit.keeper.prepare("check", question, ME).request.stepped_up is counts


def test_a_factor_without_its_time_does_not_step_up(kit):
    assert not kit.keeper.prepare("check", asked("1", factor="totp"), ME).request.stepped_up


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Call of 3 p.m.", "Call of 3 p.m."),
        ("  two\nlines\x1b[31m ", "two lines [31m"),
        ("...", None),
        ("", None),
        (None, None),
    ],
)
def test_a_justification_is_words_on_one_line(kit, words, kept):
    prepared = kit.keeper.prepare("check", asked("1", justification=words), ME)
    assert prepared.request.justified is (kept is not None)
    assert (prepared.facts or {}).get("justified") == kept


def test_a_plain_permit_is_an_entry_and_a_short_answer(kit):
    prepared = kit.keeper.prepare("check", asked("1", session="s", categories=("identity",)), ME)
    answer, ticket = kit.keeper.conclude(prepared, Verdict(PERMIT, START))
    assert msgspec.json.encode(answer) == b'{"effect":"permit","released":true,"entry":0}'
    (row,) = kit.entries()
    assert ticket.seq == row["seq"] == 0
    assert (row["kind"], row["effect"], row["session"], row["detail"]) == (
        "access",
        "permit",
        "s",
        "",
    )


def test_a_refusal_says_why_when_and_whom_to_call(kit):
    prepared = kit.keeper.prepare("check", asked("1"), ME)
    answer, _ = kit.keeper.conclude(prepared, Verdict(DENIED, START, START + 90 * SECOND + 1))
    assert (answer.released, answer.retry_after, answer.contact) == (False, 91, {"en": "call 1"})
    (why,) = answer.reasons
    assert (why.policy, why.window, why.used, why.limit) == ("account", 3600, 4, 3)
    assert set(why.text) == {"en", "fr"}
    assert kit.entries()[0]["policy"] == "account"


def test_shadow_budgets_are_not_told_to_who_asks(kit):
    watched = Decision(Effect.PERMIT, (Reason("watch", HOUR, 4, 3, Effect.DENY, shadow=True),))
    prepared = kit.keeper.prepare("check", asked("1"), ME)
    assert kit.keeper.conclude(prepared, Verdict(watched, START))[0].reasons == ()
    assert json.loads(kit.entries()[-1]["detail"]) == {"shadow": ["watch"]}, (
        "whoever sets the limit sees whom it would have refused"
    )
    assert kit.keeper.tally.shadowed == {"watch": 1}
    near = Decision(Effect.PERMIT, (Reason("a", HOUR, 2, 3, Effect.WARN, shadow=True),))
    kit.keeper.conclude(prepared, Verdict(near, START))
    assert kit.entries()[-1]["detail"] == ""


def test_a_step_up_says_what_to_bring(tmp_path):
    with GateKit(
        tmp_path / "l", settings=Settings(step_up=StepUp(acr_values=("mfa",), max_age=60))
    ) as kit:
        decision = Decision(Effect.STEP_UP, (Reason("a", HOUR, 2, 1, Effect.STEP_UP),))
        prepared = kit.keeper.prepare("check", asked("1"), ME)
        answer, _ = kit.keeper.conclude(prepared, Verdict(decision, START))
        assert (answer.acr_values, answer.max_age) == (("mfa",), 60)


def test_slow_says_how_long(kit):
    decision = Decision(Effect.SLOW, (Reason("a", HOUR, 2, 1, Effect.SLOW),))
    prepared = kit.keeper.prepare("check", asked("1"), ME)
    answer, _ = kit.keeper.conclude(prepared, Verdict(decision, START))
    assert (answer.released, answer.delay) == (True, 3000)


def test_what_was_observed_was_released(kit):
    prepared = kit.keeper.prepare("observe", asked("1"), ME)
    answer, _ = kit.keeper.conclude(prepared, Verdict(DENIED, START))
    assert answer.released
    assert kit.entries()[0]["kind"] == "observed"


def test_a_decision_without_the_counter_says_so(kit):
    prepared = kit.keeper.prepare("check", asked("1"), ME)
    answer, _ = kit.keeper.conclude(prepared, Verdict(PERMIT, START), degraded="permit")
    assert answer.degraded == "permit"
    assert json.loads(kit.entries()[0]["detail"]) == {"degraded": "permit"}
    assert kit.keeper.tally.degraded == {"permit": 1}


def test_taking_back_names_who_was_not_shown(kit):
    prepared = kit.keeper.prepare("reserve", asked("1", "2", "3"), ME)
    _, ticket = kit.keeper.conclude(prepared, Verdict(PERMIT, START), reservation="r")
    kit.keeper.take_back(prepared, ticket.seq, START, ["2"])
    row = kit.entries()[1]
    assert (row["kind"], json.loads(row["detail"])) == ("release", {"of": 0})
    assert list(row["persons"]) == [prepared.pseudonyms[0], prepared.pseudonyms[2]]
    kit.keeper.take_back(prepared, ticket.seq, START, ["1", "2", "3"])
    assert len(kit.entries()) == 2, "nothing is written when all were shown"


def test_a_flood_of_refusals_becomes_one_entry(kit):
    prepared = kit.keeper.prepare("check", asked("1"), ME)
    tickets = [kit.keeper.conclude(prepared, Verdict(DENIED, START))[1] for _ in range(1005)]
    assert [t is None for t in tickets].count(True) == 5
    kit.keeper.summarize_refusals()
    last = kit.entries()[-1]
    assert (last["kind"], last["account"]) == ("refusals", "agent")
    assert json.loads(last["detail"]) == {"count": 5, "policies": {"account": 5}}


def test_nothing_that_is_counted_for_metrics_grows_with_what_clients_write(kit):
    said = {"id": "cases", "state": "closed", "by": "A", "reason": "r"}
    kit.standing.apply("application", said, START)
    body = {"key": "account", "name": "boss", "tree": True, "by": "A", "reason": "r"}
    kit.standing.apply("hold", body, START)
    kit.directory.creators = lambda account: ("boss",) if account == "new" else ()
    for application, account in (("x1", "a"), ("x2", "a"), ("cases", "a"), ("x3", "new")):
        question = Asked(account=account, application=application, persons=("1",))
        kit.decider.decide("check", question, ME)
    tally = kit.keeper.tally
    assert tally.decisions == {
        ("check", "", "permit"): 2,
        ("check", "cases", "deny"): 1,
        ("check", "", "hold"): 1,
    }
    assert tally.persons == {"": 2}
    assert tally.refused_by == {"application": 1, "hold": 1}


def test_nobody_makes_an_account_older_by_what_is_observed(kit):
    kit.directory._accounts = pl.DataFrame({"account": ["listed"]})
    kit.clock.at += HOUR
    for at in (0, START, kit.clock.at + HOUR):
        prepared = kit.keeper.prepare("observe", asked("1", at=at), ME)
        assert prepared.request.created_at == kit.clock.at
    kit.clock.at += HOUR
    assert kit.keeper.prepare("check", asked("1"), ME).request.created_at == START + HOUR


def test_the_client_is_named_when_it_is_not_the_application(kit):
    for name, detail in (("files", ""), ("reporter", '{"client": "reporter"}')):
        client = Client(name, frozenset({Scope.ASK}), frozenset({"files"}))
        kit.keeper.conclude(kit.keeper.prepare("check", asked("1"), client), Verdict(PERMIT, START))
        assert kit.entries()[-1]["detail"] == detail
