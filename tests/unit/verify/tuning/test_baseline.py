import numpy as np
import pytest

from ecluse.verify.tuning.baseline import GROWTH, fit


def made(rng, *, accounts=60, days=50, mean=20.0, spread=8.0, size=5.0, weekday=None):
    """Days of accounts as the model says: gamma means, negative-binomial days."""
    own = mean * rng.gamma(spread, 1 / spread, accounts)
    account = np.repeat(np.arange(accounts), days)
    day = np.tile(np.arange(days) % 7, accounts)
    factor = np.ones(7) if weekday is None else np.asarray(weekday)
    expected = own[account] * factor[day]
    count = rng.poisson(expected * rng.gamma(size, 1 / size, expected.size))
    return count.astype(np.int64), account, day, own


def fitted(count, account, day, *, use=None, early=None, months=0.0):
    everything = np.ones(count.size, np.bool_)
    return fit(
        count, account, day, use=everything if use is None else use,
        early=np.zeros(count.size, np.bool_) if early is None else early,
        accounts=int(account.max()) + 1, months=months,
    )  # fmt: skip


def test_the_model_is_found_again():
    count, account, day, own = made(np.random.default_rng(1), weekday=[1.4, 1, 1, 1, 0.6, 1, 1])
    baseline, _ = fitted(count, account, day)
    assert baseline.group == pytest.approx(count.mean(), rel=0.05)
    assert baseline.size == pytest.approx(5, rel=0.4)
    assert baseline.weekday[0] > 1.25
    assert baseline.weekday[4] < 0.75
    assert np.corrcoef(baseline.mean(), own)[0, 1] > 0.9


def test_predictions_are_passed_as_often_as_they_say():
    rng = np.random.default_rng(2)
    count, account, day, own = made(rng, accounts=200)
    baseline, _ = fitted(count, account, day)
    new = rng.poisson(own[account] * rng.gamma(5, 1 / 5, account.size))
    tails = np.exp(baseline.log_tail(new, account, day))
    for share in (0.1, 0.01):
        assert (tails <= share).mean() == pytest.approx(share, rel=0.5)


def test_an_account_of_few_days_is_drawn_to_its_peers():
    count, account, day, _ = made(np.random.default_rng(3))
    use = (account != 0) | (np.arange(count.size) < 2)
    count[account == 0] = 200
    baseline, _ = fitted(count, account, day, use=use)
    assert baseline.group < baseline.mean()[0] < 200


def test_days_that_are_left_out_teach_nothing():
    count, account, day, _ = made(np.random.default_rng(4))
    plain, _ = fitted(count, account, day)
    wild = count.copy()
    left = np.zeros(count.size, np.bool_)
    left[::7] = True
    wild[left] = 5_000
    without, _ = fitted(count, account, day, use=~left)
    poisoned, _ = fitted(wild, account, day, use=~left)
    assert poisoned.group == without.group
    assert poisoned.group == pytest.approx(plain.group, rel=0.05)


def test_a_wild_day_counts_no_more_than_its_bar():
    count, account, day, _ = made(np.random.default_rng(5))
    before, _ = fitted(count, account, day)
    count[10] = 100_000
    after, kept = fitted(count, account, day)
    assert kept[10] < 1_000
    assert after.mean()[0] < 1.5 * before.mean()[0]


def test_growth_is_capped_from_one_month_to_the_next():
    rng = np.random.default_rng(6)
    count, account, day, _ = made(rng, days=60, size=50.0)
    early = np.tile(np.arange(60) < 30, 60)
    count[(account == 0) & ~early] *= 4
    free, _ = fitted(count, account, day)
    capped, _ = fitted(count, account, day, early=early, months=1.0)
    first = count[(account == 0) & early].mean()
    assert free.mean()[0] > 2 * first
    assert capped.mean()[0] <= GROWTH * first * 1.1
    assert capped.capped >= 1


def test_a_day_is_judged_without_itself():
    count, account, day, _ = made(np.random.default_rng(7), accounts=5, days=6)
    count[0] = 90
    baseline, kept = fitted(count, account, day)
    first = slice(0, 1)
    with_it = baseline.log_tail(count[first], account[first], day[first])
    without = baseline.log_tail(count[first], account[first], day[first], without=kept[first])
    assert without[0] < with_it[0]
    unused = baseline.log_tail(count[first], account[first], day[first], without=np.array([np.nan]))
    assert unused[0] == with_it[0]


def test_accounts_that_do_not_differ_are_all_alike():
    count = np.full(100, 7, np.int64)
    baseline, _ = fitted(count, np.repeat(np.arange(10), 10), np.tile(np.arange(10) % 7, 10))
    assert np.allclose(baseline.mean(), 7)
