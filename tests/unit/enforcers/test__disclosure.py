"""Disclosing in a thread, against a gate that counts exactly."""

import threading
from typing import NamedTuple

import pytest

from ecluse.enforcers._book import Book, Refused
from ecluse.enforcers._disclosure import Disclosure, person_in, persons_of
from ecluse.enforcers.identity import Identity
from ecluse.model.errors import CallerError
from ecluse.sdk.errors import GateUnavailable
from fakes.gate import FakeGate

A = "adviser"


def disclosure(gate, account=A, **fields):
    return Disclosure(gate, Book(identify=lambda: Identity(account=account), **fields))


def test_what_was_shown_is_posted_and_what_was_not_released():
    gate = FakeGate(limit=10)
    shown, failed = disclosure(gate), disclosure(gate)
    shown.disclose([1, 2])
    failed.disclose([2, 3])
    assert gate.counted(A) == {"1", "2", "3"}
    shown.finish(shown=True)
    failed.finish(shown=False)
    assert gate.shown[A] == {"1", "2"}
    assert not gate.open
    with pytest.raises(CallerError, match="has ended"):
        shown.disclose(4)


def test_a_refusal_is_raised_and_kept():
    gate = FakeGate(limit=1)
    asking = disclosure(gate)
    asking.disclose("1")
    with pytest.raises(Refused) as refused:
        asking.disclose("2")
    assert refused.value.answer.effect == "deny"
    with pytest.raises(Refused):
        asking.disclose("1")
    assert len(gate.asked) == 2, "after a refusal the gate is not asked again"


def test_who_asks_only_gets_the_answer():
    gate = FakeGate(limit=1)
    asking = disclosure(gate)
    assert asking.ask("1").released
    assert not asking.ask("2").released
    assert asking.disclose("1").released


def test_a_gate_out_of_reach_refuses(caplog):
    gate = FakeGate()
    gate.go_down()
    with pytest.raises(Refused) as refused:
        disclosure(gate).disclose("person-1")
    assert refused.value.case.status == 503
    assert "nothing is shown" in caplog.text
    assert "person-1" not in caplog.text


def test_what_cannot_be_settled_stays_counted(caplog):
    gate = FakeGate()
    asking = disclosure(gate)
    asking.disclose("person-1")
    gate.deaf = GateUnavailable("gone")
    asking.finish(shown=False)
    assert gate.counted(A) == {"person-1"}
    assert "stays counted" in caplog.text
    assert "person-1" not in caplog.text


def test_a_stream_shows_the_limit_and_no_more():
    gate = FakeGate(limit=37)
    asking = disclosure(gate)
    out = list(asking.stream(range(1000), person=str))
    asking.finish(shown=True)
    assert out == list(range(37))
    assert gate.shown[A] == {str(n) for n in range(37)}
    assert not gate.open


def test_a_stream_asks_for_its_first_row_at_once():
    gate = FakeGate(limit=0)
    with pytest.raises(Refused):
        disclosure(gate).stream([1], person=str)


def test_a_stream_that_is_never_read_shows_nobody():
    gate = FakeGate()
    asking = disclosure(gate)
    rows = asking.stream([1, 2], person=str)
    assert gate.counted(A) == {"1"}
    asking.finish(shown=True)
    assert gate.counted(A) == set()
    with pytest.raises(CallerError, match="has ended"):
        next(rows)


def test_a_stream_that_is_left_releases_what_it_did_not_hand_out():
    gate = FakeGate()
    asking = disclosure(gate)
    rows = asking.stream(range(9), person=str)
    assert [next(rows) for _ in range(4)] == [0, 1, 2, 3]
    assert len(gate.counted(A)) == 7, "a batch of four was reserved"
    rows.close()
    assert gate.shown[A] == {"0", "1", "2", "3"}
    assert not gate.open
    asking.finish(shown=True)


def test_a_stream_that_is_not_closed_is_settled_with_its_response():
    gate = FakeGate()
    asking = disclosure(gate)
    rows = asking.stream(range(9), person=str)
    assert [next(rows) for _ in range(4)] == [0, 1, 2, 3]
    asking.finish(shown=True)
    assert gate.shown[A] == {"0", "1", "2", "3"}
    rows.close()
    assert gate.shown[A] == {"0", "1", "2", "3"}


def test_rows_that_fail_leave_nothing_reserved():
    gate = FakeGate()

    def failing():
        yield from range(5)
        raise OSError("the database went")

    rows = disclosure(gate).stream(failing(), person=str)
    out = []
    with pytest.raises(OSError, match="went"):
        out.extend(rows)
    assert gate.shown[A] == set(map(str, out)) == {"0", "1", "2"}
    assert not gate.open


def test_a_gate_that_goes_down_ends_a_stream():
    gate = FakeGate()
    asking = disclosure(gate)
    rows = asking.stream(range(9), person=str)
    next(rows)
    gate.go_down()
    with pytest.raises(Refused):
        next(rows)
    asking.finish(shown=True)


def test_the_same_person_in_many_rows_counts_once():
    gate = FakeGate(limit=1)
    rows = [{"person": 7, "line": n} for n in range(300)]
    assert len(list(disclosure(gate).stream(rows, person="person"))) == 300
    assert gate.most[A] == 1


def test_fifty_threads_share_a_limit():
    gate = FakeGate(limit=120)
    shown, lock = set(), threading.Lock()

    def reads(number):
        asking = disclosure(gate)
        try:
            rows = asking.stream(range(number * 20, number * 20 + 20), person=str)
            for row in rows:
                with lock:
                    shown.add(row)
        except Refused:
            asking.finish(shown=False)
        else:
            asking.finish(shown=True)

    threads = [threading.Thread(target=reads, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(shown) == 120
    assert gate.shown[A] == set(map(str, shown))
    assert gate.most[A] <= 120
    assert not gate.open


def test_slow_waits(monkeypatch):
    waited = []
    monkeypatch.setattr("ecluse.enforcers._disclosure.time.sleep", waited.append)
    disclosure(FakeGate(delay=1500)).disclose("1")
    assert waited == [1.5]


class File(NamedTuple):
    person: object


class Row(NamedTuple):
    pk: object
    file: File | None


@pytest.mark.parametrize("where", ["pk", "file.person", 0, lambda row: row.pk])
def test_a_person_is_found_where_it_is(where):
    assert person_in(where)(Row("7", File("7"))) == "7"


def test_a_person_is_found_in_mappings():
    assert person_in("a.b")({"a": {"b": 3}}) == 3
    assert person_in("a.pk")({"a": Row(3, None)}) == 3


class ByName:
    ecluse_person = "pk"


class ByFunction(ByName):
    def ecluse_person(row):  # noqa: N805 - it is given a row
        return [row.pk, row.file.person]


class ByStatic:
    ecluse_person = staticmethod(lambda row: row.pk)


class Inheriting(ByFunction):
    pass


def test_a_class_declares_where_its_objects_have_their_persons():
    rows = [Row(1, File(2)), Row(3, File(4))]
    assert persons_of(ByName(), rows) == [1, 3]
    assert persons_of(Inheriting(), rows) == [1, 2, 3, 4]
    assert persons_of(ByStatic(), rows) == [1, 3]
