"""What is exported in tests, and who reads it: the published schema of each format, and readers that are not ours."""

import copy
import json
import re
import warnings
from functools import cache
from importlib.resources import files

import jsonschema
import msgspec

from ecluse.exports.common.contract import Carried, find
from ecluse.exports.common.material import Material, Noticed, Passage, Stage, Tlp
from ecluse.model.exposure import CategoryCount, CategorySet, ExposureGap, ExposureVersion
from ecluse.model.finding import Finding, Severity
from ecluse.model.incident import (
    Confidence,
    Deadline,
    Decided,
    Incident,
    Instant,
    InstantKind,
    OutsideWarning,
    Signed,
    State,
    Step,
)
from ecluse.model.notice import Statement
from ecluse.model.time import HOUR

AT = 1_752_314_400_000_000
DIGEST = "ab" * 32
ALL = frozenset(Carried)


def incident(**changed):
    signed = Signed("Claude Martin", AT + HOUR)
    given = {
        "id": "2025-0001", "title": "Files read through a trainer's account", "state": State.IN_PROGRESS,
        "severity": Severity.HIGH, "confidence": Confidence.HIGH, "owner": "Claude Martin",
        "opened": Signed("Dominique Petit", AT + HOUR), "head": DIGEST, "findings": ("f-1", "w1"),
        "accounts": ("trainer-17", "trainer-18"), "sessions": ("session-4",), "sources": ("192.0.2.7", "2001:db8::7", "laptop 4"),
        "lineages": ("manager-2",), "applications": ("kairos",),
        "instants": (
            Instant(InstantKind.BEGAN, AT, "ledger", signed),
            Instant(InstantKind.FIRST_INDICATOR, AT + 2 * HOUR, "finding", signed),
            Instant(InstantKind.AWARE, AT + 30 * HOUR, "decision", signed, reasons="the account denies it"),
            Instant(InstantKind.CONTAINED, AT + 31 * HOUR, "gate", signed),
        ),
        "decisions": (Decided("breach", "yes", "read by a stranger", signed),),
        "timeline": (Step(AT + 2 * HOUR, "the account was held", signed),),
        "deadlines": (Deadline("gdpr_33_1", InstantKind.AWARE, AT + 102 * HOUR, None),),
        "suspected": False, "warnings": (OutsideWarning("w1", "CERT", "an account is for sale", signed),),
    }  # fmt: skip
    return Incident(**{**given, **changed})


def exposure(**changed):
    given = {
        "number": 2, "digest": DIGEST, "made_at": AT + 40 * HOUR, "made_by": "Claude Martin", "selections": (), "ledgers": (),
        "persons": 340_000, "at_most": 341_000, "records": 352_000, "shown": 300_000, "exported": 0, "listed": 40_000, "linked": 12,
        "categories": (CategoryCount("identity", 340_000), CategoryCount("bank", 1_200)),
        "sets": (CategorySet(("identity",), 338_800), CategorySet(("bank", "identity"), 1_200)),
        "accounts": ("trainer-17",), "applications": ("kairos",), "first_at": AT, "last_at": AT + HOUR,
        "gaps": (ExposureGap(AT, AT + 1, "segment 4 cannot be read", 1_000),),
    }  # fmt: skip
    return ExposureVersion(**{**given, **changed})


def noticed(stage=Stage.RAISED, **changed):
    found = Finding("account-over-budget", Severity.HIGH, "account `trainer-17` asks for more than `partner` allows", "see what it read", "trainer-17")  # fmt: skip
    given = {"finding": found, "stage": stage, "uid": "f-1", "at": AT + HOUR, "raised_at": AT}
    return Noticed(**{**given, **changed})


def passage(**changed):
    given = {
        "ledger": "example.org/gate", "seq": 7, "at": AT + 123_456, "account": "trainer-17", "released": True, "count": 2,
        "persons": (b"\x01" * 16, b"\x02" * 16), "account_kind": "trainer", "session": "session-4", "organization": "of-038",
        "application": "kairos", "source": "192.0.2.7", "factor": "mail", "operation": "view", "categories": ("contact", "identity"),
        "effect": "permit", "leaf": b"\x09" * 32,
    }  # fmt: skip
    return Passage(**{**given, **changed})


def material(**changed):
    given = {
        "version": "1.2.3", "tlp": Tlp.AMBER, "incident": incident(), "exposure": exposure(),
        "findings": (noticed(), noticed(Stage.ACKNOWLEDGED, by="Claude Martin", note="looking"), noticed(Stage.OVER)),
        "statement": Statement(cause="external_malicious", origins=("hacking",), people=("users",)),
        "organization": "Agence Example", "country": "FR", "host": "gate-1",
    }  # fmt: skip
    return Material(**{**given, **changed})


def text(name, made, carried=ALL):
    """What a way out writes of incident and findings; ASCII or not, it is UTF-8 without anything lost."""
    written = "".join(find(name).document(made, carried))
    assert written.encode().decode() == written
    return written


def document(name, made):
    return json.loads(text(name, made))


def lines(name, made, carried=ALL):
    written = text(name, made, carried)
    assert written == "" or written.endswith("\n")
    return written.split("\n")[:-1]


@cache
def _ocsf():
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    return OcsfJsonSchemaEmbedded(get_ocsf_schema("1.8.0"))


@cache
def _ocsf_class(uid, profiles):
    made = _ocsf()
    schema = made.get_class_schema(made.lookup_class_name_from_uid(uid), list(profiles))
    return jsonschema.Draft202012Validator(schema)


def check_ocsf(event):
    """By the official schema of its class, with the profiles that it names; then by the rules that JSON Schema does not have."""
    profiles = tuple(event["metadata"].get("profiles", ()))
    found = _ocsf_class(event["class_uid"], profiles).iter_errors(event)
    wrong = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in found]
    assert not wrong, wrong
    assert event["metadata"]["version"] == "1.8.0"
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["category_uid"] == event["class_uid"] // 1000


@cache
def _misp_schema(name):
    return json.loads(files("pymisp").joinpath("data", name).read_text("utf-8"))


def check_misp(written):
    """By MISP's own schemas (the strict one is older than objects), by PyMISP, and each object by its template."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pymisp import MISPEvent, MISPObject
    jsonschema.Draft4Validator(_misp_schema("schema-lax.json")).validate(written)
    plain = {name: value for name, value in written["Event"].items() if name != "Object"}
    jsonschema.Draft4Validator(_misp_schema("schema.json")).validate({"Event": plain})
    event = MISPEvent()
    event.from_dict(**copy.deepcopy(written["Event"]))  # it takes them apart
    described = event.describe_types["category_type_mappings"]
    found = [*written["Event"]["Attribute"], *(a for o in written["Event"]["Object"] for a in o["Attribute"])]  # fmt: skip
    for one in found:
        assert one["type"] in described[one["category"]], one
        assert 0 < len(one["value"].encode()) <= 65_535
    for one in written["Event"]["Object"]:
        made = MISPObject(one["name"], strict=True)
        assert (made.template_uuid, str(made.template_version)) == (one["template_uuid"], one["template_version"])  # fmt: skip
        for attribute in one["Attribute"]:
            made.add_attribute(attribute["object_relation"], value=attribute["value"])
        json.loads(made.to_json(strict=True))  # raises when a required element is missing
    return event


def check_stix(written):
    """By the official schemas, and what else STIX 2.1 says that must or should be."""
    from stix2validator import ValidationOptions, validate_instance

    # Identifiers should be random, and may be name-based (2.9): ours are, so that a second export updates the first.
    options = ValidationOptions(version="2.1", disabled="uuid-check")
    result = validate_instance(written, options)
    assert result.is_valid, [str(error) for error in result.errors]
    assert not result.warnings, [str(warning) for warning in result.warnings]
    names = {one["id"] for one in written["objects"]}
    for one in written["objects"]:
        refs = [*one.get("object_refs", []), *one.get("object_marking_refs", [])]
        assert {*refs, *([one["created_by_ref"]] if "created_by_ref" in one else [])} <= names


def check_thehive(written):
    """By the types of the official client: each member known, each of its type."""
    from thehive4py.types.alert import InputAlert
    from thehive4py.types.observable import InputObservable

    assert written.keys() <= InputAlert.__annotations__.keys()
    assert all(o.keys() <= InputObservable.__annotations__.keys() for o in written["observables"])
    known = {"type": str, "source": str, "sourceRef": str, "title": str, "description": str}
    strict = msgspec.defstruct("Alert", [*known.items(), ("severity", int), ("date", int), ("tags", list[str]), ("flag", bool), ("tlp", int), ("pap", int), ("observables", list[dict])], forbid_unknown_fields=True)  # fmt: skip
    msgspec.convert(written, strict, strict=True)
    assert len(written["sourceRef"]) <= 128
    assert len(written["title"]) <= 512
    assert 0 <= written["tlp"] <= 4
    assert 1 <= written["severity"] <= 4


# RFC 5424, 6: the grammar, rule by rule. It is not how our own code thinks of a line.
_PRINTUSASCII = rb"[\x21-\x7e]"
_SD_NAME = rb"[\x21\x23-\x3c\x3e-\x5c\x5e-\x7e]{1,32}"
_PARAM = rb"(?:[^\"\\\]]|\\[\"\\\]])*"
_ELEMENT = rb"\[%b(?: %b=\"%b\")*\]" % (_SD_NAME, _SD_NAME, _PARAM)
_DATE = rb"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_TIME = rb"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_LINE = re.compile(
    rb"<(?P<pri>\d{1,3})>(?P<version>[1-9]\d{0,2}) (?P<at>-|%bT%b) (?P<host>-|%b{1,255}) (?P<app>-|%b{1,48}) (?P<proc>-|%b{1,128}) "
    rb"(?P<msgid>-|%b{1,32}) (?P<data>-|(?:%b)+)(?: (?P<msg>.*))?"
    % (_DATE, _TIME, _PRINTUSASCII, _PRINTUSASCII, _PRINTUSASCII, _PRINTUSASCII, _ELEMENT),
    re.DOTALL,
)
_PAIR = re.compile(rb" (%b)=\"(%b)\"" % (_SD_NAME, _PARAM))


def check_syslog(line):
    """By the grammar of RFC 5424; returns the facility, the level, what the header says and the values."""
    found = _LINE.fullmatch(line.encode())
    assert found, line
    priority = int(found["pri"])
    assert priority <= 191
    assert found["version"] == b"1"
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line), "a control character ends a line, or acts on a terminal"  # fmt: skip
    assert found["msg"].startswith(b"\xef\xbb\xbf"), "a message in UTF-8 begins with the byte order mark (6.4)"  # fmt: skip
    values = {name.decode(): re.sub(rb"\\([\"\\\]])", rb"\1", value).decode() for name, value in _PAIR.findall(found["data"])}  # fmt: skip
    return priority // 8, priority % 8, found, values
