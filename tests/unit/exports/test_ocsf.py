"""OCSF events are valid by the official schema, and say exactly what the ledger and the register say."""

import json

import jsonschema
import pytest

from ecluse.exports.common.contract import Carried
from ecluse.exports.common.material import Stage
from ecluse.exports.ocsf import EXPORT
from ecluse.model.incident import Decided, Signed, State
from export_kit import AT, check_ocsf, incident, lines, material, noticed, passage

MILLIS = AT // 1000


def events(**changed):
    found = [json.loads(line) for line in lines("ocsf", material(**changed))]
    for event in found:
        check_ocsf(event)
    return found


def accesses(one, **changed):
    written = "".join(EXPORT.passage(one, material(**changed)))
    found = [json.loads(line) for line in written.splitlines()]
    for event in found:
        check_ocsf(event)
    return found


def test_the_schema_is_the_official_one_and_refuses():
    (event,) = events(findings=())
    for wrong in ({"status_id": 77}, {"finding_info_list": "f"}, {"persons": 3}):
        with pytest.raises((AssertionError, jsonschema.ValidationError)):
            check_ocsf({**event, **wrong})
    del event["finding_info_list"]
    with pytest.raises(AssertionError, match="required property"):
        check_ocsf(event)


def test_a_finding_is_created_updated_and_closed_under_one_name():
    found = events(incident=None)
    assert [e["class_uid"] for e in found] == [2004] * 3
    assert [e["activity_name"] for e in found] == ["Create", "Update", "Close"]
    assert [e["status_id"] for e in found] == [1, 2, 4]
    assert {e["finding_info"]["uid"] for e in found} == {"f-1"}
    assert len({e["metadata"]["uid"] for e in found}) == 3
    assert found[1]["assignee"] == {"name": "Claude Martin"}
    assert found[1]["comment"] == "looking"


def test_an_incident_has_its_numbers_under_unmapped():
    event = events()[-1]
    assert (event["class_uid"], event["activity_id"], event["status_id"]) == (2005, 2, 2)
    assert event["severity_id"] == 4
    assert event["confidence_id"] == 3
    assert event["verdict_id"] == 2
    assert event["unmapped"]["ecluse"]["persons_distinct"] == 340_000
    assert event["unmapped"]["ecluse"]["persons_at_most"] == 341_000
    assert event["unmapped"]["ecluse"]["categories"] == {"identity": 340_000, "bank": 1_200}
    (attested,) = event["unmapped"]["record_integrity"]["attestation_list"]
    assert attested["fingerprint"]["value"] == incident().head
    assert [f["uid"] for f in event["finding_info_list"]] == ["f-1", "w1"]
    assert event["finding_info_list"][0]["title"] == "account-over-budget"


@pytest.mark.parametrize(
    ("state", "activity", "status"),
    [
        (State.NEW, 1, 1), (State.IN_PROGRESS, 2, 2), (State.ON_HOLD, 2, 3), (State.RESOLVED, 2, 4), (State.CLOSED, 3, 5),
    ],
)  # fmt: skip
def test_every_state_has_its_activity_and_status(state, activity, status):
    event = events(incident=incident(state=state), findings=())[0]
    assert (event["activity_id"], event["status_id"]) == (activity, status)


def test_an_incident_that_a_person_found_to_be_no_breach_says_so():
    no = Decided("breach", "no", "the persons are dead", Signed("a", AT))
    assert (
        events(incident=incident(decisions=(no,)), findings=())[0]["is_suspected_breach"] is False
    )
    assert events(incident=incident(decisions=()), findings=())[0]["is_suspected_breach"] is True


def test_an_incident_without_findings_or_owner_is_still_valid():
    (event,) = events(incident=incident(findings=(), owner=""), findings=(), exposure=None)
    assert event["finding_info_list"][0]["uid"] == "2025-0001"
    assert event["assignee_group"] == {"name": "nobody yet"}
    assert "persons_distinct" not in event["unmapped"]["ecluse"]


def test_an_access_names_nobody_unless_that_is_asked():
    (event,) = accesses(passage())
    written = json.dumps(event)
    assert event["class_uid"] == 6001
    assert event["unmapped"]["ecluse"]["persons_distinct"] == 2
    assert "01" * 16 not in written
    assert event["metadata"]["labels"] == ["TLP:AMBER"]
    (event,) = accesses(passage(), persons=True)
    assert [r["uid"] for r in event["web_resources"]] == ["01" * 16, "02" * 16]
    assert event["metadata"]["labels"] == ["TLP:AMBER", "pseudonyms of persons"]


def test_an_access_says_who_from_where_and_through_what():
    (event,) = accesses(passage())
    assert event["time"] == (AT + 123_456) // 1000
    assert event["unmapped"]["ecluse"]["at"] == AT + 123_456
    assert event["actor"]["user"] == {
        "uid": "trainer-17",
        "type": "trainer",
        "org": {"uid": "of-038"},
    }
    assert event["actor"]["session"] == {"uid": "session-4"}
    assert event["src_endpoint"] == {"ip": "192.0.2.7"}
    assert event["dst_endpoint"] == {"svc_name": "kairos"}
    assert event["activity_name"] == "Read"
    (attested,) = event["unmapped"]["record_integrity"]["attestation_list"]
    assert attested["fingerprint"]["value"] == "09" * 32


def test_a_refusal_is_a_failure_that_was_denied():
    (event,) = accesses(passage(released=False, effect="deny", policy="partner"))
    assert (event["status_id"], event["action_id"], event["disposition_id"]) == (2, 2, 2)
    assert event["policy"] == {"uid": "partner"}
    assert event["severity_id"] == 3
    assert accesses(passage(effect="warn"))[0]["severity_id"] == 2


@pytest.mark.parametrize(
    ("operation", "web", "store"),
    [
        ("view", 2, 1),
        ("list", 5, 8),
        ("search", 5, 4),
        ("export", 7, 1),
        ("command", 99, 99),
        ("", 99, 99),
    ],
)
def test_operations_have_their_activity_in_both_classes(operation, web, store):
    one = passage(operation=operation)
    assert accesses(one)[0]["activity_id"] == web
    (event,) = accesses(one, datastores=frozenset({"kairos"}), persons=True)
    assert (event["class_uid"], event["activity_id"]) == (6005, store)
    assert event["unmapped"]["person_ids"] == ["01" * 16, "02" * 16]


def test_an_export_of_thousands_becomes_events_that_any_reader_takes():
    persons = tuple(n.to_bytes(16, "big") for n in range(12_001))
    found = accesses(passage(persons=persons, count=len(persons)), persons=True)
    assert [len(e["web_resources"]) for e in found] == [5_000, 5_000, 2_001]
    assert {e["metadata"]["correlation_uid"] for e in found} == {"example.org/gate/7"}
    assert [e["unmapped"]["ecluse"]["part"] for e in found] == [[1, 3], [2, 3], [3, 3]]
    assert len({e["metadata"]["uid"] for e in found}) == 3
    assert {r["uid"] for e in found for r in e["web_resources"]} == {p.hex() for p in persons}
    (event,) = accesses(passage(persons=persons, count=len(persons)))
    assert event["unmapped"]["ecluse"]["persons_distinct"] == 12_001


def test_what_is_not_known_is_left_out():
    (event,) = accesses(
        passage(source="", session="", organization="", persons=None, leaf=None), persons=True
    )
    assert event["src_endpoint"] == {"name": "unknown"}
    assert "session" not in event["actor"]
    assert "record_integrity" not in event["unmapped"]
    assert event["web_resources"][0]["name"] == "persons"


def test_only_what_is_carried_is_written():
    made = material()
    only = {
        carried: {
            json.loads(line)["class_uid"] for line in lines("ocsf", made, frozenset({carried}))
        }
        for carried in Carried
    }
    assert only == {Carried.FINDINGS: {2004}, Carried.INCIDENT: {2005}, Carried.ACCESSES: set()}
    assert not lines("ocsf", material(incident=None, findings=()))


def test_a_finding_whose_beginning_is_unknown_says_no_time_of_it():
    (event,) = events(incident=None, findings=(noticed(Stage.OVER, raised_at=None),))
    assert "created_time" not in event["finding_info"]
    assert event["finding_info"]["modified_time"] == MILLIS + 3_600_000
