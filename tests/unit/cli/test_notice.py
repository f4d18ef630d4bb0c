"""`ecluse notice` from an empty form to a released document and the register, by what a person types."""

import csv
import io
import json
from pathlib import Path

import pytest

from ecluse.cli import main
from notice_kit import register_with_incident, state

ID = "2025-0001"
ONE, TWO = "Dominique Exemple", "Alix Responsable"
LATE = {
    "delay_reasons": "{fr: Le registre était en cours de vérification., en: The ledger was being verified.}"
}
"""It is years later by the clock of this machine."""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    made = register_with_incident(tmp_path)
    state(made.folder, **LATE)
    monkeypatch.setenv("ECLUSE_REGISTER", str(made.register.root))
    monkeypatch.chdir(tmp_path)
    return made


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as done:
        main(["notice", *arguments])
    out = capsys.readouterr()
    return done.value.code or 0, out.out, out.err


def draft(capsys, name="cnil", *more):
    return run(capsys, "draft", name, "--incident", ID, "--signer", ONE, "--format", "html", "--language", "fr", *more)  # fmt: skip


def release(capsys, by, name="cnil", *more):
    return run(capsys, "release", name, "--incident", ID, "--by", by, *more)


def test_documents_are_listed_with_what_was_drafted(desk, capsys):
    draft(capsys)
    code, out, _ = run(capsys, "list", "--incident", ID, "--json")
    said = json.loads(out)
    assert code == 0
    assert {"cnil", "register_entry", "nis2_early", "insurer"} <= said["documents"].keys()
    assert [(d["document"], d["version"], d["state"]) for d in said["drafted"]] == [("cnil", 1, "drafted")]  # fmt: skip
    assert "cnil-v1: drafted" in run(capsys, "list", "--incident", ID)[1]


def test_a_draft_says_which_files_and_what_refuses_it(desk, capsys):
    code, out, err = draft(capsys, "cnil", "--json")
    said = json.loads(out)
    assert code == 0
    assert sorted(said["files"]) == ["cnil-v1.fr.html", "cnil-v1.fr.json"]
    assert said["refusals"] == []
    assert "writing cnil-v1.fr.html" in err


def test_two_persons_release_and_exit_codes_say_how_it_went(desk, capsys):
    draft(capsys)
    assert run(capsys, "check", "cnil", "--incident", ID)[0] == 0
    assert release(capsys, ONE)[:2] == (0, "cnil-v1: signed; a second person releases it\n")
    code, out, _ = release(capsys, ONE)
    assert code == 1
    assert f"`{ONE}` has signed already" in out
    code, out, _ = release(capsys, TWO, "cnil", "--json")
    said = json.loads(out)
    assert (code, said["released"], said["state"]) == (0, True, "released")
    assert [s["by"] for s in said["signatures"]] == [ONE, TWO]


def test_a_number_that_is_not_the_exposures_is_refused_saying_why(desk, capsys):
    state(desk.folder, **LATE, facts="{fr: Les données de 43 millions de personnes ont été lues., en: The data of 43 million people were read.}")  # fmt: skip
    draft(capsys)
    code, out, _ = run(capsys, "check", "cnil", "--incident", ID)
    assert code == 1
    assert "the text says `43 millions de personnes`, and version 1 of the exposure counts 340,000 persons" in out  # fmt: skip
    assert "help: write the number of the exposure" in out
    assert release(capsys, ONE)[0] == 1
    assert desk.documents()[0].first is None


def test_checks_are_kept_in_the_log(desk, capsys):
    draft(capsys)
    run(capsys, "check", "cnil", "--incident", ID, "--by", TWO, "--json")
    last = desk.folder.log().lines[-1]
    assert (last.act, last.by, last.detail) == ("document_checked", TWO, {"name": "cnil", "version": 1, "refusals": 0})  # fmt: skip


def test_forms_are_written_and_kept(desk, capsys):
    (desk.folder.path / "statement.yaml").unlink()
    code, out, _ = run(capsys, "init", "--incident", ID)
    assert code == 0
    assert "statement.yaml: written" in out
    assert "controller.yaml: is there, and stays as it is" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("draft", "cnil", "--incident", "2030-0001", "--signer", "x"), "there is no incident `2030-0001`"),
        (("draft", "nothing", "--incident", ID, "--signer", "x"), "there is no document `nothing`"),
        (("release", "cnil", "--incident", ID), "no `cnil` was drafted"),
        (("draft", "cnil", "--incident", ID), "Missing option '--signer'"),
        (("register", "--out", "register.xls"), "does not say how it is written"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_with_exit_code_two(desk, capsys, arguments, said):
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert said in err


def test_a_fault_in_the_statement_has_its_place(desk, capsys):
    (desk.folder.path / "statement.yaml").write_text("version: 1\ncause: malice\n", "utf-8")
    code, _, err = draft(capsys)
    assert code == 3
    assert "statement.yaml:2:8: `malice` is not one of" in err


def test_the_register_in_every_form(desk, capsys):
    assert "no entry released" in run(capsys, "register")[1]
    draft(capsys, "register_entry")
    for by in (ONE, TWO):
        assert release(capsys, by, "register_entry")[0] == 0
    code, out, _ = run(capsys, "register", "--json")
    (line,) = json.loads(out)["entries"]
    assert (code, line["incident"], line["version"], line["persons"]) == (0, ID, 1, 340_000)
    for form in ("html", "csv", "json", "docx"):
        assert run(capsys, "register", "--out", f"register.{form}")[0] == 0
    (row,) = csv.DictReader(io.StringIO(Path("register.csv").read_text("utf-8")))
    assert (row["incident"], row["released_by"]) == (ID, f"{ONE}, {TWO}")
    assert "Registre des violations" in Path("register.html").read_text("utf-8")


def test_an_entry_that_was_changed_is_found(desk, capsys):
    draft(capsys, "register_entry")
    for by in (ONE, TWO):
        release(capsys, by, "register_entry")
    path = desk.folder.path / "documents" / "register_entry-v1.fr.json"
    path.write_text(path.read_text("utf-8").replace("340", "341"), "utf-8")
    code, _, err = run(capsys, "register")
    assert code == 5
    assert "is not the entry that was released" in err
