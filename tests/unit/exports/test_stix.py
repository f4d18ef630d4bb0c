"""A STIX 2.1 bundle is valid, marked, and updates the one before."""

import copy
import json
from uuid import UUID, uuid5

import pytest

from ecluse.exports.common.material import Tlp
from ecluse.exports.common.wording import EXPORTED
from ecluse.model.incident import Confidence, Signed, Step
from export_kit import check_stix, document, exposure, incident, material


def bundle(**changed):
    written = document("stix", material(**changed))
    check_stix(written)
    return written


def of(written, kind):
    return [one for one in written["objects"] if one["type"] == kind]


def test_a_bundle_has_what_a_reader_needs():
    written = bundle()
    kinds = [one["type"] for one in written["objects"]]
    assert kinds == [
        "marking-definition", "identity", "incident", "observed-data", "note", "user-account", "user-account", "ipv4-addr",
        "ipv6-addr", "report",
    ]  # fmt: skip
    (core,) = of(written, "incident")
    assert core["name"] == "2025-0001 Files read through a trainer's account"
    assert core["confidence"] == 85
    assert "340,000" in core["description"]
    (seen,) = of(written, "observed-data")
    assert seen["number_observed"] == 352_000
    assert of(written, "note")[0]["abstract"] == "data of 340,000 persons or more left"
    assert of(written, "identity")[0]["name"] == "Agence Example"


def test_names_of_staff_sessions_and_decisions_stay():
    written = json.dumps(bundle())
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


@pytest.mark.parametrize("tlp", list(Tlp))
def test_everything_is_marked(tlp):
    written = bundle(tlp=tlp)
    (marking,) = of(written, "marking-definition")
    (extension,) = marking["extensions"].values()
    assert extension["tlp_2_0"] == tlp.value
    marked = [one for one in written["objects"] if one["type"] != "marking-definition"]
    assert all(one["object_marking_refs"] == [marking["id"]] for one in marked)


def test_an_observable_has_the_identifier_that_everybody_gives_it():
    (ip,) = of(bundle(), "ipv4-addr")
    namespace = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
    assert (
        ip["id"]
        == f"ipv4-addr--{uuid5(namespace, json.dumps({'value': '192.0.2.7'}, separators=(',', ':')))}"
    )


def test_a_later_export_updates_and_an_export_alone_changes_nothing():
    first = bundle()
    again = Step(
        exposure().made_at + 10**9, "stix", Signed("a", exposure().made_at + 10**9), act=EXPORTED
    )
    assert bundle(incident=incident(timeline=(*incident().timeline, again))) == first
    later = bundle(exposure=exposure(made_at=exposure().made_at + 10**9, persons=9))
    for kind in ("incident", "observed-data", "note", "report", "identity"):
        (old,), (new,) = of(first, kind), of(later, kind)
        assert new["id"] == old["id"]
        assert new["created"] == old["created"]
        assert (new["modified"] > old["modified"]) == (kind != "identity")


def test_without_accounts_addresses_or_exposure_it_is_still_a_bundle():
    bare = incident(accounts=(), sources=("laptop",), confidence=Confidence.UNKNOWN, instants=())
    written = bundle(incident=bare, exposure=None, organization="")
    assert [one["type"] for one in written["objects"]] == ["marking-definition", "identity", "incident", "report"]  # fmt: skip
    assert "confidence" not in of(written, "incident")[0]
    assert of(written, "identity")[0]["identity_class"] == "system"


def test_the_check_refuses_what_is_no_stix():
    written = document("stix", material())
    for change in (
        lambda w: of(w, "report")[0]["object_refs"].append("incident--1"),
        lambda w: of(w, "incident")[0].pop("name"),
        lambda w: of(w, "observed-data")[0].update(number_observed=0),
        lambda w: of(w, "user-account")[0].update(severity="high"),
    ):
        wrong = copy.deepcopy(written)
        change(wrong)
        with pytest.raises(AssertionError):
            check_stix(wrong)
