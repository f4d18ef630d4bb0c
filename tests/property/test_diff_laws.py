"""What `ecluse diff` proves holds on random policy sets, random histories and random thieves.

Whatever is released under a set that is said to be stricter, the other would have released on the same past; what the
other refuses is refused, and what it closes is closed.
"""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bound_kit import random_adversary, random_estate, random_policies, random_windows
from ecluse.engine.evaluate import Engine
from ecluse.model.difference import Verdict
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import MINUTE
from ecluse.verify.bound.bounding import worst
from ecluse.verify.bound.program import holding
from ecluse.verify.diff.comparing import compare, judge
from ecluse.verify.diff.containment import contains
from ecluse.verify.diff.searching import carry_out
from reference.meaning import Reference, key, matches
from strategies.histories import START, budgets, pers, policy_sets, requests, steps, targets

NOT_STRICTER = {Verdict.LOOSER, Verdict.INCOMPARABLE}

ESTATE = Estate(
    (
        Application("x", "t@example.org", 1000, operations=("view", "export")),
        Application("y", "t@example.org", 1000, categories=("identity", "health")),
    ),
    (AccountKind("adviser", factors=("none", "key")), AccountKind("partner", applications=("y",))),
    (Organization("o1", (Headcount("adviser", 3), Headcount("partner", 3))),),
)


@st.composite
def edited(draw, budget):
    """A budget with one edit, mostly of the kind that people make."""
    edit = draw(
        st.sampled_from(
            [
                "less",
                "more",
                "target",
                "no target",
                "key",
                "key",
                "per",
                "mode",
                "effect",
                "shorter",
            ]
        )
    )
    if edit in {"less", "more"}:
        by = draw(st.integers(0, 3)) * (-1 if edit == "less" else 1)
        return replace(
            budget,
            windows=tuple(Window(w.length, max(0, w.limit + by)) for w in budget.windows),
        )
    if edit == "target":
        return replace(budget, target=draw(targets))
    if edit == "no target":
        return replace(budget, target=replace(budget.target, kinds=None, hours=None, own=None))
    if edit == "key":
        per = draw(pers)
        closes = {Key.ACCOUNT, Key.SESSION} & set(per)
        return budget if budget.effect is Effect.HOLD and not closes else replace(budget, per=per)
    if edit == "per":
        per = budget.per[:1] if len(budget.per) > 1 else (Key.SYSTEM,)
        if budget.effect is Effect.HOLD and not {Key.ACCOUNT, Key.SESSION} & set(per):
            per = budget.per
        return replace(budget, per=per)
    if edit == "mode":
        return replace(budget, mode=Mode.ENFORCE)
    if edit == "shorter":
        return replace(budget, windows=budget.windows[:1])
    return replace(budget, effect=Effect.DENY)


@st.composite
def pairs(draw):
    """A set and what became of it."""
    before = draw(policy_sets(size=3))
    after = [draw(edited(b)) if draw(st.booleans()) else b for b in before.budgets]
    if draw(st.booleans()):
        after.append(draw(budgets(name="new")))
    return before, PolicySet(tuple(draw(st.permutations(after))))


@st.composite
def tight(draw):
    """One budget that denies after one or two persons."""
    window = Window(draw(st.sampled_from([5, 40])) * MINUTE, draw(st.integers(1, 2)))
    target = draw(st.just(Target()) | targets)
    return PolicySet((Budget("t", draw(pers), (window,), target=target),))


def settled(request):
    """Each account has one kind and one lineage, as the proof may take for granted."""
    kind = {"a1": "adviser", "a2": "partner", "a3": None}[request.account]
    lineage = {"a1": "a1", "a2": "a1", "a3": None}[request.account]
    fields = {f: getattr(request, f) for f in request.__struct_fields__}
    return type(request)(**{**fields, "kind": kind, "lineage": lineage})


histories = st.lists(st.tuples(requests(), steps), min_size=4, max_size=40)


def follow(strict, lenient, history):
    """Runs attempts under the strict set and asks the lenient one, on the same admitted past."""
    under, over = Engine(strict), Engine(lenient)
    at = START
    for request, step in history:
        at = max(at, at + step)
        if under.check(request, at).permitted:
            told = over.observe(request, at)
            assert told.permitted, (request, told)
            assert not over.holds
        else:
            told = over.reserve(request, at, 1)
            if told.permitted:
                assert over.release(told.reservation, at)
            assert over.holds.keys() <= under.holds.keys(), request
            for engine in (under, over):
                for subject in list(engine.holds):
                    engine.reopen(*subject)


class TestWhatIsProvedHolds:
    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs(), histories)
    def test_the_stricter_set_releases_nothing_that_the_other_refuses(self, pair, history):
        for one, other in (pair, pair[::-1]):
            verdict, _, _, assumes = judge(one.budgets, other.budgets)
            if verdict in NOT_STRICTER:
                continue
            attempts = [(settled(r), s) for r, s in history] if assumes else history
            follow(other, one, attempts)

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tight(), tight(), histories)
    def test_also_where_every_request_counts(self, before, after, history):
        """One budget each that refuses nearly everything: what is wrongly called stricter shows in a few requests."""
        verdict, _, _, assumes = judge(before.budgets, after.budgets)
        assume(verdict not in NOT_STRICTER)
        follow(after, before, [(settled(r), s) for r, s in history] if assumes else history)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs(), histories)
    def test_by_the_reference_as_well(self, pair, history):
        before, after = pair
        verdict, _, _, assumes = judge(before.budgets, after.budgets)
        assume(verdict not in NOT_STRICTER)
        under, over = Reference(after), Reference(before)
        at = START
        for request, step in history:
            at = max(at, at + step)
            asked = settled(request) if assumes else request
            if under.check(asked, at).permitted:
                assert over.observe(asked, at).permitted

    @settings(max_examples=500, deadline=None)
    @given(targets, targets, requests(), steps, st.booleans())
    def test_a_target_that_contains_another_concerns_whatever_it_does(
        self, outer, inner, request, step, widen
    ):
        if widen:
            outer = replace(inner, kinds=None, older_than=None)
        assume(contains(outer, inner))
        at = START + step * 7
        if matches(of_target(inner), request, at):
            assert matches(of_target(outer), request, at)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 10**9))
    def test_no_thief_takes_more_under_the_stricter_set(self, seed):
        rng = Random(seed)
        estate = random_estate(rng)
        before = random_policies(rng, estate)
        after = PolicySet(
            tuple(
                replace(b, windows=random_windows(rng, dividing=True)) if rng.random() < 0.3 else b
                for b in before.budgets
            )
        )
        thief = random_adversary(rng, estate)
        horizon = rng.choice([1, 4, 16, 64]) * 60_000_000
        told = compare(before, after, estate, (thief,), (horizon,))
        if told.verdict is Verdict.SAME:
            assert not (*told.lines, *told.thieves)
        if told.verdict is Verdict.STRICTER:
            assert not any(line.looser for line in (*told.lines, *told.thieves))
            assert _most(after, estate, thief, horizon) <= _most(before, estate, thief, horizon)


def of_target(target):
    return Budget("t", (Key.SYSTEM,), (Window(1, 1),), target=target)


def _most(policies, estate, thief, horizon):
    case = worst(holding(policies.budgets), estate, thief, horizon)
    return 0 if case is None else float("inf") if case.persons is None else case.persons


class TestAnOrder:
    @settings(max_examples=100, deadline=None)
    @given(policy_sets(), st.randoms(use_true_random=False))
    def test_order_and_names_mean_nothing(self, policies, rng):
        shuffled = [replace(b, id=f"n{i}") for i, b in enumerate(policies.budgets)]
        rng.shuffle(shuffled)
        assert judge(policies.budgets, policies.budgets)[0] is Verdict.SAME
        assert judge(policies.budgets, shuffled)[0] is Verdict.SAME

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs())
    def test_the_reverse_question_has_the_reverse_answer(self, pair):
        before, after = pair
        there, back = judge(before.budgets, after.budgets), judge(after.budgets, before.budgets)
        reverse = {Verdict.STRICTER: Verdict.LOOSER, Verdict.LOOSER: Verdict.STRICTER}
        assert back[0] is reverse.get(there[0], there[0])
        assert (there[1], there[2]) == (back[2], back[1])

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(policy_sets(size=3), st.lists(budgets(name="new"), max_size=1))
    def test_a_budget_more_is_never_looser(self, policies, more):
        verdict, looser, _, _ = judge(policies.budgets, (*policies.budgets, *more))
        assert verdict in {Verdict.SAME, Verdict.STRICTER}
        assert not looser


class TestWitnesses:
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs())
    def test_a_witness_is_what_it_says(self, pair):
        before, after = pair
        told = compare(before, after, ESTATE, (), ())
        for found, strict, lenient in (
            (told.looser, before, after),
            (told.stricter, after, before),
        ):
            for gap in found:
                if gap.witness is not None and not gap.closes:
                    assert carry_out(gap.witness, strict.budgets, lenient.budgets)
                    last = gap.witness.steps[-1]
                    assert key(next(b for b in strict.budgets if b.id == gap.budget), last.request)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pairs())
    def test_where_there_is_a_witness_nothing_stricter_is_claimed(self, pair):
        before, after = pair
        told = compare(before, after, ESTATE, (), ())
        if any(g.witness for g in told.looser):
            assert told.verdict in NOT_STRICTER
