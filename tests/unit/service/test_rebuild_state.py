from dataclasses import replace

import numpy as np
import pytest

from ecluse.engine.evaluate import Engine
from ecluse.engine.history import from_requests
from ecluse.model.access import AccessRequest
from ecluse.model.decision import Hold
from ecluse.model.policy import Budget, Count, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR
from ecluse.service.rebuild_past import Past
from ecluse.service.rebuild_state import FRESH, counted_from, engine_of, state_of

START = 20_000 * DAY
WIDE = Budget("b", (Key.ACCOUNT,), (Window(HOUR, 3), Window(DAY, 5)))
HELD = {(Key.ACCOUNT, "z"): Hold("b", START)}


def policies(*budgets):
    return PolicySet(budgets)


def read(*persons, account="a"):
    return AccessRequest(account=account, application="x", persons=persons, bytes=7)


def engine_with(budget, *persons):
    engine = Engine(policies(budget))
    for number, person in enumerate(persons):
        engine.observe(read(person), START + number)
    return engine


def test_an_open_reservation_counts_as_shown():
    engine = Engine(policies(WIDE))
    engine.reserve(read(1, 2), START, HOUR)
    again = engine_of(policies(WIDE), state_of(engine))
    assert not again.reservations
    assert again.detectors[0].log("a").dump(START) == [(1, START), (2, START)]
    assert again.check(read(3), START + 1).permitted
    assert not again.check(read(4), START + 1).permitted


def test_numbers_of_accesses_go_on():
    budget = replace(WIDE, counts=Count.ACCESSES)
    engine = engine_with(budget, 1, 2)
    again = engine_of(policies(budget), state_of(engine))
    assert again.number == engine.number == 2
    assert not again.check(read(9), START + 5).reasons
    assert not again.check(read(9), START + 5).permitted


@pytest.mark.parametrize(
    "narrow",
    [
        replace(WIDE, windows=(Window(HOUR, 3),)),
        replace(WIDE, windows=(Window(HOUR, 1), Window(DAY, 2))),
        replace(WIDE, windows=(Window(2 * HOUR, 4),)),
    ],
)
def test_counts_serve_lower_limits_and_shorter_windows(narrow):
    state = state_of(engine_with(WIDE, *range(9)))
    assert state.lacks(policies(narrow)) == ()
    fresh = engine_with(narrow, *range(9))
    assert engine_of(policies(narrow), state).detectors[0].log("a").dump(START + 9) == (
        fresh.detectors[0].log("a").dump(START + 9)
    )
    later = Past(from_requests([(START + 20, read(3))]), np.array([0]))
    on = counted_from(policies(narrow), state, later, {}, first=0, size=1, clock=START + 20)
    fresh.observe(read(3), START + 20)
    again = engine_of(policies(narrow), on)
    assert again.detectors[0].log("a").dump(START + 20) == fresh.detectors[0].log("a").dump(
        START + 20
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(WIDE, id="c"),
        replace(WIDE, per=(Key.LINEAGE,)),
        replace(WIDE, counts=Count.ACCOUNTS),
        replace(WIDE, target=Target(own=True)),
        replace(WIDE, windows=(Window(HOUR, 3), Window(2 * DAY, 5))),
        replace(WIDE, windows=(Window(HOUR, 3), Window(DAY, 6))),
    ],
)
def test_counts_do_not_serve_what_they_do_not_hold(other):
    state = state_of(engine_with(WIDE, 1))
    assert state.lacks(policies(other)) == (other.id,)
    with pytest.raises((AssertionError, KeyError)):
        engine_of(policies(other), state)


def test_holds_and_the_clock_come_along():
    engine = engine_with(WIDE, 1)
    engine.holds = dict(HELD)
    again = engine_of(policies(WIDE), state_of(engine))
    assert (again.clock, again.holds) == (START, HELD)
    assert again.holds is not engine.holds


def test_nothing_comes_before_what_was_counted():
    state = state_of(engine_with(WIDE, 1, 2))
    earlier = Past(from_requests([(START, read(3))]), np.array([0]))
    with pytest.raises(AssertionError, match="nothing comes before"):
        counted_from(policies(WIDE), state, earlier, {}, first=0, size=1, clock=START)


def test_a_fresh_state_is_a_fresh_engine():
    nothing = Past(from_requests([]), np.zeros(0, np.int64))
    state = counted_from(policies(WIDE), FRESH, nothing, {}, first=0, size=0, clock=0)
    again = engine_of(policies(WIDE), state)
    assert (again.clock, again.number, again.holds, again.detectors[0].logs) == (0, 0, {}, {})
