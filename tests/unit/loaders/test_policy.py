"""A policy file is a policy set, or the list of all its faults."""

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

from ecluse.loaders import schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import default_policy, load_policy, read_policy
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Effect, Key, Mode, Window
from ecluse.model.time import DAY, HOUR, MINUTE

LEAST = "version: 1\nbudgets: [{id: a, per: account, limits: {1h: 5}}]\n"


def faults(text):
    with pytest.raises(ConfigError) as caught:
        load_policy(text, file="p.yaml")
    return [str(i) for i in caught.value.issues]


def test_the_digest_is_that_of_the_bytes():
    raw = LEAST.encode()
    assert load_policy(raw, file="p").digest == hashlib.sha256(raw).hexdigest()
    assert load_policy(LEAST, file="p").digest == load_policy(raw, file="p").digest
    assert load_policy(raw + b"\n", file="p").digest != load_policy(raw, file="p").digest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["p.yaml:1:1: the file is empty"]),
        ("version: 1\n", ["p.yaml:1:1: `budgets` is missing from a policy set"]),
        ("version: 1\nbudgets: []\n", ["p.yaml:2:10: the list is empty"]),
        ("version: 1\nbudgets:\n", ["p.yaml:2:9: nothing is written here, and a list is wanted"]),
        ("budgets: [{id: a, per: account, limits: {1h: 5}}]", ["p.yaml:1:1: `version` is missing from a policy set"]),
        (LEAST.replace("version: 1", "version: 2"), ["p.yaml:1:10: version 2 is not known"]),
        (LEAST + "zone: Mars/Olympus\n", ["p.yaml:3:7: `Mars/Olympus` is not a time zone"]),
        (LEAST + "budget: 1\n", ["p.yaml:3:1: `budget` is not a key of a policy set"]),
    ],
)  # fmt: skip
def test_faults_of_the_file(text, expected):
    assert faults(text) == expected


def test_ids_are_unique():
    text = "version: 1\nbudgets:\n- {id: a, per: account, limits: {1h: 5}}\n- {id: a, per: system, limits: {1h: 5}}\n"
    assert faults(text) == ["p.yaml:4:8: `a` is the id of two budgets"]


def test_faults_of_all_budgets_come_in_one_run_and_in_order():
    text = "version: 1\nbudgets:\n- {id: a, per: acount, limits: {1h: -5}}\n- {id: b, pet: system, limits: {1: 5}}\n"
    assert [f.split(": ")[0] for f in faults(text)] == [
        "p.yaml:3:16", "p.yaml:3:37", "p.yaml:4:3", "p.yaml:4:11", "p.yaml:4:33",
    ]  # fmt: skip


def test_the_default_set_is_what_the_reference_says():
    budgets = {b.id: b for b in default_policy().budgets}
    account = budgets["account"]
    assert account.windows == (
        Window(10 * MINUTE, 60), Window(HOUR, 150), Window(DAY, 500), Window(30 * DAY, 4000), Window(360 * DAY, 6000),
    )  # fmt: skip
    assert (account.effect, account.mode, account.warn_share) == (Effect.DENY, Mode.ENFORCE, 0.7)
    probation = budgets["probation"]
    assert [w.limit for w in probation.windows] == [10, 20, 60, 400]
    assert probation.target.younger_than == 14 * DAY
    assert {b.per for b in budgets.values()} == {
        (Key.ACCOUNT,), (Key.ACCOUNT, Key.APPLICATION), (Key.LINEAGE,), (Key.ORGANIZATION,), (Key.APPLICATION,), (Key.SYSTEM,),
    }  # fmt: skip


def test_every_number_of_the_default_set_has_its_reason_and_windows_divide():
    policy = read_policy(shipped("policy.yaml"), file="default")
    for budget in policy.policies.budgets:
        lengths = [w.length for w in budget.windows]
        assert set(policy.why[budget.id]) == set(lengths), budget.id
        assert all(b % a == 0 for a, b in pairwise(lengths)), budget.id
        assert dict(budget.reason).keys() == {"en", "fr"}
        assert policy.descriptions[budget.id]


def test_pairs_of_account_and_application_stay_small():
    (pair,) = [b for b in default_policy().budgets if len(b.per) == 2]
    assert max(w.limit for w in pair.windows) <= 300
    assert max(w.length for w in pair.windows) <= DAY


def test_the_shipped_set_is_for_every_estate_and_a_changed_copy_is_checked():
    small = load_estate(
        "version: 1\napplications: [{id: a, owner: o, population: 50}]\nkinds: [{id: k}]\n"
        "organizations: [{id: o, accounts: {k: 1}}]\n",
        file="e",
    )
    raw = shipped("policy.yaml")
    assert load_policy(raw, file="p", estate=small).budgets == default_policy().budgets
    with pytest.raises(ConfigError):
        load_policy(raw + b"\n", file="p", estate=small)


DOCS = Path(__file__).resolve().parents[3] / "docs"


def blocks(page, language):
    return re.findall(
        rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def test_the_examples_of_the_documentation_are_right():
    (policy,) = blocks("policy.md", "yaml")
    (estate,) = blocks("estate.md", "yaml")
    budgets = {b.id: b for b in load_policy(policy, file="policy.md").budgets}
    assert list(budgets) == ["account", "exports-at-night", "strangers", "strangers-afterwards"]
    assert budgets["strangers"].target.justified is False
    assert budgets["strangers-afterwards"].windows[0] == Window(DAY, 20)
    assert load_estate(estate, file="estate.md").caseload_table == "caseload.parquet"


def test_the_wrong_example_of_the_documentation_gives_the_faults_that_it_shows():
    (wrong,), (told,) = blocks("policy.md", "yaml wrong"), blocks("policy.md", "text")
    with pytest.raises(ConfigError) as caught:
        load_policy(wrong, file="policy.yaml")
    assert "".join(f"{i}\n  help: {i.help}\n" for i in caught.value.issues) == told


def test_the_documentation_names_every_key():
    page = (DOCS / "policy.md").read_text("utf-8") + (DOCS / "estate.md").read_text("utf-8")
    for described in (schema.POLICY, schema.ESTATE):
        for part in (described, *described["$defs"].values()):
            assert all(re.search(rf"\b{key}\b", page) for key in part["properties"])
