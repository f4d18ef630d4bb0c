"""When a refused request passes, to the microsecond; random policies and histories are in `tests/property`."""

import pytest

from ecluse.engine.evaluate import Engine
from ecluse.engine.opening import opens_at
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold
from ecluse.model.policy import (
    Budget,
    Count,
    Effect,
    Hours,
    Key,
    Mode,
    PolicySet,
    Target,
    Window,
)
from ecluse.model.time import DAY, HOUR, MINUTE

START = 20_000 * DAY  # midnight UTC


def read(*persons, **facts):
    return AccessRequest(**{"account": "a", "application": "x", "persons": persons, **facts})


def budget(limit=2, name="b", **more):
    windows = more.pop("windows", (Window(HOUR, limit),))
    return Budget(name, more.pop("per", (Key.ACCOUNT,)), windows, **more)


def engine_of(*budgets):
    return Engine(PolicySet(budgets))


def test_a_request_opens_when_enough_persons_have_left():
    engine = engine_of(budget(3))
    for person in (1, 2, 3):
        assert engine.check(read(person), START + person).permitted
    assert not engine.check(read(4), START + 10).permitted
    assert opens_at(engine, read(4)) == START + 1 + HOUR
    assert opens_at(engine, read(4, 5)) == START + 2 + HOUR
    assert opens_at(engine, read(1, 5)) == START + 2 + HOUR  # 1 leaves, and comes with the request
    assert opens_at(engine, read(2, 5)) == START + 1 + HOUR


def test_the_longest_wait_of_all_windows_and_budgets_counts():
    shared = budget(3, "o", per=(Key.ORGANIZATION,), windows=(Window(5 * HOUR, 2),))
    engine = engine_of(budget(windows=(Window(HOUR, 1), Window(DAY, 2))), shared)
    mine = {"organization": "north"}
    assert engine.check(read(1, **mine), START).permitted
    assert opens_at(engine, read(2, **mine)) == START + HOUR
    assert engine.check(read(2, **mine), START + HOUR).permitted
    assert opens_at(engine, read(3, **mine)) == START + DAY
    assert opens_at(engine, read(3, account="other", **mine)) == START + 5 * HOUR
    assert opens_at(engine, read(3, account="other")) is None  # it draws on nothing that is full


def test_nothing_to_wait_for_is_none():
    engine = engine_of(budget())
    assert opens_at(engine, read(1)) is None
    assert opens_at(engine, read()) is None


def test_what_never_passes_is_none():
    engine = engine_of(budget(2))
    assert not engine.check(read(1, 2, 3), START).permitted
    assert opens_at(engine, read(1, 2, 3)) is None
    assert opens_at(engine_of(budget(0)), read(1)) is None


@pytest.mark.parametrize("key", [Key.ACCOUNT, Key.SESSION])
def test_what_is_closed_opens_by_a_person_s_word_only(key):
    engine = engine_of(budget(1))
    request = read(2, session="s")
    engine.check(read(1), START)
    assert opens_at(engine, request) == START + HOUR
    engine.holds[key, "a" if key is Key.ACCOUNT else "s"] = Hold("b", START)
    assert opens_at(engine, request) is None


def test_a_request_that_would_close_its_account_never_passes():
    engine = engine_of(budget(1, effect=Effect.HOLD))
    engine.check(read(1), START)
    assert opens_at(engine, read(2)) is None


def test_budgets_in_shadow_and_budgets_that_release_keep_nobody_waiting():
    engine = engine_of(budget(1, mode=Mode.SHADOW), budget(1, "slow", effect=Effect.SLOW))
    engine.check(read(1), START)
    assert opens_at(engine, read(2)) is None


@pytest.mark.parametrize("effect", [Effect.JUSTIFY, Effect.STEP_UP, Effect.DENY])
def test_every_effect_that_keeps_in_counts(effect):
    engine = engine_of(budget(1, effect=effect))
    engine.check(read(1), START)
    assert opens_at(engine, read(2)) == START + HOUR


def test_accesses_accounts_and_bytes_open_too():
    engine = engine_of(
        budget(2, counts=Count.ACCESSES),
        budget(1, "accounts", per=(Key.SOURCE,), counts=Count.ACCOUNTS),
        budget(100, "bytes", counts=Count.BYTES),
    )
    for n, size in enumerate((30, 50)):
        assert engine.check(read(1, bytes=size, source="192.0.2.1"), START + n).permitted
    assert opens_at(engine, read(1)) == START + HOUR
    engine.clock = START + HOUR
    assert opens_at(engine, read(1, account="b", source="192.0.2.1")) == START + 1 + HOUR
    assert opens_at(engine, read(1, bytes=50)) is None
    assert opens_at(engine, read(1, bytes=51)) == START + 1 + HOUR
    assert opens_at(engine, read(1, bytes=101)) is None


def test_an_account_grows_out_of_its_probation():
    young = budget(0, "young", target=Target(younger_than=5 * HOUR))
    old = budget(1, "old", target=Target(older_than=6 * HOUR))
    engine = engine_of(young, old)
    request = read(7, created_at=START)
    assert not engine.check(request, START + HOUR).permitted
    assert opens_at(engine, request) == START + 5 * HOUR
    assert opens_at(engine, read(7)) is None  # nobody knows its age
    engine.check(read(1, created_at=0), START + HOUR)
    assert opens_at(engine, request) == START + 5 * HOUR
    assert engine.check(request, START + 5 * HOUR).permitted


def test_a_budget_that_begins_to_apply_keeps_a_request_waiting():
    young = budget(0, "young", target=Target(younger_than=5 * HOUR))
    old = budget(1, "old", target=Target(older_than=5 * HOUR), windows=(Window(DAY, 1),))
    engine = engine_of(young, old)
    engine.check(read(1, created_at=0), START + HOUR)
    assert opens_at(engine, read(7, created_at=START)) == START + HOUR + DAY


def night(name="night", limit=0, begin=20, end=7):
    hours = Hours("UTC", ((0, end * 60), (begin * 60, 1440)))
    return budget(limit, name, target=Target(hours=hours))


def test_hours_end():
    engine = engine_of(night())
    engine.check(read(1), START + 22 * HOUR + 5)
    assert opens_at(engine, read(1)) == START + 31 * HOUR
    assert engine.check(read(1), START + 31 * HOUR).permitted


@pytest.mark.parametrize("begin", [60, 62])
def test_hours_end_at_any_minute(begin):
    engine = engine_of(budget(0, target=Target(hours=Hours("UTC", ((begin, 67),)))))
    engine.check(read(1), START + HOUR + 3 * MINUTE + 1)
    assert opens_at(engine, read(1)) == START + HOUR + 7 * MINUTE


def test_a_budget_of_the_night_keeps_nobody_waiting_by_day():
    engine = engine_of(night(), budget(1))
    engine.check(read(1), START + 9 * HOUR)
    assert opens_at(engine, read(2)) == START + 10 * HOUR
    engine.check(read(2), START + 10 * HOUR)
    engine.check(read(2), START + 19 * HOUR + 5)
    assert opens_at(engine, read(3)) == START + 31 * HOUR  # in an hour it is night


def test_hours_that_never_end_are_waited_for_by_their_counts():
    always = Hours("UTC")
    engine = engine_of(budget(1, target=Target(hours=always)))
    engine.check(read(1), START)
    assert opens_at(engine, read(2)) == START + HOUR
    assert opens_at(engine, read(2, 3)) is None


def test_budgets_that_take_turns_are_waited_for_by_their_counts():
    spans = [(n * 60, n * 60 + 60) for n in range(24)]
    even = Target(hours=Hours("UTC", tuple(spans[0::2])))
    odd = Target(hours=Hours("UTC", tuple(spans[1::2])))
    month = (Window(30 * DAY, 1),)
    engine = engine_of(
        budget(name="even", target=even, windows=month),
        budget(name="odd", target=odd, windows=month),
    )
    engine.check(read(1), START)
    engine.check(read(1), START + HOUR)
    assert opens_at(engine, read(2)) == START + HOUR + 30 * DAY
    never = engine_of(budget(0, "even", target=even), budget(0, "odd", target=odd))
    never.check(read(1), START)
    assert opens_at(never, read(1)) is None
