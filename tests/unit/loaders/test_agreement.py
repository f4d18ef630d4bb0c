"""A policy set names what the estate has, and asks for what can happen there."""

import pytest

from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import load_policy
from ecluse.model.errors import ConfigError

ESTATE = """\
version: 1
applications:
  - {id: files, owner: o, population: 1000, operations: [view, list], categories: [identity, income]}
  - {id: old, owner: o, population: 300, operations: [view], categories: [identity]}
  - {id: vague, owner: o, population: 200}
kinds:
  - {id: adviser, factors: [totp], applications: [files, vague]}
  - {id: partner, factors: [mail], applications: [old]}
organizations:
  - {id: north, accounts: {adviser: 9}}
  - {id: body, accounts: {partner: 9}}
"""
TABLES = "tables: {accounts: a.csv, caseload: c.csv}\n"


def load(target, *, per="account", limit=50, counts="persons", estate=ESTATE):
    text = (
        f"version: 1\nbudgets:\n- id: a\n  per: {per}\n  counts: {counts}\n"
        f"  limits: {{1h: {limit}}}\n  target: {target}\n"
    )
    return load_policy(text, file="p.yaml", estate=load_estate(estate, file="e.yaml"))


@pytest.mark.parametrize(
    ("target", "message", "advice"),
    [
        ("{kind: advisor}", "`advisor` is not an account kind of the estate", "did you mean `adviser`?"),
        ("{organization: [north, south]}", "`south` is not an organization of the estate", "did you mean `north`?"),
        ("{application: zzz}", "`zzz` is not an application of the estate", "it has files, old, vague"),
        ("{application: old, operation: list}", "`list` is not an operation of old", "the estate lists view"),
        ("{application: [files, old], category: health}", "`health` is not a category of files, old", "the estate lists identity, income"),
        ("{kind: adviser, factor: mail}", "`mail` is not a second factor of adviser", "the estate lists totp"),
        ("{kind: partner, application: files}", "no account of these kinds can open these applications", "correct the target"),
        ("{kind: partner, organization: north}", "these organizations have no account of these kinds", "correct the target"),
        ("{caseload: inside}", "the estate has no caseload table", "remove `caseload`"),
    ],
)  # fmt: skip
def test_refusals(target, message, advice):
    with pytest.raises(ConfigError) as caught:
        load(target)
    (issue,) = caught.value.issues
    assert message in issue.message
    assert advice in issue.help
    assert issue.line == 7


@pytest.mark.parametrize(
    "target",
    [
        "{kind: adviser, application: vague, operation: anything}",  # it lists no operations: any may be
        "{operation: list}",
        "{account_age: {under: 14d}}",  # without an accounts table it protects from nothing, which is a finding
        "{kind: [adviser, partner], organization: north}",
        "{kind: [adviser, partner], application: old}",
    ],
)
def test_what_can_happen_is_taken(target):
    assert load(target).budgets


def test_tables_make_their_conditions_meaningful():
    assert load("{caseload: inside, account_age: {under: 14d}}", estate=ESTATE + TABLES).budgets


@pytest.mark.parametrize(
    ("target", "per", "limit", "refused"),
    [
        ("{application: old}", "account", 299, False),
        ("{application: old}", "account", 300, True),
        ("{application: [old, vague]}", "account", 499, False),
        ("{application: [old, vague]}", "account", 500, True),
        ("{application: [old, vague]}", "[account, application]", 300, True),
        ("{application: [old, vague]}", "[account, application]", 299, False),
        ("{kind: adviser}", "system", 1500, True),
        ("{kind: adviser}", "system", 1499, False),
    ],
)
def test_limits_above_the_population_could_never_be_passed(target, per, limit, refused):
    if not refused:
        assert load(target, per=per, limit=limit).budgets
        return
    with pytest.raises(ConfigError) as caught:
        load(target, per=per, limit=limit)
    (issue,) = caught.value.issues
    assert "could never be passed" in issue.message
    assert (issue.line, issue.column) == (6, 16)


def test_other_counts_know_no_population():
    assert load("{application: old}", counts="accesses", limit=10**6).budgets
