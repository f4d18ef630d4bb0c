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


@pytest.mark.parametrize(
    "more",
    [
        {"effect": Effect.HOLD},
        {"mode": Mode.SHADOW},
        {"warn_share": 0.5},
        {"reason": (("en", "x"),)},
        {"windows": (Window(HOUR, 5), Window(2 * HOUR, 7), Window(2 * DAY, 500))},
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


def test_how_far_back_and_how_many_is_the_most_that_anybody_asked_for():
    tally = Tally.of(BUDGET)
    assert tally.size == f"{DAY}:51"
    assert tally.widened(None) == tally
    assert tally.widened(f"{HOUR}:99") == Tally(tally.tag, DAY, 99)
    assert tally.widened(f"{2 * DAY}:1") == Tally(tally.tag, 2 * DAY, 51)
    assert [
        tally.fits(size) for size in (None, f"{DAY}:50", f"{HOUR}:51", f"{DAY}:51", f"{2 * DAY}:99")
    ] == [
        False,
        False,
        False,
        True,
        True,
    ]


def sets(*kinds):
    """The same budget, for accounts of other kinds."""
    return [PolicySet((replace(BUDGET, target=Target(kinds=frozenset({k}))),)) for k in kinds]


def least(policies):
    return [Tally.of(b) for b in policies.budgets]


def first(policies):
    """The plan of a gate whose ledger is known."""
    tallies = least(policies)
    return plan(policies, tallies, None, {t.tag for t in tallies})


def phases(found):
    return [(*r.budget.target.kinds, r.phase) for r in found.rules]


def test_a_gate_that_starts_must_bring_its_ledger_to_what_does_not_know_it():
    (policies,) = sets("a")
    assert not plan(policies, least(policies), None, ()).complete
    assert first(policies).complete


def test_another_limit_needs_no_other_tally():
    (policies,) = sets("a")
    wider = PolicySet((replace(policies.budgets[0], windows=(Window(2 * DAY, 500),)),))
    found = plan(wider, least(wider), first(policies), ())
    assert phases(found) == [("a", Phase.STEADY)]
    assert found.rules[0].budget == wider.budgets[0]
    assert found.complete
    assert not found.changing


def test_what_counts_something_new_waits_for_its_tally():
    one, other = sets("a", "b")
    found = plan(other, least(other), first(one), ())
    assert phases(found) == [("a", Phase.FORMER), ("b", Phase.NEW)]
    assert found.complete
    assert found.changing
    assert phases(changed(found)) == [("b", Phase.STEADY)]


def test_a_change_within_a_change_goes_on_from_what_decides():
    one, other, third = sets("a", "b", "c")
    within = plan(other, least(other), first(one), ())
    found = plan(third, least(third), within, ())
    assert phases(found) == [("a", Phase.FORMER), ("c", Phase.NEW)]
    assert phases(plan(one, least(one), within, ())) == [("a", Phase.STEADY)]


def test_a_tally_known_to_this_gate_alone_does_not_decide_before_the_others_know_it():
    one, other = sets("a", "b")
    known = {t.tag for t in least(other)}
    assert phases(plan(other, least(other), first(one), known)) == [
        ("a", Phase.FORMER),
        ("b", Phase.NEW),
    ]


def test_a_new_budget_decides_at_once_and_one_that_is_gone_is_dropped():
    one, _ = sets("a", "b")
    other = PolicySet((replace(one.budgets[0], id="c"),))
    found = plan(other, least(other), first(one), ())
    assert [r.budget.id for r in found.rules] == ["c"]
    assert found.complete


def test_what_was_not_complete_is_no_ground_to_go_on_from():
    one, other = sets("a", "b")
    found = plan(other, least(other), plan(one, least(one), None, ()), ())
    assert phases(found) == [("b", Phase.STEADY)]
    assert not found.complete


def test_the_marks_that_are_awaited_and_left_are_told():
    one, other = sets("a", "b")
    found = plan(other, least(other), first(one), ())
    told = found.told("a", ("a", "b"), "tag", HOUR)
    former, new = (r.tally for r in found.rules)
    for word in (mark(new, "a"), mark(new, "b"), mark(former, "a")):
        assert word.encode() in told
    assert mark(former, "b").encode() not in told


def test_more_bytes_than_a_double_holds_are_refused():
    windows = (Window(DAY, 1 << 44),)
    policies = PolicySet((replace(BUDGET, counts=Count.BYTES, windows=windows),))
    with pytest.raises(ConfigError, match="more bytes than"):
        Tally.of(policies.budgets[0])


def test_a_hold_closes_the_account_or_the_session():
    assert Rule(replace(BUDGET, effect=Effect.HOLD), Tally.of(BUDGET)).told()["closes"] == 2
    by_session = replace(BUDGET, effect=Effect.HOLD, per=(Key.SESSION,))
    assert Rule(by_session, Tally.of(by_session)).told()["closes"] == 3
    assert Rule(BUDGET, Tally.of(BUDGET)).told()["closes"] == 0


def test_plans_of_the_same_rules_are_equal():
    (policies,) = sets("a")
    assert first(policies) == first(policies)
    assert first(policies) != Plan((), complete=True)
