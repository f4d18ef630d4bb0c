"""The engine gives the reference's answer, whatever is asked in whatever order."""

import os
from dataclasses import replace
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.engine.evaluate import Engine
from ecluse.engine.snapshot import restore, snapshot
from ecluse.model.policy import Count, Key, Mode, PolicySet
from reference.meaning import Reference
from strategies.histories import START, UNIT, policy_sets, requests, steps

ACTS = (
    "check",
    "check",
    "check",
    "check",
    "observe",
    "reserve",
    "reserve",
    "post",
    "part",
    "release",
    "release",
    "reopen",
    "snapshot",
    "adopt",
)


def changed(policies):
    """The same budgets with other limits, the longest window dropped and the mode turned: some keep their counts."""
    turned = {Mode.SHADOW: Mode.ENFORCE, Mode.ENFORCE: Mode.SHADOW}
    return PolicySet(
        tuple(
            replace(
                b,
                windows=tuple(replace(w, limit=w.limit * 3 // 4) for w in b.windows[:2]),
                mode=turned[b.mode],
            )
            for b in policies.budgets
        )
    )


@st.composite
def plays(draw):
    sets = draw(
        st.lists(policy_sets() | policy_sets(counts=(Count.PERSONS,)), min_size=1, max_size=2)
    )
    sets.append(changed(sets[0]))
    asked = draw(st.lists(requests(), min_size=1, max_size=6))
    moves = draw(
        st.lists(
            st.tuples(
                st.sampled_from(ACTS),
                steps,
                st.sampled_from(asked),
                st.integers(0, 5),
                st.sampled_from(sets),
            ),
            min_size=5,
            max_size=40,
        )
    )
    return sets[0], moves


class Pair:
    """A reference and an engine that are told the same things."""

    def __init__(self, policies):
        self.reference, self.engine = Reference(policies), Engine(policies)
        self.at = START
        self.reserved = []  # (number in the reference, number in the engine)

    def play(self, act, step, request, pick, policies):
        self.at += step
        getattr(self, f"_{act}")(request, pick, policies)
        assert self.engine.clock == self.reference.clock
        assert {k: h.policy for k, h in self.engine.holds.items()} == self.reference.holds

    def _same(self, expected, got):
        assert got.effect == expected.effect
        assert got.reasons == expected.reasons
        assert (got.reservation is None) == (expected.reservation is None)

    def _check(self, request, pick, policies):
        self._same(self.reference.check(request, self.at), self.engine.check(request, self.at))

    def _observe(self, request, pick, policies):
        self._same(self.reference.observe(request, self.at), self.engine.observe(request, self.at))

    def _reserve(self, request, pick, policies):
        lifetime = (1 + pick) * UNIT
        expected = self.reference.reserve(request, self.at, lifetime)
        got = self.engine.reserve(request, self.at, lifetime)
        self._same(expected, got)
        if expected.reservation is not None:
            self.reserved.append((expected.reservation, got.reservation, request))

    def _post(self, request, pick, policies, persons=None):
        if self.reserved:
            ours, theirs, _ = self.reserved[pick % len(self.reserved)]
            assert self.reference.post(ours, self.at, persons) == self.engine.post(
                theirs, self.at, persons
            )

    def _part(self, request, pick, policies):
        if self.reserved:
            persons = self.reserved[pick % len(self.reserved)][2].persons
            self._post(request, pick, policies, tuple(p for p in persons if p % 2))

    def _release(self, request, pick, policies):
        if self.reserved:
            ours, theirs, _ = self.reserved[pick % len(self.reserved)]
            assert self.reference.release(ours, self.at) == self.engine.release(theirs, self.at)

    def _reopen(self, request, pick, policies):
        for key, name in ((Key.ACCOUNT, request.account), (Key.SESSION, request.session or "")):
            assert self.reference.reopen(key, name) == self.engine.reopen(key, name)

    def _snapshot(self, request, pick, policies):
        data = snapshot(self.engine)
        self.engine = restore(self.engine.policies, data)
        assert snapshot(self.engine) == data

    def _adopt(self, request, pick, policies):
        history = ((a.at, a.request) for a in self.reference.history if not a.open)
        self.reference.policies = policies
        self.engine.adopt(policies, history)


@given(plays())
@settings(
    max_examples=int(os.environ.get("ECLUSE_EXAMPLES", "300")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_engine_answers_as_the_reference(play):
    policies, moves = play
    pair = Pair(policies)
    for move in moves:
        pair.play(*move)


@given(plays())
@settings(
    max_examples=int(os.environ.get("ECLUSE_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_engine_answers_as_the_reference_with_the_logs_of_large_limits(play):
    with patch("ecluse.counting.log.PACKED_LIMIT_MAX", 0):
        test_engine_answers_as_the_reference.hypothesis.inner_test(play)
