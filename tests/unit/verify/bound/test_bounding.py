"""The numbers of the bound on known cases, with what binds, what is open, and what is told."""

from dataclasses import replace
from fractions import Fraction

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import default_policy
from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.verify.bound import STANDARD_HORIZONS, bound

ESTATE = load_estate(shipped("estate-example.yaml"), file="estate.yaml")
PARTNER = Adversary("one partner", (Stolen(kind="partner"),))


def budget(*limits, per=(Key.ACCOUNT,), **more):
    windows = tuple(Window(length, limit) for length, limit in limits)
    return Budget(more.pop("id", "b"), per, windows, **more)


def persons(policies, adversary, horizons=(DAY,), estate=ESTATE, **more):
    found = bound(PolicySet(tuple(policies)), estate, adversary, horizons, **more)
    return [r.persons for r in found.horizons]


def test_the_shipped_set_bounds_one_stolen_partner_account_as_it_says():
    found = bound(default_policy(), ESTATE, PARTNER)
    assert [r.persons for r in found.horizons] == [60, 150, 500, 4000, 6000]
    assert [r.horizon for r in found.horizons] == list(STANDARD_HORIZONS)
    assert all(r.exact for r in found.horizons)
    assert [(r.binding[0].budget, r.binding[0].window) for r in found.horizons] == [
        ("account", length) for length in STANDARD_HORIZONS
    ]
    assert all(r.binding[0].worth == 1 for r in found.horizons)


def test_a_month_without_a_year_is_50_500():
    windows = [(10 * MINUTE, 60), (HOUR, 150), (DAY, 500), (30 * DAY, 4000)]
    assert persons([budget(*windows)], PARTNER, (365 * DAY,)) == [50_500]


def test_the_naive_product_is_not_the_bound():
    windows = [(2 * MINUTE, 3), (3 * MINUTE, 4)]
    found = bound(PolicySet((budget(*windows),)), ESTATE, PARTNER, (5 * MINUTE,))
    assert found.horizons[0].persons == 7
    assert found.horizons[0].exact, "one scope is always reached"


@pytest.mark.parametrize(
    "change",
    [
        {"mode": Mode.SHADOW},
        {"effect": Effect.WARN},
        {"effect": Effect.SLOW},
        {"counts": Count.ACCESSES},
        {"per": (Key.SESSION,)},
        {"per": (Key.ACCOUNT, Key.SOURCE)},
        {"target": Target(operations=frozenset({"export"}))},
        {"target": Target(factors=frozenset({"totp"}))},
        {"target": Target(justified=False)},
        {"target": Target(stepped_up=False)},
        {"target": Target(hours=Hours("Europe/Paris", ((480, 1080),)))},
    ],
)
def test_what_does_not_hold_a_thief_is_no_protection(change):
    (told,) = bound(
        PolicySet((replace(budget((DAY, 10)), **change),)), ESTATE, PARTNER, (DAY,)
    ).horizons
    assert told.persons is None
    assert not told.exact
    assert told.population == 2_100_000
    assert told.unbounded
    assert all("`partner` accounts through `partners`" in flow for flow in told.unbounded)


def test_without_the_factor_a_stepped_up_session_is_out_of_reach():
    policies = [budget((DAY, 10), target=Target(stepped_up=False))]
    assert persons(policies, PARTNER) == [None]
    assert persons(policies, replace(PARTNER, second_factor=False)) == [10]


def test_what_completes_each_other_holds_and_adds_up():
    policies = [
        budget((DAY, 10), id="without", target=Target(justified=False)),
        budget((DAY, 4), id="with", target=Target(justified=True)),
    ]
    assert persons(policies, PARTNER) == [14]


def test_accounts_add_up_until_what_they_share_binds():
    each, shared = budget((DAY, 10)), budget((DAY, 35), id="all", per=(Key.ORGANIZATION,))
    adversary = Adversary(
        "some", (Stolen(kind="partner", organization="training-body", accounts=3),)
    )
    assert persons([each, shared], adversary) == [30]
    assert persons([each, shared], replace(adversary, stolen=(replace(adversary.stolen[0], accounts=5),))) == [35]  # fmt: skip
    whole = Adversary("all", (Stolen(organization="training-body", accounts=ALL),))
    (told,) = bound(PolicySet((each, shared)), ESTATE, whole, (DAY,)).horizons
    assert told.persons == 35
    assert told.binding[0].budget == "all"
    assert told.binding[0].keys == "organization training-body"


def test_several_accounts_may_be_of_several_kinds():
    """Each kind is held in its own application: two accounts take most when they are of different kinds."""
    estate = Estate(
        tuple(Application(a, "t@example.org", 1000) for a in ("x", "y")),
        (AccountKind("k", applications=("x",)), AccountKind("l", applications=("y",))),
        (Organization("o", (Headcount("k", 5), Headcount("l", 5))),),
    )
    policies = [budget((DAY, 10)), budget((DAY, 12), id="app", per=(Key.APPLICATION,))]
    assert persons(policies, Adversary("two", (Stolen(accounts=2),)), estate=estate) == [20]
    assert persons(policies, Adversary("four", (Stolen(accounts=4),)), estate=estate) == [24]


def test_nobody_takes_more_than_there_are():
    (told,) = bound(PolicySet((budget((DAY, 3_000_000)),)), ESTATE, PARTNER, (DAY,)).horizons
    assert told.persons == 2_100_000
    assert told.binding[0].budget == "population"


class TestCreating:
    MANAGER = Adversary("manager", (Stolen(kind="manager"),), creates=3)
    KNOWN = replace(ESTATE, accounts_table="accounts.csv")
    LINEAGE = budget((DAY, 100), id="lineage", per=(Key.LINEAGE,), target=Target(younger_than=90 * DAY))  # fmt: skip

    def test_each_new_account_takes_its_own_when_nobody_knows_who_created_it(self):
        assert persons([budget((DAY, 50)), self.LINEAGE], self.MANAGER) == [200]

    def test_the_lineage_holds_them_together(self):
        assert persons([budget((DAY, 50)), self.LINEAGE], self.MANAGER, estate=self.KNOWN) == [150]

    def test_accounts_without_end_are_held_by_what_they_share_alone(self):
        endless = replace(self.MANAGER, creates=None)
        assert persons([budget((DAY, 50))], endless, estate=self.KNOWN) == [None]
        assert persons([budget((DAY, 50)), self.LINEAGE], endless, estate=self.KNOWN) == [150]

    def test_accounts_grow_out_of_the_budget_for_the_young(self):
        policies = [budget((DAY, 50)), self.LINEAGE]
        horizons = (DAY, 90 * DAY, 91 * DAY)
        endless = replace(self.MANAGER, creates=None)
        found = persons(policies, endless, horizons, estate=self.KNOWN)
        assert found[0] is not None
        assert found[1] is not None
        assert found[2] is None

    def test_who_opens_none_is_one_account(self):
        assert persons([budget((DAY, 50))], replace(self.MANAGER, creates=0)) == [50]


class TestCredential:
    def test_accounts_are_named_at_will(self):
        thief = Adversary("credential", (Stolen(application="archive"),))
        each = budget((DAY, 50))
        assert persons([each], thief) == [None]
        shared = budget((DAY, 700), id="app", per=(Key.APPLICATION,))
        assert persons([each, shared], thief) == [700]
        for words in ("operations", "categories", "factors", "organizations"):
            named = Target(**{words: frozenset({"view", "identity", "mail", "agencies"})})
            assert persons([each, replace(shared, target=named)], thief) == [None], words
        given = replace(shared, target=Target(stepped_up=False))
        assert persons([each, given], replace(thief, second_factor=False)) == [None]
        unknown = replace(shared, per=(Key.ORGANIZATION, Key.APPLICATION))
        assert persons([each, unknown], thief) == [None]


def test_a_closed_application_shows_nothing():
    closed = tuple(replace(a, closes_at=5) for a in ESTATE.applications)
    estate = replace(ESTATE, applications=closed)
    (told,) = bound(default_policy(), estate, PARTNER, (DAY,), now=6).horizons
    assert (told.persons, told.exact, told.population) == (0, True, 0)


class TestTold:
    def test_silent_is_below_every_warning_also_of_what_only_watches(self):
        policies = [
            budget((DAY, 100), warn_share=0.7),
            budget((DAY, 60), id="watching", mode=Mode.SHADOW),
        ]
        (told,) = bound(PolicySet(tuple(policies)), ESTATE, PARTNER, (DAY,)).horizons
        assert (told.persons, told.silent, told.stopped) == (100, 60, None)

    def test_a_human_who_acts_leaves_what_is_read_until_then(self):
        policies = PolicySet((budget((10 * MINUTE, 20), (DAY, 500), warn_share=0.5),))
        thief = replace(PARTNER, acts_within=30 * MINUTE)
        (told,) = bound(policies, ESTATE, thief, (DAY,)).horizons
        assert told.silent == 249
        assert told.stopped == 249 + 60

    def test_he_never_makes_it_worse(self):
        thief = replace(PARTNER, acts_within=90 * DAY)
        found = bound(default_policy(), ESTATE, thief)
        assert [r.stopped for r in found.horizons] == [60, 150, 500, 4000, 6000]


class TestUpper:
    def test_hours_are_taken_as_if_they_lasted_all_day(self):
        policies = PolicySet(
            (
                budget((HOUR, 10), target=Target()),
                budget(
                    (DAY, 90), id="day", target=Target(hours=Hours("Europe/Paris", ((480, 1080),)))
                ),
            )
        )
        (told,) = bound(policies, ESTATE, PARTNER, (DAY,)).horizons
        assert (told.persons, told.exact) == (240, False)
        assert "hours" in told.why

    def test_what_counts_something_else_can_only_lower_it(self):
        policies = PolicySet((budget((DAY, 10)), budget((DAY, 3), id="accesses", counts=Count.ACCESSES)))  # fmt: skip
        (told,) = bound(policies, ESTATE, PARTNER, (DAY,)).horizons
        assert (told.persons, told.exact) == (10, False)
        assert "`accesses`" in told.why

    def test_whole_accounts_cannot_be_spread_evenly_over_fewer_bodies(self):
        estate = replace(
            ESTATE,
            organizations=tuple(
                Organization(name, (Headcount("partner", 4),)) for name in ("o1", "o2")
            ),
        )
        policies = PolicySet((budget((DAY, 8)), budget((DAY, 12), id="o", per=(Key.ORGANIZATION,))))
        (told,) = bound(policies, estate, Adversary("3", (Stolen(kind="partner", accounts=3),)), (DAY,)).horizons  # fmt: skip
        assert (told.persons, told.reached, told.exact) == (24, 20, False)


def test_one_unit_of_a_budget_of_three_accounts_is_worth_three():
    thief = Adversary("3", (Stolen(kind="partner", organization="training-body", accounts=3),))
    (told,) = bound(PolicySet((budget((DAY, 8)),)), ESTATE, thief, (2 * DAY,)).horizons
    assert told.binding[0].worth == Fraction(6), "three accounts, two days"
