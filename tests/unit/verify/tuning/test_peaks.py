from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.engine.history import from_requests
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Key
from ecluse.model.time import DAY, HOUR
from ecluse.verify.backtest.days import account_days
from ecluse.verify.tuning.peaks import peaks_of, warm

LENGTHS = (HOUR, DAY, 3 * DAY)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 6 * DAY),
        st.sampled_from("ab"),
        st.sampled_from("xy"),
        st.sets(st.integers(1, 6), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=30,
)


@settings(deadline=None)
@given(ROWS, st.booleans())
def test_a_peak_is_the_most_persons_in_a_window_that_ends_on_that_day(rows, apart):
    rows = sorted(rows, key=lambda r: r[0])
    history = from_requests(
        [(at, AccessRequest(account=a, application=x, persons=tuple(p))) for at, a, x, p in rows]
    )
    days = account_days(history, zone="UTC")
    per = (Key.ACCOUNT, Key.APPLICATION) if apart else (Key.ACCOUNT,)
    found = peaks_of(history, days, per, LENGTHS)
    for number in range(len(days)):
        account, day = history.account.words[int(days.account[number])], int(days.day[number])
        for place, length in enumerate(LENGTHS):
            best = 0
            for end, (at, who, where, _) in enumerate(rows):
                if who != account or at // DAY != day:
                    continue
                inside = [
                    p
                    for s, a, x, p in rows[: end + 1]
                    if a == account and at - length < s <= at and (not apart or x == where)
                ]
                best = max(best, len(set().union(*inside)))
            assert int(found.count[number, place]) == best


def test_warming_needs_nothing():
    warm()
