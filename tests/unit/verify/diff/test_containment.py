"""Containment of targets: condition by condition, unknown words included."""

from dataclasses import replace

import pytest

from ecluse.model.policy import Hours, Target
from ecluse.model.time import DAY
from ecluse.verify.diff.containment import contains, holds_on

WORDS = ("kinds", "organizations", "applications", "operations", "categories", "factors")


@pytest.mark.parametrize("side", WORDS)
def test_more_words_contain_fewer_and_no_condition_contains_all(side):
    few, many = Target(**{side: frozenset({"a"})}), Target(**{side: frozenset({"a", "b"})})
    assert contains(many, few)
    assert not contains(few, many)
    assert contains(Target(), many)
    assert not contains(many, Target())
    assert not contains(few, Target(**{side: frozenset({"c"})}))


@pytest.mark.parametrize("side", ["own", "justified", "stepped_up"])
def test_what_is_asked_exactly_contains_itself(side):
    yes, no = Target(**{side: True}), Target(**{side: False})
    assert contains(yes, yes)
    assert not contains(yes, no)
    assert contains(Target(), no)
    assert not contains(no, Target())
    assert not holds_on(side, yes, no)


def test_no_categories_are_no_condition():
    assert contains(Target(categories=frozenset()), Target())
    assert contains(Target(categories=frozenset()), Target(categories=frozenset({"a"})))


def test_ages():
    young, younger = Target(younger_than=30 * DAY), Target(younger_than=14 * DAY)
    assert contains(young, younger)
    assert not contains(younger, young)
    assert not contains(young, Target())
    old, older = Target(older_than=DAY), Target(older_than=2 * DAY)
    assert contains(old, older)
    assert not contains(older, old)
    between = Target(older_than=2 * DAY, younger_than=3 * DAY)
    assert contains(old, between)
    assert not contains(between, old)
    # an account may be created after now, where clocks disagree: over 0 is a condition
    assert not contains(Target(older_than=0), Target())
    # and no known age is both under 1 and over 2 days
    assert contains(Target(older_than=9 * DAY), Target(older_than=2 * DAY, younger_than=DAY))


def test_hours():
    day = Hours("Europe/Paris", ((480, 1200),), frozenset(range(5)))
    morning = Hours("Europe/Paris", ((480, 720),), frozenset({1}))
    assert contains(Target(hours=day), Target(hours=morning))
    assert not contains(Target(hours=morning), Target(hours=day))
    assert not contains(Target(hours=day), Target())
    split = Hours("Europe/Paris", ((480, 600), (600, 1200)), frozenset(range(5)))
    assert contains(Target(hours=split), Target(hours=day))


def test_hours_of_another_zone_contain_only_when_they_are_always():
    paris = Target(hours=Hours("Europe/Paris", ((480, 720),)))
    same = Target(hours=Hours("Asia/Kathmandu", ((480, 720),)))
    assert not contains(same, paris)
    assert contains(Target(hours=Hours("Asia/Kathmandu")), paris)
    assert contains(Target(hours=Hours("Asia/Kathmandu")), Target())
    never = Target(hours=Hours("Europe/Paris", ()))
    assert contains(same, never)


def test_every_side_must_hold():
    inner = Target(kinds=frozenset({"a"}), own=True)
    assert contains(replace(inner, own=None), inner)
    assert not contains(replace(inner, kinds=frozenset({"b"}), own=None), inner)
