"""Forward to any state, back to live only; of two words the stricter."""

import pytest

from ecluse.engine.life import NEXT, Life, check_step, severity, stricter
from ecluse.model.errors import CallerError
from ecluse.model.estate import LifeCycle

LIVE, DECOMMISSIONING, CLOSING, CLOSED = LifeCycle
NOW = 1000


def step(now, then, closes_at=None, **more):
    life = now if isinstance(now, Life) else Life(now)
    check_step("x", life, Life(then, closes_at=closes_at, **more), at=NOW)


@pytest.mark.parametrize("now", LifeCycle)
@pytest.mark.parametrize("then", LifeCycle)
def test_the_table_says_what_may_be(now, then):
    forward = severity(then) > severity(now)
    same = then is now is not LIVE
    back = then is LIVE and now is not LIVE
    assert (then in NEXT[now]) == (forward or same or back)
    date = NOW + 1 if then is CLOSING else None
    if then in NEXT[now]:
        step(now, then, date)
    else:
        with pytest.raises(
            CallerError, match=f"is {now.value} and cannot become {then.value}"
        ) as e:
            step(now, then, date)
        assert e.value.help.startswith("from there it can become ")


@pytest.mark.parametrize(
    ("then", "closes_at", "message"),
    [
        (CLOSING, None, "needs the date"),
        (CLOSING, NOW, "is past"),
        (DECOMMISSIONING, NOW - 1, "is past"),
        (CLOSED, NOW + 1, "no closing date while it is closed"),
    ],
)
def test_dates_are_where_they_belong(then, closes_at, message):
    with pytest.raises(CallerError, match=message):
        step(LIVE, then, closes_at)
    step(LIVE, DECOMMISSIONING, NOW + 1)


def test_what_is_live_isolates_nobody():
    with pytest.raises(CallerError, match="live and isolate"):
        step(CLOSED, LIVE, isolate=True)
    step(LIVE, CLOSED, isolate=True)


def test_a_date_that_has_passed_has_closed_it():
    life = Life(CLOSING, closes_at=NOW)
    assert life.state_at(NOW - 1) is CLOSING
    assert life.state_at(NOW) is CLOSED
    with pytest.raises(CallerError, match="is closed and cannot become closing"):
        step(life, CLOSING, NOW + 5)
    step(life, LIVE)


def test_the_stricter_of_two_words():
    live, closed = Life(LIVE), Life(CLOSED, 5)
    assert stricter(live, closed) == stricter(closed, live) == closed
    one = Life(CLOSING, 10, 500, isolate=True)
    other = Life(CLOSING, 20, 300)
    assert stricter(one, other) == stricter(other, one) == Life(CLOSING, 10, 300, isolate=True)
    assert stricter(Life(CLOSING, None, 500), other) == Life(CLOSING, 20, 300)
    assert stricter(live, Life(DECOMMISSIONING, 3)) == Life(DECOMMISSIONING, 3)
