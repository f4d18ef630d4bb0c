from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Count, Key, PolicySet, Window

REQUEST = AccessRequest(account="a", application="x", persons=(1,))
POLICIES = PolicySet((Budget("b", (Key.ACCOUNT,), (Window(10_000, 5),)),))


def links(engine):
    return [chain.links for chain in engine.chains.by_item.values()]


def test_a_chain_does_not_grow_with_the_accesses_that_stay():
    engine = Engine(POLICIES)
    first = engine.reserve(REQUEST, 0, 5000).reservation
    for at in range(1, 100):
        engine.check(REQUEST, at)
        engine.post(engine.reserve(REQUEST, at, 50).reservation, at)
        assert len(links(engine)[0]) <= 3
    second = engine.reserve(REQUEST, 200, 5000).reservation
    assert links(engine) == [[(0, first), (99, 0), (200, second)]]
    log = engine.detectors[0].log("a")
    engine.release(second, 300)
    assert log.last(1) == 99
    engine.release(first, 300)
    assert log.last(1) == 99
    assert (links(engine), log.open, engine.chains.touched) == ([], 0, {})


def test_an_item_returns_to_its_access_before_all_reservations():
    engine = Engine(POLICIES)
    engine.check(REQUEST, 3)
    numbers = [engine.reserve(REQUEST, at, 5000).reservation for at in (10, 20, 30)]
    log = engine.detectors[0].log("a")
    for number, last in ((numbers[1], 30), (numbers[2], 10), (numbers[0], 3)):
        assert engine.release(number, 40)
        assert log.last(1) == last
    assert log.open == 0


def test_an_access_while_a_reservation_is_open_stays_when_it_is_released():
    for act in ("check", "observe"):
        engine = Engine(POLICIES)
        number = engine.reserve(REQUEST, 0, 5000).reservation
        assert getattr(engine, act)(REQUEST, 5).permitted
        assert engine.release(number, 9)
        assert engine.detectors[0].log("a").last(1) == 5


def test_only_what_was_shown_counts():
    engine = Engine(POLICIES)
    asked = AccessRequest(account="a", application="x", persons=(1, 2, 3, 3))
    number = engine.reserve(asked, 10, 100).reservation
    assert engine.post(number, 20, (2, 77))
    log = engine.detectors[0].log("a")
    assert [log.last(n) for n in (1, 2, 3, 77)] == [None, 10, None, None]
    assert not engine.post(number, 20)


def test_an_access_of_which_some_was_shown_is_an_access():
    window = (Window(10_000, 1),)
    asked = AccessRequest(account="a", application="x", persons=(1, 2), bytes=1)
    for counts in (Count.ACCESSES, Count.BYTES, Count.ACCOUNTS):
        engine = Engine(PolicySet((Budget("b", (Key.APPLICATION,), window, counts=counts),)))
        number = engine.reserve(asked, 0, 5000).reservation
        assert engine.post(number, 0, ())
        other = AccessRequest(account="z", application="x", persons=(3,), bytes=1)
        assert not engine.check(other, 1).permitted
