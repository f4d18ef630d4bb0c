"""Advice names what is allowed and probably not meant."""

import pytest

from ecluse.loaders.estate import default_estate
from ecluse.loaders.policy import default_policy, load_policy
from ecluse.model.finding import Severity
from ecluse.verify.advice import advise


def codes(budget, **arguments):
    policies = load_policy(f"version: 1\nbudgets:\n- {{id: a, {budget}}}\n", file="p")
    found = advise(policies, **arguments)
    assert all(f.about == "a" and f.severity <= Severity.LOW for f in found)
    return [f.code for f in found]


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("per: account, limits: {10m: 60, 1h: 150, 24h: 500}", []),
        ("per: account, limits: {10m: 200, 1h: 200}", ["window-idle"]),
        ("per: account, limits: {24h: 200, 50h: 300}", ["windows-do-not-divide"]),
        ("per: account, limits: {1h: 5}, effect: warn", []),
        ("per: account, limits: {1h: 5}, effect: warn, warn_at: 0.7", ["warning-doubled"]),
        ("per: [account, session], limits: {1h: 5}", ["key-of-the-thief"]),
        ("per: source, limits: {1h: 5}", ["key-of-the-thief"]),
        ("per: source, counts: accounts, limits: {1h: 5}", []),
        ("per: account, limits: {1h: 5}, mode: shadow", ["budget-in-shadow"]),
    ],
)
def test_advice_on_the_policy_alone(budget, expected):
    assert codes(budget) == expected


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (
            "per: account, limits: {1h: 5}, target: {account_age: {under: 14d}}",
            ["budget-without-table"],
        ),
        ("per: account, limits: {1h: 5}, target: {account_age: {over: 14d}}", []),
        ("per: lineage, limits: {1h: 5}", ["budget-without-table"]),
        ("per: account, limits: {1h: 5}, target: {caseload: outside}", ["budget-without-table"]),
    ],
)
def test_advice_on_tables_needs_the_estate(budget, expected):
    assert codes(budget) == []
    assert codes(budget, estate=default_estate()) == expected


def test_the_default_set_only_says_what_watches():
    assert {f.code for f in advise(default_policy())} == {"budget-in-shadow"}
