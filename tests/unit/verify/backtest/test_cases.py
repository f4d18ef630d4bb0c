from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ecluse.engine.history import from_requests
from ecluse.engine.outcome import REFUSING, by_event
from ecluse.model.access import AccessRequest
from ecluse.model.backtest import Label
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.time import DAY, HOUR
from ecluse.verify.backtest.cases import APART, explained, find_cases

TWO_AN_HOUR = PolicySet((Budget("two", (Key.ACCOUNT,), (Window(HOUR, 2),)),))


def past(rows):
    """Rows of (instant, account, persons)."""
    return from_requests(
        [
            (
                at,
                AccessRequest(
                    account=a,
                    application="x",
                    persons=tuple(p),
                    kind="adviser",
                    organization="body",
                ),
            )
            for at, a, p in rows
        ]
    )


def cases_of(rows, policies=TWO_AN_HOUR):
    history = past(rows)
    return find_cases(history, by_event(history, policies), policies)


def test_a_case_says_who_when_by_what_and_what_it_cost():
    found = cases_of(
        [
            (1, "ann", [1]),
            (2, "ann", [2]),
            (3, "ann", [3, 4]),
            (4, "ann", [1]),
            (5, "ann", [4]),
            (HOUR + 9, "ann", [5]),
        ]
    )
    (case,) = found.cases
    assert (case.account, case.kind, case.organization) == ("ann", "adviser", "body")
    assert (case.first_at, case.last_at, case.opened_at, case.closed) == (3, 5, HOUR + 9, HOUR + 6)
    assert (case.policy, case.window, case.limit, case.used, case.effect) == (
        "two",
        HOUR,
        2,
        3,
        "deny",
    )
    assert (case.refused, case.released, case.persons) == (2, 1, 2)
    assert found.event.tolist() == [2, 4]
    assert found.of.tolist() == [0, 0]


def test_a_day_without_a_refusal_begins_another_case():
    rows = [
        (1, "ann", [1, 2]),
        (2, "ann", [3]),
        (2 + APART, "ann", [1, 2]),
        (3 + APART, "ann", [3]),
    ]
    assert len(cases_of(rows).cases) == 2
    nearer = [*rows[:2], (APART, "ann", [1, 2]), (1 + APART, "ann", [3])]
    assert len(cases_of(nearer).cases) == 1


def test_nothing_let_through_since_is_no_end():
    (case,) = cases_of([(1, "ann", [1, 2]), (2, "ann", [3]), (3, "bob", [1])]).cases
    assert case.opened_at is None
    assert case.closed is None


def test_a_hold_has_no_window_once_it_holds():
    hold = PolicySet((replace(TWO_AN_HOUR.budgets[0], effect=Effect.HOLD),))
    (case,) = cases_of([(1, "ann", [1, 2]), (2, "ann", [3]), (9 * HOUR, "ann", [1])], hold).cases
    assert (case.effect, case.refused, case.window) == ("hold", 2, HOUR)


def test_nobody_refused_is_no_case():
    assert cases_of([(1, "ann", [1])]).cases == ()


ROWS = st.lists(
    st.tuples(
        st.integers(0, 4 * DAY),
        st.sampled_from("ab"),
        st.sets(st.integers(1, 5), min_size=1, max_size=3),
    ),
    max_size=25,
)


@given(ROWS)
def test_every_refusal_is_in_one_case_of_its_account(rows):
    rows = sorted(rows, key=lambda r: r[0])
    history = past(rows)
    outcome = by_event(history, TWO_AN_HOUR)
    found = find_cases(history, outcome, TWO_AN_HOUR)
    refused = outcome.event[REFUSING[outcome.effect]].tolist()
    assert sorted(found.event.tolist()) == refused
    for number, case in enumerate(found.cases):
        mine = found.event[found.of == number].tolist()
        times = [rows[e][0] for e in mine]
        assert {rows[e][1] for e in mine} == {case.account}
        assert (case.first_at, case.last_at, case.refused) == (times[0], times[-1], len(mine))
        assert all(b - a < APART for a, b in pairwise(times))
        assert case.persons == len(set().union(*(rows[e][2] for e in mine)))
        others = [e for e, (_, a, _) in enumerate(rows) if a == case.account and e not in refused]
        assert case.released == sum(mine[0] < e < mine[-1] for e in others)
        later = [rows[e][0] for e in others if e > mine[-1]]
        assert case.opened_at == (later[0] if later else None)


def test_a_label_fits_by_account_or_organization_and_time():
    (case,) = cases_of([(1, "ann", [1, 2]), (20, "ann", [3])]).cases
    fair = Label("ann", "", 10, 30, "job fair")
    body = Label("", "body", None, None, "outage", honest=False)
    wrong = [
        Label("bob", "", None, None, "x"),
        Label("ann", "", 21, None, "x"),
        Label("", "body", None, 19, "x"),
    ]
    (told,), unused = explained([case], [*wrong, fair, body])
    assert (told.reason, told.honest) == ("job fair", True)
    assert unused == wrong
    (told,), unused = explained([case], [body, fair])
    assert (told.reason, told.honest) == ("outage", False)
    assert unused == []
    assert explained([case], wrong) == ([case], wrong)
