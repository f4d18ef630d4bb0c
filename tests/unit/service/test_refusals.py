from ecluse.model.decision import Decision, Reason
from ecluse.model.policy import Effect
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.service.refusals import KEPT_AN_HOUR, LOUD_FROM, Refusals

REFUSED = Decision(Effect.DENY, (Reason("account", HOUR, 4, 3, Effect.DENY),))


def test_ordinary_refusals_are_all_kept():
    refusals = Refusals()
    assert all(refusals.keep("agent", REFUSED, n) for n in range(KEPT_AN_HOUR))
    assert refusals.drain() == []


def test_a_flood_is_counted_by_policy():
    refusals = Refusals()
    kept = [refusals.keep("agent", REFUSED, n) for n in range(KEPT_AN_HOUR + 250)]
    assert sum(kept) == KEPT_AN_HOUR
    assert refusals.drain() == [("agent", 250, {"account": 250})]
    assert refusals.drain() == []


def test_another_account_and_another_hour_begin_anew():
    refusals = Refusals()
    for n in range(KEPT_AN_HOUR + 1):
        refusals.keep("agent", REFUSED, n)
    assert refusals.keep("other", REFUSED, 5)
    assert not refusals.keep("agent", REFUSED, HOUR - 1)
    assert refusals.keep("agent", REFUSED, HOUR)


def test_a_clock_that_goes_back_and_forth_does_not_begin_the_hour_anew():
    refusals = Refusals()
    kept = [refusals.keep("agent", REFUSED, HOUR * (2 - n % 2)) for n in range(KEPT_AN_HOUR + 250)]
    assert sum(kept) == KEPT_AN_HOUR


def test_ever_new_names_do_not_grow_without_end():
    refusals = Refusals()
    for n in range(KEPT_AN_HOUR + 300):
        name = Reason(f"application:{n}", 0, 0, 0, Effect.DENY)
        refusals.keep("agent", Decision(Effect.DENY, (name,)), 1)
    ((_, number, policies),) = refusals.drain()
    assert (number, len(policies), policies[""]) == (300, 101, 200)
    for n in range(100_000 + 10_300):
        refusals.keep(f"new{n}", REFUSED, 2)
    told = refusals.drain()
    assert len(told) == 10_001
    assert told[0] == ("", 301, {"account": 301})


def test_what_closes_an_account_is_always_kept():
    refusals = Refusals()
    closing = Decision(Effect.HOLD, (Reason("account", HOUR, 4, 3, Effect.HOLD),))
    closed = Decision(Effect.HOLD, (Reason("account", 0, 0, 0, Effect.HOLD),))
    for n in range(KEPT_AN_HOUR):
        refusals.keep("agent", REFUSED, n)
    assert refusals.keep("agent", closing, MINUTE)
    assert not refusals.keep("agent", closed, MINUTE), "the ledger has the hold already"


def test_who_asks_again_and_again_is_a_finding_for_a_day():
    refusals = Refusals()
    for n in range(LOUD_FROM - 1):
        refusals.keep("tired", REFUSED, n)
    for n in range(LOUD_FROM):
        refusals.keep("thief", REFUSED, n)
    (found,) = refusals.findings(MINUTE)
    assert (found.code, found.about) == ("account-over-budget", "thief")
    assert refusals.findings(DAY + MINUTE) == ()


def test_what_a_budget_closed_is_a_finding_at_once():
    refusals = Refusals()
    closing = Decision(Effect.HOLD, (Reason("night", HOUR, 4, 3, Effect.HOLD),))
    refusals.keep("agent", closing, 0)
    assert "`night`" in refusals.findings(1)[0].what
