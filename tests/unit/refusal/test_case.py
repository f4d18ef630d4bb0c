"""Each refusal is told with its own status."""

import pytest

from ecluse.model.asked import Answer, Why
from ecluse.refusal.case import of_answer


def refused(effect="deny", **fields):
    return Answer(effect=effect, released=False, entry=7, **fields)


@pytest.mark.parametrize(
    ("answer", "kind", "status", "retry_after"),
    [
        (refused(retry_after=90), "deny", 429, 90),
        (refused(retry_after=0), "deny", 429, 1),
        (refused(), "deny", 403, None),
        (refused("hold", retry_after=90), "hold", 403, None),
        (refused("justify", retry_after=90), "justify", 403, 90),
        (refused("step_up", retry_after=90), "step_up", 401, None),
        (refused(reasons=(Why("application:portal", "deny"),)), "closed", 403, None),
        (
            refused(reasons=(Why("application:portal", "deny"),), retry_after=9),
            "closed",
            403,
            None,
        ),
        (refused(degraded="deny"), "unavailable", 503, 30),
        (refused(degraded="deny", retry_after=2), "unavailable", 503, 2),
        (refused("hold", degraded="deny"), "hold", 403, None),
        (refused(degraded="permit"), "deny", 403, None),
        (refused("banish", retry_after=5), "deny", 429, 5),
        (refused("permit"), "deny", 403, None),
    ],
)
def test_a_refusal_has_its_status(answer, kind, status, retry_after):
    case = of_answer(answer)
    assert (case.kind, case.status, case.retry_after) == (kind, status, retry_after)
    assert case.entry == 7


def _why(effect="deny", limit=60):
    return Why("account", effect, 600, limit + 1, limit)


@pytest.mark.parametrize(
    ("answer", "wide"),
    [
        (refused(reasons=(_why(),)), True),
        (refused(reasons=(_why(), _why("warn", limit=0))), True),
        (refused(reasons=(_why(),), retry_after=9), False),
        (refused(reasons=(_why(limit=0),)), False),
        (refused(reasons=(_why(), _why("justify", limit=0))), False),
        (refused(), False),
        (refused("hold", reasons=(_why("hold"),)), False),
        (refused(reasons=(Why("application:portal", "deny"),)), False),
    ],
)
def test_more_than_a_window_holds_is_told_from_what_a_person_must_open(answer, wide):
    assert of_answer(answer).wide is wide


def test_only_the_deciding_budget_is_told():
    reasons = (
        Why("account", "deny", 3600, 151, 150, text={"en": "first"}),
        Why("organization", "deny", 86_400, 4001, 4000, text={"en": "second"}),
    )
    assert of_answer(refused(reasons=reasons)).reason == {"en": "first"}


def test_a_release_is_no_refusal():
    with pytest.raises(AssertionError):
        of_answer(Answer(effect="permit", released=True))
