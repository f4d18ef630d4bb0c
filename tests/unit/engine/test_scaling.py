"""What is on its way out gives less each day; what holds besides is never loosened."""

from dataclasses import replace

import pytest

from ecluse.engine.evaluate import Engine
from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.model.access import AccessRequest
from ecluse.model.estate import Application, Estate, LifeCycle
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR

NOW = 20_000 * DAY
RETIRE = 30 * DAY
WINDOWS = (Window(HOUR, 10), Window(DAY, 21))
POLICIES = PolicySet(
    (
        Budget("account", (Key.ACCOUNT,), WINDOWS, effect=Effect.HOLD, warn_share=0.7),
        Budget("pair", (Key.ACCOUNT, Key.APPLICATION), WINDOWS, mode=Mode.SHADOW),
        Budget("all", (Key.SYSTEM,), WINDOWS, reason=(("en", "No."), ("fr", "Non."))),
        Budget(
            "exports",
            (Key.SESSION,),
            WINDOWS,
            target=Target(applications=frozenset({"x", "y"}), operations=frozenset({"export"})),
        ),
        Budget("other", (Key.ACCOUNT,), WINDOWS, target=Target(applications=frozenset({"y"}))),
        Budget("crowd", (Key.SOURCE,), WINDOWS, counts=Count.ACCOUNTS),
    ),
    digest="abc",
)


def standing(state=LifeCycle.LIVE, since=NOW, closes_at=None):
    listed = (
        Application("x", "team@example.org", 9, None, state, since, closes_at),
        Application("y", "team@example.org", 9),
    )
    return Standing(Estate(listed, (), ()))


def limits(policies, name):
    (found,) = [b for b in policies.budgets if b.id == name]
    return [w.limit for w in found.windows]


@pytest.mark.parametrize("state", [LifeCycle.LIVE, LifeCycle.CLOSED])
def test_what_is_live_or_closed_needs_no_further_budget(state):
    assert scaled(POLICIES, standing(state), NOW, retire=RETIRE) is POLICIES


def test_decommissioning_halves_every_limit_for_the_application_alone():
    found = scaled(POLICIES, standing(LifeCycle.DECOMMISSIONING), NOW, retire=RETIRE)
    assert found.budgets[:6] == POLICIES.budgets
    copies = {b.id: b for b in found.budgets[6:]}
    assert list(copies) == ["account@x", "pair@x", "all@x", "exports@x"]
    only = Target(applications=frozenset({"x"}))
    half = (Window(HOUR, 5), Window(DAY, 10))
    pair = (Key.ACCOUNT, Key.APPLICATION)
    account, watched, whole, exports, *_ = POLICIES.budgets
    assert copies["account@x"] == replace(
        account, id="account@x", per=pair, target=only, windows=half
    )
    assert copies["pair@x"] == replace(watched, id="pair@x", target=only, windows=half)
    assert copies["all@x"] == replace(
        whole, id="all@x", per=(Key.APPLICATION,), target=only, windows=half
    )
    assert copies["exports@x"] == replace(
        exports,
        id="exports@x",
        per=(Key.SESSION, Key.APPLICATION),
        target=replace(only, operations=frozenset({"export"})),
        windows=half,
    )


def test_closing_falls_from_half_to_nothing_in_whole_days():
    closing = standing(LifeCycle.CLOSING, closes_at=NOW + 10 * DAY)
    shares = []
    for day in range(10):
        for at in (NOW + day * DAY, NOW + (day + 1) * DAY - 1):
            found = scaled(POLICIES, closing, at, retire=RETIRE)
            shares.append(limits(found, "account@x"))
    assert shares[0::2] == shares[1::2]
    assert shares[0::2] == [
        [5, 10], [4, 9], [4, 8], [3, 7], [3, 6], [2, 5], [2, 4], [1, 3], [1, 2], [0, 1],
    ]  # fmt: skip
    assert scaled(POLICIES, closing, NOW + 10 * DAY, retire=RETIRE) is POLICIES


@pytest.mark.parametrize("since", [None, NOW - 300 * DAY])
def test_limits_fall_over_the_last_days(since):
    closing = standing(LifeCycle.CLOSING, since=since, closes_at=NOW + 40 * DAY)
    assert limits(scaled(POLICIES, closing, NOW, retire=RETIRE), "account@x") == [5, 10]
    late = scaled(POLICIES, closing, NOW + 25 * DAY, retire=RETIRE)
    assert limits(late, "account@x") == [2, 5]
    for retire in (0, DAY):
        assert limits(
            scaled(POLICIES, closing, NOW + 40 * DAY - 1, retire=retire), "account@x"
        ) == [5, 10]
    whole = scaled(POLICIES, closing, NOW + 39 * DAY, retire=1000 * DAY)
    assert limits(whole, "account@x") == [0, 0]


def test_an_application_that_was_to_be_gone_by_a_date_changes_then():
    going = standing(LifeCycle.DECOMMISSIONING, closes_at=NOW + 3 * DAY)
    assert scaled(POLICIES, going, NOW + 3 * DAY, retire=RETIRE) is POLICIES


def test_an_act_changes_the_shares_and_their_steps():
    mine = standing()
    detail = {"id": "x", "state": "closing", "closes_at": NOW + 10 * DAY, "by": "C", "reason": "r"}
    mine.apply("application", detail, NOW + HOUR)
    assert limits(scaled(POLICIES, mine, NOW + HOUR, retire=RETIRE), "account@x") == [5, 10]


def test_the_digest_tells_the_shares():
    closing = standing(LifeCycle.CLOSING, closes_at=NOW + 10 * DAY)
    found = [scaled(POLICIES, closing, NOW + n * DAY, retire=RETIRE).digest for n in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    assert len(found[0]) == 64
    other = scaled(replace(POLICIES, digest="x"), closing, NOW, retire=RETIRE)
    assert other.digest != found[0]


def test_from_one_day_to_the_next_the_counts_go_on():
    closing = standing(LifeCycle.CLOSING, closes_at=NOW + 4 * DAY)
    engine = Engine(scaled(POLICIES, closing, NOW, retire=RETIRE))
    request = AccessRequest(account="a", application="x", persons=(1, 2, 3), session="s")
    assert engine.check(request, NOW + DAY - 1).permitted
    for day in (1, 2, 3):
        again = scaled(POLICIES, closing, NOW + day * DAY, retire=RETIRE)
        assert engine.adopt(again, iter(())) == ()
    assert limits(engine.policies, "account@x") == [1, 2]
    assert engine.check(request, NOW + DAY + HOUR - 2).effect is Effect.HOLD


def test_a_limit_of_nothing_lets_nobody_read():
    closing = standing(LifeCycle.CLOSING, closes_at=NOW + 1000 * DAY)
    engine = Engine(scaled(POLICIES, closing, NOW + 999 * DAY, retire=1000 * DAY))
    assert limits(engine.policies, "all@x") == [0, 0]
    request = AccessRequest(account="a", application="x", persons=(1,))
    assert not engine.check(request, NOW + 999 * DAY).permitted
    assert engine.check(
        request.__class__(account="b", application="y", persons=(1,)), NOW
    ).permitted
