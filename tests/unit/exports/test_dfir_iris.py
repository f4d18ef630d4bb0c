"""What DFIR-IRIS takes, with numbers of its database that can be said otherwise."""

import pytest

from ecluse.model.errors import CallerError
from ecluse.model.finding import Severity
from export_kit import document, incident, material

REQUIRED = {
    "alert_title",
    "alert_source",
    "alert_severity_id",
    "alert_status_id",
    "alert_customer_id",
}


def alert(**changed):
    written = document("dfir_iris", material(**changed))
    assert written.keys() >= REQUIRED
    assert all(isinstance(written[name], int) for name in REQUIRED if name.endswith("_id"))
    return written


def test_it_says_everything_that_is_known():
    written = alert()
    assert written["alert_source_event_time"] == "2025-07-12T11:00:00.000"
    assert written["alert_tags"] == "ecluse,tlp:amber,state:in_progress"
    assert written["alert_source_content"]["owner"] == ["Claude Martin"]
    assert written["alert_source_content"]["accounts"] == ["trainer-17, trainer-18"]
    for inner in ("session-4", "read by a stranger", "the account was held"):
        assert inner in written["alert_description"]


def test_numbers_are_those_of_the_database():
    assert alert()["alert_customer_id"] == 1
    one = alert(options={"customer": "7", "status": "3", "severities": "11,12,13,14,15"})
    assert (one["alert_customer_id"], one["alert_status_id"], one["alert_severity_id"]) == (
        7,
        3,
        14,
    )
    low = incident(severity=Severity.INFORMATIONAL)
    assert alert(incident=low)["alert_severity_id"] == 2


@pytest.mark.parametrize(
    "given", [{"customer": "x"}, {"customer": ""}, {"severities": "1,2"}, {"status": "²"}]
)
def test_what_is_no_number_is_refused(given):
    with pytest.raises(CallerError, match=next(iter(given))):
        alert(options=given)
