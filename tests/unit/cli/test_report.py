"""`ecluse report` writes whole files, records itself, and says what it cannot do before it begins."""

import hashlib
import json
import sys

import pytest

from ecluse.cli import main
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.reader import scan, take_snapshot
from ecluse.loaders.defaults import shipped

ESTATE = """version: 1
applications:
  - {id: files, owner: team@example.org, population: 900}
kinds:
  - {id: adviser, description: Reads files., applications: [files]}
organizations:
  - {id: body, accounts: {adviser: 3}}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "estate.yaml").write_text(ESTATE, "utf-8")
    (tmp_path / "policy.yaml").write_bytes(shipped("policy.yaml"))
    with DirectoryLedger.create(tmp_path / "evidence") as ledger:
        ledger.act("policy", {"digest": "ab" * 32, "by": "Camille", "file": "policy.yaml"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main(["report", *map(str, arguments)])
    out = capsys.readouterr()
    return done.value.code or 0, out.out, out.err


def entries(folder):
    frames = scan(take_snapshot(folder / "evidence"), columns=("seq", "kind", "detail"))
    return [(kind, json.loads(detail)) for f in frames for _, kind, detail in f.iter_rows()]


BOTH = ("--estate", "estate.yaml", "--policy", "policy.yaml")


def test_files_are_written_and_their_digests_are_in_the_ledger(folder, capsys):
    code, out, err = run(capsys, *BOTH, "--ledger", "evidence", "--out", "r.html", "--pdf", "r.pdf")
    assert code == 0
    assert out.startswith("With the settings read on ")
    assert "report: r.html\nreport: r.pdf\n" in err
    kind, detail = entries(folder)[-1]
    assert kind == "report"
    digests = {form: hashlib.sha256((folder / f"r.{form}").read_bytes()).hexdigest() for form in ("html", "pdf")}  # fmt: skip
    assert detail["files"] == digests
    assert detail["size"] == 1


def test_the_next_report_begins_after_it(folder, capsys):
    run(capsys, *BOTH, "--ledger", "evidence", "--out", "r.html")
    with DirectoryLedger(folder / "evidence") as ledger:
        ledger.act("policy", {"digest": "cd" * 32, "by": "start"})
    code, out, _ = run(capsys, *BOTH, "--ledger", "evidence", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["since"]["after"] == "report"
    assert [(c["before"][:2], c["after"][:2], c["signed"]) for c in told["changes"]] == [("ab", "cd", "")]  # fmt: skip
    assert len(told["reports"]) == 1
    assert told["files"] == {}
    assert entries(folder)[-1] == ("query", {"question": "report"}), "merely looking begins nothing"


def test_since_a_date(folder, capsys):
    _, out, _ = run(capsys, *BOTH, "--ledger", "evidence", "--since", "2100-01-01", "--json")
    told = json.loads(out)
    assert (told["since"]["after"], told["changes"]) == ("asked", [])
    code, _, err = run(capsys, *BOTH, "--since", "yesterday", "--json")
    assert code == 2
    assert "write a date such as 2026-09-30" in err


def test_french_and_hostile_names(folder, capsys):
    (folder / "estate.yaml").write_text(ESTATE.replace("Reads files.", '"<b>#panic()"'), "utf-8")
    code, out, _ = run(capsys, *BOTH, "--language", "fr", "--zone", "Europe/Paris", "--out", "r.html", "--pdf", "r.pdf")  # fmt: skip
    assert code == 0
    assert "un compte volé consulte au plus" in out
    page = (folder / "r.html").read_text("utf-8")
    assert '<html lang="fr"' in page
    assert "&lt;b&gt;#panic()" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (BOTH, "nothing is to be written"),
        ((*BOTH, "--out", "nowhere/r.html"), "there is no such folder"),
        ((*BOTH, "--out", "r", "--pdf", "r"), "cannot be both"),
        ((*BOTH, "--ledger", "no", "--json"), "is not a ledger"),
        (("--json",), "--estate"),
    ],
)
def test_a_wrong_command_line(folder, capsys, arguments, words):
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert words in err


def test_a_pdf_without_typst_says_what_to_install_before_any_work(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    code, _, err = run(capsys, "--estate", "missing.yaml", "--pdf", "r.pdf")
    assert code == 2
    assert 'pip install "ecluse[pdf]"' in err
    code, _, _ = run(capsys, *BOTH, "--out", "r.html")
    assert code == 0


def test_a_wrong_file_writes_nothing(folder, capsys):
    (folder / "estate.yaml").write_text("version: 1\napplications: [", "utf-8")
    code, _, err = run(capsys, *BOTH, "--out", "r.html")
    assert code == 3
    assert "estate.yaml:" in err
    assert not (folder / "r.html").exists()


def test_while_a_gate_writes_the_ledger_the_report_is_left_beside_it(folder, capsys):
    with DirectoryLedger(folder / "evidence"):
        code, _, err = run(capsys, *BOTH, "--ledger", "evidence", "--out", "r.html")
        assert code == 0
        assert "not recorded" not in err
    (left,) = (folder / "evidence" / "questions").iterdir()
    assert json.loads(left.read_text("utf-8"))["kind"] == "report"
