"""`ecluse state`: what it prints, its exit codes, and that a gate starts from what it saved."""

import json

import pytest

from ecluse.cli import main
from ecluse.engine.evaluate import Engine
from ecluse.ledgers.directory import DirectoryLedger, system_time
from ecluse.ledgers.statefile import StateFile, start
from ecluse.loaders.policy import default_policy, load_policy
from ecluse.model.access import AccessRequest
from ecluse.model.entry import Entry
from ecluse.model.time import HOUR, MINUTE
from rebuild_kit import Gate

POLICY = """version: 1
budgets:
  - {id: mine, per: account, limits: {1h: 3}}
"""


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as done:
            main(["state", *map(str, arguments)])
        out, err = capsys.readouterr()
        return done.value.code, out, err

    return run


@pytest.fixture
def root(tmp_path):
    DirectoryLedger.create(tmp_path / "ledger").close()
    return tmp_path / "ledger"


def write(root, *persons, age=HOUR, seal=True):
    """One access of each person, so long ago."""
    gate, at = Gate(Engine(default_policy())), system_time() - age
    for person in persons:
        gate.check(AccessRequest(account="a", application="x", persons=(person,)), at)
    with DirectoryLedger(root, seal_at=None) as ledger:
        for entry in gate.book.entries:
            ledger.append(entry)
        ledger.commit()
        if seal:
            ledger.seal()


def test_a_gate_starts_from_what_was_saved(run, root):
    write(root, 1, 2)
    code, out, _ = run("save", "--ledger", root)
    assert code == 0
    assert out.splitlines()[2:] == [
        "entries   2",
        f"policies  {default_policy().digest[:12]}, 7 budgets",
    ]
    started = start(default_policy(), StateFile(root), now=system_time())
    assert (started.how, started.size) == ("snapshot", 2)
    write(root, 3, age=0, seal=False)
    code, out, _ = run("show", "--ledger", root)
    assert (code, out.splitlines()[-1]) == (0, "a start reads it and 1 entry after it")


def test_it_speaks_json(run, root):
    write(root, 1)
    code, out, _ = run("show", "--ledger", root, "--json")
    assert (code, json.loads(out)) == (
        0,
        {
            "file": str(root / "state"),
            "snapshot": None,
            "ledger_entries": 1,
            "used": False,
            "why_not": None,
        },
    )
    code, out, _ = run("save", "--ledger", root, "--json")
    saved = json.loads(out)["snapshot"]
    assert (code, saved["entries"], saved["policy"]) == (0, 1, default_policy().digest)
    assert saved["bytes"] == (root / "state").stat().st_size
    code, out, _ = run("show", "--ledger", root, "--json")
    shown = json.loads(out)
    assert (shown["snapshot"], shown["used"], shown["why_not"]) == (saved, True, None)


def test_nothing_that_is_settled_is_said(run, root):
    write(root, 1, age=MINUTE)
    code, out, _ = run("save", "--ledger", root)
    assert code == 0
    assert "no sealed entry" in out
    assert json.loads(run("save", "--ledger", root, "--json")[1])["snapshot"] is None
    assert "there is no snapshot: a start reads 1 entry" in run("show", "--ledger", root)[1]
    assert run("save", "--ledger", root, "--settled", "30s")[0] == 0
    assert "a start reads it and 0 entries" in run("show", "--ledger", root)[1]


def test_a_file_that_is_not_used_says_why(run, root, tmp_path):
    write(root, 1)
    run("save", "--ledger", root)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    code, out, _ = run("show", "--ledger", root, "--policy", policy)
    assert code == 0
    assert "not used: it has not what the budget `mine` counts; a start reads 1 entry" in out
    (root / "state").write_bytes(b"ECLSTAT1")
    code, out, _ = run("show", "--ledger", root)
    assert (code, out.startswith("not used: it was altered")) == (0, True)
    assert json.loads(run("show", "--ledger", root, "--json")[1])["snapshot"] is None


def test_it_counts_by_the_policies_that_are_named(run, root, tmp_path):
    write(root, 1)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    assert run("save", "--ledger", root, "--policy", policy)[0] == 0
    policies = load_policy(POLICY, file="policy.yaml")
    assert start(policies, StateFile(root), now=system_time()).how == "snapshot"
    policy.write_text("version: 1\nbudgets: []\nbudget: 1\n")
    assert run("save", "--ledger", root, "--policy", policy)[0] == 3


def test_applications_on_their_way_out_have_their_budgets(run, root):
    write(root, 1)
    detail = '{"id": "x", "state": "decommissioning", "by": "p", "reason": "old"}'
    with DirectoryLedger(root) as ledger:
        ledger.append(Entry(at=system_time(), kind="application", account="", detail=detail))
        ledger.commit()
    _, out, _ = run("save", "--ledger", root, "--json")
    budgets = json.loads(out)["snapshot"]["budgets"]
    assert {"account", "account@x", "system@x"} <= set(budgets)


def test_an_act_that_says_nothing_is_refused(run, root):
    write(root, 1)
    with DirectoryLedger(root) as ledger:
        ledger.append(Entry(at=system_time(), kind="application", account="", detail="{}"))
        ledger.commit()
    assert run("save", "--ledger", root)[0] == 5


def test_what_cannot_be_is_refused(run, root, tmp_path):
    assert run("save", "--ledger", tmp_path / "none")[0] == 2
    assert run("show", "--ledger", tmp_path)[0] == 2
    assert run("save")[0] == 2
    code, _, err = run("save", "--ledger", root, "--settled", "soon")
    assert (code, "--settled" in err) == (2, True)
    assert run("save", "--ledger", root, "--keys", tmp_path)[0] == 6


def test_keys_elsewhere_are_named(run, tmp_path):
    DirectoryLedger.create(tmp_path / "l", keys=tmp_path / "keys").close()
    assert run("show", "--ledger", tmp_path / "l")[0] == 6
    assert run("show", "--ledger", tmp_path / "l", "--keys", tmp_path / "keys")[0] == 0
