"""Witnesses: found by reading as much as the lenient set lets, and carried out on the engine."""

from dataclasses import replace

import pytest

from ecluse.model.difference import Gap
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.verify.diff.covering import gaps
from ecluse.verify.diff.searching import carry_out, witness

ESTATE = Estate(
    (Application("x", "t@example.org", 1000), Application("y", "t@example.org", 1000)),
    (AccountKind("a"), AccountKind("b", applications=("y",))),
    (Organization("o", (Headcount("a", 9), Headcount("b", 9))),),
)


def budget(name="a", limit=20, length=DAY, per=(Key.ACCOUNT,), **more):
    return Budget(name, per, (Window(length, limit),), **more)


def shown(strict, lenient):
    gap = gaps([strict], lenient, facts=False)[0]
    found = witness(gap, [strict], lenient, ESTATE)
    assert found is not None
    assert found.refused_by == strict.id
    return found


def total(found):
    return sum(len(s.request.persons) * s.number for s in found.steps)


@pytest.mark.parametrize(
    "lenient",
    [
        [],
        [budget(limit=25)],
        [budget(limit=3, length=HOUR)],
        [budget(limit=8, length=HOUR), budget("m", 2, 10 * MINUTE)],
        [budget(per=(Key.SESSION,), limit=5)],
        [budget(per=(Key.ACCOUNT, Key.APPLICATION))],
        [budget(target=Target(applications=frozenset({"x"})))],
        [budget(target=Target(kinds=frozenset({"a"})))],
        [budget(target=Target(justified=False))],
        [budget(target=Target(younger_than=DAY))],
        [budget(target=Target(hours=Hours("Europe/Paris", ((480, 1200),))))],
        [budget(counts=Count.ACCESSES, limit=1, length=HOUR)],
    ],
)
def test_one_more_than_the_limit_is_released(lenient):
    found = shown(budget(), lenient)
    assert carry_out(found, [budget()], lenient)
    assert total(found) > 20


@pytest.mark.parametrize("counts", [Count.ACCESSES, Count.BYTES, Count.ACCOUNTS])
def test_whatever_is_counted(counts):
    strict = budget(per=(Key.APPLICATION,), counts=counts)
    lenient = [budget(per=(Key.APPLICATION,), counts=counts, limit=22), budget("p", 3)]
    assert carry_out(shown(strict, lenient), [strict], lenient)


def test_many_accounts_pass_a_budget_of_all():
    found = shown(budget(per=(Key.SYSTEM,), limit=100), [budget(limit=30)])
    assert {s.request.account for s in found.steps} == {f"account-{i}" for i in range(1, 5)}


def test_words_are_those_of_the_estate_where_they_can_be():
    found = shown(budget(), [budget(target=Target(applications=frozenset({"x"})))])
    assert {s.request.application for s in found.steps} == {"y"}
    found = shown(budget(), [budget(target=Target(applications=frozenset({"x", "y"})))])
    assert {s.request.application for s in found.steps} == {"x", "other"}


def test_a_closing_is_shown_by_one_request():
    strict, lenient = budget(effect=Effect.HOLD), budget()
    found = shown(strict, [lenient])
    assert total(found) == 21
    assert len(found.steps) == 1


def test_nothing_is_found_where_there_is_nothing():
    assert witness(Gap("a", DAY, 20, 25), [budget()], [budget(limit=20)], ESTATE) is None


def test_what_is_not_a_witness_is_not_taken_for_one():
    found = shown(budget(), [budget(limit=25)])
    assert not carry_out(found, [budget(limit=25)], [budget(limit=25)])
    assert not carry_out(found, [budget()], [budget(limit=3)])
    assert not carry_out(replace(found, steps=found.steps * 2), [budget()], [])
