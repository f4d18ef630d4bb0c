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
        ("per: account, limits: {1h: 5}, effect: justify", ["nothing-opens"]),
        ("per: account, limits: {1h: 5}, effect: step_up", ["nothing-opens"]),
        (
            "per: account, limits: {1h: 5}, effect: step_up, target: {justified: false}",
            ["nothing-opens"],
        ),
        ("per: account, limits: {1h: 5}, target: {justified: false}", []),
        (
            "per: account, limits: {1h: 5}, effect: justify, target: {justified: false}",
            ["opens-without-limit"],
        ),
        ("per: account, limits: {1h: 5}, effect: justify, afterwards: {1h: 2}", ["opens-more"]),
        ("per: account, limits: {1h: 5}, effect: step_up, afterwards: {1h: 2}", ["opens-more"]),
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


def test_advice_says_how_much_opens():
    both = """\
version: 1
budgets:
- {id: a, per: account, limits: {24h: 40, 30d: 300}, effect: justify, afterwards: {24h: 20, 30d: 60}}
"""
    (found,) = advise(load_policy(both, file="p"))
    assert (found.about, found.severity) == ("a", Severity.INFORMATIONAL)
    assert found.what == (
        "`a`: 40 in 24h, 300 in 30d, and with a justification 20 in 24h, 60 in 30d more (`a-afterwards`)"
    )


@pytest.mark.parametrize(
    ("beside", "code"),
    [
        ("per: account", "opens-more"),
        ("per: account, mode: shadow", "opens-without-limit"),
        ("per: account, effect: slow", "opens-without-limit"),
        ("per: lineage", "opens-without-limit"),
        ("per: account, counts: accesses", "opens-without-limit"),
    ],
)
def test_a_budget_written_by_hand_may_stand_in(beside, code):
    text = f"""\
version: 1
budgets:
- {{id: a, per: account, limits: {{1h: 5}}, effect: justify, target: {{justified: false}}}}
- {{id: b, {beside}, limits: {{1h: 2}}, target: {{justified: true}}}}
"""
    assert [f.code for f in advise(load_policy(text, file="p")) if f.about == "a"] == [code]


def test_the_default_set_only_says_what_watches():
    assert {f.code for f in advise(default_policy())} == {"budget-in-shadow"}
