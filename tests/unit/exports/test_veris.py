"""A VERIS record: exact amounts, nothing guessed."""

import jsonschema
import pytest

from ecluse.model.exposure import CategorySet
from ecluse.model.incident import Instant, InstantKind, Signed
from ecluse.model.notice import Statement
from ecluse.model.time import HOUR
from export_kit import AT, document, exposure, incident, material
from veris_kit import check_veris


def record(**changed):
    written = document("veris", material(**changed))
    check_veris(written)
    return written


def test_a_record_says_when_how_many_and_what():
    written = record()
    assert written["timeline"] == {
        "incident": {"year": 2025, "month": 7, "day": 12},
        "exfiltration": {"unit": "Seconds", "value": 0.0},
        "discovery": {"unit": "Hours", "value": 2.0},
        "containment": {"unit": "Days", "value": 1.2},
    }
    told = written["attribute"]["confidentiality"]
    assert (told["data_disclosure"], told["data_total"]) == ("Yes", 340_000)
    assert told["data"] == [
        {"variety": "Bank", "amount": 1_200},
        {"variety": "Personal", "amount": 340_000},
    ]
    assert written["security_incident"] == "Confirmed"


def test_a_person_with_two_categories_of_one_variety_counts_once():
    sets = (CategorySet(("identity", "contact"), 10), CategorySet(("contact",), 5))
    told = record(exposure=exposure(persons=15, sets=sets))["attribute"]["confidentiality"]
    assert told["data"] == [{"variety": "Personal", "amount": 15}]


@pytest.mark.parametrize(
    ("persons", "at_most", "word"),
    [(3, 3, "Yes"), (0, 0, "No"), (0, 7, "Potentially"), (0, None, "Potentially")],
)
def test_what_a_gap_can_hide_is_possible_and_not_denied(persons, at_most, word):
    frozen = exposure(persons=persons, at_most=at_most, sets=(), categories=())
    assert record(exposure=frozen)["attribute"]["confidentiality"]["data_disclosure"] == word


def test_without_an_exposure_nothing_is_said_of_data():
    told = record(exposure=None)["attribute"]["confidentiality"]
    assert told == {"data_disclosure": "Unknown", "data_victim": ["Customer"]}


@pytest.mark.parametrize(
    ("stated", "actor", "action"),
    [
        (None, "unknown", "unknown"),
        (Statement(), "unknown", "unknown"),
        (Statement(cause="external_malicious"), "external", "hacking"),
        (Statement(origins=("hacking",)), "unknown", "hacking"),
        (Statement(cause="internal_malicious"), "internal", "misuse"),
        (Statement(cause="internal_accidental"), "internal", "error"),
    ],
)
def test_actor_and_action_are_what_was_stated(stated, actor, action):
    written = record(statement=stated)
    assert list(written["actor"]) == [actor]
    assert list(written["action"]) == [action]


def test_a_warning_from_outside_before_anything_was_seen_is_an_external_discovery():
    signed = Signed("a", AT)
    warned = Instant(InstantKind.WARNING_RECEIVED, AT, "CERT", signed)
    seen = Instant(InstantKind.FIRST_INDICATOR, AT + HOUR, "finding", signed)
    assert "external" in record(incident=incident(instants=(warned, seen)))["discovery_method"]
    assert "internal" in record(incident=incident(instants=(seen,)))["discovery_method"]
    assert record(incident=incident(instants=()))["discovery_method"] == {"unknown": True}


def test_a_country_that_is_none_is_unknown():
    assert record(country="France")["victim"]["country"] == ["Unknown"]
    assert record(country="FR")["victim"]["country"] == ["FR"]


def test_the_check_refuses_what_is_no_record():
    written = record()
    for wrong in ({"summary": None}, {"targeted": "perhaps"}, {"extra": 1}):
        with pytest.raises(jsonschema.ValidationError):
            check_veris({**written, **wrong})
