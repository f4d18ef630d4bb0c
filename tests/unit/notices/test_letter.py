"""The letter to each person says what art. 34 asks for, of this person's data only, in plain words; anything else is refused."""

from dataclasses import replace

import pytest

from ecluse.model.exposure import CategoryCount, CategorySet
from ecluse.model.letter import Personal, Wording
from ecluse.model.notice import Both, Contact, Measure
from ecluse.notices.letter import NOTICE, samples
from ecluse.notices.letter_body import letter
from ecluse.notices.letter_kinds import KINDS, in_order, kind, kinds
from ecluse.notices.notice import examine
from ecluse.reports.document.mail_form import as_text
from notice_factory import affair, controller, exposure, gap, incident, statement

ONE = Personal("7K3F-9QWX-M2TD", "ABCD-EFGH-JKLM", "NPQR-STUV-WXYZ", "12/07/2025")
VAGUE = Measure("done", Both("Toutes les mesures nécessaires ont été prises.", "All necessary measures were taken."))  # fmt: skip


def refused(made, language="fr"):
    return {(r.code, r.where) for r in examine(NOTICE, made, language)}


def text(made, wording):
    return " ".join(as_text(letter(made, wording, ONE)).split())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_whole_letter_is_not_refused(language):
    assert examine(NOTICE, affair(), language) == ()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_vague_letter_is_refused_and_the_reason_said(language):
    made = affair(statement=statement(measures=(VAGUE,)))
    reasons = examine(NOTICE, made, language)
    assert {r.code for r in reasons} >= {"vague", "missing"}
    assert any("lacks the measures" in r.what for r in reasons)
    assert all(r.help for r in reasons)


def test_a_letter_with_a_social_security_number_is_refused():
    number = "1 85 05 99 999 999" + f" {97 - int('1850599999999') % 97:02}"  # of no commune
    made = affair(statement=statement(facts=Both(f"Le dossier de l’assuré {number} a été lu.", "x" * 40)))  # fmt: skip
    reasons = [r for r in examine(NOTICE, made, "fr") if r.code == "personal"]
    assert reasons
    assert any("NIR" in r.what for r in reasons)
    assert not any("85" in r.what for r in reasons), "a reason repeats nothing of it"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"statement": statement(facts=Both("Incident.", "Incident."))}, "nature"),
        ({"statement": statement(measures=())}, "measures"),
        ({"controller": controller(dpo=Contact(""))}, "officer"),
        ({"controller": controller(dpo=Contact("Dominique"), helpdesk=Contact(""))}, "reach"),
    ],
)
def test_what_the_law_asks_for_must_stand_in_the_body(change, what):
    reasons = examine(NOTICE, affair(**change), "fr")
    assert any(r.code == "missing" and what in r.what for r in reasons), reasons


def test_nobody_is_told_before_a_named_person_decided_it():
    made = affair(incident=incident(decisions=()))
    assert ("missing", "decision") in refused(made)


def test_every_set_of_the_exposure_is_looked_at():
    strange = CategorySet(("hobbies", "identity"), 900)
    counted = exposure().categories
    made = affair(exposures=(exposure(sets=(exposure().sets[0], strange), categories=(*counted, CategoryCount("hobbies", 900))),))  # fmt: skip
    reasons = examine(NOTICE, made, "fr")
    assert any(r.where == "hobbies" and "no words" in r.what for r in reasons)
    named = replace(made, statement=statement(categories=(("hobbies", Both("vos loisirs", "your hobbies")),)))  # fmt: skip
    assert examine(NOTICE, named, "fr") == ()
    assert "vos loisirs" in text(named, Wording("fr", shown=("hobbies",)))


def test_sets_that_do_not_cover_everybody_are_refused():
    made = affair(exposures=(exposure(sets=exposure().sets[:1]),))
    assert ("inconsistent", "exposure.sets") in refused(made)


def test_a_letter_that_is_hard_to_read_is_refused():
    heavy = "L’exfiltration consécutive à l’usurpation d’habilitations institutionnelles préexistantes compromet irrémédiablement " * 12  # fmt: skip
    made = affair(statement=statement(facts=Both(heavy.strip() + ".", "x" * 40)))
    assert ("language", "reading score") in refused(made)


def test_it_names_this_persons_categories_by_manner_and_what_was_not_read():
    said = text(affair(), Wording("fr", shown=("contact",), exported=("identity",)))
    shown, exported = said.index("affichées à l’écran"), said.index("copiées dans un fichier")
    assert shown < said.index("vos coordonnées") < exported < said.index("votre identité")
    absent = said[said.index("nous n’avons pas trouvé de lecture de") :]
    assert "votre numéro de sécurité sociale" in absent
    assert "vos coordonnées," not in absent
    assert "affichées" not in text(affair(), Wording("fr", listed=("identity",)))


def test_nothing_is_ruled_out_where_the_ledger_has_a_gap():
    made = affair(exposures=(exposure(gaps=(gap(),), at_most=341_200),))
    said = text(made, Wording("fr", shown=("identity",)))
    assert "Une partie de nos journaux manque" in said
    assert "pas trouvé de lecture" not in said


def test_each_kind_of_data_brings_its_consequence_and_its_advice():
    plain = text(affair(), Wording("en", shown=("identity",)))
    for name in KINDS:
        if name == "identity":
            continue
        said = text(affair(), Wording("en", shown=("identity", name)))
        assert len(said) > len(plain) + 60, name
    assert "thirteen months" in text(affair(), Wording("en", shown=("bank",)))


def test_the_codes_the_rights_and_the_addresses_stand_in_it_and_no_link():
    said = text(affair(), Wording("fr", shown=("identity",)))
    for word in (ONE.code, ONE.attestation, ONE.reference, "www.example.org/incident", "www.cnil.fr", "Dominique Exemple", "de 9 h à 18 h"):  # fmt: skip
        assert word in said.replace("\u00a0", " "), word
    assert "http" not in said


def test_minors_and_linked_persons_are_spoken_to_as_such():
    assert "représentants légaux" in text(affair(), Wording("fr", shown=("identity",), minor=True))
    linked = text(affair(), Wording("fr", shown=("identity",), linked=True))
    assert "celui d’un proche" in linked
    assert linked.startswith("Des données qui vous concernent")


def test_samples_cover_every_set_the_largest_first():
    made = samples(affair(), "fr")
    assert [n for _, n in made] == [339_100, 900, 12]
    assert made[-1][0].linked


def test_kinds_have_an_order_and_categories_many_names():
    assert kind("Adresse e-mail") == "other"
    assert [kind(c) for c in ("IBAN", "Pièces", "social security number")] == ["bank", "documents", "nir"]  # fmt: skip
    assert kinds(("hobbies", "bank", "identity", "iban")) == ("identity", "bank", "other")
    assert in_order(("hobbies", "contact", "identity")) == ("identity", "contact", "hobbies")
