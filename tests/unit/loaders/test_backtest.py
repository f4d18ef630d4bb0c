"""The document of a backtest is read as it is written, and anything else is refused with its file."""

import json

import pytest

from ecluse.loaders.backtest import load_backtest
from ecluse.model.errors import ConfigError
from ecluse.model.time import parse_instant

NUMBERS = {"requests": 10, "accounts": 3, "account_days": 5, "accounts_warned": 0, "accounts_refused": 2, "accounts_held": 1,
           "requests_refused": 4, "account_days_disturbed": 3, "account_days_explained": 1, "account_days_hostile": 1, "disturbed_per_1000": 400.0}  # fmt: skip
CASE = {"account": "a", "kind": "partner", "organization": "body", "first_at": "2026-09-28T08:00:00Z", "last_at": "2026-09-28T09:00:00Z",
        "policy": "p", "effect": "deny", "requests_refused": 4, "persons_refused": 3, "reason": None, "honest": True}  # fmt: skip
DOCUMENT = {
    "sources": ["evidence"], "requests": 10, "first_at": "2026-09-01T00:00:00Z", "last_at": "2026-10-01T00:00:00Z",
    "policies": [{"digest": "ab", "total": NUMBERS, "by_kind": [{"kind": "partner", **NUMBERS}], "by_week": [{"week": "2026-09-28", **NUMBERS}], "cases": [CASE], "budgets": []}, {"digest": "cd", "total": NUMBERS, "by_kind": [], "by_week": [], "cases": []}],
}  # fmt: skip


def _load(document):
    return load_backtest(json.dumps(document).encode(), file="b.json")


def test_the_first_policy_set_is_told():
    found = _load(DOCUMENT)
    assert (found.digest, found.requests) == ("ab", 10)
    assert (found.kinds[0].kind, found.kinds[0].days, found.kinds[0].refused, found.kinds[0].held) == ("partner", 5, 2, 1)  # fmt: skip
    assert found.total.disturbed == 2, "what was a theft disturbed nobody honest"
    assert (found.weeks[0].week, found.weeks[0].disturbed) == ("2026-09-28", 2)
    assert (found.cases[0].at, found.cases[0].reason) == (parse_instant("2026-09-28T08:00:00Z"), "")


def test_a_backtest_of_nothing():
    empty = {"requests": 0, "first_at": None, "last_at": None, "policies": [{**DOCUMENT["policies"][1]}]}  # fmt: skip
    found = _load(empty)
    assert (found.first_at, found.cases) == (None, ())


@pytest.mark.parametrize(
    "document",
    [
        {}, [], None, {**DOCUMENT, "policies": []}, {**DOCUMENT, "requests": "10"}, {**DOCUMENT, "first_at": "yesterday"},
        {**DOCUMENT, "policies": [{**DOCUMENT["policies"][0], "by_week": [{"week": "last", **NUMBERS}]}]},
        {**DOCUMENT, "policies": [{**DOCUMENT["policies"][0], "by_week": [NUMBERS]}]},
    ],
)  # fmt: skip
def test_anything_else_is_refused(document):
    with pytest.raises(ConfigError) as told:
        _load(document)
    assert told.value.issues[0].file == "b.json"
    assert "backtest" in told.value.issues[0].help


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"error: no such file\n"])
def test_no_json_at_all(text):
    with pytest.raises(ConfigError):
        load_backtest(text, file="b.json")
