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
  - {id: two, per: account, counts: persons, limits: {1h: 2}, effect: deny}
"""
LOG = """time,account,person,application
2026-06-03T10:00:00Z,ann,1,x
2026-06-03T10:00:01Z,ann,2,x
2026-06-03T10:00:02Z,ann,3,x
2026-06-03T11:30:00Z,ann,3,x
2026-06-10T10:00:04Z,bob,3,x
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    for name, text in (
        ("m.yaml", MAPPING),
        ("p.yaml", POLICY),
        ("q.yaml", POLICY.replace("2}", "3}")),
        ("a.csv", LOG),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main([str(a) for a in arguments])
    out = capsys.readouterr()
    return done.value.code or 0, out.out, out.err


LOGS = ("backtest", "a.csv", "--format", "csv", "--map", "m.yaml", "--policy", "p.yaml")


def test_json_has_the_cases_and_what_another_set_would_change(files, capsys):
    code, out, _ = run(capsys, *LOGS, "--against", "q.yaml", "--json")
    document = json.loads(out)
    assert code == 0
    first, other = document["policies"]
    assert (first["total"]["account_days"], first["total"]["account_days_disturbed"]) == (2, 1)
    assert first["total"]["disturbed_per_1000"] == 500
    assert [(w["week"], w["accounts_refused"]) for w in first["by_week"]] == [
        ("2026-06-01", 1),
        ("2026-06-08", 0),
    ]
    (case,) = first["cases"]
    assert (case["account"], case["policy"], case["window"], case["limit"], case["used"]) == (
        "ann",
        "two",
        "1h",
        2,
        3,
    )
    assert case["closed_seconds"] == 5398
    assert other["cases"] == []
    (against,) = document["against"]
    assert (against["accounts_no_more"], against["requests_refused"]) == (["ann"], -1)


@pytest.mark.parametrize("name", ["cases.csv", "cases.yaml"])
def test_a_case_that_is_labelled_is_explained(files, capsys, name):
    code, out, err = run(capsys, *LOGS, "--cases", name)
    assert code == 0
    assert "1 account of 2 would have been refused, in 1 case" in out
    assert f"cases: {name}" in err
    file = files / name
    text = file.read_text("utf-8")
    filled = (
        text.replace(",,true,", ",the job fair,true,")
        if name.endswith("csv")
        else text.replace('reason: ""', "reason: the job fair")
    )
    assert filled != text
    file.write_text(filled, encoding="utf-8")
    code, out, _ = run(capsys, *LOGS, "--labels", name, "--json")
    first = json.loads(out)["policies"][0]
    assert first["cases"][0]["reason"] == "the job fair"
    assert first["total"]["account_days_explained"] == 1
    assert first["unused_labels"] == []


def test_a_label_that_fits_nothing_is_told(files, capsys):
    (files / "l.yaml").write_text(
        "version: 1\nlabels:\n  - {account: eve, reason: x}\n", encoding="utf-8"
    )
    _, out, _ = run(capsys, *LOGS, "--labels", "l.yaml")
    assert "Labels that explain no case: 1" in out
    assert "l.yaml:3" in out


def test_the_last_weeks_alone(files, capsys):
    _, out, _ = run(capsys, *LOGS, "--weeks", "1", "--json")
    document = json.loads(out)
    assert document["since"] == "2026-06-08T00:00:00Z"
    assert document["policies"][0]["total"]["requests"] == 1
    assert document["policies"][0]["cases"] == []


def test_a_ledger_of_a_gate_that_refused_says_the_same_as_the_log(files, capsys):
    run(
        capsys,
        "replay",
        "a.csv",
        "--format",
        "csv",
        "--map",
        "m.yaml",
        "--policy",
        "p.yaml",
        "--ledger",
        "ledger",
    )
    _, log, _ = run(capsys, *LOGS, "--json")
    code, ledger, _ = run(capsys, "backtest", "--ledger", "ledger", "--policy", "p.yaml", "--json")
    assert code == 0
    one, two = (json.loads(text)["policies"][0] for text in (log, ledger))
    assert one["total"] == two["total"]
    assert one["cases"] == two["cases"]


def test_the_page_is_one_file_in_two_languages_without_scripts(files, capsys):
    label = "version: 1\nlabels:\n  - {account: ann, reason: '<b>fair</b>'}\n"
    (files / "l.yaml").write_text(label, encoding="utf-8")
    run(capsys, *LOGS, "--against", "q.yaml", "--labels", "l.yaml", "--html", "r.html")
    page = (files / "r.html").read_text("utf-8")
    assert "Backtest of access policies" in page
    assert "Essai des règles d’accès sur le passé" in page
    assert "&lt;b&gt;fair&lt;/b&gt;" in page
    assert "<script" not in page
    run(capsys, *LOGS, "--html", "fr.html", "--language", "fr")
    assert "Backtest of" not in (files / "fr.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("backtest",), 2, "there is nothing to look back on"),
        (("backtest", "a.csv", "--ledger", "l"), 2, "both logs and a ledger"),
        (("backtest", "--ledger", "nowhere"), 2, "is not a ledger"),
        (("backtest", "--ledger", "l", "--map", "m.yaml"), 2, "--map and --format are for logs"),
        ((*LOGS, "--cases", "cases.txt"), 2, "ends neither in .csv nor in .yaml"),
        ((*LOGS, "--html", "no/where.html"), 2, "no such folder"),
        ((*LOGS, "--labels", "m.yaml"), 3, "is not a key of a labels file"),
        ((*LOGS, "--against", "m.yaml"), 3, "is not a key of a policy set"),
        ((*LOGS, "--zone", "Nowhere/Else"), 2, "is no time zone"),
    ],
)
def test_what_is_wrong_is_said_with_its_code(files, capsys, arguments, code, says):
    found, out, err = run(capsys, *arguments)
    assert (found, says in err, out) == (code, True, "")


def test_the_same_ledger_twice_is_refused(files, capsys):
    run(capsys, "ledger", "init", "ledger")
    code, _, err = run(capsys, "backtest", "--ledger", "ledger", "--ledger", "ledger")
    assert (code, "the same ledger" in err) == (2, True)
    code, out, _ = run(capsys, "backtest", "--ledger", "ledger")
    assert code == 0
    assert "nothing was asked" in out
