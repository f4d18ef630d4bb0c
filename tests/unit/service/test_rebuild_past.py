import numpy as np
import pytest

from ecluse.engine.history import from_requests
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Target
from ecluse.service.rebuild_past import Past


def past():
    requests = [
        (
            at,
            AccessRequest(
                account=f"a{at}", application="x", persons=tuple(range(at)), session=None if at == 2 else "s",
                created_at=at, bytes=at, own=tuple(p % 2 == 0 for p in range(at)),
            ),
        )
        for at in (1, 2, 3)
    ]  # fmt: skip
    justified = np.array([True, False, True])
    return Past(from_requests(requests), np.array([4, 5, 9]), justified, justified[::-1])


@pytest.mark.parametrize("event", [0, 1, 2, 3])
def test_a_later_part_holds_the_same_accesses(event):
    later = past().since(event)
    assert list(later.requests()) == list(past().requests())[event:]
    assert later.seq.tolist() == [4, 5, 9][event:]


def test_conditions_hold_together():
    assert past().mask(Target()) is None
    assert past().mask(Target(justified=True)).tolist() == [True, False, True]
    assert past().mask(Target(justified=False, stepped_up=False)).tolist() == [False, True, False]
    both = Target(applications=frozenset({"y"}), justified=True)
    assert past().mask(both).tolist() == [False] * 3


def test_accesses_of_one_person_each_need_no_list_of_persons():
    requests = [
        (at, AccessRequest(account="a", application="x", persons=(at,))) for at in (1, 2, 3)
    ]
    history = from_requests(requests)
    one_each = Past(
        type(history)(history.at, history.account, history.application, history.person),
        np.arange(3),
    )
    assert [r.persons for _, r in one_each.since(1).requests()] == [(2,), (3,)]
