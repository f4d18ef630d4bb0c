"""Calls become what the script takes, and its answers verdicts."""

from dataclasses import replace

import msgspec
import pytest

from ecluse.counters.batch import Batch, Layout, person_bytes, verdicts
from ecluse.counters.keys import Keys
from ecluse.counters.tallies import Plan, Rule, Tally
from ecluse.model.call import Call, Verdict
from ecluse.model.decision import PERMIT, Decision, Reason
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR

WINDOWS = (Window(HOUR, 2), Window(DAY, 4))
PLAIN = Budget("plain", (Key.ACCOUNT,), WINDOWS)
POLICIES = PolicySet(
    (
        PLAIN,
        Budget("pair", (Key.ACCOUNT, Key.APPLICATION), WINDOWS, mode=Mode.SHADOW),
        Budget("foreign", (Key.ORGANIZATION,), WINDOWS, target=Target(own=False)),
        Budget("night", (Key.SYSTEM,), WINDOWS, target=Target(hours=Hours("UTC", ((0, 60),)))),
        Budget("who", (Key.SESSION,), WINDOWS, counts=Count.ACCOUNTS, effect=Effect.SLOW),
        Budget("how-often", (Key.SYSTEM,), WINDOWS, counts=Count.ACCESSES),
        Budget("how-much", (Key.SYSTEM,), WINDOWS, counts=Count.BYTES),
    )
)


def steady(policies):
    return Plan(tuple(Rule(b, Tally.of(b)) for b in policies.budgets), complete=True)


def made(policies, *requests, now=2 * HOUR, operation="check", **more):
    layout = Layout(steady(policies), Keys("n"), b"told")
    batch = Batch(layout, now, **more)
    for request in requests:
        batch.add(Call(operation, request))
    told, calls, items, *names = batch.values
    assert told == b"told"
    return batch.keys, msgspec.msgpack.decode(calls), items, names


def drawn(policies, request, **more):
    """What a request draws on: budget, end of the key, and what it brings."""
    keys, calls, items, _ = made(policies, request, **more)
    (row,) = calls["calls"]
    found = {}
    for place in range(3, len(row), 3):
        if row[place] < 0:
            continue  # it may hold later
        budget = policies.budgets[row[place] - 1]
        what = row[place + 2]
        if budget.counts in {Count.PERSONS, Count.ACCOUNTS}:
            what = items[calls["lists"][2 * what - 2] : calls["lists"][2 * what - 1]]
        key = keys[row[place + 1] - 1].decode()
        found[budget.id] = (key.split(":", 2)[2], what)
    return found


def test_a_request_draws_on_every_budget_that_it_matches(tools):
    request = tools.request(
        1, 2, 1, session="s", organization="o", own=(True, False, True), bytes=7
    )
    assert drawn(POLICIES, request) == {
        "plain": ("a", person_bytes((1, 2))),
        "pair": ("1:a1:x", person_bytes((1, 2))),
        "foreign": ("o", person_bytes((2,))),
        "who": ("s", b"a"),
        "how-often": ("", 0),
        "how-much": ("", 7),
    }


def test_unknown_keys_and_nothing_draw_on_nothing(tools):
    assert drawn(POLICIES, tools.request()) == {"how-often": ("", 0)}


def test_asked_how_it_stands_a_request_names_also_what_it_brings_nothing_to(tools):
    found = drawn(POLICIES, tools.request(), even_nothing=True)
    assert found == {
        "plain": ("a", b""),
        "pair": ("1:a1:x", b""),
        "how-often": ("", 0),
        "how-much": ("", 0),
    }


def test_hours_go_by_the_clock_that_is_known_here(tools):
    assert "night" in drawn(POLICIES, tools.request(1), now=HOUR - 1)
    assert "night" not in drawn(POLICIES, tools.request(1), now=HOUR)


def test_calls_share_keys_names_and_lists(tools):
    requests = [tools.request(n, session="s", organization="o") for n in (1, 2)]
    keys, calls, items, names = made(POLICIES, *requests, operation="reserve")
    first, second = calls["calls"]
    assert first[:3] == second[:3] == [2, 6, 7] or first[:3] == [2, 7, 6]
    assert sorted(names) == [b"account:a", b"session:s"]
    assert len(keys) == len(set(keys))
    assert len(items) == 2 * (8 + 8 + len("a"))  # persons, foreign persons, account


def test_words_decide_who_matches(tools):
    policies = PolicySet(
        (Budget("b", (Key.ACCOUNT,), WINDOWS, target=Target(kinds=frozenset({"p"}))),)
    )
    assert drawn(policies, tools.request(1, kind="p"))
    assert drawn(policies, tools.request(1))  # an unknown kind satisfies any condition
    assert not drawn(policies, tools.request(1, kind="q"))


def test_what_matches_is_kept_for_a_number_of_words(tools, monkeypatch):
    monkeypatch.setattr("ecluse.counters.batch._MATCHES_KEPT_MAX", 2)
    layout = Layout(steady(POLICIES), Keys("n"), b"")
    for kind in ("p", "q", "r"):
        layout.matching(tools.request(1, kind=kind))
    assert len(layout._matches) == 1


@pytest.mark.parametrize("persons", [(5,), (1, 2**64 - 1)])
def test_persons_are_eight_bytes_each(persons):
    assert person_bytes(persons) == b"".join(p.to_bytes(8, "little") for p in persons)


def read(answers, *requests, policies=POLICIES, step=1):
    layout = Layout(steady(policies), Keys("n"), b"")
    calls = [Call("check", r) for r in requests]
    return verdicts(layout, calls, 10, step, answers, is_changed=True)


def test_answers_become_verdicts(tools):
    answers = [
        0,
        [0, [0, 99], "", 0, 0, 3],
        [7, [], "", 1, 1, 5, 4, 0, 3],
        [0, [], "former"],
        [0, [0, -1], "", 0, 0, 3],
    ]
    assert read(answers, *[tools.request(1)] * 5) == [
        Verdict(PERMIT, 10),
        Verdict(Decision(Effect.DENY, (Reason("plain", HOUR, 3, 2, Effect.DENY),)), 11, 99),
        Verdict(
            Decision(
                Effect.SLOW,
                (
                    Reason("who", HOUR, 3, 2, Effect.SLOW),
                    Reason("pair", DAY, 5, 4, Effect.DENY, shadow=True),
                ),
                7,
            ),
            12,
        ),
        Verdict(Decision(Effect.HOLD, (Reason("former", 0, 0, 0, Effect.HOLD),)), 13),
        Verdict(Decision(Effect.DENY, (Reason("plain", HOUR, 3, 2, Effect.DENY),)), 14),
    ]


def test_a_count_up_to_the_limit_only_warns(tools):
    (found,) = read([[0, [], "", 0, 0, 2]], tools.request(1), step=0)
    assert found == Verdict(Decision(Effect.WARN, (Reason("plain", HOUR, 2, 2, Effect.WARN),)), 10)


def test_what_may_hold_later_is_asked_until_when_it_is_closed(tools):
    def places(policies, request, **more):
        _, calls, _, _ = made(policies, request, **more)
        (row,) = calls["calls"]
        return row[3::3]

    night = PolicySet((POLICIES.budgets[3],))
    assert places(night, tools.request(1)) == [-1]
    assert places(night, tools.request(1), even_nothing=True) == []
    young = PolicySet((replace(PLAIN, target=Target(younger_than=HOUR)),))
    assert places(young, tools.request(1, created_at=HOUR + 1)) == [1]
    assert places(young, tools.request(1, created_at=HOUR)) == []  # nobody grows younger
    old = PolicySet((replace(PLAIN, target=Target(older_than=HOUR)),))
    assert places(old, tools.request(1, created_at=HOUR + 1)) == [-1]
