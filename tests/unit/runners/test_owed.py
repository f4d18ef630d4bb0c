import pytest

from ecluse.model.access import AccessRequest
from ecluse.runners import owed
from ecluse.runners.owed import Owed


def access(*persons):
    return AccessRequest(account="ana", application="files", persons=persons)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(owed, "NEWEST", 3)


def test_nothing_is_dropped_while_it_fits():
    kept = Owed(10)
    for n in range(5):
        kept.add(n, access(n))
    assert kept.spilled == 0
    assert [at for at, _ in kept.take()] == [0, 1, 2, 3, 4]
    assert kept.take() == []


def test_the_oldest_are_dropped_and_the_newest_never():
    kept = Owed(10)
    for n in range(50):
        kept.add(n, access(n))
        assert sum(1 + len(r.persons) for _, r in kept._kept) <= 10
    assert kept.spilled > 1
    taken = [at for at, _ in kept.take()]
    assert taken == list(range(50 - len(taken), 50))
    for n in range(3):
        kept.add(n, access(*range(100)))
    assert len(kept.take()) == 3, "whatever they weigh"


def test_what_could_not_be_paid_comes_before_what_came_meanwhile():
    kept = Owed(100)
    kept.add(1, access(1))
    taken = kept.take()
    kept.add(2, access(2))
    kept.put_back(taken)
    assert [at for at, _ in kept.take()] == [1, 2]


def test_accesses_without_persons_are_bounded_too():
    kept = Owed(10)
    for n in range(1000):
        kept.add(n, access())
    assert len(kept.take()) <= 10


def test_what_was_dropped_while_the_ledger_was_brought_is_still_owed():
    kept = Owed(10)
    for n in range(9):
        kept.add(n, access(n))
    before = kept.spilled
    for n in range(9):
        kept.add(n, access(n))
    kept.brought(before)
    assert kept.spilled > 0
    kept.brought(kept.spilled)
    assert kept.spilled == 0
