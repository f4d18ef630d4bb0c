import json

import pytest

from ecluse.cli import main


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main([str(a) for a in arguments])
    out = capsys.readouterr()
    return done.value.code or 0, out.out, out.err


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    folder = tmp_path_factory.mktemp("past") / "past"
    with pytest.raises(SystemExit):
        main(
            [
                "simulate",
                "ordinary",
                "--accounts",
                "40",
                "--days",
                "35",
                "--format",
                "parquet",
                "--out",
                str(folder),
            ]
        )
    return folder


def options(past):
    return (
        "tune",
        *sorted(past.glob("*.parquet")),
        "--map",
        past / "mapping.yaml",
        "--estate",
        past / "estate.yaml",
    )


def test_a_proposal_is_written_checked_and_approved(past, tmp_path, capsys):
    out = tmp_path / "tuned.yaml"
    code, text, err = run(
        capsys,
        *options(past),
        "--days",
        "35",
        "--price",
        "50",
        "--holdout",
        "0",
        "--out",
        out,
        "--json",
    )
    document = json.loads(text)
    assert code in {0, 1}
    assert code == int(any(f["code"] == "price-not-reached" for f in document["findings"]))
    assert {k["kind"] for k in document["kinds"]} >= {"adviser", "partner"}
    assert "nobody has approved it yet" in err
    assert document["bounds"]
    code, text, _ = run(capsys, "policy", "check", out, "--estate", past / "estate.yaml", "--json")
    digest = json.loads(text)["digest"]
    run(capsys, "ledger", "init", tmp_path / "ledger")
    approve = (
        "policy",
        "approve",
        out,
        "--ledger",
        tmp_path / "ledger",
        "--person",
        "Ada Example",
        "--reason",
        "tuned",
    )
    code, text, _ = run(capsys, *approve, "--json")
    assert code == 0
    assert json.loads(text)["digest"] == digest
    query = "select detail from entries where kind = 'policy-approved'"
    code, text, _ = run(capsys, "ledger", "query", tmp_path / "ledger", query, "--json")
    (row,) = json.loads(text)["rows"]
    detail = json.loads(row["detail"])
    assert (detail["digest"], detail["person"], detail["reason"]) == (
        digest,
        "Ada Example",
        "tuned",
    )


def test_in_words(past, capsys):
    code, text, _ = run(capsys, *options(past), "--days", "35", "--holdout", "7")
    assert code in {0, 1}
    assert "What each price buys" in text
    assert "Checked on the days held out" in text
    assert "keeps its signed limits" in text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tune",), "there is nothing to look back on"),
        (("tune", "x", "--holdout", "40"), "--holdout is more than half of --days"),
        (("tune", "x", "--out", "no/where.yaml"), "no such folder"),
        (("tune", "x", "--price", "0"), "not in the range"),
    ],
)
def test_what_is_wrong_is_said(arguments, says, capsys):
    code, out, err = run(capsys, *arguments)
    assert (code, says in err, out) == (2, True, "")
