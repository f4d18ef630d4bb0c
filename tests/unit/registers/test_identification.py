"""Who may make names of pseudonyms: a second person, for a while, once."""

import pytest

from ecluse.model.errors import CallerError, IntegrityError, UnavailableError
from ecluse.model.time import HOUR
from ecluse.registers import identification
from ecluse.registers.identification import agree, ask, finish, requests, start

DETAIL = {"incident": "2026-0001", "version": 1, "exposure": "aa", "file": "bb", "reasons": "letters", "columns": {"n": "identifier"}}  # fmt: skip


def test_a_request_goes_through_its_states_once(tmp_path):
    desk = tmp_path / "desk"
    with pytest.raises(CallerError, match="nothing was asked"):
        requests(desk)
    assert ask(desk, DETAIL, by="dupont", at=5) == 1
    assert agree(desk, 1, by="martin", at=6, hours=2).until == 6 + 2 * HOUR
    given = {"exposure": "aa", "file": "bb", "by": "dupont"}
    for wrong, what in (({"exposure": "x"}, "another exposure"), ({"file": "x"}, "another file")):
        with pytest.raises(CallerError, match=what):
            start(desk, 1, **{**given, **wrong}, at=7)
    assert start(desk, 1, **given, at=7).agreed_by == "martin"
    with pytest.raises(CallerError, match="carried out already"):
        start(desk, 1, **given, at=8)
    finish(desk, 1, {"found": 3}, out="cc", by="dupont", at=9)
    with pytest.raises(CallerError, match="done already"):
        agree(desk, 1, by="martin", at=10, hours=1)
    assert ask(desk, DETAIL, by="dupont", at=11) == 5
    assert [one.state for one in requests(desk).values()] == ["done", "asked"]
    with pytest.raises(CallerError, match="no request 2"):
        agree(desk, 2, by="martin", at=12, hours=1)


@pytest.mark.parametrize("name", ["dupont", " Dupont ", "DUPONT"])
def test_nobody_agrees_to_a_request_of_their_own(tmp_path, name):
    ask(tmp_path / "desk", DETAIL, by="dupont", at=5)
    with pytest.raises(CallerError, match="somebody else"):
        agree(tmp_path / "desk", 1, by=name, at=6, hours=2)


def test_an_agreement_ends_and_can_be_given_again(tmp_path):
    desk = tmp_path / "desk"
    ask(desk, DETAIL, by="dupont", at=5)
    agree(desk, 1, by="martin", at=6, hours=1)
    with pytest.raises(CallerError, match="ended on"):
        start(desk, 1, exposure="aa", file="bb", by="dupont", at=6 + HOUR)
    agree(desk, 1, by="durand", at=6 + HOUR, hours=1)
    assert start(desk, 1, exposure="aa", file="bb", by="dupont", at=7 + HOUR).agreed_by == "durand"


def test_two_runs_at_once_are_one(tmp_path, monkeypatch):
    desk = tmp_path / "desk"
    ask(desk, DETAIL, by="dupont", at=5)
    agree(desk, 1, by="martin", at=6, hours=1)
    known = identification._of(desk, 1)
    monkeypatch.setattr(identification, "_of", lambda *_: known)  # both looked before one wrote
    start(desk, 1, exposure="aa", file="bb", by="dupont", at=7)
    with pytest.raises(UnavailableError, match="somebody else wrote"):
        start(desk, 1, exposure="aa", file="bb", by="dupont", at=7)


def test_a_log_that_was_changed_is_found(tmp_path):
    desk = tmp_path / "desk"
    ask(desk, DETAIL, by="dupont", at=5)
    agree(desk, 1, by="martin", at=6, hours=1)
    log = desk / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"martin", b"durand"))
    with pytest.raises(IntegrityError):
        requests(desk)
