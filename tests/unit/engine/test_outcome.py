import numpy as np
import pytest

from ecluse.engine.history import from_requests
from ecluse.engine.outcome import REFUSING, Outcome, by_event
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Effect, Key, Mode, PolicySet, Window


def budget(name, limit=1, **fields):
    return Budget(name, (Key.ACCOUNT,), (Window(50, limit), Window(100, limit + 1)), **fields)


def replayed(number, *budgets):
    accesses = [
        (at, AccessRequest(account="a", application="x", persons=(at,))) for at in range(number)
    ]
    return by_event(from_requests(accesses), PolicySet(budgets))


def test_a_row_says_what_was_decided_and_by_which_budget():
    watched = budget("w", 0, mode=Mode.SHADOW, effect=Effect.HOLD)
    outcome = replayed(4, watched, budget("b", 2, warn_share=0.5, effect=Effect.DENY))
    assert [Effect(e).word for e in outcome.effect] == ["warn", "warn", "deny", "deny"]
    assert outcome.event.tolist() == [0, 1, 2, 3]
    assert outcome.budget.tolist() == [1, 1, 1, 1]
    assert outcome.window.tolist() == [0, 1, 0, 0]
    assert outcome.used.tolist() == [1, 2, 3, 3]
    assert outcome.over.tolist() == [1, 1, 3, 3]
    assert outcome.warned.tolist() == [2, 2, 0, 0]
    assert outcome.refused.tolist() == [2, 3]


def test_an_earlier_hold_has_no_window():
    outcome = replayed(3, budget("b", 0), budget("h", 0, effect=Effect.HOLD))
    assert outcome.window.tolist() == [0, -1, -1]
    assert outcome.budget.tolist() == [1, 1, 1]
    assert outcome.used.tolist() == [1, 0, 0]
    assert outcome.over.tolist() == [3, 0, 0]


@pytest.mark.parametrize("number", [64, 65, 200])
def test_masks_have_room_for_every_budget(number):
    outcome = replayed(2, *(budget(f"b{n}", int(n < number - 1)) for n in range(number)))
    assert [int(m) for m in outcome.over] == [1 << (number - 1)] * 2
    assert outcome.budget.tolist() == [number - 1] * 2


def test_nothing_flagged_is_an_outcome_too():
    outcome = replayed(1, budget("b", 5))
    assert len(outcome.event) == 0
    assert outcome.over.dtype == np.uint64
    assert Outcome.of_rows([]).refused.size == 0


def test_what_keeps_the_data_in_is_refusing():
    assert [Effect(e).word for e in np.flatnonzero(REFUSING)] == [
        "justify",
        "step_up",
        "deny",
        "hold",
    ]
