"""The loss bound is attacked: the plan reaches it where it is called exact, and no theft ever passes it."""

from dataclasses import replace
from random import Random

import pytest

from bound_kit import (
    attack,
    carry_out,
    random_adversary,
    random_estate,
    random_policies,
    random_world,
)
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.policy import PolicySet, Window
from ecluse.model.time import MINUTE
from ecluse.verify.bound import bound
from ecluse.verify.bound.bounding import worst
from ecluse.verify.bound.program import holding
from ecluse.verify.bound.schedule import schedule

HORIZONS = (1, 2, 4, 8, 16, 32)


class TestExact:
    """On policy sets whose windows divide each other and the horizon, the bound is what the plan gets through the engine."""

    @pytest.mark.parametrize("block", range(10))
    def test_the_plan_reaches_the_bound(self, block):
        for seed in range(block * 100, block * 100 + 100):
            rng = Random(seed)
            estate = random_estate(rng)
            policies = random_policies(rng, estate)
            adversary = random_adversary(rng, estate)
            horizon = rng.choice(HORIZONS) * MINUTE
            budgets = holding(policies.budgets)
            case = worst(budgets, estate, adversary, horizon)
            assert case.solved is not None, seed
            found = schedule(case.program, case.solved.values, budgets, case.thief.opened)
            thief = carry_out(found, policies)
            assert thief.refused == 0, seed
            assert len(thief.got) == int(case.solved.bound), f"seed {seed}"
            (told,) = bound(policies, estate, adversary, [horizon]).horizons
            assert told.persons == len(thief.got)
            assert told.exact, (seed, told.why)

    def test_what_is_called_exact_is_exact_also_when_windows_do_not_divide(self):
        exact = 0
        for seed in range(150):
            rng = Random(10_000 + seed)
            estate = random_estate(rng)
            policies = random_policies(rng, estate, dividing=False)
            adversary = random_adversary(rng, estate)
            horizon = rng.choice([1, 3, 5, 9, 16, 21]) * MINUTE
            budgets = holding(policies.budgets)
            case = worst(budgets, estate, adversary, horizon)
            found = schedule(case.program, case.solved.values, budgets, case.thief.opened)
            got = carry_out(found, policies).got
            (told,) = bound(policies, estate, adversary, [horizon]).horizons
            assert told.reached == len(got)
            assert told.exact == (len(got) == told.persons)
            assert len(got) <= told.persons
            exact += told.exact
        assert 75 < exact < 150, "most are reached, and some are only bounded"


class TestNeverPassed:
    """Whatever the thief does, no stretch of the horizon's length holds more than the bound."""

    @pytest.mark.parametrize("block", range(20))
    def test_no_schedule_passes_it(self, block):
        for seed in range(block * 10, block * 10 + 10):
            rng = Random(50_000 + seed)
            estate, policies, adversary = random_world(rng)
            horizon = rng.choice(HORIZONS) * MINUTE
            (told,) = bound(policies, estate, adversary, [horizon]).horizons
            if told.persons is None:
                continue
            for number in range(50):
                most = attack(Random(seed * 1000 + number), estate, policies, adversary, horizon)
                assert most <= told.persons, f"seed {seed}, attack {number}"

    def test_the_attacks_come_near(self):
        """An attack that takes nothing would pass any bound."""
        reached = 0
        for seed in range(40):
            rng = Random(90_000 + seed)
            estate = random_estate(rng)
            policies = random_policies(rng, estate)
            adversary = Adversary("one", (Stolen(kind="adviser"),))
            (told,) = bound(policies, estate, adversary, [4 * MINUTE]).horizons
            most = max(
                attack(Random(seed * 100 + n), estate, policies, adversary, 4 * MINUTE)
                for n in range(12)
            )
            assert most <= told.persons
            reached += most == told.persons
        assert reached >= 20, "the greedy thief reaches most of them"


class TestOrder:
    """What makes a policy set stricter never makes the bound larger."""

    @pytest.mark.parametrize("seed", range(60))
    def test_stricter_is_never_more(self, seed):
        rng = Random(70_000 + seed)
        estate = random_estate(rng)
        policies = random_policies(rng, estate)
        adversary = random_adversary(rng, estate)
        horizons = [n * MINUTE for n in HORIZONS]
        before = [r.persons for r in bound(policies, estate, adversary, horizons).horizons]
        place = rng.randrange(len(policies.budgets))
        budget = policies.budgets[place]
        lower = replace(
            budget,
            windows=tuple(Window(w.length, max(0, w.limit - 1)) for w in budget.windows),
        )
        stricter = PolicySet(
            (*policies.budgets[:place], lower, *policies.budgets[place + 1 :]), "stricter"
        )
        after = [r.persons for r in bound(stricter, estate, adversary, horizons).horizons]
        assert all(a <= b for a, b in zip(after, before, strict=True))
        assert before == sorted(before), "a longer horizon never holds less"

    @pytest.mark.parametrize("seed", range(30))
    def test_a_second_thief_is_never_less_and_never_more_than_both(self, seed):
        rng = Random(80_000 + seed)
        estate = random_estate(rng)
        policies = random_policies(rng, estate)
        one = Adversary("one", (Stolen(kind="adviser"),))
        two = Adversary("two", (Stolen(kind="partner"),))
        both = Adversary("both", (*one.stolen, *two.stolen))
        numbers = [
            bound(policies, estate, a, [8 * MINUTE]).horizons[0].persons for a in (one, two, both)
        ]
        assert max(numbers[:2]) <= numbers[2] <= sum(numbers[:2])


class TestNaive:
    """`limit x ceil(T / window)` is not the bound."""

    def test_the_case_of_the_documentation(self):
        from ecluse.counting.closure import most_in

        windows = (Window(2 * MINUTE, 3), Window(3 * MINUTE, 4))
        naive = min(w.limit * -(-5 * MINUTE // w.length) for w in windows)
        assert naive == 8
        assert most_in(windows, 5 * MINUTE) == 7
