"""The compiled two-phase pass gives the engine's answer on every history."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from unittest import mock

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.engine import inorder
from ecluse.engine.history import from_requests
from ecluse.engine.outcome import Outcome, by_event
from ecluse.engine.twophase import TwoPhase
from strategies.histories import START, policy_sets, requests, steps


def same(a: Outcome, b: Outcome) -> None:
    for f in fields(Outcome):
        np.testing.assert_array_equal(getattr(a, f.name), getattr(b, f.name), f.name)


@st.composite
def accesses(draw):
    asked = draw(st.lists(requests(), min_size=1, max_size=8))
    moves = draw(st.lists(st.tuples(steps, st.sampled_from(asked)), min_size=1, max_size=60))
    at, found = START, []
    for step, request in moves:
        at += abs(step)
        found.append((at, request))
    return found


@given(accesses(), st.lists(policy_sets(), min_size=1, max_size=3))
@settings(
    max_examples=int(os.environ.get("ECLUSE_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_two_phases_give_the_engine_s_outcome(moves, sets):
    history = from_requests(moves)
    replay = TwoPhase(history, keep=True)
    with mock.patch.object(inorder, "_WORTH", 0), ThreadPoolExecutor(2) as cores:
        apart = TwoPhase(history, keep=True, together=cores.map)
        for policies in sets:
            expected = by_event(history, policies)
            same(apart.decide(policies), expected)
    for policies in sets:
        expected = by_event(history, policies)
        same(replay.decide(policies), expected)
        same(TwoPhase(history).decide(policies), expected)
