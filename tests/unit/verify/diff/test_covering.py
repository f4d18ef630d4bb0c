"""Which budgets another set implies: windows, keys, targets, splits, closings."""

from dataclasses import replace

from ecluse.model.difference import Gap
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE
from ecluse.verify.diff.covering import gaps, refusing


def budget(name="a", limit=100, length=DAY, per=(Key.ACCOUNT,), **more):
    return Budget(name, per, (Window(length, limit),), **more)


def implied(one, *by, facts=False):
    return not gaps([one], by, facts=facts)


def test_a_budget_implies_itself_under_any_name():
    assert implied(budget(), budget("other"))
    assert not implied(budget())


def test_only_budgets_that_refuse_count():
    one = budget()
    assert refusing([one, replace(one, mode=Mode.SHADOW), replace(one, effect=Effect.SLOW)]) == (
        one,
    )
    assert not implied(one, replace(one, mode=Mode.SHADOW))
    assert not implied(one, replace(one, effect=Effect.WARN))
    assert implied(replace(one, mode=Mode.SHADOW))
    assert implied(one, replace(one, effect=Effect.JUSTIFY))


def test_a_window_is_implied_by_what_shorter_ones_let_into_it():
    assert implied(budget(limit=240), budget(limit=10, length=HOUR))
    assert gaps([budget(limit=239)], [budget(limit=10, length=HOUR)], facts=False) == (
        Gap("a", DAY, 239, 240),
    )
    assert implied(budget(limit=100, length=HOUR), budget(limit=100, length=DAY))


def test_windows_of_several_budgets_hold_together():
    """60 in 10 minutes and 90 in an hour let 150 into 70 minutes; each alone lets more."""
    short = budget("s", 60, 10 * MINUTE)
    long = budget("l", 90, HOUR, per=(Key.SYSTEM,))
    asked = budget("x", 150, 70 * MINUTE)
    assert implied(asked, short, long)
    assert not implied(asked, short)
    assert not implied(asked, long)


def test_keys():
    both, one, all_ = (
        budget(per=(Key.ACCOUNT, Key.APPLICATION)),
        budget(per=(Key.ACCOUNT,)),
        budget(per=(Key.SYSTEM,)),
    )
    assert implied(both, one)
    assert not implied(one, both)
    assert implied(one, all_)
    assert not implied(all_, one)
    assert not implied(one, budget(per=(Key.SESSION,)))
    assert implied(budget(per=(Key.ACCOUNT, Key.SESSION)), budget(per=(Key.SESSION,)))


def test_a_lineage_is_coarser_than_an_account_once_that_is_taken_for_granted():
    one, family = budget(), budget(per=(Key.LINEAGE,))
    assert not implied(one, family)
    assert implied(one, family, facts=True)
    assert not implied(family, one, facts=True)


def test_what_is_counted_must_be_the_same():
    assert not implied(budget(), budget(counts=Count.ACCESSES))


def test_targets_may_be_split_where_the_parts_add_up_to_less():
    one = budget(limit=100)
    without = budget("w", 60, target=Target(justified=False))
    given = budget("g", 40, target=Target(justified=True))
    assert implied(one, without, given)
    assert not implied(replace(one, windows=(Window(DAY, 99),)), without, given)
    assert not implied(one, without)


def test_the_key_may_decide_in_which_part_all_reads_are():
    through = Target(applications=frozenset({"x", "y"}))
    x = budget("x", 60, target=Target(applications=frozenset({"x"})))
    y = budget("y", 60, target=Target(applications=frozenset({"y"})))
    assert not implied(budget(limit=100, target=through), x, y)
    assert implied(budget(limit=120, target=through), x, y)
    assert implied(budget(limit=60, target=through, per=(Key.ACCOUNT, Key.APPLICATION)), x, y)


def test_an_account_has_one_kind():
    one = budget(limit=60, target=Target(kinds=frozenset({"a", "b"})))
    a = budget("ka", 60, target=Target(kinds=frozenset({"a"})))
    b = budget("kb", 50, target=Target(kinds=frozenset({"b"})))
    assert not implied(one, a, b)
    assert implied(one, a, b, facts=True)
    # a budget for the kinds of an estate does not reach a kind that is not in it
    assert not implied(budget(limit=60), a, b, facts=True)


def test_ages_add_up():
    one = budget(limit=100)
    young = budget("y", 10, target=Target(younger_than=14 * DAY))
    old = budget("o", 90, target=Target(older_than=14 * DAY))
    assert implied(one, young, old)
    assert not implied(one, young, replace(old, windows=(Window(DAY, 91),)))


def test_a_closing_is_implied_by_the_same_closing_only():
    closes = budget(effect=Effect.HOLD)
    assert gaps([closes], [budget()], facts=False) == (Gap("a", DAY, 100, None, closes=True),)
    assert implied(budget(), closes)
    assert implied(closes, budget("b", 90, effect=Effect.HOLD))
    session = budget(per=(Key.ACCOUNT, Key.SESSION), effect=Effect.HOLD)
    assert implied(session, closes)
    assert not implied(session, budget("s", per=(Key.SESSION,), effect=Effect.HOLD))
