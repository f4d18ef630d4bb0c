"""`ecluse policy` from the outside: messages, JSON, exit codes, and no traceback on any input."""

import json

import jsonschema
import pytest

from ecluse.cli import main
from ecluse.loaders.defaults import shipped

GOOD = "version: 1\nbudgets:\n- {id: a, per: account, limits: {1h: 5, 24h: 9}, warn_at: 0.7}\n"


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["policy", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "e.yaml").write_bytes(shipped("estate-example.yaml"))
    return tmp_path


def test_the_first_steps_of_a_new_user(folder, capsys):
    assert run(capsys, "default", "--out", "d.yaml")[:2] == (0, "d.yaml: written\n")
    assert (folder / "d.yaml").read_bytes() == shipped("policy.yaml")
    code, out, _ = run(capsys, "check", "d.yaml", "--estate", "e.yaml")
    assert code == 0
    assert out.endswith("d.yaml: valid, 7 budgets, 7 findings\n")


def test_default_prints_and_never_overwrites(folder, capsys):
    code, out, _ = run(capsys, "default")
    assert (code, out.encode()) == (0, shipped("policy.yaml"))
    assert json.loads(run(capsys, "default", "--json")[1]) == {
        "policy": shipped("policy.yaml").decode()
    }
    assert json.loads(run(capsys, "default", "--json", "--out", "n.yaml")[1]) == {
        "written": "n.yaml"
    }
    code, _, err = run(capsys, "default", "--out", "p.yaml")
    assert code == 2
    assert "`p.yaml` exists already" in err
    assert (folder / "p.yaml").read_text(encoding="utf-8") == GOOD


def test_check_tells_findings_and_their_exit_code(folder, capsys):
    code, out, _ = run(capsys, "check", "p.yaml")
    assert (code, out) == (
        0,
        "p.yaml: valid, 1 budget, 0 findings; give --estate to find what it does not cover\n",
    )
    code, out, _ = run(capsys, "check", "p.yaml", "--estate", "e.yaml")
    assert code == 1
    assert (
        "medium: all accounts have no limit over a month: one account may read up to 3,285 persons in a year  [flow-unbounded-over-a-month]\n  help: add the window 30d"
        in out
    )
    code, out, _ = run(capsys, "check", "p.yaml", "--estate", "e.yaml", "--json")
    document = json.loads(out)
    assert code == 1
    assert document["valid"] is True
    assert document["budgets"] == 1
    assert len(document["digest"]) == 64
    assert [f["code"] for f in document["findings"]] == ["flow-unbounded-over-a-month"]
    assert [f["severity"] for f in document["findings"]] == ["medium"]


def test_check_lists_every_fault_with_its_place(folder, capsys):
    (folder / "p.yaml").write_text(
        GOOD.replace("account", "acount").replace("9", "x"), encoding="utf-8"
    )
    code, out, err = run(capsys, "check", "p.yaml")
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        "p.yaml:3:16: `acount` is not one of account, session, organization, application, lineage, source, system",
        "  help: did you mean `account`?",
        "p.yaml:3:45: `x` is not a whole number",
        "error: 2 faults in `p.yaml`",
        "help: correct the file and run the command again",
    ]
    code, out, _ = run(capsys, "check", "p.yaml", "--json")
    error = json.loads(out)["error"]
    assert (code, error["exit_code"]) == (3, 3)
    assert [(i["line"], i["column"]) for i in error["issues"]] == [(3, 16), (3, 45)]


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", 3, "the file is empty"),
        (b"\x00\x01\x02\xff" * 99, 3, "is not UTF-8"),
        (b"\x00" * 99, 3, "control character U+0000"),
        (b"\x1f\x8b\x08\x00", 3, "is it a text file?"),
        (b"{" * 9999, 3, "nested deeper than 24 levels"),
        (b"x" * (9 * 2**20), 3, "larger than 8 MiB"),
        (
            b"version: 1\nbudgets: [{id: \xc3\xa9, per: account, limits: {1h: 5}}]",
            3,
            "is not a name of small letters",
        ),
    ],
)
def test_bad_files_end_with_a_message(folder, capsys, content, code, message):
    (folder / "p.yaml").write_bytes(content)
    for command in ("check", "show"):
        got, out, err = run(capsys, command, "p.yaml")
        assert (got, out) == (code, "")
        assert message in err
        assert "Traceback" not in err


def test_a_missing_file_and_a_folder(folder, capsys):
    code, _, err = run(capsys, "check", "none.yaml")
    assert (code, "no such file" in err) == (2, True)
    code, _, err = run(capsys, "check", folder)
    assert (code, "directory" in err) == (2, True)


def test_show_is_a_table_with_every_budget(folder, capsys):
    run(capsys, "default", "--out", "d.yaml")
    code, out, _ = run(capsys, "show", "d.yaml", "--why")
    assert code == 0
    for word in (
        "account-application",
        "60/10m",
        "6,000/360d",
        "only watch",
        "account_age",
        "nobody reads that fast",
    ):
        assert word in out


def test_show_as_json_says_everything(folder, capsys):
    (folder / "p.yaml").write_text(
        "version: 1\nzone: Europe/Paris\nbudgets:\n- id: a\n  description: What for.\n  per: [account, application]\n"
        '  target: {kind: k, hours: {from: "20:00", to: "07:00", weekdays: [sat]}, account_age: {over: 14d}, caseload: outside}\n'
        "  limits: {1h: 5}\n  why: {1h: Because.}\n",
        encoding="utf-8",
    )
    (budget,) = json.loads(run(capsys, "show", "p.yaml", "--json")[1])["budgets"]
    assert budget.pop("reason").keys() == {"en", "fr"}
    assert budget == {
        "id": "a",
        "description": "What for.",
        "per": ["account", "application"],
        "counts": "persons",
        "target": {
            "kind": ["k"],
            "hours": {"zone": "Europe/Paris", "from": "20:00", "to": "07:00", "weekdays": ["sat"]},
            "account_age": {"over": "14d"},
            "caseload": "outside",
        },
        "limits": {"1h": 5},
        "warn_at": None,
        "effect": "deny",
        "mode": "enforce",
        "why": {"1h": "Because."},
    }


def test_show_and_check_tell_what_opens_afterwards(folder, capsys):
    (folder / "p.yaml").write_text(
        "version: 1\nbudgets:\n- {id: a, per: account, limits: {24h: 40}, effect: justify, afterwards: {1h: 5, 24h: 20}}\n",
        encoding="utf-8",
    )
    shown = run(capsys, "show", "p.yaml")[1]
    assert all(word in shown for word in ("a-afterwards", "40/24h", "5/1h", "20/24h"))
    budgets = json.loads(run(capsys, "show", "p.yaml", "--json")[1])["budgets"]
    assert [(b["id"], b["limits"], b["target"], b["effect"]) for b in budgets] == [
        ("a", {"24h": 40}, {"justified": False}, "justify"),
        ("a-afterwards", {"1h": 5, "24h": 20}, {"justified": True}, "deny"),
    ]
    code, out, _ = run(capsys, "check", "p.yaml")
    assert (code, out.splitlines()) == (
        0,
        [
            "informational: `a`: 40 in 24h, and with a justification 5 in 1h, 20 in 24h more (`a-afterwards`)  [opens-more]",
            "  help: the most that may be read is the sum of both",
            "p.yaml: valid, 2 budgets, 1 finding; give --estate to find what it does not cover",
        ],
    )


@pytest.mark.parametrize(
    "arguments", [(), ("policy",), ("estate",), ("mapping",), ("policy", "--json")]
)
def test_schema_is_one_json_document(capsys, arguments):
    code, out, _ = run(capsys, "schema", *arguments)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_an_unknown_schema_names_the_known_ones(capsys):
    code, _, err = run(capsys, "schema", "polcy")
    assert code == 2
    assert "no schema is called `polcy`" in err
    assert "estate" in err


@pytest.mark.parametrize("command", ["check", "show", "schema", "default"])
def test_help_has_an_example(capsys, command):
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"  ecluse policy {command}" in out
    assert "\\b" not in out
