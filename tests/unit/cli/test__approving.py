import json

import pytest

from ecluse.cli._approving import APPROVED, approve
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.questions import take_in
from ecluse.ledgers.verify import verify
from ecluse.loaders.defaults import shipped
from ecluse.model.errors import CallerError, ConfigError


@pytest.fixture
def ledger(tmp_path):
    root = tmp_path / "ledger"
    DirectoryLedger.create(root).close()
    (tmp_path / "p.yaml").write_bytes(shipped("policy.yaml"))
    return root


def approving(ledger, file=None, **more):
    given = {
        "ledger": ledger,
        "keys": None,
        "person": "Ada Example",
        "reason": "tuned",
        "estate": None,
    } | more
    return approve(file or ledger.parent / "p.yaml", **given)


def entries(ledger):
    with DirectoryLedger(ledger) as opened:
        return [row for frame in opened.scan() for row in frame.iter_rows(named=True)]


def test_an_approval_is_an_entry_that_verifies(ledger):
    done = approving(ledger)
    (row,) = entries(ledger)
    assert (row["kind"], done["entry"]) == (APPROVED, 0)
    assert json.loads(row["detail"]).items() <= done.items()
    assert row["account"]
    assert verify(ledger).holds


def test_while_a_gate_writes_the_ledger_it_is_left_and_taken_in(ledger):
    with DirectoryLedger(ledger) as gate:
        assert approving(ledger)["entry"] is None
        assert take_in(ledger, gate, now=5) == 1
    (row,) = entries(ledger)
    assert row["kind"] == APPROVED
    assert json.loads(row["detail"])["left_at"]


@pytest.mark.parametrize("wrong", [{"person": " "}, {"reason": ""}, {"reason": "x" * 2001}])
def test_who_and_why_are_said(ledger, wrong):
    with pytest.raises(CallerError):
        approving(ledger, **wrong)
    assert entries(ledger) == []


def test_a_wrong_file_is_not_approved(ledger):
    (ledger.parent / "p.yaml").write_text("version: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        approving(ledger)
    assert entries(ledger) == []


def test_there_must_be_a_ledger(ledger, tmp_path):
    with pytest.raises(CallerError, match="is not a ledger"):
        approving(tmp_path / "nowhere", file=ledger.parent / "p.yaml")
