"""A MISP event: what MISP takes, unpublished, with numbers of persons and nobody's name."""

import copy

import jsonschema
import pytest

from ecluse.exports.common.material import Tlp
from ecluse.model.finding import Severity
from ecluse.model.incident import State
from export_kit import check_misp, document, exposure, incident, material


def event(**changed):
    written = document("misp", material(**changed))
    check_misp(written)
    return written["Event"]


def values(one, name):
    return [a["value"] for o in one["Object"] if o["name"] == name for a in o["Attribute"]]


def test_an_event_has_the_incident_its_accounts_and_addresses():
    one = event()
    assert one["info"] == "Files read through a trainer's account"
    assert one["date"] == "2025-07-12"
    assert one["published"] is False
    assert one["distribution"] == "0"
    assert one["Tag"] == [{"name": "tlp:amber"}]
    assert values(one, "user-account") == ["trainer-17", "trainer-18"]
    assert [a["value"] for a in one["Attribute"]] == ["192.0.2.7", "2001:db8::7", "340000"]
    assert not any(a["to_ids"] for a in one["Attribute"])
    assert {"data-exfiltration", "successful-attempt", "High"} <= set(values(one, "incident"))


def test_names_of_staff_sessions_and_decisions_stay():
    written = str(event())
    for inner in (
        "Claude Martin",
        "Dominique Petit",
        "session-4",
        "manager-2",
        "laptop 4",
        "a stranger",
        "for sale",
    ):
        assert inner not in written


def test_nothing_is_said_of_persons_before_an_exposure():
    one = event(exposure=None)
    assert [a["type"] for a in one["Attribute"]] == ["ip-src", "ip-src"]
    assert "data-exfiltration" not in values(one, "incident")
    assert "data-exfiltration" not in values(event(exposure=exposure(persons=0)), "incident")


def test_severity_state_and_tlp_have_their_words():
    low = event(incident=incident(severity=Severity.LOW, state=State.CLOSED), tlp=Tlp.AMBER_STRICT)
    assert (low["threat_level_id"], low["analysis"]) == ("3", "2")
    assert low["Tag"] == [{"name": "tlp:amber+strict"}]
    assert event(incident=incident(state=State.NEW))["analysis"] == "0"


def test_a_second_export_is_the_same_event():
    first = event()
    later = event(exposure=exposure(number=3, made_at=exposure().made_at + 1_000_000, persons=7))
    assert later["uuid"] == first["uuid"]
    assert int(later["timestamp"]) == int(first["timestamp"]) + 1
    assert [o["uuid"] for o in later["Object"]] == [o["uuid"] for o in first["Object"]]
    assert event(incident=incident(id="2025-0002"))["uuid"] != first["uuid"]


def test_a_long_text_is_cut_to_what_misp_keeps():
    names = tuple(f"{n:06}" + "é" * 300 for n in range(150))
    told = values(event(incident=incident(accounts=names)), "incident")[1]
    assert told.endswith("…")
    assert len(told.encode()) <= 65_535


def test_the_check_refuses_what_misp_would():
    written = document("misp", material())
    wrong = copy.deepcopy(written)
    wrong["Event"]["Attribute"][0]["category"] = "Other"
    with pytest.raises(AssertionError):
        check_misp(wrong)
    wrong = copy.deepcopy(written)
    wrong["Event"]["timestamp"] = 12
    with pytest.raises(jsonschema.ValidationError):
        check_misp(wrong)
    wrong = copy.deepcopy(written)
    wrong["Event"]["Object"][0]["Attribute"] = wrong["Event"]["Object"][0]["Attribute"][1:]
    with pytest.raises(Exception, match="name"):
        check_misp(wrong)
