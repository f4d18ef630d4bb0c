"""What a person may do with an incident, on a log in memory."""

from types import SimpleNamespace

import pytest

from ecluse.incident.acts import Said
from ecluse.incident.folding import fold
from ecluse.model.errors import CallerError, UnavailableError
from ecluse.model.incident import InstantKind, State
from ecluse.service.incidents import countersign, decide, facts_of, move, note, say_instant, warn
from incident_factory import AT, CLOCKS, OPENED


class Memory:
    """An incident's log, in memory."""

    id = "2025-0001"

    def __init__(self):
        self.lines = []
        self.append("opened", OPENED, by="A", at=AT)

    def incident(self):
        return fold(self.id, [(line, str(line.n)) for line in self.lines])

    def clocks(self):
        return CLOCKS

    def append(self, act, detail, *, by, at, after=None):
        if after is not None and after != str(len(self.lines)):
            raise UnavailableError("somebody else wrote")
        self.lines.append(SimpleNamespace(n=len(self.lines) + 1, at=at, by=by, act=act, detail=detail))  # fmt: skip
        return str(len(self.lines))


@pytest.fixture
def file():
    return Memory()


def instant(kind, at, **more):
    return Said(InstantKind(kind), at, **more)


def test_a_note_is_of_the_past(file):
    assert note(file, "closed", happened_at=AT - 5, source="", by="B", at=AT) == "2"
    assert file.incident().timeline[0].what == "closed"
    with pytest.raises(CallerError, match="future") as found:
        note(file, " ", happened_at=AT + 5, source="", by="B", at=AT)
    assert "the note is empty" in str(found.value)
    assert len(file.lines) == 2


def test_warnings_are_numbered(file):
    ask = {"summary": "", "digest": "", "by": "B", "at": AT}
    assert warn(file, source="CERT", received_at=AT - 9, **ask) == ("w1", "2")
    assert warn(file, source="press", received_at=AT - 8, **ask) == ("w2", "3")
    for source, at in (("CERT", AT + 1), (" ", AT)):
        with pytest.raises(CallerError):
            warn(file, source=source, received_at=at, **ask)


def test_awareness_after_evidence_counts_once_another_person_signs(file):
    assert say_instant(file, instant("conclusive", AT - 9), by="A", at=AT)[0] is False
    waits, _ = say_instant(file, instant("aware", AT - 5, reasons="x"), by="A", at=AT)
    assert waits
    assert file.incident().instant(InstantKind.AWARE) is None
    with pytest.raises(CallerError, match="`A` said it"):
        countersign(file, InstantKind.AWARE, file.lines, reasons="", by="A", at=AT)
    countersign(file, InstantKind.AWARE, file.lines, reasons="seen", by="B", at=AT)
    assert file.incident().instant(InstantKind.AWARE).second.by == "B"
    assert file.lines[-1].detail["line"] == 3


def test_a_caller_cannot_say_himself_that_nothing_waits(file):
    say_instant(file, instant("conclusive", AT - 9), by="A", at=AT)
    waits, _ = say_instant(file, instant("aware", AT - 5, reasons="x", waits=False), by="A", at=AT)
    assert waits


def test_decisions_have_known_answers_and_reasons(file):
    decide(file, "breach", "yes", reasons="x", by="A", at=AT)
    for what, answer, reasons in (("lunch", "yes", "x"), ("breach", "later", "x"), ("breach", "no", " ")):  # fmt: skip
        with pytest.raises(CallerError) as found:
            decide(file, what, answer, reasons=reasons, by="A", at=AT)
        assert found.value.help
    assert len(file.lines) == 2


def go(file, to, *, by="A", exposures=0, reasons="x"):
    facts = facts_of(file.incident(), file.lines, exposures=exposures, by=by, reasons=reasons)
    return move(file, State(to), facts, at=AT)


def test_a_life(file):
    go(file, "in_progress")
    with pytest.raises(CallerError, match="neither is an exposure frozen"):
        go(file, "resolved")
    decide(file, "breach", "yes", reasons="x", by="A", at=AT)
    go(file, "resolved", exposures=1)
    with pytest.raises(CallerError, match="not released") as found:
        go(file, "closed", exposures=1)
    assert "`A` resolved it" in str(found.value)
    file.append("document_released", {"name": "register_entry"}, by="B", at=AT)
    go(file, "closed", by="B", exposures=1)
    assert file.incident().state is State.CLOSED
    go(file, "in_progress", by="B")


def test_what_was_checked_is_what_is_written_upon(file):
    facts = facts_of(file.incident(), file.lines, exposures=0, by="A", reasons="x")
    note(file, "meanwhile", happened_at=None, source="", by="B", at=AT)
    with pytest.raises(UnavailableError):
        move(file, State.IN_PROGRESS, facts, at=AT)
