"""What is said of an incident, in two circles."""

from ecluse.exports.common.wording import (
    EXPORTED,
    changed_at,
    exposure_facts,
    inner_facts,
    outer_facts,
    span,
)
from ecluse.model.incident import Instant, InstantKind, Signed, Step
from ecluse.model.time import HOUR
from export_kit import AT, exposure, incident


def test_the_two_circles_do_not_overlap():
    outer = dict(outer_facts(incident(), exposure()))
    inner = dict(inner_facts(incident()))
    assert not outer.keys() & inner.keys()
    assert outer["sources"] == "192.0.2.7, 2001:db8::7"
    assert inner["device"] == "laptop 4"
    assert outer["aware"] == "2025-07-13T16:00:00Z"
    assert inner["owner"] == "Claude Martin"


def test_numbers_of_persons_are_never_rounded_down():
    def persons(**changed):
        return dict(exposure_facts(exposure(**changed)))["persons"]

    assert persons(at_most=340_000) == "340,000 (300,000 shown, 40,000 only listed)"
    assert persons().endswith("at most 341,000, counting what gaps of the ledger can hide")
    assert persons(at_most=None).endswith("the ledger has gaps that nothing bounds")
    assert persons(persons=1, shown=1, listed=0, at_most=1) == "1 (1 shown)"


def test_an_export_is_no_change():
    base = changed_at(incident(), exposure())
    assert base == exposure().made_at
    later = Signed("a", base + HOUR)
    assert changed_at(incident(timeline=(Step(AT, "x", later),)), exposure()) == base + HOUR
    exported = incident(timeline=(Step(AT, "x", later, act=EXPORTED),))
    assert changed_at(exported, exposure()) == base
    assert "time line" not in dict(inner_facts(exported))
    assert changed_at(incident(), None) == AT + HOUR
    second = Instant(InstantKind.AWARE, AT, "s", Signed("a", AT), second=later)
    assert changed_at(incident(instants=(second,)), exposure()) == base + HOUR


def test_what_persons_say_of_the_period_comes_before_what_accesses_tell():
    assert span(incident(), exposure()) == (AT, AT + HOUR)
    assert span(incident(instants=()), exposure(first_at=5, last_at=9)) == (5, 9)
    assert span(incident(instants=()), None) == (None, None)


def test_what_is_not_there_is_not_said():
    bare = incident(accounts=(), sources=(), applications=(), instants=(), sessions=(), lineages=(), owner="", decisions=(), deadlines=(), timeline=(), warnings=())  # fmt: skip
    assert [name for name, _ in outer_facts(bare, None)] == ["incident", "state", "severity", "confidence", "breach"]  # fmt: skip
    assert not list(inner_facts(bare))
    told = exposure(categories=(), gaps=(), linked=0, first_at=None)
    assert [name for name, _ in exposure_facts(told)] == ["persons", "accesses", "exposure"]
