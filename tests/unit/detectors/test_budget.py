import pytest

from ecluse.detectors.budget import BudgetDetector
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Count, Effect, Key, Mode, Target, Window

FULL = {
    "session": "s",
    "organization": "o",
    "source": "192.0.2.1",
    "lineage": "root",
    "bytes": 7,
}


def detector(*per, **fields):
    return BudgetDetector(Budget("b", per or (Key.ACCOUNT,), (Window(10, 2),), **fields))


def request(persons=(1,), **facts):
    return AccessRequest(account="a", application="x", persons=persons, **facts)


@pytest.mark.parametrize(
    ("per", "full", "bare"),
    [
        ((Key.ACCOUNT,), "a", "a"),
        ((Key.SESSION,), "s", None),
        ((Key.ORGANIZATION,), "o", None),
        ((Key.APPLICATION,), "x", "x"),
        ((Key.LINEAGE,), "root", "a"),
        ((Key.SOURCE,), "192.0.2.1", None),
        ((Key.SYSTEM,), "", ""),
        ((Key.ACCOUNT, Key.APPLICATION), ("a", "x"), ("a", "x")),
        ((Key.ACCOUNT, Key.SESSION), ("a", "s"), None),
        ((Key.APPLICATION, Key.LINEAGE), ("x", "root"), ("x", "a")),
    ],
)
def test_a_key_is_what_the_budget_is_counted_by(per, full, bare):
    read = detector(*per).key
    assert read(request(**FULL)) == full
    assert read(request()) == bare


def test_an_empty_name_is_a_name():
    assert detector(Key.SESSION).key(request(session="")) == ""
    assert detector(Key.ACCOUNT, Key.SESSION).key(request(session="")) == ("a", "")


@pytest.mark.parametrize(
    ("fields", "facts", "items"),
    [
        ({}, {"persons": (3, 1, 3)}, (3, 1)),
        ({}, {"persons": ()}, ()),
        ({"target": Target(own=True)}, {"persons": (1, 2, 3), "own": (True, False, True)}, (1, 3)),
        ({"target": Target(own=False)}, {"persons": (1, 2), "own": (True, False)}, (2,)),
        ({"target": Target(own=False)}, {"persons": (1, 2), "own": (1, 0)}, (2,)),
        ({"target": Target(own=False)}, {"persons": (1, 2)}, (1, 2)),
        ({"counts": Count.ACCESSES}, {"persons": ()}, (9,)),
        ({"counts": Count.ACCOUNTS}, {}, ("a",)),
        ({"counts": Count.BYTES}, {"bytes": 5}, ((9, 5),)),
        ({"counts": Count.BYTES}, {"bytes": 0}, ()),
        ({"counts": Count.BYTES}, {"bytes": -5}, ()),
    ],
)
def test_items_are_what_is_counted(fields, facts, items):
    per = (Key.SYSTEM,) if fields.get("counts") is Count.ACCOUNTS else (Key.ACCOUNT,)
    assert detector(*per, **fields).items(request(**facts), 9) == items


def test_a_reason_has_the_count_up_to_one_more_than_the_limit():
    watched = detector(effect=Effect.SLOW, mode=Mode.SHADOW, warn_share=0.5)
    log = watched.log("a")
    assert watched.judge(log, (1,), 0).effect is Effect.WARN
    reason = watched.judge(log, (1, 2, 3, 4, 5), 0)
    assert (reason.used, reason.limit, reason.window) == (3, 2, 10)
    assert (reason.effect, reason.shadow) == (Effect.SLOW, True)
    assert watched.judge(log, (), 0) is None


def test_a_hold_closes_an_account_or_a_session():
    asked = request(session="s")
    closing = {"effect": Effect.HOLD}
    assert detector(Key.ACCOUNT, Key.SESSION, **closing).hold_key(asked) == (Key.ACCOUNT, "a")
    assert detector(Key.SESSION, **closing).hold_key(asked) == (Key.SESSION, "s")
    with pytest.raises(AssertionError, match="a hold closes"):
        detector(Key.ORGANIZATION, **closing)
