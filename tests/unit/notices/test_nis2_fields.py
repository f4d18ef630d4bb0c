"""The documents of NIS 2 ask for what art. 23(4) asks for, and only where such a law is switched on."""

from dataclasses import replace

import pytest

from ecluse.model.notice import Both
from ecluse.notices.notice import examine, find
from ecluse.reports.document.blocks import Facts, Heading
from notice_factory import affair, exposure, gap, incident, statement

NAMES = ("nis2_early", "nis2_notification", "nis2_intermediate", "nis2_final")


def refused(name, whole, language="fr"):
    return [(r.code, r.where) for r in examine(find(name), whole, language)]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_complete_report_is_not_refused(name, language):
    assert refused(name, affair(), language) == []
    holed = affair(exposures=(exposure(gaps=(gap(),), at_most=341_200),))
    assert refused(name, holed, language) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_regime_is_a_switch(name):
    off = tuple(d for d in incident().deadlines if not d.name.startswith("nis2"))
    assert refused(name, affair(incident=incident(deadlines=off))) == [("regime", "clocks.yaml")]


@pytest.mark.parametrize(
    ("name", "field", "empty"),
    [
        ("nis2_early", "malicious", None),
        ("nis2_notification", "severe", Both()),
        ("nis2_intermediate", "facts", Both()),
        ("nis2_final", "root_cause", Both()),
        ("nis2_final", "mitigation", Both()),
    ],
)
def test_what_the_article_asks_for_must_be_stated(name, field, empty):
    whole = affair(statement=replace(statement(), **{field: empty}))
    assert refused(name, whole) == [("missing", field)]


def test_an_early_warning_needs_no_numbers():
    assert refused("nis2_early", affair(exposures=(), gravity=None)) == []


def test_indicators_hold_the_sources_of_the_incident_once():
    data = find("nis2_notification").data(affair())
    assert data["fields"]["indicators"]["fr"] == "192.0.2.7\nagent utilisateur python-requests/2.31"


@pytest.mark.parametrize("name", NAMES)
def test_parts_and_fields_have_their_words(name):
    for language in ("fr", "en"):
        document = find(name).build(affair(), language)
        titles = [b.text for b in document.blocks if isinstance(b, Heading)]
        named = [f.name for b in document.blocks if isinstance(b, Facts) for f in b.items]
        assert not [t for t in (*titles, *named) if "_" in t or t.islower()]
