"""A reduced program has the same greatest value, and fewer columns."""

from random import Random

from bound_kit import random_adversary, random_estate, random_policies
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Key, Window
from ecluse.model.time import DAY, MINUTE
from ecluse.verify.bound.cells import Doors
from ecluse.verify.bound.program import holding, program
from ecluse.verify.bound.reducing import reduced
from ecluse.verify.bound.solving import matrix, solve
from ecluse.verify.bound.thief import alternatives


def programs(estate, budgets, adversary, horizon):
    doors = Doors(budgets, estate, second_factor=True)
    for thief in alternatives(adversary, estate, budgets):
        yield program(thief, budgets, estate, horizon, doors=doors)


def test_the_greatest_value_is_the_same():
    smaller = 0
    for seed in range(150):
        rng = Random(seed)
        estate = random_estate(rng)
        budgets = holding(random_policies(rng, estate).budgets)
        adversary = random_adversary(rng, estate)
        for whole in programs(estate, budgets, adversary, 8 * MINUTE):
            less = reduced(whole)
            assert solve(matrix(whole)).bound == solve(matrix(less)).bound
            smaller += len(less.columns) < len(whole.columns)
    assert smaller > 30


def test_applications_that_every_policy_treats_alike_are_one():
    names = [f"x{i}" for i in range(60)]
    estate = Estate(
        tuple(Application(name, "t@example.org", 1_000_000) for name in names),
        (AccountKind("k"),),
        (Organization("o", (Headcount("k", 3),)),),
    )
    budgets = (Budget("b", (Key.ACCOUNT,), (Window(DAY, 10),)),)
    (whole,) = programs(estate, budgets, Adversary("a", (Stolen(kind="k"),)), DAY)
    less = reduced(whole)
    assert len(whole.columns) == 60
    assert [c.applications for c in less.columns] == [tuple(names)]
    assert [row.name for row in less.rows] == ["b | account of k o 1"], "no population is in reach"


def test_a_population_that_can_be_filled_stays():
    estate = Estate(
        (Application("x", "t@example.org", 9),),
        (AccountKind("k"),),
        (Organization("o", (Headcount("k", 3),)),),
    )
    budgets = (Budget("b", (Key.ACCOUNT,), (Window(DAY, 10),)),)
    (whole,) = programs(estate, budgets, Adversary("a", (Stolen(kind="k"),)), DAY)
    assert [row.cap for row in reduced(whole).rows] == [10, 9]
