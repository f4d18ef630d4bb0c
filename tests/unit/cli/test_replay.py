import json

import pytest

from ecluse.cli import main

MAPPING = """format: csv
account: account
person: person
time: {field: time, format: rfc3339}
application: application
"""
POLICY = """version: 1
budgets:
  - id: two
    per: account
    counts: persons
    limits: {1h: 2, 24h: 3}
    effect: deny
    reason: {en: Two an hour., fr: Deux par heure.}
"""
LOG = """time,account,person,application
2025-07-12T10:00:00Z,ann,1,x
2025-07-12T10:00:01Z,ann,2,x
2025-07-12T10:00:02Z,ann,3,x
2025-07-12T10:00:03Z,ann,1,x
2025-07-12T10:00:04Z,bob,3,x
2025-07-12T11:30:00Z,ann,3,x
2025-07-12T11:31:00Z,ann,4,x
"""


@pytest.fixture
def files(tmp_path):
    for name, text in (("m.yaml", MAPPING), ("p.yaml", POLICY), ("a.csv", LOG)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main([str(a) for a in arguments])
    out = capsys.readouterr()
    return done.value.code or 0, out.out, out.err


@pytest.mark.parametrize("way", ["compiled", "events"])
def test_json_says_who_was_stopped(files, capsys, way):
    common = (
        "--format",
        "csv",
        "--map",
        files / "m.yaml",
        "--policy",
        files / "p.yaml",
        "--way",
        way,
    )
    code, out, _ = run(capsys, "replay", files / "a.csv", *common, "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["events"], found["permitted"], found["refused"], found["rejects"]) == (
        7,
        5,
        2,
        {},
    )
    (stopped,) = found["stopped"]
    assert stopped["account"] == "ann"
    assert stopped["at"] == "2025-07-12T10:00:02Z"
    assert (stopped["policy"], stopped["window"]) == ("two", "1h")
    assert (stopped["persons_read"], stopped["persons_attempted"]) == (3, 4)


def test_the_ledger_the_page_and_the_exposure_agree(files, capsys):
    common = ("--format", "csv", "--map", files / "m.yaml", "--policy", files / "p.yaml")
    code, out, err = run(
        capsys,
        "replay",
        files / "a.csv",
        *common,
        "--ledger",
        files / "ledger",
        "--html",
        files / "r.html",
    )
    assert code == 0, err
    assert "ann" in out
    assert "<html" in (files / "r.html").read_text(encoding="utf-8")
    code, out, _ = run(
        capsys, "exposure", "--ledger", files / "ledger", "--account", "ann", "--json"
    )
    found = json.loads(out)
    assert (code, found["persons"], found["refused"], found["gaps"]) == (0, 3, 2, [])
    code, out, _ = run(capsys, "ledger", "verify", files / "ledger", "--json")
    assert code == 0, out


def test_a_policy_in_shadow_refuses_nothing_and_says_what_it_would_have_done(files, capsys):
    (files / "p.yaml").write_text(POLICY + "    mode: shadow\n", encoding="utf-8")
    common = ("--format", "csv", "--map", files / "m.yaml", "--policy", files / "p.yaml")
    _, out, _ = run(capsys, "replay", files / "a.csv", *common, "--json")
    found = json.loads(out)
    assert (found["refused"], found["stopped"]) == (0, [])
    assert any(p["mode"] == "shadow" and p["effect"] == "deny" for p in found["policies"])
