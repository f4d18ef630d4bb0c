"""ENISA's method against the worked values of the incidents, and what a person may do to a proposal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.incident.gravity import ALLOWED, change, prefill, recommend, rule_of, sign
from ecluse.model.errors import CallerError
from ecluse.model.gravity import Circumstances, GravityLevel
from ecluse.model.incident import Signed
from incident_factory import TABLE, exposure

MALICE = Circumstances(malicious=True)
NAMES = [rule.name for rule in TABLE.categories]


@pytest.mark.parametrize(
    ("name", "version", "stated", "parts", "level"),
    [
        ("Kairos", exposure("identity", "contact", "registration"), MALICE, (2, 1, 1, 3.0), GravityLevel.HIGH),
        ("2024 with NIR", exposure("identity", "nir", "contact", persons=36_820_828), MALICE, (2, 1, 1, 3.0), GravityLevel.HIGH),
        ("missions locales, minors", exposure("identity", "nir", minors=4), MALICE, (4, 1, 1, 5.0), GravityLevel.VERY_HIGH),
        ("missions locales, vulnerable", exposure("identity", "nir", minors=0), Circumstances(malicious=True, vulnerable=True), (3, 1, 1, 4.0), GravityLevel.VERY_HIGH),
        ("Stormous", exposure("identity", "documents", "statements", "tax"), MALICE, (4, 1, 1, 5.0), GravityLevel.VERY_HIGH),
        ("encrypted laptop", exposure("identity", "contact", persons=80), Circumstances(malicious=False, unintelligible=True), (1, 1, 0, 1.0), GravityLevel.LOW),
    ],
)  # fmt: skip
def test_worked_values(name, version, stated, parts, level):
    gravity = prefill(version, TABLE, stated)
    assert (gravity.dpc, gravity.ei, gravity.cb, gravity.score) == parts, name
    assert gravity.level is level
    assert gravity.exposure == (1, "d" * 64)


def test_flags_stand_outside_the_score():
    assert prefill(exposure("identity", persons=100), TABLE, MALICE).flags == ()
    assert prefill(exposure("identity", persons=101), TABLE, MALICE).flags == ("more_than_100",)
    assert prefill(exposure("identity", persons=1, at_most=None), TABLE, MALICE).flags == ("more_than_100",)  # fmt: skip
    hidden = prefill(
        exposure("identity", persons=1), TABLE, Circumstances(False, unintelligible=True)
    )
    assert hidden.flags == ("unintelligible",)


def test_every_choice_says_why_in_both_languages():
    gravity = prefill(exposure("identity", "bank", "health", "hobbies"), TABLE, Circumstances())
    assert {choice.name for choice in gravity.choices} == set(ALLOWED)
    for choice in gravity.choices:
        assert choice.reason
        assert choice.in_("fr") != choice.in_("en") == choice.reason
        assert choice.value in ALLOWED[choice.name]
    reasons = {choice.name: choice.reason for choice in gravity.choices}
    assert "`hobbies`" not in reasons["dpc_behavioural"]
    assert "taken cautiously: hobbies" in reasons["dpc_behavioural"]
    assert "bare account number" in reasons["dpc_financial"]
    assert "nobody has stated" in reasons["cb_malicious"]


def test_a_bare_account_number_alone_tells_little_and_with_an_identity_card_much():
    def financial(*names):
        choices = prefill(exposure(*names), TABLE, MALICE).choices
        return next(c.value for c in choices if c.name == "dpc_financial")

    assert financial("identity", "bank") == 2
    assert financial("identity", "income") == 3
    assert financial("identity", "bank", "documents") == 4
    assert financial("identity") == 0


def test_names_of_categories_are_taken_as_estates_write_them():
    assert rule_of("Identity_Documents", TABLE).name == "documents"
    assert rule_of(" Santé ", TABLE).name == "health"
    assert rule_of("relevés bancaires", TABLE).name == "statements"
    assert rule_of("hobbies", TABLE) is TABLE.unknown


@pytest.mark.parametrize(
    ("stated", "cb"),
    [
        (Circumstances(), 1.0),
        (Circumstances(malicious=False), 0.5),
        (Circumstances(malicious=False, recipients="known"), 0.25),
        (Circumstances(malicious=False, recipients="none"), 0.0),
    ],
)
def test_circumstances(stated, cb):
    assert prefill(exposure("identity"), TABLE, stated).cb == cb


def test_what_nobody_read_has_no_recipient():
    assert prefill(exposure(persons=0), TABLE, MALICE).cb == 0.5
    assert prefill(exposure(persons=0, at_most=None), TABLE, MALICE).cb == 1.0


def test_a_person_changes_a_choice_with_reasons():
    gravity = sign(prefill(exposure("identity"), TABLE, MALICE), Signed("A", 1))
    changed = change(gravity, TABLE, "cb_malicious", 0, reasons="an honest mistake")
    assert changed.score == gravity.score - 0.5
    assert changed.signed is None
    (choice,) = [c for c in changed.choices if c.by_person]
    assert (choice.reason, choice.in_("fr")) == ("an honest mistake", "an honest mistake")
    for name, value, reasons in (("dpc", 1, "x"), ("ei", 0.3, "x"), ("ei", 0.5, " ")):
        with pytest.raises(CallerError):
            change(gravity, TABLE, name, value, reasons=reasons)


def test_a_level_is_overridden_with_reasons_and_a_signature():
    gravity = prefill(exposure("identity"), TABLE, MALICE)
    with pytest.raises(CallerError):
        sign(gravity, Signed("A", 1), override=GravityLevel.LOW)
    signed = sign(
        gravity, Signed("A", 1), override=GravityLevel.VERY_HIGH, reasons="a threat was made"
    )
    assert (signed.level, signed.decided) == (GravityLevel.HIGH, GravityLevel.VERY_HIGH)
    assert recommend(signed).cnil == "maximal"


@pytest.mark.parametrize(
    ("version", "stated", "authority", "persons", "cnil"),
    [
        (exposure("identity", "contact"), MALICE, True, True, "important"),
        (exposure("usage"), Circumstances(False), True, False, "négligeable"),
        (exposure("identity", persons=3), Circumstances(False, unintelligible=True), False, False, "négligeable"),
        (exposure(persons=0), MALICE, False, False, "négligeable"),
        (exposure(persons=0, at_most=None), MALICE, True, False, "négligeable"),
        (exposure("health", "identity"), Circumstances(True, unintelligible=True), True, False, "maximal"),
    ],
)  # fmt: skip
def test_recommendation(version, stated, authority, persons, cnil):
    said = recommend(prefill(version, TABLE, stated))
    assert (said.authority, said.persons, said.cnil) == (authority, persons, cnil)
    assert set(dict(said.reasons)) == {"en", "fr"}


@given(
    st.lists(st.sampled_from([*NAMES, "hobbies"]), unique=True),
    st.sampled_from([*NAMES, "hobbies"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, 0, 5]),
)
def test_more_data_never_makes_it_less_grave(names, more, malicious, minors):
    stated = Circumstances(malicious)
    fewer = prefill(exposure(*names, minors=minors), TABLE, stated)
    most = prefill(exposure(*dict.fromkeys([*names, more]), minors=minors), TABLE, stated)
    assert 0.25 <= fewer.score <= most.score <= 6
    assert fewer.level <= most.level
    assert fewer.score == fewer.dpc * fewer.ei + fewer.cb
    assert prefill(exposure(*names, minors=minors), TABLE, Circumstances(None)).score >= fewer.score
