"""Which events depend on each other, and that deciding them apart changes nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.counting.spans import Spans
from ecluse.engine import inorder
from ecluse.engine.columns import event_keys
from ecluse.engine.history import from_requests
from ecluse.engine.inorder import Drawn, decide_in_order
from ecluse.engine.outcome import by_event
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Key, PolicySet, Window
from ecluse.model.time import HOUR

HISTORY = from_requests(
    [
        (number, AccessRequest(account=account, application="x", session=session, persons=(number,)))
        for number, (account, session) in enumerate(
            [("a", "s1"), ("b", "s2"), ("a", "s3"), ("c", "s2"), ("d", ""), ("b", ""), ("a", "s1"), ("d", "")]
        )
    ]
)  # fmt: skip


def drawn(per, history=HISTORY, limit=1):
    budget = Budget("b", per, (Window(HOUR, limit),))
    key, keys = event_keys(history, per)
    return Drawn(budget, Spans.of(budget), key, keys, np.ones(keys, np.bool_))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(inorder, "_WORTH", 0)


def parts(*budgets):
    found = inorder._parts(HISTORY, np.arange(len(HISTORY)), budgets)
    return sorted(sorted(part.tolist()) for part in found)


def test_accounts_that_share_a_session_stay_together():
    one, two = (set(part) for part in parts(drawn((Key.ACCOUNT,))))
    assert {0, 2, 6} in (one - {4, 7}, two - {4, 7})
    assert {1, 3, 5} in (one - {4, 7}, two - {4, 7})


def test_a_key_that_all_share_leaves_one_part():
    assert parts(drawn((Key.SYSTEM,))) == [list(range(8))]


def test_a_key_that_is_no_suspect_joins_nobody():
    system = drawn((Key.SYSTEM,))
    system.suspects[:] = False
    assert len(parts(drawn((Key.ACCOUNT,)), system)) == 2


def test_few_events_are_not_parted(monkeypatch):
    monkeypatch.setattr(inorder, "_WORTH", 9)
    assert parts(drawn((Key.ACCOUNT,))) == [list(range(8))]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5)), min_size=1, max_size=40))
def test_apart_they_are_decided_as_the_engine_does(asked):
    history = from_requests(
        [
            (n, AccessRequest(account=a, application="x", persons=(p,)))
            for n, (a, p) in enumerate(asked)
        ]
    )
    mine = drawn((Key.ACCOUNT,), history, limit=2)
    given_parts = []

    def together(run, pieces):
        given_parts.extend(pieces)
        return map(run, reversed(given_parts))

    found = decide_in_order(history, np.arange(len(history)), [mine], together)
    expected = by_event(history, PolicySet((mine.budget,)))
    assert found.event.tolist() == expected.event.tolist()
    assert found.effect.tolist() == expected.effect.tolist()
    assert len(given_parts) == len({a for a, _ in asked}), (
        "six accounts at most, and room for eight parts"
    )
