"""What random histories seldom meet; that the rebuilt engine goes on as the former is in `tests/property`."""

import json

import pytest

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.access import AccessRequest
from ecluse.model.entry import Entry
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR
from ecluse.service.rebuild import OBSERVED, REOPEN, closed, read_back, read_on, rebuild, released
from ecluse.service.rebuild_state import engine_of
from ecluse.service.record import entry_of
from rebuild_kit import Gate

START = 20_000 * DAY


def budget(limit=1, name="b", per=(Key.ACCOUNT,), effect=Effect.HOLD):
    return Budget(name, per, (Window(HOUR, limit),), effect=effect)


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, **facts)


@pytest.fixture
def ledger(tmp_path):
    with DirectoryLedger.create(tmp_path / "ledger") as made:
        yield made


def note(ledger, live, request, at, act="check"):
    decision = getattr(live, act)(request, at)
    names = tuple(p.to_bytes(8, "little") + bytes(8) for p in request.persons)
    kind = OBSERVED if act == "observe" else "access"
    ledger.append(entry_of(request, decision, at=live.clock, pseudonyms=names, kind=kind))
    ledger.commit()


def test_a_hold_outlives_every_window_and_ends_with_a_word(ledger):
    policies = PolicySet((budget(),))
    note(ledger, Engine(policies), read(1, 2), START)
    again, _ = rebuild(policies, ledger, now=START + 500 * DAY)
    assert closed(policies, ledger) == again.holds
    assert again.check(read(1), START + 500 * DAY).effect is Effect.HOLD
    detail = json.dumps({"key": "account", "name": "a"})
    ledger.append(Entry(at=START + 1, kind=REOPEN, account="a", detail=detail))
    ledger.commit()
    again, _ = rebuild(policies, ledger, now=START + 500 * DAY)
    assert again.check(read(1), START + 500 * DAY).permitted
    assert closed(policies, ledger) == {}


def test_a_session_that_was_closed_while_its_account_was_is_closed(ledger):
    policies = PolicySet((budget(), budget(3, "s", (Key.SESSION,))))
    live = Engine(policies)
    for n in range(3):  # observed: it happened although the account was closed
        note(ledger, live, read(2 * n, 2 * n + 1, session="s"), START + n, "observe")
    again, _ = rebuild(policies, ledger, now=START + 5)
    assert set(again.holds) == set(live.holds) == {(Key.ACCOUNT, "a"), (Key.SESSION, "s")}


def test_a_ledger_that_goes_back_in_time_is_counted_in_time(ledger):
    policies = PolicySet((budget(3, effect=Effect.DENY),))
    for start in (START + HOUR, START):  # two replays, the later log first
        live = Engine(policies)
        for n in (1, 2):
            note(ledger, live, read(start // HOUR % 100 * 10 + n), start + n)
    again, _ = rebuild(policies, ledger, now=START + HOUR + 2)
    assert again.clock == START + HOUR + 2
    assert again.check(read(7, 8), START + HOUR + 2).effect is Effect.DENY
    assert again.check(read(7), START + HOUR + 2).permitted


def test_an_empty_ledger_is_a_fresh_engine(ledger):
    again, _ = rebuild(PolicySet((budget(),)), ledger, now=START)
    assert (again.clock, again.holds) == (0, {})


DENY = PolicySet((budget(3, effect=Effect.DENY),))


def counted(read, policies=DENY):
    """What each account has, and when it was read."""
    engine = engine_of(policies, read.state)
    return {key: log.dump(engine.clock) for key, log in engine.detectors[0].logs.items()}


def test_only_the_entries_before_are_counted_but_later_ones_may_take_them_back():
    gate = Gate(Engine(DENY))
    gate.reserve(read(1, 2), START)
    gate.check(read(3), START + 1)
    gate.settle(next(iter(gate.open)), START + 2, shown=[2])
    part = read_back(DENY, gate.book, now=START + 2, until=1)
    assert (part.size, part.known, counted(part)) == (1, 3, {"a": [(2, START)]})
    whole = read_on(DENY, part, gate.book)
    assert (whole.size, whole.known) == (3, 3)
    assert counted(whole) == {"a": [(2, START), (3, START + 1)]}


def test_who_has_counted_what_is_taken_back_later_must_read_all():
    gate = Gate(Engine(DENY))
    gate.reserve(read(1), START)
    before = read_back(DENY, gate.book, now=START)
    gate.settle(next(iter(gate.open)), START + 2)
    assert read_on(DENY, before, gate.book) is None
    assert counted(read_back(DENY, gate.book, now=START + 2)) == {}


def test_who_has_counted_what_is_younger_than_a_later_entry_must_read_all(ledger):
    note(ledger, Engine(DENY), read(1), START + 5)
    before = read_back(DENY, ledger, now=START + 5)
    note(ledger, Engine(DENY), read(1), START)  # a replay of older logs
    assert read_on(DENY, before, ledger) is None
    note(ledger, Engine(DENY), read(2, account="b"), START + 5)
    assert counted(read_back(DENY, ledger, now=START + 5)) == {
        "a": [(1, START + 5)],
        "b": [(2, START + 5)],
    }


def test_the_accesses_that_are_counted_come_one_by_one():
    gate = Gate(Engine(DENY))
    for at, persons in (
        (START, (1,)),
        (START + 1, (2, 3)),
        (START + 2, (4,)),
    ):  # the last is refused
        gate.check(read(*persons), at)
    asked = [(at, r.account, r.persons) for at, r in released(DENY, gate.book, now=START + HOUR)]
    assert asked == [(START, "a", (1,)), (START + 1, "a", (2, 3))]
    assert not list(released(DENY, gate.book, now=START + 2 * HOUR))


def test_the_clock_is_that_of_the_last_access_also_when_nothing_counts_it_any_more(ledger):
    note(ledger, Engine(DENY), read(1), START)
    again, size = rebuild(DENY, ledger, now=START + DAY)
    assert (again.clock, size, again.detectors[0].logs) == (START, 1, {})
