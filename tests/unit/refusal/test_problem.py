"""A program gets problem details (RFC 9457) with the headers that go with them."""

import pytest

from ecluse.model.asked import Answer, Why
from ecluse.refusal import case as cases
from ecluse.refusal.language import LANGUAGES
from ecluse.refusal.problem import problem, problem_of

REASON = Why("account", "deny", 3600, 151, 150, text={"en": "Too many today", "fr": "Trop."})


def test_a_denial_says_when_to_come_back():
    answer = Answer(
        effect="deny",
        released=False,
        entry=12,
        reasons=(REASON,),
        retry_after=700,
        contact={"en": "the desk"},
    )
    told = problem(answer, language="en")
    headers = dict(told.headers)
    assert told.status == 429
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "700"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Language"] == "en"
    assert told.body == {
        "type": "urn:ecluse:problem:deny",
        "title": "You have reached a limit",
        "status": 429,
        "detail": "Your account may read only so many different people in a given time. This request "
        "would have gone beyond that, so nothing was shown. Too many today. You can go on in 12 minutes.",
        "instance": "urn:ecluse:entry:12",
        "reference": 12,
        "retry_after": 700,
        "contact": "the desk",
    }
    french = problem(answer, language="fr", instance="urn:x:1").body
    assert french["title"] == "Vous avez atteint une limite"
    assert " Trop. Vous pourrez continuer dans 12\u00a0minutes." in french["detail"]
    assert french["instance"] == "urn:x:1"
    assert french["contact"] == "the desk"


def test_a_search_that_is_too_wide_says_what_to_do():
    answer = Answer(effect="deny", released=False, reasons=(REASON,))
    told = problem(answer, language="en").body
    assert told["status"] == 403
    assert told["detail"].endswith("ask for less, for example with a narrower search.")
    assert "by itself" not in told["detail"]


def test_the_gates_own_words_stand_as_a_sentence():
    held = Why(
        "hold", "hold", text={"en": "closed by somebody in charge until a person reopens it"}
    )
    told = problem(Answer(effect="hold", released=False, reasons=(held,)), language="en").body
    assert " Closed by somebody in charge until a person reopens it. It" in told["detail"]


def test_a_hold_does_not_open_by_itself():
    told = problem(Answer(effect="hold", released=False, retry_after=5), language="en")
    assert told.status == 403
    assert "Retry-After" not in dict(told.headers)
    assert "by itself" in told.body["detail"]
    assert "instance" not in told.body


def test_a_step_up_asks_for_a_stronger_session():
    answer = Answer(effect="step_up", released=False, acr_values=("urn:a", "urn:b"), max_age=300)
    told = problem(answer, language="fr")
    assert told.status == 401
    assert dict(told.headers)["WWW-Authenticate"] == (
        'Bearer error="insufficient_user_authentication", error_description="Log in again with your '
        'second factor", acr_values="urn:a urn:b", max_age="300"'
    )
    assert (told.body["acr_values"], told.body["max_age"]) == (["urn:a", "urn:b"], 300)


def test_a_justification_is_asked_for():
    told = problem(Answer(effect="justify", released=False, retry_after=60), language="en")
    assert told.status == 403
    assert "Ecluse-Justification" in told.body["detail"]
    assert "Without a reason you could go on in 1 minute." in told.body["detail"]


def test_a_gate_out_of_reach_is_a_503():
    told = problem_of(cases.OUT_OF_REACH, language="en")
    assert (told.status, dict(told.headers)["Retry-After"]) == (503, "30")
    assert told.body["detail"].endswith("Try again in 30 seconds.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "case",
    [
        cases.OUT_OF_REACH,
        cases.UNDISCLOSED,
        cases.FAILED,
        cases.UNCLEAR,
        cases.ANONYMOUS,
        *[cases.Case(kind, 403) for kind in ("deny", "hold", "justify", "step_up", "closed")],
    ],
    ids=lambda case: case.kind,
)
def test_every_case_can_be_told(case, language):
    told = problem_of(case, language=language)
    assert told.body["type"] == f"urn:ecluse:problem:{case.kind}"
    assert told.body["status"] == told.status == case.status
    assert told.body["title"]
    assert told.body["detail"]
