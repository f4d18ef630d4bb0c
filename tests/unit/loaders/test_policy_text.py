from dataclasses import replace

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.loaders.policy import read_policy
from ecluse.loaders.policy_text import render

EVERYTHING = """version: 1
description: "A set: with #, 'quotes' and \\"more\\""
zone: Europe/Paris
budgets:
  - id: night
    per: [account, application]
    counts: persons
    target:
      kind: [adviser, "yes"]
      organization: [body-1]
      application: ["0123"]
      operation: [view]
      category: [health]
      factor: [none]
      hours: {from: "20:00", to: "07:00", weekdays: [mon, tue]}
      account_age: {over: 14d}
      caseload: outside
    limits: {10m: 5, 24h: 9}
    warn_at: 0.625
    effect: hold
    mode: shadow
    reason: {en: Stop., fr: Arrêtez.}
    why: {10m: because}
  - id: ask
    per: account
    counts: persons
    limits: {1h: 5}
    effect: justify
    afterwards: {24h: 20}
  - id: weekend
    per: system
    counts: bytes
    target:
      hours: {zone: UTC, weekdays: [sat, sun]}
    limits: {1h: 100}
    effect: slow
"""


@pytest.mark.parametrize("text", [EVERYTHING, shipped("policy.yaml").decode()])
def test_what_is_written_reads_as_the_same_set(text):
    before = read_policy(text, file="before")
    written = render(before, head="one\n\ntwo")
    after = read_policy(written, file="after")
    assert after.policies.budgets == before.policies.budgets
    same = replace(after, policies=before.policies, why=before.why)
    assert same == before
    assert {k: v for k, v in after.why.items() if v} == {k: v for k, v in before.why.items() if v}
    assert "# one\n#\n# two\n" in written


def test_writing_twice_changes_nothing():
    once = render(read_policy(EVERYTHING, file="x"))
    assert render(read_policy(once, file="x")) == once
