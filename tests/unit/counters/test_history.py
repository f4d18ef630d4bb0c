"""A history is grouped by key, each item at its latest access, and each access named once."""

import msgspec

from ecluse.counters.batch import Layout, person_bytes
from ecluse.counters.history import loads
from ecluse.counters.keys import Keys
from ecluse.counters.tallies import Plan, Rule, Tally
from ecluse.model.policy import Budget, Count, Key, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR

NOW = 10 * DAY


def steady(policies):
    return Plan(tuple(Rule(b, Tally.of(b)) for b in policies.budgets), complete=True)


def loaded(budget, history, now=NOW):
    """For each batch, the entries of each key."""
    layout = Layout(steady(PolicySet((budget,))), Keys("n"), b"")
    found = []
    for load in loads(layout, history, now):
        keys, told, items = load.packed()
        told = msgspec.msgpack.decode(told)
        assert [row[0] for row in told["keys"]] == [1 + list(Count).index(budget.counts)] * len(
            keys
        )
        ends = {
            k.decode().split(":", 2)[2]: row[3] for k, row in zip(keys, told["keys"], strict=True)
        }
        found.append((told["latest"], ends, items))
    return found


def budget(counts=Count.PERSONS, limit=5, **more):
    return Budget("b", (Key.ACCOUNT,), (Window(DAY, limit),), counts=counts, **more)


def test_an_item_is_loaded_at_its_latest_access(tools):
    history = [
        (NOW - 5, tools.request(1, 2)),
        (NOW - 3, tools.request(2)),
        (NOW - 4, tools.request(3)),
    ]
    ((latest, keys, items),) = loaded(budget(), history)
    assert latest == NOW - 3
    assert keys == {
        "a": [NOW - 5, 0, 8, NOW - 3, 8, 16, NOW - 3, 16, 24]
    }  # an earlier instant is taken as the one before
    assert items == person_bytes((1, 2, 3))


def test_accounts_are_items_too(tools):
    ((_, keys, items),) = loaded(budget(Count.ACCOUNTS), [(NOW, tools.request(1))])
    assert (keys, items) == ({"a": [NOW, 0, 1]}, b"a")


def test_accesses_of_one_instant_are_told_apart(tools):
    history = [(NOW - 1, tools.request()), (NOW - 1, tools.request()), (NOW, tools.request())]
    ((_, keys, _),) = loaded(budget(Count.ACCESSES), history)
    assert keys == {"a": [NOW - 1, 0, NOW - 1, 1, NOW, 0]}


def test_bytes_are_cut_at_what_is_over_every_limit(tools):
    history = [
        (NOW - 1, tools.request(bytes=3)),
        (NOW, tools.request(bytes=1 << 50)),
        (NOW, tools.request()),
    ]
    ((_, keys, _),) = loaded(budget(Count.BYTES), history)
    assert keys == {"a": [NOW - 1, 0, 3, NOW, 0, 1 << 44]}


def test_what_has_left_the_longest_window_is_left_out(tools):
    history = [(NOW - DAY, tools.request(1)), (NOW - DAY + 1, tools.request(2))]
    ((_, keys, items),) = loaded(budget(), history)
    assert items == person_bytes((2,))
    assert keys["a"][0] == NOW - DAY + 1


def test_only_what_drew_on_a_budget_then_is_loaded(tools):
    young = budget(target=Target(younger_than=HOUR))
    history = [
        (NOW - HOUR, tools.request(1, created_at=NOW - HOUR - 1)),
        (NOW - 1, tools.request(2, created_at=NOW - HOUR - 1)),
        (NOW, tools.request(3)),
        (NOW, tools.request()),
    ]
    ((_, _, items),) = loaded(young, history)
    assert items == person_bytes((1, 3))
    assert loaded(Budget("b", (Key.SESSION,), (Window(DAY, 1),)), history)[0][1] == {}


def test_long_histories_come_in_batches(tools, monkeypatch):
    monkeypatch.setattr("ecluse.counters.history._ENTRIES_MAX", 3)
    history = [(NOW - 9 + n, tools.request(n)) for n in range(7)]
    found = loaded(budget(), history)
    assert [len(items) // 8 for _, _, items in found] == [3, 3, 1]
    assert [latest for latest, _, _ in found] == [NOW - 7, NOW - 4, NOW - 3]


def test_an_empty_history_still_gives_a_batch():
    assert loaded(budget(), []) == [(0, {}, b"")]
