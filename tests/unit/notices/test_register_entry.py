"""An entry of the register holds what art. 33(5) asks for, each instant with its source, and refers to the one before."""

from dataclasses import replace

import pytest

from ecluse.model.incident import Decided, Instant, InstantKind, Signed
from ecluse.model.notice import Both, Drafted
from ecluse.notices.notice import examine
from ecluse.notices.register_entry import NOTICE
from notice_factory import affair, at, incident, statement


def refused(whole, language="fr"):
    return [(r.code, r.where) for r in examine(NOTICE, whole, language)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_complete_entry_is_not_refused(language):
    assert refused(affair(), language) == []


def test_every_instant_has_its_source_and_a_correction_stands_beside_what_it_corrects():
    second = Signed("Alix Responsable", at("2025-07-14T09:00:00Z"))
    later = Instant(InstantKind.BEGAN, at("2025-07-12T09:58:00Z"), "journal du portail", second, "horloge décalée", corrects=True)  # fmt: skip
    known = incident()
    data = NOTICE.data(affair(incident=replace(known, instants=(*known.instants, later))))
    began = data["fields"]["instant_began"]["fr"]
    assert began.index("12:00:00") < began.index("correction") < began.index("11:58:00")
    assert "source\u00a0: registre Ecluse" in began
    assert "consigné par Alix Responsable" in began
    assert "instant_authority_told" not in data["fields"]


def test_decisions_keep_their_history_with_names_and_reasons():
    known = incident()
    more = Decided("tell_persons", "later", "adresses à vérifier", Signed("Sacha Analyste", at("2025-07-14T09:00:00Z")))  # fmt: skip
    data = NOTICE.data(affair(incident=replace(known, decisions=(*known.decisions, more))))
    told = data["fields"]["decision_tell_persons"]["en"]
    assert told.startswith("yes (Alix Responsable")
    assert "later (Sacha Analyste" in told
    assert told.endswith("reasons: adresses à vérifier")


def test_deadlines_say_whether_they_were_met():
    fields = NOTICE.data(affair())["fields"]
    assert "Missed" in fields["deadline_nis2_early"]["en"]
    assert "counted from the first warning" in fields["deadline_gdpr_33_1"]["en"]
    assert "Missed" not in fields["deadline_gdpr_33_1"]["en"]


def test_entries_are_a_chain():
    first = NOTICE.data(affair())
    second = NOTICE.data(affair(previous=first))
    assert (first["entry"], first["before"]) == (1, None)
    assert (second["entry"], second["before"]) == (2, first["hash"])
    assert second["hash"] != first["hash"]
    assert second["fields"]["before_digest"]["fr"] == first["hash"]


def test_released_documents_are_named_with_their_hash():
    signed = Signed("Alix Responsable", at("2025-07-15T10:00:00Z"))
    made = Drafted("cnil", 1, "initial", "D", 0, signed, (("cnil-v1.fr.json", "f" * 64),), first=signed, second=signed)  # fmt: skip
    data = NOTICE.data(affair(documents=(made, replace(made, name="insurer", second=None))))
    said = data["fields"]["documents"]["fr"]
    assert "f" * 64 in said
    assert "insurer" not in said
    assert refused(affair(documents=(made,))) == []


@pytest.mark.parametrize("what", ["breach", "notify_authority", "tell_persons"])
def test_a_decision_without_reasons_is_refused(what):
    bare = tuple(replace(d, reasons=" ") if d.what == what else d for d in incident().decisions)
    assert refused(affair(incident=incident(decisions=bare))) == [("missing", f"decision_{what}")]


def test_not_notifying_is_a_decision_too_and_has_no_delay():
    chief = Signed("Alix Responsable", at("2025-07-13T09:05:00Z"))
    no = Decided("notify_authority", "no", "données inintelligibles", chief)
    kept = tuple(d for d in incident().decisions if d.what != "notify_authority")
    late = affair(made_at=at("2025-08-15T10:00:00Z"))
    assert refused(late) == [("missing", "delay_reasons")]
    assert refused(replace(late, incident=incident(decisions=(*kept, no)))) == []
    assert ("missing", "decision_notify_authority") in refused(affair(incident=incident(decisions=kept)))  # fmt: skip


def test_effects_must_be_said():
    assert refused(affair(statement=statement(effects=Both()))) == [("missing", "effects")]
