"""Each common reason refuses a document, and says which text and what to do; a document without fault has none."""

from dataclasses import replace

import pytest

from ecluse.model.incident import InstantKind
from ecluse.model.notice import Both, Measure
from ecluse.notices.checks import common, permitted, strings, texts
from ecluse.notices.facts import both, exposure_data
from ecluse.reports.document.blocks import Bullets, Cell, Column, Document, Paragraph, Table
from notice_factory import affair, at, exposure, gap, incident, statement


def document(*said, language="fr"):
    return Document("Titre", "Sous-titre", language, 0, tuple(Paragraph(text) for text in said))


def refused(whole, *said, data=None, language="fr", **options):
    data = {"exposure": exposure_data(whole)} if data is None else data
    return common(whole, document(*said, language=language), data, language=language, **options)


def codes(*args, **kwargs):
    return [refusal.code for refusal in refused(*args, **kwargs)]


def test_a_document_without_fault():
    assert codes(affair(), "340\u202f000 personnes ont été lues, soit 361 204 dossiers.") == []


def test_every_text_is_walked():
    table = Table("légende", (Column("colonne"),), ((Cell("cellule", small="petit"),),), note="note")  # fmt: skip
    whole = Document("titre", "sous", "fr", 0, (Bullets(("point",)), table), footer="pied")
    said = dict(texts(whole))
    assert set(said.values()) == {"titre", "sous", "point", "légende", "colonne", "cellule", "petit", "note", "pied"}  # fmt: skip
    assert said["blocks[1].rows[0][0].small"] == "petit"
    assert dict(strings({"a": ["x", {"b": "y"}]})).items() >= {("data.a[0]", "x"), ("data.a[1].b", "y")}  # fmt: skip


def test_a_personal_value_is_refused_and_not_repeated():
    found = refused(affair(), "Écrivez à jeanne@example.org")
    assert [(f.code, f.where) for f in found] == [("personal", "blocks[0].text")]
    assert "jeanne" not in found[0].what + found[0].help


def test_a_personal_value_in_a_key_of_the_data_is_refused():
    assert codes(affair(), data={"jeanne@example.org": 1}) == ["personal"]


def test_contacts_and_references_are_permitted():
    words = permitted(affair())
    assert {"dpo@example.org", "01 99 00 56 78", "PV 2025/0042"} <= set(words)
    assert codes(affair(), "Écrivez à dpo@example.org ou appelez le 01 99 00 12 34.") == []
    assert codes(affair(), "Suivi : 0639981234", permit=("0639981234",)) == []


def test_a_vague_phrase_without_a_measure_is_refused():
    bare = affair(statement=statement(measures=()))
    assert codes(bare, "Toutes les mesures nécessaires ont été prises.") == ["vague"]


def test_a_vague_phrase_beside_listed_measures_passes():
    measure = statement().measures[1].text.fr
    assert codes(affair(), f"Toutes les mesures nécessaires ont été prises : {measure}") == []


def test_a_measure_must_stand_in_the_document_itself():
    assert codes(affair(), "Toutes les mesures nécessaires ont été prises.") == ["vague"]


def test_a_measure_that_is_a_vague_phrase_is_refused():
    empty = Measure("done", Both("Toutes les mesures utiles ont été prises.", "All steps."))
    whole = affair(statement=statement(measures=(*statement().measures, empty)))
    assert [r.where for r in refused(whole)] == ["measures[3]"]


@pytest.mark.parametrize("text", [".", "n/a", "À compléter", "  "])
def test_an_empty_text_in_the_data_is_refused(text):
    assert codes(affair(), data={"facts": {"fr": text, "en": "The account was taken."}})[0] == "empty"  # fmt: skip


def test_a_place_that_nobody_filled_in_is_refused():
    assert codes(affair(), "Le [à compléter], un compte a été usurpé.") == ["empty"]


def test_advertising_is_refused():
    assert codes(affair(), "Profitez de nos services en ligne.") == ["marketing"]


def test_a_missing_language_is_refused():
    only = {"facts": both(Both(fr="Le compte a été usurpé."))}
    assert codes(affair(), data=only, language="en") == ["language"]
    assert codes(affair(), data=only, language="fr") == []
    assert [r.code for r in common(affair(), document(language="en"), {}, language="fr")] == ["language"]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["persons", "records", "linked", "at_most", "first_at", "last_at", "digest", "number"]
)
def test_data_that_differs_from_the_version_in_force_is_refused(name):
    stated = exposure_data(affair())
    stated[name] = "f" * 64 if name == "digest" else stated[name] + 1
    found = refused(affair(), data={"exposure": stated})
    assert [(r.code, r.where) for r in found] == [("inconsistent", f"data.exposure.{name}")]


def test_a_draft_of_an_earlier_version_is_refused():
    later = replace(exposure(), number=2, digest="e" * 64, persons=340_001, at_most=340_001)
    old = {"exposure": exposure_data(affair())}
    assert set(codes(affair(exposures=(exposure(), later)), data=old)) == {"inconsistent"}


@pytest.mark.parametrize(
    "text",
    [
        "43 millions de personnes sont concernées",
        "1,6 million de personnes",
        "environ 350 000 demandeurs d’emploi",
        "350,000 persons were read",
        "some 350 thousand people",
        "339.999 personnes",
        "2 records",
    ],
)
def test_another_number_in_a_text_is_refused(text):
    found = refused(affair(), text)
    assert [r.code for r in found] == ["inconsistent"]
    assert "340,000 persons" in found[0].what


@pytest.mark.parametrize(
    "text",
    [
        "340 000 personnes",
        "340,000 persons",
        "0,34 million de personnes",
        "900 personnes seulement listées",
        "le 12 juillet 2025, des personnes",
        "les deux personnes qui ont signé",
        "12 personnes tierces",
        "Article 33, person in charge",
        "une limite de 50 personnes par heure, et un seuil fixé à 200 personnes",
        "at most 50 persons an hour",
    ],
)
def test_numbers_of_the_exposure_pass(text):
    assert codes(affair(), text) == []


def test_numbers_of_something_else_are_declared():
    assert codes(affair(), "L’échantillon compte 50 dossiers.", own_numbers=(50,)) == []
    assert codes(affair(), "L’échantillon compte 50 dossiers.") == ["inconsistent"]


def test_a_gap_must_be_stated_with_what_it_can_hide():
    holed = affair(exposures=(exposure(gaps=(gap(),), at_most=341_200),))
    assert codes(holed, "340 000 personnes") == ["inconsistent"]
    assert codes(holed, "De 340 000 à 341 200 personnes") == []
    stated = exposure_data(holed)
    del stated["at_most"]
    assert codes(holed, "De 340 000 à 341 200 personnes", data={"exposure": stated}) == ["inconsistent"]  # fmt: skip


def test_a_gap_without_a_bound_must_be_in_the_data():
    holed = affair(exposures=(exposure(gaps=(gap(None),), at_most=None),))
    assert codes(holed, "340 000 personnes au moins") == []
    assert codes(holed, data={"exposure": exposure_data(holed) | {"gaps": []}}) == ["inconsistent"]


@pytest.mark.parametrize(
    ("kind", "when"),
    [(InstantKind.BEGAN, "2025-07-12T11:00:00Z"), (InstantKind.ENDED, "2025-07-12T12:00:00Z")],
)
def test_the_incident_must_hold_every_access(kind, when):
    instants = tuple(replace(i, at=at(when)) if i.kind is kind else i for i in incident().instants)
    found = refused(affair(incident=incident(instants=instants)))
    assert [(r.code, r.where) for r in found] == [("inconsistent", kind.value)]


def test_nothing_to_hold_against_without_an_exposure():
    assert codes(affair(exposures=()), "43 millions de personnes") == []
