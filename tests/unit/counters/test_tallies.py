"""What goes on counting when policies change, and what begins anew."""

from dataclasses import replace

import pytest

from ecluse.counters.tallies import Phase, Plan, Rule, Tally, changed, mark, plan
from ecluse.model.errors import ConfigError
from ecluse.model.policy import (
    Budget,
    Count,
    Effect,
    Hours,
    Key,
    Mode,
    PolicySet,
    Target,
    Window,
)
from ecluse.model.time import DAY, HOUR

BUDGET = Budget("b", (Key.ACCOUNT,), (Window(HOUR, 10), Window(DAY, 50)))


def tag(**more):
    return Tally.of(replace(BUDGET, **more)).tag


def phases(found):
    return [(r.budget.windows[-1].limit, r.tally.cap, r.phase) for r in found.rules]


@pytest.mark.parametrize(
    "more",
    [
        {"effect": Effect.HOLD},
        {"mode": Mode.SHADOW},
        {"warn_share": 0.5},
        {"reason": (("en", "x"),)},
        {"windows": (Window(HOUR, 5), Window(2 * HOUR, 7), Window(DAY, 50))},
        {"target": Target(kinds=None)},
    ],
)
def test_how_a_count_is_judged_is_not_part_of_it(more):
    assert tag(**more) == tag()


@pytest.mark.parametrize(
    "more",
    [
        {"id": "c"},
        {"per": (Key.SESSION,)},
        {"counts": Count.ACCESSES},
        {"windows": (Window(HOUR, 10), Window(DAY, 51))},
        {"windows": (Window(HOUR, 10), Window(2 * DAY, 50))},
        {"target": Target(kinds=frozenset({"x"}))},
        {"target": Target(operations=frozenset({"x"}))},
        {"target": Target(own=False)},
        {"target": Target(hours=Hours("Europe/Paris", weekdays=frozenset({1, 0})))},
    ],
)
def test_what_is_counted_is_part_of_it(more):
    assert tag(**more) != tag()


def test_the_order_of_words_is_no_part_of_it():
    one, other = (frozenset(words) for words in (["a", "b", "c"], ["c", "b", "a"]))
    assert tag(target=Target(kinds=one)) == tag(target=Target(kinds=other))


def sets(*limits):
    return [PolicySet((replace(BUDGET, windows=(Window(DAY, n),)),)) for n in limits]


def known(policies):
    return {Tally.of(b).tag for b in policies.budgets}


def test_a_gate_that_starts_must_bring_its_ledger_to_what_does_not_know_it():
    (policies,) = sets(5)
    assert not plan(policies, None, ()).complete
    assert plan(policies, None, known(policies)).complete


def test_a_stricter_budget_is_judged_on_the_former_count_at_once():
    many, few = sets(50, 20)
    before = plan(many, None, known(many))
    found = plan(few, before, known(many))
    assert phases(found) == [(20, 51, Phase.FORMER), (20, 21, Phase.NEW)]
    assert found.complete
    assert found.changing
    assert phases(changed(found)) == [(20, 21, Phase.STEADY)]


def test_a_wider_budget_waits_for_its_count():
    few, many = sets(20, 50)
    found = plan(many, plan(few, None, known(few)), known(few))
    assert phases(found) == [(20, 21, Phase.FORMER), (50, 51, Phase.NEW)]


def test_a_change_within_a_change_goes_on_from_what_decides():
    first, second, third = sets(50, 20, 10)
    before = plan(second, plan(first, None, known(first)), known(first))
    assert phases(plan(third, before, known(first))) == [
        (10, 51, Phase.FORMER),
        (10, 11, Phase.NEW),
    ]
    back = plan(first, before, known(first))
    assert phases(back) == [(50, 51, Phase.STEADY)]


def test_a_new_budget_decides_at_once_and_one_that_is_gone_is_dropped():
    policies = PolicySet((BUDGET,))
    other = PolicySet((replace(BUDGET, id="c"),))
    found = plan(other, plan(policies, None, known(policies)), known(policies))
    assert phases(found) == [(50, 51, Phase.STEADY)]
    assert found.complete


def test_what_was_not_complete_is_no_ground_to_go_on_from():
    many, few = sets(50, 20)
    found = plan(few, plan(many, None, ()), ())
    assert phases(found) == [(20, 21, Phase.STEADY)]
    assert not found.complete


def test_the_marks_that_are_awaited_and_left_are_told():
    many, few = sets(50, 20)
    found = plan(few, plan(many, None, known(many)), known(many))
    told = found.told("a", ("a", "b"), "tag", HOUR)
    former, new = (r.tally for r in found.rules)
    for word in (mark(new, "a"), mark(new, "b"), mark(former, "a")):
        assert word.encode() in told
    assert mark(former, "b").encode() not in told


def test_more_bytes_than_a_double_holds_are_refused():
    windows = (Window(DAY, 1 << 51),)
    policies = PolicySet((replace(BUDGET, counts=Count.BYTES, windows=windows),))
    with pytest.raises(ConfigError, match="more bytes than"):
        plan(policies, None, ())


def test_a_hold_closes_the_account_or_the_session():
    assert Rule(replace(BUDGET, effect=Effect.HOLD), Tally.of(BUDGET)).told()["closes"] == 2
    by_session = replace(BUDGET, effect=Effect.HOLD, per=(Key.SESSION,))
    assert Rule(by_session, Tally.of(by_session)).told()["closes"] == 3
    assert Rule(BUDGET, Tally.of(BUDGET)).told()["closes"] == 0


def test_plans_of_the_same_rules_are_equal():
    (policies,) = sets(5)
    assert plan(policies, None, ()) == plan(policies, None, ())
    assert plan(policies, None, ()) != Plan((), complete=False)
