"""What random histories seldom meet; that the rebuilt engine goes on as the former is in `tests/property`."""

import json

import pytest

from ecluse.engine.evaluate import Engine
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.access import AccessRequest
from ecluse.model.entry import Entry
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR
from ecluse.service.rebuild import OBSERVED, REOPEN, rebuild
from ecluse.service.record import entry_of

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
    assert again.check(read(1), START + 500 * DAY).effect is Effect.HOLD
    detail = json.dumps({"key": "account", "name": "a"})
    ledger.append(Entry(at=START + 1, kind=REOPEN, account="a", detail=detail))
    ledger.commit()
    again, _ = rebuild(policies, ledger, now=START + 500 * DAY)
    assert again.check(read(1), START + 500 * DAY).permitted


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
