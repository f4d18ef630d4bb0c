"""What random histories seldom meet; that counting at once is counting one by one is in `tests/property`."""

import numpy as np
import pytest

from ecluse.detectors.budget import BudgetDetector
from ecluse.engine.history import from_requests
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Count, Key, Target, Window
from ecluse.service.bulk import NOTHING, counted, load_logs, merged
from ecluse.service.rebuild_past import Past


def detector(counts=Count.PERSONS, limit=3, per=(Key.ACCOUNT,), length=100, **target):
    return BudgetDetector(
        Budget("b", per, (Window(length, limit),), counts=counts, target=Target(**target))
    )


def past(*accesses, **flags):
    """Accesses given as (instant, account, persons) or with facts besides."""
    requests = [
        (at, AccessRequest(account=account, application="x", persons=persons, **dict(*facts)))
        for at, account, persons, *facts in accesses
    ]
    return Past(from_requests(requests), np.arange(len(requests)), **flags)


def told(detector, logs, now):
    load_logs(detector, logs, now)
    return {key: log.dump(now) for key, log in detector.logs.items()}


def test_of_more_than_a_log_keeps_the_newest_stay():
    budget = detector(limit=2)
    logs = counted(
        budget, past((1, "a", (1, 2)), (2, "a", (3, 1)), (3, "a", (4,))), now=3, number=0
    )
    assert told(budget, logs, 3) == {"a": [(1, 2), (3, 2), (4, 3)]}


def test_what_has_left_the_longest_window_is_left_out():
    budget = detector(length=10)
    logs = counted(budget, past((1, "a", (1,)), (2, "a", (2,)), (3, "b", (3,))), now=12, number=0)
    assert told(budget, logs, 12) == {"b": [(3, 3)]}
    assert counted(budget, past((1, "a", (1,))), now=12, number=0) is NOTHING


def test_accesses_are_told_apart_by_the_numbers_of_their_entries():
    budget = detector(Count.ACCESSES)
    logs = counted(budget, past((1, "a", ()), (1, "a", (1, 2))), now=1, number=5)
    assert told(budget, logs, 1) == {"a": [(5, 1), (6, 1)]}


def test_bytes_beyond_64_bits_add_up():
    budget = detector(Count.BYTES, limit=1 << 63)
    heavy = {"bytes": (1 << 62) + 1}
    accesses = past(*((at, "a", (), heavy) for at in range(1, 8)))
    logs = counted(budget, accesses, now=7, number=0)
    assert told(budget, logs, 7) == {
        "a": [((6, heavy["bytes"]), 7), ((5, heavy["bytes"]), 6)][::-1]
    }
    assert budget.logs["a"].used((), 7) == [2 * heavy["bytes"]]


def test_keys_of_several_parts_are_those_of_the_engine():
    per = (Key.ACCOUNT, Key.SESSION, Key.LINEAGE)
    budget = detector(per=per)
    accesses = past(
        (1, "a", (1,), {"session": "s"}), (2, "b", (1,)), (3, "a", (2,), {"session": "s"})
    )
    logs = counted(budget, accesses, now=3, number=0)
    assert logs.keys == [("a", "s", "a")]
    request = AccessRequest(account="a", application="x", persons=(), session="s")
    assert logs.keys[0] == budget.key(request)


@pytest.mark.parametrize("given", [True, False])
def test_a_justification_is_compared_exactly(given):
    budget = detector(justified=given)
    accesses = past((1, "a", (1,)), (2, "a", (2,)), justified=np.array([True, False]))
    logs = counted(budget, accesses, now=2, number=0)
    assert told(budget, logs, 2) == {"a": [(1, 1)] if given else [(2, 2)]}


def test_entries_followed_by_others_are_as_if_they_came_together():
    first, then = past((1, "a", (1, 2)), (2, "b", (3,))), past((3, "a", (2, 5)), (4, "c", (1,)))
    budget = detector(limit=2)
    logs = merged(
        budget,
        counted(budget, first, now=2, number=0),
        counted(budget, then, now=4, number=0),
        now=4,
    )
    assert told(budget, logs, 4) == {"a": [(1, 1), (2, 3), (5, 3)], "b": [(3, 2)], "c": [(1, 4)]}


def test_of_entries_followed_by_others_the_old_leave():
    budget = detector(length=10)
    first, then = past((1, "a", (1,)), (5, "a", (2,))), past((12, "b", (1,)))
    logs = merged(
        budget,
        counted(budget, first, now=5, number=0),
        counted(budget, then, now=12, number=0),
        now=12,
    )
    assert told(budget, logs, 12) == {"a": [(2, 5)], "b": [(1, 12)]}


def test_accounts_that_come_again_later_are_the_same_accounts():
    budget = detector(Count.ACCOUNTS, per=(Key.SYSTEM,))
    first, then = past((1, "a", ()), (2, "b", ())), past((3, "c", ()), (4, "a", ()))
    logs = merged(
        budget,
        counted(budget, first, now=2, number=0),
        counted(budget, then, now=4, number=0),
        now=4,
    )
    assert told(budget, logs, 4) == {"": [("b", 2), ("c", 3), ("a", 4)]}
    assert not merged(budget, NOTHING, NOTHING, now=4).keys


def test_bytes_followed_by_bytes_keep_what_reaches_the_limit():
    budget = detector(Count.BYTES, limit=9)
    first = past((1, "a", (), {"bytes": 6}), (2, "a", (), {"bytes": 3}))
    then = past((3, "a", (), {"bytes": 7}))
    logs = merged(
        budget,
        counted(budget, first, now=2, number=0),
        counted(budget, then, now=3, number=9),
        now=3,
    )
    assert told(budget, logs, 3) == {"a": [((1, 3), 2), ((9, 7), 3)]}
