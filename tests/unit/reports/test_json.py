"""The JSON document: the promised keys, the published schema, and nothing lost."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator, ValidationError

from ecluse.reports.json import document, schema
from report_factory import crowd, empty, hostile, quiet, report, reports, stopped, theft

PROMISED = {"events", "rejects", "permitted", "refused", "stopped"}
PROMISED_OF_STOPPED = {"account", "at", "policy", "window", "persons_read", "persons_attempted"}


@pytest.fixture(scope="module")
def validator():
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def test_the_promised_keys():
    found = document(theft())
    assert found.keys() >= PROMISED
    (one,) = found["stopped"]
    assert one.keys() >= PROMISED_OF_STOPPED
    assert (one["account"], one["at"], one["policy"]) == (
        "partner-0311",
        "2025-07-12T10:01:13Z",
        "account-persons",
    )
    assert (one["window"], one["persons_read"], one["persons_attempted"]) == ("1h", 200, 340_000)
    assert found["rejects"] == {"no account": 97, "line does not parse": 25}


@pytest.mark.parametrize(
    "value",
    [theft(), quiet(), empty(), crowd(40), hostile()],
    ids=["theft", "quiet", "empty", "crowd", "hostile"],
)
def test_documents_keep_the_schema(validator, value):
    found = document(value)
    validator.validate(found)
    assert json.loads(json.dumps(found)) == found


def test_the_schema_names_every_key_that_is_written():
    found = document(theft())
    assert schema()["properties"].keys() == found.keys() == set(schema()["required"])
    assert schema()["$defs"]["stopped"]["properties"].keys() == found["stopped"][0].keys()
    for name in ("timeline", "policies", "curves", "findings"):
        assert schema()["properties"][name]["items"]["properties"].keys() == found[name][0].keys()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.pop("events"),
        lambda d: d.update(permitted=-1),
        lambda d: d.update(rejects={"why": "many"}),
        lambda d: d["stopped"][0].update(at="12/07/2025"),
        lambda d: d["stopped"][0].update(window=3600),
        lambda d: d["stopped"][0].pop("persons_read"),
        lambda d: d["curves"][0].update(peaks=[1, 2]),
    ],
)
def test_the_schema_refuses_what_is_not_a_report(validator, spoil):
    found = document(theft())
    spoil(found)
    with pytest.raises(ValidationError):
        validator.validate(found)


def test_unknown_is_null():
    found = document(report(stopped=(stopped(window=0, organization="", kind=""),), ledger=None))
    one = found["stopped"][0]
    assert one["window"] is one["organization"] is one["kind"] is found["ledger"] is None
    nothing = document(empty())
    assert nothing["first_at"] is nothing["last_at"] is nothing["bucket"] is None


def test_names_are_exact():
    accounts = [s["account"] for s in document(hostile())["stopped"]]
    assert accounts == [s.account for s in hostile().stopped]


def test_file_names_that_are_no_text_can_be_printed():
    found = document(report(sources=("log-\udcff.gz",)))
    assert json.dumps(found, ensure_ascii=False).encode()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(reports())
def test_any_report_keeps_the_schema(value):
    found = document(value)
    Draft202012Validator(schema()).validate(found)
    assert found["permitted"] + found["refused"] == found["events"]
    assert [s["persons_read"] for s in found["stopped"]] == [s.persons_read for s in value.stopped]
