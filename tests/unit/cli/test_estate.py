"""`ecluse estate` from the outside: messages, JSON, exit codes, tables."""

import json

import pytest

from ecluse.cli import main
from ecluse.loaders.defaults import shipped

EXAMPLE = shipped("estate-example.yaml").decode()


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["estate", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    future = EXAMPLE.replace("closes: 2027-03-31", "closes: 2999-03-31")
    (tmp_path / "e.yaml").write_text(future, encoding="utf-8")
    return tmp_path


def test_example_prints_writes_and_checks(folder, capsys):
    assert run(capsys, "example")[:2] == (0, EXAMPLE)
    assert run(capsys, "example", "--out", "n.yaml")[:2] == (0, "n.yaml: written\n")
    assert json.loads(run(capsys, "example", "--json")[1]) == {"estate": EXAMPLE}
    assert run(capsys, "example", "--out", "n.yaml")[0] == 2
    code, out, _ = run(capsys, "check", "e.yaml")
    assert code == 0
    assert (
        "e.yaml: valid; 3 applications, 4 kinds, 3 organizations, 10,053 accounts, 44,300,000 persons"
        in out
    )


def test_check_as_json_with_a_policy(folder, capsys):
    (folder / "p.yaml").write_text(
        "version: 1\nbudgets:\n- {id: a, per: account, limits: {360d: 9}, target: {kind: adviser}}\n",
        encoding="utf-8",
    )
    code, out, _ = run(capsys, "check", "e.yaml", "--policy", "p.yaml", "--json")
    document = json.loads(out)
    assert code == 1
    assert (document["accounts"], document["population"]) == (10053, 44300000)
    assert [f["code"] for f in document["findings"]] == ["flow-unbounded", "flow-unbounded"]


def test_a_policy_that_names_what_the_estate_lacks_is_refused(folder, capsys):
    (folder / "p.yaml").write_text(
        "version: 1\nbudgets:\n- {id: a, per: account, limits: {360d: 9}, target: {kind: advisor}}\n",
        encoding="utf-8",
    )
    code, _, err = run(capsys, "check", "e.yaml", "--policy", "p.yaml")
    assert code == 3
    assert (
        "p.yaml:3:59: `advisor` is not an account kind of the estate\n  help: did you mean `adviser`?"
        in err
    )


def test_tables_are_read_and_compared(folder, capsys):
    with (folder / "e.yaml").open("a", encoding="utf-8") as file:
        file.write("tables: {accounts: accounts.csv}\n")
    code, _, err = run(capsys, "check", "e.yaml")
    assert code == 4
    assert "accounts.csv: no such file or directory" in err
    head = "account,kind,organization,created_at,created_by\n"
    (folder / "accounts.csv").write_text(head + "a,adviser,nowhere,2025-01-01,\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", "e.yaml")
    assert code == 1
    assert (
        "there is 1 account of kind `adviser` in `nowhere`, which the estate file does not have"
        in out
    )
    (folder / "accounts.csv").write_text(head + "a,adviser,north,2025-01-01,a\n", encoding="utf-8")
    code, _, err = run(capsys, "check", "e.yaml")
    assert code == 4
    assert "accounts created each other in a circle: `a` → `a`" in err


def test_past_dates_are_found_by_the_clock(folder, capsys):
    (folder / "e.yaml").write_text(
        EXAMPLE.replace("closes: 2027-03-31", "closes: 2026-09-30"), encoding="utf-8"
    )
    code, out, _ = run(capsys, "check", "e.yaml")
    assert code == 1
    assert "high: `archive` was to close on 2026-09-30T00:00:00Z and is still `closing`" in out
    closed = EXAMPLE.replace("closes: 2027-03-31", "closes: 2999-01-01").replace(
        "state: closing", "state: closed"
    )
    (folder / "e.yaml").write_text(closed, encoding="utf-8")
    code, _, err = run(capsys, "check", "e.yaml")
    assert code == 3
    assert "it is said to be closed, and closes only on 2999-01-01T00:00:00Z" in err


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 50, b"version: 1\n", b"[1]", b"\x1f\x8b"])
def test_bad_files_end_with_a_message(folder, capsys, content):
    (folder / "e.yaml").write_bytes(content)
    code, out, err = run(capsys, "check", "e.yaml")
    assert (code, out) == (3, "")
    assert err.startswith("e.yaml:1:")
    assert "Traceback" not in err
