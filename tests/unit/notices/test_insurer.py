"""The note for the insurer says when the complaint was filed, and is refused without one."""

from dataclasses import replace

import pytest

from ecluse.model.incident import Deadline, InstantKind
from ecluse.model.notice import Both
from ecluse.notices.insurer import NOTICE
from ecluse.notices.notice import examine
from notice_factory import affair, at, incident, statement


def refused(whole, language="fr"):
    return [(r.code, r.where) for r in examine(NOTICE, whole, language)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_complete_note_is_not_refused(language):
    assert refused(affair(), language) == []


def test_the_complaint_stands_in_it_with_its_instant():
    said = NOTICE.data(affair())["fields"]["complaint"]["fr"]
    assert said.startswith("Plainte n° PV 2025/0042\nDéposée le 15\u00a0juillet 2025 à 13:00:00")


def test_without_a_complaint_it_is_refused():
    kept = tuple(i for i in incident().instants if i.kind is not InstantKind.COMPLAINT_FILED)
    whole = affair(incident=incident(instants=kept), statement=statement(complaint_number=""))
    assert ("missing", "complaint") in refused(whole)


def test_a_late_complaint_needs_reasons():
    clock = Deadline("lopmi_complaint", InstantKind.AWARE, at("2025-07-15T10:59:59Z"), None, None, 72)  # fmt: skip
    late = affair(incident=incident(deadlines=(clock,)))
    assert refused(late) == [("missing", "delay_reasons")]
    reasons = Both("Le préjudice n’était pas connu.", "The damage was not known.")
    assert refused(replace(late, statement=statement(delay_reasons=reasons))) == []
