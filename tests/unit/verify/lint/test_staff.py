"""How much all accounts together may read is counted from the estate and their own limits."""

from math import inf

import pytest

from ecluse.model.time import DAY, HOUR
from ecluse.verify.lint.contract import Sample
from ecluse.verify.lint.reading import inspect_sample
from ecluse.verify.lint.staff import (
    OwnLimits,
    is_shared,
    most_together,
    reachable,
    shared_keys,
)

ESTATE = """\
version: 1
applications:
  - {id: x, owner: t, population: 1000, categories: [identity]}
  - {id: y, owner: t, population: 300, categories: [identity]}
  - {id: z, owner: t, population: 9000, categories: [identity], state: closed}
kinds:
  - {id: adviser, factors: [totp], applications: [x, y]}
  - {id: partner, factors: [totp], applications: [y]}
  - {id: nobody, factors: [totp]}
organizations:
  - {id: north, accounts: {adviser: 10, partner: 2}}
  - {id: south, accounts: {adviser: 5}}
"""


def read(*budgets):
    policy = "version: 1\nbudgets:\n" + "".join(f"- {{{b}}}\n" for b in budgets)
    inspected = inspect_sample(Sample(policy=policy, estate=ESTATE)).inspected
    return inspected, inspected.policies.budgets[-1]


@pytest.mark.parametrize(
    ("budget", "keys"),
    [
        (
            "id: s, per: application, limits: {1h: 5}",
            {"`x`": {("adviser", "x"): 15}, "`y`": {("adviser", "y"): 15, ("partner", "y"): 2}},
        ),
        (
            "id: s, per: organization, limits: {1h: 5}, target: {application: y}",
            {"`north`": {("adviser", "y"): 10, ("partner", "y"): 2}, "`south`": {("adviser", "y"): 5}},
        ),
        (
            "id: s, per: system, limits: {1h: 5}, target: {kind: partner, organization: north}",
            {"the system": {("partner", "y"): 2}},
        ),
        (
            "id: s, per: [organization, application], limits: {1h: 5}, target: {kind: partner}",
            {"`y` of `north`": {("partner", "y"): 2}},
        ),
    ],
)  # fmt: skip
def test_who_draws_on_a_shared_budget(budget, keys):
    inspected, shared = read(budget)
    assert is_shared(shared)
    assert shared_keys(shared, inspected) == keys


def test_the_tightest_of_an_accounts_own_budgets():
    inspected, _ = read(
        "id: a, per: account, limits: {1h: 10, 24h: 30}",
        "id: b, per: account, limits: {24h: 20}, target: {application: y}",
        "id: c, per: account, limits: {1h: 1}, mode: shadow",
        "id: d, per: account, limits: {1h: 1}, effect: warn",
        "id: e, per: account, limits: {1h: 1}, target: {factor: totp}",
        "id: f, per: account, limits: {1h: 4}, target: {kind: partner}",
    )
    own = OwnLimits(inspected)
    assert own("adviser", "x", HOUR) == 10
    assert own("adviser", "x", 2 * DAY) == 60
    assert own("adviser", "y", 2 * DAY) == 40
    assert own("partner", "y", HOUR) == 4
    held = {("adviser", "x"): 3, ("partner", "y"): 2}
    assert most_together(held, HOUR, own) == 3 * 10 + 2 * 4


def test_without_own_limits_there_is_no_most():
    inspected, _ = read("id: s, per: application, limits: {1h: 5}")
    assert OwnLimits(inspected)("adviser", "x", HOUR) == inf


def test_what_can_be_reached():
    inspected, budget = read("id: a, per: account, limits: {1h: 5}, target: {application: [x, y]}")
    found = {kind.id: [a.id for a in apps] for kind, apps in reachable(budget, inspected)}
    assert found == {"adviser": ["x", "y"], "partner": ["y"]}  # of `nobody` there is no account
    inspected, budget = read("id: a, per: account, limits: {1h: 5}, target: {kind: partner}")
    assert [kind.id for kind, _ in reachable(budget, inspected)] == ["partner"]
