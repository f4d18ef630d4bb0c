"""What TheHive 5 takes, with everything that one's own team may know."""

import msgspec
import pytest

from ecluse.exports.common.material import Tlp
from ecluse.model.finding import Severity
from export_kit import check_thehive, document, incident, material


def alert(**changed):
    written = document("thehive", material(**changed))
    check_thehive(written)
    return written


def test_it_says_everything_that_is_known():
    written = alert()
    assert written["title"] == "2025-0001 Files read through a trainer's account"
    for inner in (
        "Claude Martin",
        "session-4",
        "read by a stranger",
        "gdpr_33_1",
        "the account was held",
        "for sale",
    ):
        assert inner in written["description"]
    found = [(o["dataType"], o["data"]) for o in written["observables"]]
    assert found == [
        ("other", "trainer-17"), ("other", "trainer-18"), ("ip", "192.0.2.7"), ("ip", "2001:db8::7"), ("other", "laptop 4"),
    ]  # fmt: skip


@pytest.mark.parametrize(("tlp", "number"), list(zip(Tlp, range(5), strict=True)))
def test_tlp_has_its_number(tlp, number):
    written = alert(tlp=tlp)
    assert written["tlp"] == number
    assert {o["tlp"] for o in written["observables"]} == {number}


@pytest.mark.parametrize("severity", list(Severity))
def test_severity_has_its_number(severity):
    assert alert(incident=incident(severity=severity))["severity"] == max(severity - 1, 1)


def test_no_name_is_markdown():
    written = alert(incident=incident(owner="a `b` [x](http://x.test) <script>\n# c"))
    (line,) = [part for part in written["description"].split("\n") if "**owner**" in part]
    assert line == "- **owner**: `` a `b` [x](http://x.test) <script>\\x0a# c ``"


def test_the_same_incident_is_the_same_alert():
    assert alert()["sourceRef"] == alert(exposure=None)["sourceRef"]
    assert alert()["sourceRef"] != alert(incident=incident(id="2025-0002"))["sourceRef"]


def test_the_check_refuses_what_is_unknown():
    for wrong in ({"subject": "x"}, {"severity": "high"}, {"tlp": 9}):
        with pytest.raises((AssertionError, msgspec.ValidationError)):
            check_thehive({**alert(), **wrong})
