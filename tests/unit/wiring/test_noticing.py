"""Two persons release the same bytes, or nobody does: every change in between refuses, and says what to do."""

import json

import pytest

from ecluse.model.errors import CallerError, ConfigError, IntegrityError
from ecluse.notices.notice import names
from ecluse.wiring.noticing import Desk, write_forms
from notice_kit import AT, freeze_next, register_with_incident, state

FIRST, SECOND = "Dominique Exemple", "Alix Responsable"


@pytest.fixture
def desk(tmp_path):
    return register_with_incident(tmp_path)


def draft(desk, name="cnil", *, kind="initial", languages=("fr", "en"), formats=("html", "json")):
    return desk.draft(name, kind=kind, signer=FIRST, by="Sacha", at=AT, languages=languages, formats=formats)  # fmt: skip


def release(desk, name="cnil", by=FIRST, **options):
    return desk.release(name, by=by, at=AT, **options)


def codes(outcome):
    return {(r.code, r.where) for _, r in outcome.refusals}


def test_a_draft_is_written_in_its_languages_and_formats(desk):
    made = draft(desk)
    assert sorted(n for n, _ in made.files) == ["cnil-v1.en.html", "cnil-v1.en.json", "cnil-v1.fr.html", "cnil-v1.fr.json"]  # fmt: skip
    page = (desk.folder.path / "documents" / "cnil-v1.fr.html").read_text("utf-8")
    assert "Agence de l’emploi d’Exemple" in page
    assert "<script" not in page
    data = json.loads((desk.folder.path / "documents" / "cnil-v1.fr.json").read_text("utf-8"))
    assert (data["language"], data["exposure"]["persons"]) == ("fr", 340_000)
    assert draft(desk).version == 2


def test_two_different_persons_release_it(desk):
    draft(desk)
    first = release(desk)
    assert (first.signed, first.released, first.refusals) == (True, False, ())
    second = release(desk, by=SECOND)
    assert (second.signed, second.released) == (True, True)
    (known,) = desk.documents()
    assert known.released
    last = desk.folder.log().lines[-1]
    assert (last.act, last.detail["signed_by"]) == ("document_released", [FIRST, SECOND])
    assert last.detail["files"] == dict(known.files)


@pytest.mark.parametrize("by", [FIRST, "dominique  EXEMPLE"])
def test_the_same_person_does_not_sign_twice(desk, by):
    draft(desk)
    release(desk)
    outcome = release(desk, by=by)
    assert not outcome.signed
    assert codes(outcome) == {("same_person", "by")}
    assert not desk.documents()[0].released


def test_a_file_that_changed_after_the_first_signature_is_refused(desk):
    draft(desk)
    release(desk)
    path = desk.folder.path / "documents" / "cnil-v1.fr.html"
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("340000", "340001"), "utf-8")
    assert codes(release(desk, by=SECOND)) == {("altered", path.name)}
    path.unlink()
    assert codes(release(desk, by=SECOND)) == {("altered", path.name)}
    path.write_text(whole, "utf-8")
    assert release(desk, by=SECOND).released


def test_another_exposure_in_force_is_refused(desk):
    draft(desk)
    release(desk)
    freeze_next(desk.folder, persons=340_120)
    outcome = release(desk, by=SECOND)
    assert ("outdated", "exposure") in codes(outcome)
    reason = next(r for _, r in outcome.refusals if r.where == "exposure")
    assert reason.what == "the draft states version 1 of the exposure, and version 2 of the exposure is in force now"  # fmt: skip
    draft(desk)
    assert release(desk).signed


@pytest.mark.parametrize("name", ["statement.yaml", "controller.yaml"])
def test_a_statement_that_was_rewritten_is_refused(desk, name):
    draft(desk)
    path = (desk.folder.path if name[0] == "s" else desk.register.root) / name
    path.write_text(path.read_text("utf-8") + "# checked\n", "utf-8")
    assert codes(release(desk)) == {("outdated", name)}


def test_a_decision_that_was_changed_is_refused(desk):
    draft(desk)
    said = {"what": "tell_persons", "answer": "later", "reasons": "adresses à vérifier"}
    desk.folder.append("decided", said, by=SECOND, at=AT)
    assert codes(release(desk)) == {("outdated", "incident")}


def test_what_the_checker_refuses_is_not_signed(desk):
    said = "{fr: Les données de 43 millions de personnes ont été lues., en: The data of 43 million people were read.}"  # fmt: skip
    state(desk.folder, facts=said)
    draft(desk)
    outcome = release(desk)
    assert not outcome.signed
    assert {code for code, _ in codes(outcome)} == {"inconsistent"}
    assert [line.act for line in desk.folder.log().lines][-1] == "document_drafted"


def test_an_earlier_draft_is_not_signed(desk):
    draft(desk)
    draft(desk)
    assert codes(release(desk, version=1)) == {("outdated", "cnil")}
    assert release(desk).draft.version == 2


def test_what_is_released_is_not_released_again(desk):
    draft(desk)
    release(desk)
    release(desk, by=SECOND)
    assert ("released", "cnil") in codes(release(desk, by="Third"))


def test_a_complement_marks_changes_against_what_was_released(desk):
    draft(desk)
    release(desk)
    release(desk, by=SECOND)
    freeze_next(desk.folder, persons=340_120)
    state(desk.folder, authority_number="FRN-2025-000042")
    draft(desk, kind="complementary", formats=("html",), languages=("fr",))
    page = (desk.folder.path / "documents" / "cnil-v2.fr.html").read_text("utf-8")
    assert "Auparavant\u00a0: 340000" in page
    assert release(desk).refusals == ()


def test_entries_of_the_register_refer_to_the_one_before(desk):
    draft(desk, "register_entry", formats=("json",))
    release(desk, "register_entry")
    release(desk, "register_entry", by=SECOND)
    draft(desk, "register_entry", formats=("json",))
    first, second = (json.loads((desk.folder.path / "documents" / f"register_entry-v{n}.fr.json").read_text("utf-8")) for n in (1, 2))  # fmt: skip
    assert (first["entry"], first["before"]) == (1, None)
    assert (second["entry"], second["before"]) == (2, first["hash"])
    assert "libéré par Dominique Exemple, puis Alix Responsable" in second["sections"]["documents"]["documents"]["fr"]  # fmt: skip


@pytest.mark.parametrize("name", [n for n in names() if n.startswith("nis2")])
def test_a_report_under_a_law_that_is_not_in_force_is_refused(desk, name):
    draft(desk, name)
    assert ("regime", "clocks.yaml") in codes(release(desk, name))


def test_what_is_missing_or_wrong_is_said(desk, tmp_path):
    with pytest.raises(CallerError, match="no `cnil` was drafted"):
        release(desk)
    with pytest.raises(CallerError, match="there is no document `cnill`"):
        release(desk, "cnill")
    with pytest.raises(CallerError, match="there is no incident `2030-0001`"):
        Desk.open(desk.register.root, "2030-0001")
    (desk.folder.path / "statement.yaml").write_text("version: 1\nfact: x\n", "utf-8")
    with pytest.raises(ConfigError):
        draft(desk)
    (desk.folder.path / "statement.yaml").unlink()
    with pytest.raises(CallerError, match="is not there"):
        draft(desk)
    assert desk.documents() == ()


def test_a_signature_of_what_was_never_drafted_is_found(desk):
    draft(desk)
    desk.folder.append("document_released", {"name": "cnil", "version": 1, "files": {"a": "b"}}, by="x", at=AT)  # fmt: skip
    with pytest.raises(IntegrityError, match="not drafted so"):
        desk.documents()


def test_forms_are_written_once(tmp_path):
    desk = register_with_incident(tmp_path)
    (desk.folder.path / "statement.yaml").unlink()
    written, kept = write_forms(desk.register.root, desk.folder.id, "en")
    assert ([p.name for p in written], [p.name for p in kept]) == (["statement.yaml"], ["controller.yaml"])  # fmt: skip
    assert "What only persons can say" in written[0].read_text("utf-8")
