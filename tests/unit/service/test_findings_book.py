import json

import pytest

from ecluse.model.errors import CallerError
from ecluse.model.finding import Finding, Severity
from ecluse.service.findings_book import FindingsBook
from gate_kit import GateKit


def finding(code, severity=Severity.MEDIUM, about=""):
    return Finding(code=code, severity=severity, what=f"{code} happened", help="look", about=about)


def details(kit):
    return [json.loads(str(row["detail"])) for row in kit.entries() if row["kind"] == "finding"]


def test_a_finding_is_written_once_and_again_when_it_is_over(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        book = FindingsBook(kit.ledger, kit.clock)
        book.raise_(finding("away"))
        book.raise_(finding("away"))
        book.settle("away")
        book.settle("away")
        assert book.open() == ()
        assert [(d["code"], d["over"]) for d in details(kit)] == [("away", False), ("away", True)]


def test_the_most_severe_comes_first(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        book = FindingsBook(kit.ledger, kit.clock)
        book.raise_(finding("small", Severity.LOW))
        book.raise_(finding("grave", Severity.CRITICAL))
        assert [f.code for f in book.open()] == ["grave", "small"]


def test_a_check_replaces_only_what_it_found_before(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        book = FindingsBook(kit.ledger, kit.clock)
        book.raise_(finding("other"))
        book.replace("coverage", [finding("gap", about="a"), finding("gap", about="b")])
        book.replace("coverage", [finding("gap", about="b"), finding("gap", about="c")])
        assert [(f.code, f.about) for f in book.open()] == [
            ("gap", "b"),
            ("gap", "c"),
            ("other", ""),
        ]


def test_a_listener_hears_of_each_once(tmp_path):
    heard = []
    with GateKit(tmp_path / "ledger") as kit:
        book = FindingsBook(kit.ledger, kit.clock)
        book.raise_(finding("before"))
        book.told = lambda f, over: heard.append((f.code, over))
        book.raise_(finding("away"))
        book.raise_(finding("away"))
        book.settle("away")
        book.settle("before")
    assert heard == [("away", False), ("away", True), ("before", True)]


def test_an_acknowledgement_is_written_and_the_finding_stays_open(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        book = FindingsBook(kit.ledger, kit.clock)
        book.raise_(finding("away", about="x"))
        assert book.acknowledged(book.open()[0]) is None
        book.acknowledge("away", "x", by="Camille", note="on it")
        kit.clock.at += 5
        book.acknowledge("away", "x", by="Dominique")
        assert book.acknowledged(book.open()[0]).by == "Camille"
        written = [json.loads(str(r["detail"])) for r in kit.entries() if r["kind"] == "acknowledgement"]  # fmt: skip
        assert [(d["by"], d["note"]) for d in written] == [("Camille", "on it"), ("Dominique", "")]
        book.settle("away", "x")
        book.raise_(finding("away", about="x"))
        assert book.acknowledged(book.open()[0]) is None, "what comes back has not been seen"


def test_only_what_is_open_can_be_acknowledged(tmp_path):
    with GateKit(tmp_path / "ledger") as kit:
        book = FindingsBook(kit.ledger, kit.clock)
        book.raise_(finding("away", about="x"))
        with pytest.raises(CallerError, match="no finding `away` about `y` is open") as caught:
            book.acknowledge("away", "y", by="Camille")
        assert caught.value.help == "open are those about x"
