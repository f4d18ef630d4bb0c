from ecluse.model.client import Client
from ecluse.runners.reservations import Reservations

ME, OTHER = Client("me", frozenset()), Client("other", frozenset())


def test_only_the_client_that_reserved_can_settle():
    open_ = Reservations()
    name = open_.add(7, None, ME, 100)
    assert open_.find(name, OTHER) is open_.take(name, OTHER) is None
    open_.written(name, 3)
    assert open_.find(name, ME) is not None
    found = open_.take(name, ME)
    assert (found.number, found.seq) == (7, 3)
    assert open_.take(name, ME) is None


def test_names_cannot_be_guessed_from_each_other():
    open_ = Reservations()
    names = {open_.add(n, None, ME, 100) for n in range(100)}
    assert len(names) == 100
    assert all(len(name) == 16 for name in names)


def test_those_past_their_end_are_forgotten():
    open_ = Reservations()
    first, second = open_.add(1, None, ME, 100), open_.add(2, None, ME, 200)
    third = open_.add(3, None, ME, 100 + 200)
    open_.take(second, ME)
    assert open_.expire(99) == 0
    assert open_.expire(200) == 1, "one had been settled"
    assert open_.take(first, ME) is None
    assert open_.take(third, ME) is not None
    assert len(open_) == 0
