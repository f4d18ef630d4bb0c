import pytest

from ecluse.incident.folding import fold
from ecluse.model.errors import IntegrityError
from ecluse.model.finding import Severity
from ecluse.model.incident import Confidence, InstantKind, Signed, State
from incident_factory import AT, OPENED, incident, instant, lines, warning


def test_an_incident_begins_with_its_opening():
    made = incident(opened={**OPENED, "severity": "high", "confidence": "low", "accounts": ["a"], "links": [{"what": "a", "rule": "same-account", "reason": "x"}]})  # fmt: skip
    assert (made.state, made.severity, made.confidence) == (
        State.NEW,
        Severity.HIGH,
        Confidence.LOW,
    )
    assert made.opened == Signed("A. Martin", AT + 1)
    assert (made.accounts, made.links[0].rule) == (("a",), "same-account")
    assert made.suspected
    assert [s.act for s in made.timeline] == ["opened"]


def test_members_are_added_each_once():
    made = incident(
        ("added", {"accounts": ["a", "b"]}), ("added", {"accounts": ["b", "c"], "sources": ["s"]})
    )
    assert (made.accounts, made.sources) == (("a", "b", "c"), ("s",))


def test_the_time_line_is_in_order_of_time():
    made = incident(
        ("note", {"text": "written later", "happened_at": AT - 5, "source": "CERT"}),
        ("note", {"text": "now"}),
        warning("2025-07-10T10:00:00Z"),
    )
    assert [s.what for s in made.timeline] == [
        "w1: ",
        "written later",
        "one account reads everybody",
        "now",
    ]
    assert made.timeline[1].source == "CERT"


def test_decisions_set_what_they_decide():
    acts = [("decided", {"what": w, "answer": a, "reasons": "x"}) for w, a in (("severity", "critical"), ("confidence", "high"), ("breach", "yes"))]  # fmt: skip
    made = incident(*acts)
    assert (made.severity, made.confidence, made.suspected) == (Severity.CRITICAL, Confidence.HIGH, False)  # fmt: skip
    assert made.decision("breach").reasons == "x"
    assert made.decision("tell_persons") is None


def test_owner_and_state_move():
    made = incident(
        ("assigned", {"owner": "B"}), ("moved", {"state": "in_progress", "reasons": "seen"})
    )
    assert (made.owner, made.state) == ("B", State.IN_PROGRESS)


def test_a_correction_stands_beside_what_it_corrects():
    made = incident(
        instant("began", AT - 10), instant("began", AT - 20, corrects=True, reasons="x")
    )
    assert [i.at for i in made.instants] == [AT - 10, AT - 20]
    assert made.instant(InstantKind.BEGAN).at == AT - 20
    later = incident(
        instant("began", AT - 20), instant("began", AT - 10, corrects=True, reasons="x")
    )
    assert later.instant(InstantKind.BEGAN).at == AT - 10


def test_acts_of_other_rooms_are_lines_of_the_time_line():
    made = incident(
        ("document_released", {"name": "letter", "version": 2, "more": [1], "long": "x" * 99})
    )
    assert (made.timeline[-1].act, made.timeline[-1].what) == (
        "document_released",
        "name letter, version 2",
    )
    made = incident(("gravity_signed", {"gravity": {"score": 3.0, "level": 3, "choices": []}}))
    assert made.timeline[-1].what == "score 3.0, level 3"


@pytest.mark.parametrize(
    ("acts", "message"),
    [
        ([("instant", {"kind": "lunch", "happened_at": 1})], "line 2 .* `instant` does not say"),
        ([("moved", {"state": "gone"})], "`moved` does not say what it must"),
        ([("note", {"text": "x", "more": 1})], "does not say what it must"),
        ([("opened", OPENED)], "opened once"),
        ([instant("aware", AT, waits=True), ("countersigned", {"line": 2, "kind": "aware", "happened_at": AT})], "nobody else said"),
    ],
)  # fmt: skip
def test_what_an_act_cannot_say_is_an_error_of_the_log(acts, message):
    with pytest.raises(IntegrityError, match=message):
        incident(*acts)


def test_a_log_of_nothing_or_of_another_incident():
    with pytest.raises(IntegrityError, match="is empty"):
        fold("2025-0001", [])
    with pytest.raises(IntegrityError, match="that of `2025-0001`"):
        fold("2025-0002", lines())
    with pytest.raises(IntegrityError, match="opened once, by its first act"):
        fold("2025-0001", lines(("note", {"text": "x"}))[1:])
