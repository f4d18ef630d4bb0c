"""Disclosing on an event loop: the same, and no reservation is left when a request is cancelled."""

import asyncio
import threading

import pytest

from ecluse.enforcers._awaited import AsyncDisclosure, awaited
from ecluse.enforcers._book import Book, Refused
from ecluse.enforcers.identity import Identity
from ecluse.model.asked import Asked
from ecluse.sdk.errors import GateUnavailable
from fakes.gate import FakeAwaitedGate, FakeGate

A = "adviser"


def disclosure(gate):
    return AsyncDisclosure(gate, Book(identify=lambda: Identity(account=A)))


def run(action):
    return asyncio.run(asyncio.wait_for(action, 30))


def test_what_was_shown_is_posted_and_what_was_not_released():
    gate = FakeGate()

    async def main():
        shown, failed = disclosure(FakeAwaitedGate(gate)), disclosure(FakeAwaitedGate(gate))
        await shown.disclose([1, 2])
        assert (await failed.ask([2, 3])).released
        await shown.finish(shown=True)
        await failed.finish(shown=False)

    run(main())
    assert gate.shown[A] == {"1", "2"}
    assert not gate.open


@pytest.mark.parametrize("plain", [True, False])
def test_a_stream_shows_the_limit_and_no_more(plain):
    gate = FakeGate(limit=37)

    async def rows():
        for n in range(500):
            await asyncio.sleep(0)
            yield n

    async def main():
        asking = disclosure(FakeAwaitedGate(gate))
        source = range(500) if plain else rows()
        out = [row async for row in await asking.stream(source, person=str)]
        await asking.finish(shown=True)
        return out

    assert run(main()) == list(range(37))
    assert gate.shown[A] == {str(n) for n in range(37)}
    assert not gate.open


def test_a_stream_that_is_left_releases_what_it_did_not_hand_out():
    gate = FakeGate()

    async def main():
        asking = disclosure(FakeAwaitedGate(gate))
        rows = await asking.stream(range(9), person=str)
        for _ in range(4):
            await anext(rows)
        await rows.aclose()

    run(main())
    assert gate.shown[A] == {"0", "1", "2", "3"}
    assert not gate.open


def test_a_gate_out_of_reach_refuses():
    gate = FakeGate()
    gate.go_down()

    async def main():
        with pytest.raises(Refused) as refused:
            await disclosure(FakeAwaitedGate(gate)).disclose("1")
        return refused.value.case.status

    assert run(main()) == 503


def test_what_cannot_be_settled_stays_counted(caplog):
    gate = FakeGate()

    async def main():
        asking = disclosure(FakeAwaitedGate(gate))
        await asking.disclose("person-1")
        gate.deaf = GateUnavailable("gone")
        await asking.finish(shown=False)

    run(main())
    assert gate.counted(A) == {"person-1"}
    assert "stays counted" in caplog.text
    assert "person-1" not in caplog.text


class Hesitating(FakeAwaitedGate):
    """Decides at once, and answers when it is let."""

    def __init__(self, inner):
        super().__init__(inner)
        self.decided, self.let = asyncio.Event(), asyncio.Event()

    async def reserve(self, asked):
        try:
            return self.inner.reserve(asked)
        finally:
            self.decided.set()
            await self.let.wait()


@pytest.mark.parametrize("down", [True, False])
def test_a_request_that_is_cancelled_while_it_asks_leaves_no_reservation(down):
    gate = FakeGate()
    if down:
        gate.go_down()

    async def main():
        slow = Hesitating(gate)
        asking = disclosure(slow)
        task = asyncio.create_task(asking.disclose("1"))
        await slow.decided.wait()
        assert gate.counted(A) == (set() if down else {"1"})
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asking.finish(shown=False)
        slow.let.set()
        while gate.open:  # noqa: ASYNC110 - the gate has no event
            await asyncio.sleep(0.001)
        await asyncio.sleep(0)

    run(main())
    assert gate.counted(A) == set()


def test_a_cancelled_settlement_is_carried_out():
    gate = FakeGate()

    async def main():
        asking = disclosure(FakeAwaitedGate(gate))
        await asking.disclose([1, 2])
        task = asyncio.create_task(asking.finish(shown=False))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        while gate.open:  # noqa: ASYNC110 - the gate has no event
            await asyncio.sleep(0.001)

    run(main())
    assert gate.counted(A) == set()


def test_a_gate_that_cannot_be_awaited_is_called_in_threads():
    threads = set()

    class Noting(FakeGate):
        def reserve(self, asked):
            threads.add(threading.current_thread())
            return super().reserve(asked)

    gate = Noting()

    async def main():
        wrapped = awaited(gate)
        kept = await wrapped.reserve(Asked(account=A, persons=("1",)))
        assert (await wrapped.post(kept.reservation)).settled
        other = await wrapped.reserve(Asked(account=A, persons=("2",)))
        assert (await wrapped.release(other.reservation)).settled
        assert (await wrapped.check(Asked(account=A, persons=("3",)))).released
        assert (await wrapped.observe(Asked(account=A, persons=("4",)))).released

    run(main())
    assert threads
    assert threading.main_thread() not in threads
    assert gate.shown[A] == {"1", "3", "4"}
    own = FakeAwaitedGate(gate)
    assert awaited(own) is own


def test_code_in_a_thread_shares_the_request():
    gate = FakeGate(limit=3)

    async def main():
        asking = disclosure(FakeAwaitedGate(gate))
        inner = asking.from_thread

        def endpoint():
            inner.disclose([1, 2])
            return list(inner.stream(range(1, 9), person=str))

        assert await asyncio.to_thread(endpoint) == [1, 2, 3]
        await asking.finish(shown=True)

    run(main())
    assert gate.shown[A] == {"1", "2", "3"}
    assert not gate.open


def test_slow_lets_others_run():
    gate = FakeGate(delay=1)

    async def main():
        asking = disclosure(FakeAwaitedGate(gate))
        await asyncio.gather(asking.disclose("1"), asking.disclose("2"))
        assert asking.notice.startswith("<div")

    run(main())


def test_fifty_tasks_share_a_limit():
    gate = FakeGate(limit=120)
    shown = set()

    async def reads(number):
        asking = disclosure(FakeAwaitedGate(gate))
        rows_of = range(number * 20, number * 20 + 20)
        try:
            async for row in await asking.stream(rows_of, person=str):
                shown.add(str(row))
        except Refused:
            await asking.finish(shown=False)
        else:
            await asking.finish(shown=True)

    async def main():
        await asyncio.gather(*(reads(n) for n in range(50)))

    run(main())
    assert len(shown) == 120
    assert gate.shown[A] == shown
    assert not gate.open
