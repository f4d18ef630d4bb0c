"""The draft for the authority: every section in its order, what is missing and changed marked, and refused with a wrong number."""

from dataclasses import replace

import pytest

from ecluse.model.incident import InstantKind
from ecluse.model.notice import Both, Statement
from ecluse.notices.cnil import NOTICE, build, data
from ecluse.notices.notice import examine, find, names
from ecluse.reports.document.blocks import Facts, Heading, Note
from notice_factory import affair, at, exposure, gap, gravity, incident, statement

NUMBERED = {"authority_number": "FRN-2025-000042"}


def facts(document):
    return {f.name: f for b in document.blocks if isinstance(b, Facts) for f in b.items}


def refused(whole, language="fr"):
    return [(r.code, r.where) for r in examine(NOTICE, whole, language)]


def complementary(**changes):
    later = exposure(number=2, digest="e" * 64, persons=340_120, at_most=340_120, shown=339_220)
    return affair(
        kind="complementary",
        previous=data(affair()),
        exposures=(exposure(), later),
        gravity=gravity(exposure=(2, "e" * 64)),
        statement=statement(**NUMBERED, **changes),
    )


def test_it_is_found_by_its_name():
    assert "cnil" in names()
    assert find("cnil") is NOTICE


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sections_stand_in_the_order_of_the_form(language):
    titles = [b.text for b in build(affair(), language).blocks if isinstance(b, Heading)]
    assert [t.split(".")[0] for t in titles[:-1]] == [str(n) for n in range(16)]
    assert refused(affair(), language) == []


def test_fields_hold_what_goes_into_the_form():
    found = facts(build(affair(), "fr"))
    assert found["Nombre approximatif de personnes"].value == "340000"
    assert found["Nombre approximatif d’enregistrements"].value == "361204"
    assert found["Cause"].value == "Acte externe malveillant"
    assert found["Gravité"].value == "Important"
    assert "le 14\u00a0juillet 2025" in found["Calcul (méthode de l’ENISA)"].value
    assert found["Date et heure de la prise de connaissance"].value.startswith("13\u00a0juillet 2025 à 11:00:00")  # fmt: skip
    assert found["Empreinte de l’exposition"].value == exposure().digest
    assert found["États membres"].value == "BE\u00a0: 420 personnes\nDE\u00a0: 65 personnes"


def test_what_nobody_stated_is_listed_and_refused():
    bare = affair(statement=Statement(), exposures=(), gravity=None)
    document = build(bare, "fr")
    note = next(b for b in document.blocks if isinstance(b, Note) and b.warns)
    assert "Circonstances de la découverte" in note.text
    assert facts(document)["Nature"].mark == "missing"
    codes = refused(bare)
    assert ("missing", "natures") in codes
    assert ("missing", "persons") in codes


def test_an_initial_notification_may_leave_the_rest_to_its_complement():
    staged = affair(
        exposures=(), gravity=None,
        statement=statement(origins=(), cause="", harms=(), people=(), consequences=(), supports=()),
    )  # fmt: skip
    assert refused(staged) == []
    unsaid = replace(staged, statement=replace(staged.statement, unknown=()))
    assert ("missing", "persons") in refused(unsaid)


def test_a_complement_marks_what_has_changed_and_says_what_stood_before():
    document = build(complementary(), "fr")
    changed = {n: f.small for n, f in facts(document).items() if f.mark == "changed"}
    assert changed["Nombre approximatif de personnes"] == "Auparavant\u00a0: 340000"
    assert changed["Numéro de la notification initiale"] == "Auparavant\u00a0: non renseigné"
    assert "Cause" not in changed
    assert refused(complementary()) == []


def test_a_complement_without_the_number_of_the_initial_one_is_refused():
    whole = replace(complementary(), statement=statement())
    assert ("missing", "initial_number") in refused(whole)


def test_an_initial_one_after_the_number_is_refused():
    assert ("inconsistent", "type") in refused(affair(statement=statement(**NUMBERED)))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_number_of_persons_that_is_not_the_exposures_is_refused(language):
    said = Both("Les données de 43 millions de personnes ont été lues.", "The data of 43 million people were read.")  # fmt: skip
    whole = affair(statement=statement(facts=said))
    found = [r for r in examine(NOTICE, whole, language) if r.code == "inconsistent"]
    assert found
    assert "43 million" in found[0].what
    assert "340,000 persons" in found[0].what
    assert "write the number of the exposure" in found[0].help


def test_a_nir_in_a_field_is_refused():
    number = "1850599990123"
    whole = affair(statement=statement(comment=Both(f"Dossier {number}{97 - int(number) % 97:02d}.", "A file.")))  # fmt: skip
    assert {code for code, _ in refused(whole)} == {"personal"}


def test_gaps_are_stated_with_their_bound():
    whole = affair(exposures=(exposure(gaps=(gap(),), at_most=341_200),))
    found = facts(build(whole, "en"))
    assert found["About this number"].value.startswith("At least 340,000 persons")
    assert "at most 341,200" in found["About this number"].value
    assert "at most 1,200 pairs" in found["Gaps of the ledger"].value
    assert refused(whole, "en") == []


def test_a_late_notification_gives_its_reasons():
    late = affair(made_at=at("2025-07-17T09:00:01Z"))
    assert refused(late) == [("missing", "delay_reasons")]
    said = Both("Le registre était en cours de vérification.", "The ledger was being verified.")
    assert refused(replace(late, statement=statement(delay_reasons=said))) == []
    told = (*incident().instants, replace(incident().instants[0], kind=InstantKind.AUTHORITY_TOLD, at=at("2025-07-16T08:59:59Z")))  # fmt: skip
    assert refused(replace(late, incident=incident(instants=told))) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"statement": statement(cross_border=False)}, "cross_border"),
        ({"statement": statement(people=("users",))}, "people"),
        ({"gravity": gravity(exposure=(1, "f" * 64))}, "gravity"),
    ],
)
def test_what_contradicts_the_exposure_is_refused(change, where):
    assert refused(affair(**change)) == [("inconsistent", where)]


def test_a_gravity_that_nobody_decided_is_refused():
    assert refused(affair(gravity=gravity(signed=None))) == [("missing", "gravity")]


def test_the_hash_holds_every_field():
    first = data(affair())["hash"]
    assert data(affair())["hash"] == first
    assert data(affair(signer="Autre"))["hash"] != first
    assert data(affair(statement=statement(cause="unknown")))["hash"] != first
