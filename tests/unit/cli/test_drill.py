"""The commands of drills where no gate is needed: examples, wrong files, an empty history, two runs at once."""

import json
import os
from fcntl import LOCK_EX, flock

import pytest

from ecluse import cli
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.entry import Entry

FILE = """\
version: 1
name: weekly
owner: soc
gate: {address: "unix:/nowhere/s"}
ledger: ledger
account: drill-01
persons: honey.txt
applications: [{id: files, at_gate: true}]
"""


def whole(capfdbinary, *arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    out, err = capfdbinary.readouterr()
    return ended.value.code, out.decode(), err.decode()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drill.yaml").write_text(FILE)
    (tmp_path / "honey.txt").write_text("H1\nH2\n")
    with DirectoryLedger.create(tmp_path / "ledger"):
        pass
    return tmp_path


def test_the_example_can_be_read(folder, capfdbinary):
    code, _, _ = whole(capfdbinary, "drill", "example", "--out", "new.yaml")
    assert code == 0
    (folder / "estate.yaml").unlink(missing_ok=True)
    code, _, err = whole(capfdbinary, "drill", "run", "new.yaml")
    assert code == 2, "the example names an estate that is not there"
    assert "estate.yaml" in err


def test_every_fault_of_a_file_is_told(folder, capfdbinary):
    (folder / "drill.yaml").write_text(FILE.replace("owner: soc", "owners: soc"))
    code, out, err = whole(capfdbinary, "drill", "run", "drill.yaml", "--json")
    assert code == 3
    assert "drill.yaml:3:1: `owners` is not a key of a drill" in err
    assert json.loads(out)["error"]["exit_code"] == 3


def test_a_gate_that_does_not_answer(folder, capfdbinary):
    for command in ("run", "check"):
        code, out, _ = whole(capfdbinary, "drill", command, "drill.yaml", "--json")
        document = json.loads(out)
        if command == "run":
            assert code == 6
            assert "does not answer" in document["error"]["message"]
        else:
            assert code == 1, "there was no run, whether a gate answers or not"


def test_two_runs_of_one_file_at_once(folder, capfdbinary):
    descriptor = os.open("drill.yaml", os.O_RDONLY)
    flock(descriptor, LOCK_EX)
    code, _, err = whole(capfdbinary, "drill", "run", "drill.yaml")
    os.close(descriptor)
    assert code == 6
    assert "runs already" in err


def test_a_drill_that_was_never_run_fails_its_check(folder, capfdbinary):
    code, out, _ = whole(capfdbinary, "drill", "check", "drill.yaml")
    assert code == 1
    assert "the ledger has no run of this drill" in out


def test_a_history_of_nothing_and_of_a_run_that_never_ended(folder, capfdbinary):
    assert whole(capfdbinary, "drill", "history", "ledger") == (0, "no drill was run\n", "")
    detail = {"phase": "begin", "drill": "weekly", "account": "drill-01", "owner": "soc", "within": 9}  # fmt: skip
    with DirectoryLedger(folder / "ledger") as ledger:
        ledger.append(Entry(at=10**15, account="drill-01", kind="drill", detail=json.dumps(detail)))
        ledger.commit()
    code, out, err = whole(capfdbinary, "drill", "history", "ledger", "--html", "h.html", "--language", "fr")  # fmt: skip
    assert code == 0
    assert "FAILED:" in out
    assert "ended" in out
    assert "written" in err
    assert "interrompu" in (folder / "h.html").read_text("utf-8")
    code, out, _ = whole(capfdbinary, "drill", "history", "ledger", "--drill", "other", "--json")
    assert json.loads(out) == {"runs": []}


@pytest.mark.parametrize("wait", ["15", "-1m", "0m"])
def test_a_wait_is_a_duration(folder, capfdbinary, wait):
    code, _, err = whole(capfdbinary, "drill", "run", "drill.yaml", "--wait", wait)
    assert code == 2
    assert "is not a duration" in err
