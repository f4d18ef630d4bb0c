"""Laws of what a justification or a second factor opens: a number, and never more."""

import json
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ecluse.engine.evaluate import Engine
from ecluse.loaders.policy import load_policy
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Effect
from ecluse.model.time import MINUTE
from strategies.histories import START

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

FACTS = {"justify": "justified", "step_up": "stepped_up"}
LIMITS = [{"1m": 1}, {"2m": 2}, {"5m": 0}, {"5m": 3}, {"1m": 1, "5m": 3}, {"2m": 2, "13m": 5}]

budgets = st.fixed_dictionaries(
    {
        "effect": st.sampled_from(list(FACTS)),
        "per": st.sampled_from(["account", "account", ["account", "application"]]),
        "limits": st.sampled_from(LIMITS),
        "afterwards": st.sampled_from(LIMITS),
    }
)
files = st.lists(budgets, min_size=1, max_size=2)
reads = st.builds(
    AccessRequest,
    account=st.sampled_from(["a1", "a1", "a2"]),
    application=st.sampled_from(["x", "y"]),
    persons=st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple),
    justified=st.booleans(),
    stepped_up=st.booleans(),
)
histories = st.lists(
    st.tuples(st.sampled_from([0, 1, MINUTE // 2, MINUTE, 3 * MINUTE]), reads), max_size=60
)


def load(written):
    named = [{"id": f"b{n}"} | budget for n, budget in enumerate(written)]
    return load_policy(json.dumps({"version": 1, "budgets": named}), file="p")


def unasked(request):
    return replace(request, justified=False, stepped_up=False)


def decided(policies, history, change=lambda request: request):
    """The effect of each request, one after the other."""
    engine, at, effects = Engine(policies), START, []
    for step, request in history:
        at += step
        effects.append(engine.check(change(request), at).effect)
    return effects


def insisting(engine, request, at):
    """Whether it is released to somebody who gives whatever is asked for."""
    given = unasked(request)
    for _ in range(1 + len(FACTS)):
        effect = engine.check(given, at).effect
        if effect.releases or effect.word not in FACTS:
            return effect.releases
        given = replace(given, **{FACTS[effect.word]: True})
    return False


class TestTheSum:
    """Promise 3, of what opens: limit and afterwards together are the most, in every window that both have."""

    @given(files, histories, st.booleans())
    @quick
    def test_no_window_of_an_account_holds_more_than_both_limits(self, written, history, insists):
        policies = load(written)
        engine, at, released = Engine(policies), START, defaultdict(list)
        for step, request in history:
            at += step
            passed = (
                insisting(engine, request, at) if insists else engine.check(request, at).permitted
            )
            if passed:
                released[request.account, None].append((at, request.persons))
                released[request.account, request.application].append((at, request.persons))
        for before, after in zip(policies.budgets[::2], policies.budgets[1::2], strict=True):
            apart = len(before.per) == 2
            for (_, application), accesses in released.items():
                if (application is not None) == apart:
                    self._check(before, after, accesses)

    def _check(self, before, after, accesses):
        more = {w.length: w.limit for w in after.windows}
        for window in before.windows:
            for end, _ in accesses if window.length in more else ():
                inside = [p for at, p in accesses if end - window.length < at <= end]
                assert len(set().union(*inside)) <= window.limit + more[window.length]

    @pytest.mark.parametrize("effect", FACTS)
    def test_the_sum_is_reached_and_not_passed(self, effect):
        policies = load(
            [{"per": "account", "limits": {"5m": 7}, "effect": effect, "afterwards": {"5m": 4}}]
        )
        engine = Engine(policies)
        persons = [AccessRequest(account="a", application="x", persons=(n,)) for n in range(50)]
        assert [insisting(engine, one, START) for one in persons] == [True] * 11 + [False] * 39
        last = engine.check(replace(persons[-1], **{FACTS[effect]: True}), START)
        assert last.effect is Effect.DENY
        assert last.reasons[0].policy == "b0-afterwards"


class TestApart:
    @given(files, histories)
    @quick
    def test_without_afterwards_nothing_that_is_given_changes_anything(self, written, history):
        policies = load([{k: v for k, v in b.items() if k != "afterwards"} for b in written])
        assert decided(policies, history) == decided(policies, history, unasked)

    @given(files, histories)
    @quick
    def test_what_opens_changes_nothing_for_whoever_gives_nothing(self, written, history):
        closed = load([{k: v for k, v in b.items() if k != "afterwards"} for b in written])
        assert decided(load(written), history, unasked) == decided(closed, history, unasked)

    @given(budgets, histories)
    @quick
    def test_neither_part_draws_on_the_room_of_the_other(self, written, history):
        policies, fact = load([written]), FACTS[written["effect"]]
        together = decided(policies, history)
        at, apart = START, {False: [], True: []}
        for step, request in history:
            at += step
            apart[getattr(request, fact)].append((at, request))
        for given_, part in apart.items():
            engine = Engine(policies)
            alone = [engine.check(request, at).effect for at, request in part]
            assert alone == [
                effect
                for effect, (_, request) in zip(together, history, strict=True)
                if getattr(request, fact) is given_
            ]
