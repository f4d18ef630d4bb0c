"""What changed between two policy sets is told by its numbers."""

import json
from dataclasses import replace

import pytest

from ecluse.loaders.policy import default_policy
from ecluse.model.assurance import BudgetChange, LimitChange
from ecluse.model.policy import Budget, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR
from ecluse.verify.terms import compare, terms

BUDGET = Budget("account", (Key.ACCOUNT,), (Window(HOUR, 10), Window(DAY, 50)))


def _one(budget):
    return terms(PolicySet((budget,)))


def _change(before, after):
    (found,) = compare(_one(before), _one(after))
    return found


def test_nothing_changed():
    policies = default_policy()
    assert compare(terms(policies), terms(policies)) == ()
    assert len(json.dumps(terms(policies))) < 4000, "an entry stays small"


def test_a_new_budget_and_one_that_is_gone():
    other = replace(BUDGET, id="other")
    assert compare(_one(BUDGET), _one(other)) == (
        BudgetChange("account", "removed", "looser", (LimitChange("1h", 10, None), LimitChange("24h", 50, None))),
        BudgetChange("other", "added", "stricter", (LimitChange("1h", None, 10), LimitChange("24h", None, 50))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("windows", "turn", "limits"),
    [
        (((HOUR, 11), (DAY, 50)), "looser", (LimitChange("1h", 10, 11),)),
        (((HOUR, 9), (DAY, 50)), "stricter", (LimitChange("1h", 10, 9),)),
        (((HOUR, 9), (DAY, 51)), "both", (LimitChange("1h", 10, 9), LimitChange("24h", 50, 51))),
        (((HOUR, 10),), "looser", (LimitChange("24h", 50, None),)),
        (((HOUR, 10), (DAY, 50), (30 * DAY, 90)), "stricter", (LimitChange("30d", None, 90),)),
    ],
)
def test_limits(windows, turn, limits):
    found = _change(BUDGET, replace(BUDGET, windows=tuple(Window(*w) for w in windows)))
    assert (found.what, found.turn, found.limits, found.others) == ("changed", turn, limits, ())


@pytest.mark.parametrize(
    ("change", "turn", "others"),
    [
        ({"mode": Mode.SHADOW}, "looser", ("mode",)),
        ({"effect": Effect.HOLD}, "stricter", ("effect",)),
        ({"effect": Effect.WARN}, "looser", ("effect",)),
        ({"effect": Effect.WARN, "mode": Mode.SHADOW}, "looser", ("effect", "mode")),
        ({"target": Target(kinds=frozenset({"partner"}))}, "other", ("rest",)),
        ({"per": (Key.SESSION,)}, "other", ("rest",)),
        ({"per": (Key.SESSION,), "effect": Effect.HOLD}, "other", ("effect", "rest")),
    ],
)
def test_other_terms(change, turn, others):
    found = _change(BUDGET, replace(BUDGET, **change))
    assert (found.turn, found.others) == (turn, others)


def test_the_way_back_goes_the_other_way():
    looser = replace(BUDGET, windows=(Window(HOUR, 20), Window(DAY, 50)))
    assert (_change(BUDGET, looser).turn, _change(looser, BUDGET).turn) == ("looser", "stricter")


def test_sets_are_written_alike_in_every_process():
    names = frozenset({"b", "a", "d", "c"})
    target = Target(kinds=names, factors=frozenset(sorted(names, reverse=True)))
    assert _one(replace(BUDGET, target=target))["account"]["rest"] == "71d62d8fa1bb8d77"


@pytest.mark.parametrize("limits", [None, 3, [], {"1h": "x"}, {"1h": True}, {"later": 5}])
def test_an_entry_that_holds_anything_else_is_compared_all_the_same(limits):
    after = {"account": {"limits": limits, "effect": 3, "mode": None}}
    (found,) = compare(_one(BUDGET), after)
    assert found.budget == "account"
