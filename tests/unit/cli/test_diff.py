"""`ecluse diff` from the outside: verdict, JSON, exit codes, wrong files."""

import json

import pytest

from ecluse.cli import main
from ecluse.loaders.defaults import shipped

EXAMPLE = shipped("estate-example.yaml").decode().replace("2027-03-31", "2999-03-31")
POLICY = """version: 1
budgets:
- {id: account, per: account, limits: {10m: 60, 24h: 500}, warn_at: 0.7}
- {id: partner, per: account, target: {kind: partner}, limits: {24h: 200}}
"""


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["diff", *map(str, arguments), "--estate", "e.yaml", "--horizon", "24h"])
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.yaml").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "a.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


def other(folder, old, new):
    assert old in POLICY
    (folder / "b.yaml").write_text(POLICY.replace(old, new), encoding="utf-8")


def test_the_same(folder, capsys):
    other(folder, "id: account", "id: renamed")
    code, out, _ = run(capsys, "a.yaml", "b.yaml", "--fail-on", "any")
    assert code == 0
    assert out.startswith("the same: ")
    assert "renamed, was `account`" in out
    assert "no number of persons differs" in out


def test_stricter_fails_only_on_any(folder, capsys):
    other(folder, "24h: 200", "24h: 150")
    code, out, _ = run(capsys, "a.yaml", "b.yaml")
    assert code == 0
    assert out.startswith("stricter: ")
    assert "24h: from 200 to 150" in out
    assert run(capsys, "a.yaml", "b.yaml", "--fail-on", "any")[0] == 1


def test_looser_as_json(folder, capsys):
    other(folder, "24h: 200", "24h: 400")
    code, out, _ = run(capsys, "a.yaml", "b.yaml", "--json")
    document = json.loads(out)
    assert code == 1
    assert (document["verdict"], document["proved"]) == ("looser", True)
    gap, copy = document["looser"]
    assert copy["budget"] == "partner@archive"  # an application on its way out
    assert (gap["budget"], gap["window"], gap["limit"], gap["lets"]) == ("partner", "24h", 200, 400)
    assert sum(s["persons"] * s["times"] for s in gap["witness"]["steps"]) > 200
    (line,) = document["accounts"]
    assert (line["kind"], line["application"], line["before"], line["after"]) == (
        "partner",
        "partners",
        200,
        400,
    )
    assert line["difference"] == 200
    assert document["changes"] == [{"budget": "partner", "what": "24h: from 200 to 400"}]


def test_unbounded_is_shown_as_such(folder, capsys):
    other(folder, "per: account, limits", "per: session, limits")
    code, out, _ = run(capsys, "a.yaml", "b.yaml", "--fail-on", "looser")
    assert code == 0
    assert out.startswith("incomparable: ")
    assert "unbounded" in out
    assert run(capsys, "a.yaml", "b.yaml")[0] == 1


def test_a_warning_is_told_and_changes_nothing(folder, capsys):
    other(folder, "warn_at: 0.7", "warn_at: 0.9")
    code, out, _ = run(capsys, "a.yaml", "b.yaml", "--fail-on", "any")
    assert code == 0
    assert "warns later: from 90% of a limit on, was 70%" in out


def test_a_wrong_file(folder, capsys):
    other(folder, "kind: partner", "kind: pardner")
    code, out, err = run(capsys, "a.yaml", "b.yaml")
    assert (code, out) == (3, "")
    assert "b.yaml:4:" in err
