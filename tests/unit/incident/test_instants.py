"""Instants are written once, corrected beside, and `aware` is a decision that a second person may have to sign."""

import pytest

from ecluse.incident.acts import Said
from ecluse.incident.instants import instant_refusals, needs_second, signature_refusals, unread
from ecluse.incident.lifecycle import conclusive_at, unsigned_late
from ecluse.model.incident import InstantKind
from ecluse.model.time import parse_instant
from incident_factory import incident, instant, warning

NOW = parse_instant("2025-08-01T00:00:00Z")
FRIDAY, SATURDAY = "2025-07-11T16:00:00Z", "2025-07-12T07:00:00Z"


def said(kind, at, **more):
    return Said(InstantKind(kind), parse_instant(at), **more)


def codes(made, what):
    return [r.code for r in instant_refusals(made, what, now=NOW)]


def test_an_instant_is_not_overwritten():
    made = incident(instant("began", FRIDAY))
    assert codes(made, said("began", SATURDAY)) == ["written-already"]
    assert codes(made, said("began", SATURDAY, corrects=True)) == ["reasons"]
    assert codes(made, said("began", SATURDAY, corrects=True, reasons="the log says so")) == []
    assert codes(made, said("ended", SATURDAY, corrects=True, reasons="x")) == ["nothing-to-correct"]  # fmt: skip


def test_nothing_has_happened_that_is_to_come():
    assert codes(incident(), said("contained", "2025-08-01T00:00:01Z")) == ["future"]


def test_awareness_has_reasons():
    assert codes(incident(), said("aware", SATURDAY)) == ["reasons"]
    assert codes(incident(), said("aware", SATURDAY, reasons="340,000 reads in two hours")) == []


@pytest.mark.parametrize("kind", ["conclusive", "processor_told"])
def test_awareness_after_conclusive_evidence_needs_a_second_person(kind):
    made = incident(instant(kind, SATURDAY))
    assert conclusive_at(made) == parse_instant(SATURDAY)
    assert not needs_second(made, said("aware", SATURDAY))
    assert not needs_second(made, said("aware", FRIDAY))
    assert needs_second(made, said("aware", "2025-07-12T07:00:01Z"))
    assert not needs_second(made, said("contained", "2025-07-13T00:00:00Z"))


def test_the_first_evidence_counts():
    made = incident(instant("conclusive", SATURDAY), instant("conclusive", FRIDAY))
    assert conclusive_at(made) == parse_instant(FRIDAY)


def test_moving_awareness_later_needs_a_second_person_even_without_evidence():
    made = incident(instant("aware", FRIDAY, reasons="x"))
    later = said("aware", SATURDAY, corrects=True, reasons="y")
    assert codes(made, later) == []
    assert needs_second(made, later)
    assert not needs_second(made, said("aware", "2025-07-10T00:00:00Z", corrects=True, reasons="y"))


def test_who_said_it_does_not_sign_it_as_well():
    waiting = instant("aware", SATURDAY, reasons="x", waits=True)
    made = incident(waiting)
    assert made.instant(InstantKind.AWARE) is None
    assert codes(made, said("aware", FRIDAY, reasons="z")) == ["second-signature"]
    found, refused = signature_refusals(made, InstantKind.AWARE, "A. Martin")
    assert [r.code for r in refused] == ["somebody-else"]
    found, refused = signature_refusals(made, InstantKind.AWARE, "B. Durand")
    assert (found.at, refused) == (parse_instant(SATURDAY), ())
    assert signature_refusals(incident(), InstantKind.AWARE, "B")[1][0].code == "nothing-waits"


def test_a_countersigned_instant_counts_with_both_names():
    at = parse_instant(SATURDAY)
    made = incident(
        instant("aware", SATURDAY, reasons="x", waits=True),
        ("countersigned", {"line": 2, "kind": "aware", "happened_at": at}, "B. Durand"),
    )
    aware = made.instant(InstantKind.AWARE)
    assert (aware.signed.by, aware.second.by, aware.at) == ("A. Martin", "B. Durand", at)
    assert made.pending == ()


def test_received_is_not_read():
    made = incident(warning(FRIDAY))
    assert made.instant(InstantKind.WARNING_RECEIVED).at == parse_instant(FRIDAY)
    assert made.instant(InstantKind.WARNING_READ) is None
    assert codes(made, said("warning_read", SATURDAY, warning="w2")) == ["no-such-warning"]
    assert codes(made, said("warning_read", "2025-07-11T15:59:59Z", warning="w1")) == ["read-before-received"]  # fmt: skip
    assert codes(made, said("warning_read", SATURDAY, warning="w1")) == []
    read = incident(warning(FRIDAY), instant("warning_read", SATURDAY, warning="w1"))
    assert codes(read, said("warning_read", SATURDAY, warning="w1")) == ["written-already"]


def test_of_several_warnings_the_first_counts_and_each_is_corrected_alone():
    acts = [warning(SATURDAY), warning(FRIDAY, name="w2")]
    assert incident(*acts).instant(InstantKind.WARNING_RECEIVED).at == parse_instant(FRIDAY)
    moved = instant("warning_received", "2025-07-12T09:00:00Z", warning="w2", corrects=True, reasons="x")  # fmt: skip
    made = incident(*acts, moved)
    assert made.instant(InstantKind.WARNING_RECEIVED).at == parse_instant(SATURDAY)
    assert len([i for i in made.instants if i.kind is InstantKind.WARNING_RECEIVED]) == 3


def test_a_correction_does_not_move_the_first_evidence():
    later = instant("conclusive", "2025-07-14T00:00:00Z", corrects=True, reasons="x")
    made = incident(instant("conclusive", FRIDAY), later)
    assert conclusive_at(made) == parse_instant(FRIDAY)
    assert needs_second(made, said("aware", SATURDAY))


def test_evidence_that_comes_to_light_afterwards_asks_for_a_second_signature():
    aware = instant("aware", SATURDAY, reasons="x")
    assert unsigned_late(incident(aware, instant("conclusive", SATURDAY))) is None
    late = (aware, instant("conclusive", FRIDAY))
    made = incident(*late)
    assert unsigned_late(made) is made.instant(InstantKind.AWARE)
    assert signature_refusals(made, InstantKind.AWARE, "a.  MARTIN")[1][0].code == "somebody-else"
    assert signature_refusals(made, InstantKind.AWARE, "B. Durand")[1] == ()
    sign = ("countersigned", {"line": 2, "kind": "aware", "happened_at": parse_instant(SATURDAY)}, "B. Durand")  # fmt: skip
    signed = incident(*late, sign)
    assert unsigned_late(signed) is None
    assert signed.instant(InstantKind.AWARE).second.by == "B. Durand"
    assert signed.instants[:2] == made.instants


def test_a_warning_is_unread_until_somebody_says_so():
    assert unread(incident(warning(FRIDAY), warning(SATURDAY, name="w2"))) == ("w1", "w2")
    assert unread(incident(warning(FRIDAY), instant("warning_read", SATURDAY, warning="w1"))) == ()
