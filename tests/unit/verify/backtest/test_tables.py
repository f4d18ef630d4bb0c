from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from ecluse.engine.history import from_requests
from ecluse.engine.outcome import REFUSING, by_event
from ecluse.model.access import AccessRequest
from ecluse.model.backtest import Label
from ecluse.model.policy import Budget, Effect, Key, Mode, PolicySet, Window
from ecluse.model.time import DAY, HOUR
from ecluse.verify.backtest.cases import explained, find_cases
from ecluse.verify.backtest.days import account_days, day_of, monday
from ecluse.verify.backtest.tables import asked_by, budget_rows, flagged, rows_by

POLICIES = PolicySet(
    (
        Budget("two", (Key.ACCOUNT,), (Window(HOUR, 2),), warn_share=0.5),
        Budget("watch", (Key.ACCOUNT,), (Window(HOUR, 1),), mode=Mode.SHADOW),
    )
)
KIND = {"a": "adviser", "b": "adviser", "c": "machine"}

ROWS = st.lists(
    st.tuples(
        st.integers(0, 12 * DAY),
        st.sampled_from("abc"),
        st.sets(st.integers(1, 4), min_size=1, max_size=2),
    ),
    min_size=1,
    max_size=40,
)


def tables(rows, keys, policies=POLICIES, labels=(), since=0):
    history = from_requests(
        [
            (at, AccessRequest(account=a, application="x", persons=tuple(p), kind=KIND[a]))
            for at, a, p in rows
        ]
    )
    outcome = by_event(history, policies)
    cases = find_cases(history, outcome, policies)
    told, _ = explained(cases.cases, labels)
    days = account_days(history, zone="UTC")
    frame = flagged(days, outcome, cases, told, since=since)
    return rows_by(asked_by(days, keys, since=since), frame, keys, history), history, outcome


@given(ROWS)
def test_a_table_adds_up_what_happened_by_hand(rows):
    rows = sorted(rows, key=lambda r: r[0])
    found, _, outcome = tables(rows, ("week", "kind"))
    effect = dict(zip(outcome.event.tolist(), outcome.effect.tolist(), strict=True))
    groups = defaultdict(list)
    for event, (at, account, _) in enumerate(rows):
        groups[day_of(monday(at // DAY)), KIND[account]].append((event, at // DAY, account))
    assert {(r.name, r.kind) for r in found} == set(groups)
    for row in found:
        mine = groups[row.name, row.kind]
        refused = [(d, a) for e, d, a in mine if REFUSING[effect.get(e, 0)]]
        warned = {a for e, _, a in mine if effect.get(e, 0) == Effect.WARN}
        assert row.requests == len(mine)
        assert row.days == len({(d, a) for _, d, a in mine})
        assert row.accounts == len({a for _, _, a in mine})
        assert row.stopped == len(refused)
        assert row.disturbed == len(set(refused))
        assert row.refused == len({a for _, a in refused})
        assert row.warned == len(warned - {a for _, a in refused})
        assert row.price == 1000 * row.disturbed / row.days


THREE = [
    (1, "a", [1, 2]),
    (2, "a", [3]),
    (3, "c", [1, 2]),
    (4, "c", [3]),
    (5, "b", [1]),
    (8 * DAY, "b", [1]),
]


def test_what_a_label_explains_is_apart_and_a_theft_disturbs_nobody_honest():
    labels = (
        Label("a", "", None, None, "job fair"),
        Label("c", "", None, None, "theft", honest=False),
    )
    ((all_,), _, _) = tables(THREE, (), labels=labels)
    assert (all_.disturbed, all_.explained, all_.hostile, all_.days) == (2, 2, 1, 4)
    assert all_.price == 1000 * 1 / 4


def test_held_is_told_apart_from_refused():
    hold = PolicySet((Budget("two", (Key.ACCOUNT,), (Window(HOUR, 2),), effect=Effect.HOLD),))
    ((all_,), _, _) = tables(THREE, (), policies=hold)
    assert (all_.held, all_.refused) == (2, 0)


def test_what_came_before_is_counted_and_not_reported():
    found, _, _ = tables(THREE, ("kind",), since=7)
    assert [(r.name, r.requests, r.disturbed) for r in found] == [("adviser", 1, 0)]


def test_budgets_say_what_they_did_also_in_shadow():
    _, history, outcome = tables(THREE, ())
    rows = {r.policy: r for r in budget_rows(history, outcome, POLICIES, since=0)}
    assert (rows["two"].over, rows["two"].over_accounts, rows["two"].shadow) == (2, 2, False)
    assert rows["watch"].shadow
    assert rows["watch"].over >= 2
    assert budget_rows(history, outcome, POLICIES, since=9 * DAY) == ()
