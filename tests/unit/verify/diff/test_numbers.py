"""By how many persons: only where the sets differ, way by way."""

from dataclasses import replace

from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.difference import Line
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Effect, Key, Target, Window
from ecluse.model.time import DAY, HOUR
from ecluse.verify.diff.numbers import lines, thieves

ESTATE = Estate(
    (Application("x", "t@example.org", 1000), Application("y", "t@example.org", 30)),
    (AccountKind("a"), AccountKind("b", applications=("y",))),
    (Organization("o", (Headcount("a", 9),)), Organization("p", (Headcount("b", 9),))),
)
A = Budget("a", (Key.ACCOUNT,), (Window(DAY, 20),))


def test_nothing_where_only_words_differ():
    other = replace(A, id="z", effect=Effect.JUSTIFY, warn_share=0.5, reason=(("en", "no"),))
    assert list(lines([A], [other], ESTATE, (DAY,))) == []
    assert list(thieves([A], [other], ESTATE, (Adversary("one", (Stolen(),)),), (DAY,))) == []


def test_each_kind_through_each_application_and_all():
    more = replace(A, windows=(Window(DAY, 50),))
    found = {
        (n.kind, n.application): (n.before, n.after) for n in lines([A], [more], ESTATE, (DAY,))
    }
    assert found == {
        ("a", None): (20, 50),
        ("a", "x"): (20, 50),
        ("a", "y"): (20, 30),  # it holds no more
        ("b", "y"): (20, 30),
    }


def test_a_horizon_that_is_the_same_is_left_out():
    day = replace(A, windows=(Window(HOUR, 5), Window(DAY, 20)))
    more = replace(A, windows=(Window(HOUR, 5), Window(DAY, 30)))
    assert {n.horizon for n in lines([day], [more], ESTATE, (HOUR, DAY))} == {DAY}


def test_unbounded_is_none():
    only = replace(A, target=Target(applications=frozenset({"x"})))
    found = {(n.kind, n.application): n for n in lines([A], [only], ESTATE, (DAY,))}
    assert found.keys() == {("a", None), ("a", "y"), ("b", "y")}
    line = found["b", "y"]
    assert (line.before, line.after, line.more, line.looser) == (20, None, None, True)
    assert not Line(DAY, None, 20).looser


def test_bodies_are_apart_where_targets_tell_them_apart():
    two = replace(
        ESTATE, organizations=(*ESTATE.organizations, Organization("q", (Headcount("b", 1),)))
    )
    extra = Budget(
        "q", (Key.ACCOUNT,), (Window(DAY, 5),), target=Target(organizations=frozenset({"q"}))
    )
    found = list(lines([A], [A, extra], two, (DAY,)))
    assert found == [Line(DAY, 20, 5, kind="b", organizations=("q",), application="y")]


def test_adversaries():
    more = replace(A, windows=(Window(DAY, 50),))
    three = Adversary("three", (Stolen(kind="a", accounts=3),))
    assert list(thieves([A], [more], ESTATE, (three,), (DAY,))) == [
        Line(DAY, 60, 150, thief="three")
    ]
