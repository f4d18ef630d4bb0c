"""What lints conclude without a single access holds for every access, against the executable specification."""

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ecluse.counting.closure import most_in
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.verify import lints
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.targets import within
from reference.meaning import Reference, matches
from strategies.histories import START, UNIT, budgets, requests, steps, targets

LINEAGES = {"a1": "a1", "a2": "a1", "a3": None}
"""Who created an account does not change from one access to the next."""


@st.composite
def pairs(draw):
    """A budget, and one that may stand behind it."""
    outer = draw(budgets(name="outer", counts=(Count.PERSONS,)))
    refusing = st.sampled_from([Effect.JUSTIFY, Effect.STEP_UP, Effect.DENY])
    outer = replace(outer, mode=Mode.ENFORCE, effect=draw(refusing))
    more = draw(st.sets(st.sampled_from([Key.ACCOUNT, Key.APPLICATION, Key.SOURCE])))
    keys = (set(outer.per) - {Key.SYSTEM}) | more or {Key.ACCOUNT}
    if draw(st.booleans()) and Key.LINEAGE in keys:
        keys = keys - {Key.LINEAGE} | {Key.ACCOUNT}
    lengths = sorted(draw(st.sets(st.sampled_from([1, 2, 5, 13, 21, 50]), min_size=1, max_size=3)))
    limits, least = [], 0
    for length in lengths:
        least = max(least, most_in(outer.windows, length * UNIT) + draw(st.integers(-1, 2)))
        limits.append(Window(length * UNIT, least))
    inner = replace(
        draw(budgets(name="inner", counts=(Count.PERSONS,))),
        per=tuple(k for k in Key if k in keys),
        windows=tuple(limits),
        target=_narrower(outer.target, draw(targets)) if draw(st.booleans()) else outer.target,
    )
    return outer, inner


def _narrower(target, other):
    """The target with the conditions of another where it has none."""
    sides = ("kinds", "organizations", "applications", "operations", "factors", "own", "hours")
    return replace(target, **{s: getattr(target, s) or getattr(other, s) for s in sides})


def _behind(policies):
    found = lints.find("budget-behind-another").check(Inspected(policies=policies))
    return {remark.about for remark in found}


class TestBudgetBehindAnother:
    @given(
        pairs(),
        st.lists(st.tuples(steps, requests()), min_size=5, max_size=25),
        st.booleans(),
    )
    @settings(deadline=None)
    def test_without_it_everything_is_decided_alike(self, pair, accesses, first):
        both = PolicySet(pair if first else pair[::-1])
        assume("inner" in _behind(both))
        with_it, without = Reference(both), Reference(PolicySet(pair[:1]))
        at = START
        for step, request in accesses:
            at += step
            known = structs.replace(request, lineage=LINEAGES[request.account])
            assert with_it.check(known, at).effect is without.check(known, at).effect

    def test_it_is_not_said_of_what_decides(self):
        outer, inner = _example()
        assert _behind(PolicySet((outer, inner))) == set()
        assert _behind(PolicySet((outer, replace(inner, windows=(Window(UNIT, 5),))))) == {"inner"}

    def test_of_two_alike_one_is_told(self):
        outer, _ = _example()
        assert _behind(PolicySet((outer, replace(outer, id="twin")))) == {"twin"}


def _example():
    wide = Budget("outer", (Key.ACCOUNT,), (Window(3 * UNIT, 5),))
    return wide, Budget("inner", (Key.ACCOUNT,), (Window(UNIT, 4),))


class TestWithin:
    @given(targets, targets, requests(), st.booleans())
    @settings(deadline=None)
    def test_what_the_inner_concerns_the_outer_concerns(self, one, other, request, narrowed):
        inner = _narrower(one, other) if narrowed else other
        assume(within(inner, one))
        if matches_target(inner, request):
            assert matches_target(one, request)

    @given(targets)
    def test_it_is_within_itself_and_everything(self, target):
        assert within(target, target)
        assert within(target, Target())


def matches_target(target, request):
    return matches(Budget("b", (Key.SYSTEM,), (Window(UNIT, 1),), target=target), request, START)
