"""The document for programs has everything, nothing cut, and nulls for what is missing."""

import json

from assurance_factory import bare, full, hostile
from ecluse.reports.assurance.json import document


def test_everything():
    told = json.loads(json.dumps(document(full(), files={"html": "ab"})))
    assert told["files"] == {"html": "ab"}
    assert told["coverage"][1] == {"application": "job-seekers", "kind": "machine", "accounts": 6, "persons": {"24h": None, "360d": None}}  # fmt: skip
    assert [h["persons"] for h in told["bounds"][0]["horizons"]] == [150, 500, 4_000, 6_000]
    assert told["drills"][6]["failed"] == ["stopped", "told", "brand-new"]
    assert told["drills"][0]["at"] == "2026-10-05T04:00:00Z"
    assert told["changes"][0]["budgets"][0]["limits"] == [{"window": "24h", "before": 500, "after": 900}, {"window": "360d", "before": 6000, "after": None}]  # fmt: skip
    assert told["changes"][1]["signed"] == "Claude Martin"
    assert told["since"] == {"at": "2026-10-01T08:00:00Z", "after": "report", "unreadable": 0}
    assert [f["severity"] for f in told["findings"]] == ["critical", "high", "low"]
    assert told["accepted"][0]["reason"] == "until the tests of March are over"
    assert told["ledger"]["size"] == 1_340_000
    assert told["backtest"]["first_at"] == "2026-08-31T00:00:00Z"
    assert told["estate"]["accounts"] == 10_053
    assert told["policy"]["in_force_since"] == "2026-11-12T09:30:00Z"


def test_what_is_missing_is_null():
    told = document(bare(), files={})
    missing = {key for key, value in told.items() if value is None}
    assert missing == {"since", "drills", "changes", "decisions", "reports", "backtest", "findings", "ledger"}  # fmt: skip
    assert told["bounds"] == []


def test_any_name_can_be_written():
    assert json.dumps(document(hostile(), files={}))
