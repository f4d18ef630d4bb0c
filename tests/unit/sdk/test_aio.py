"""The awaited client over real sockets: the same promises."""

import asyncio
import threading

import pytest

from ecluse.model.asked import Asked
from ecluse.model.errors import CallerError
from ecluse.sdk.aio import AsyncGate
from ecluse.sdk.errors import GateBadAnswer, GateUnavailable
from fakes.wire import PERMIT, answering, problem, server_context, wire

ASKED = Asked(account="adviser", persons=("1",))


def run(action):
    return asyncio.run(asyncio.wait_for(action, 30))


@pytest.fixture
def unix(tmp_path):
    return tmp_path / "gate.sock"


def test_over_a_unix_socket(unix):
    async def main(kept, address):
        async with AsyncGate(address, deadline=20) as gate:
            assert (await gate.reserve(ASKED)).reservation == "r1"
            assert (await gate.check(ASKED)).released
            assert (await gate.observe(ASKED)).released
            kept.answer = answering({"settled": True})
            assert (await gate.post("r1", ["1"])).settled
            assert (await gate.release("r2")).settled
            kept.answer = answering({"answers": [PERMIT]})
            assert (await gate.batch([("check", ASKED)]))[0].released
            kept.answer = problem({"effect": "deny", "released": False}, 429)
            assert not (await gate.check(ASKED)).released
            kept.answer = answering({"x": 1})
            for act in (
                gate.explain(3),
                gate.status("a", application="b"),
                gate.findings(),
                gate.health(),
                gate.hold("account", "a", reason="stolen", tree=True),
                gate.reopen("session", "s", reason="found"),
                gate.application(
                    "portal", "closing", reason="old", closes_at="2026-12-31T00:00:00Z"
                ),
                gate.account("new", created_by="manager"),
                gate.reload(),
            ):
                assert await act == {"x": 1}
        assert kept.connections == 1

    with wire(unix=unix) as (kept, address):
        run(main(kept, address))


def test_mutual_tls(authority):
    pem, key = authority.issue("portal")
    tls = server_context(*authority.issue("gate"), authority.file)

    async def main(address):
        async with AsyncGate(address, ca_file=authority.file, certificate=pem, key=key) as gate:
            assert (await gate.check(ASKED)).released
        async with AsyncGate(address, ca_file=authority.file) as gate:
            with pytest.raises(GateUnavailable):
                await gate.check(ASKED)

    with wire(tls=tls) as (_, address):
        run(main(address))


def test_a_gate_that_is_not_there(unix):
    async def main():
        async with AsyncGate(f"unix:{unix}", deadline=5, token="a-token") as gate:
            with pytest.raises(GateUnavailable) as error:
                await gate.reserve(ASKED)
            assert not error.value.sent
            assert "a-token" not in repr(gate)

    run(main())


def test_a_question_whose_answer_is_lost_is_asked_once(unix):
    async def main(kept, address):
        async with AsyncGate(address, deadline=20) as gate:
            with pytest.raises(GateUnavailable) as error:
                await gate.reserve(ASKED)
            assert error.value.sent
            assert len(kept.got) == 1
            with pytest.raises(GateUnavailable):
                await gate.release("r1")
            assert len(kept.got) == 4

    with wire(lambda _: None, unix=unix) as (kept, address):
        run(main(kept, address))


def test_a_gate_that_is_silent_meets_the_deadline(unix):
    waiting = threading.Event()

    async def main(address):
        async with AsyncGate(address, deadline=0.2) as gate:
            with pytest.raises(GateUnavailable, match="in time") as error:
                await gate.reserve(ASKED)
            assert error.value.sent
            waiting.set()

    with wire(lambda _: waiting.wait(20) and None, unix=unix) as (_, address):
        run(main(address))


def test_an_answer_too_large_is_no_gate_s(unix, monkeypatch):
    monkeypatch.setattr("ecluse.sdk.aio.ANSWER_MAX", 100)

    async def main(address):
        async with AsyncGate(address, deadline=20) as gate:
            with pytest.raises(GateBadAnswer, match="larger"):
                await gate.findings()

    with wire(answering({"x": "y" * 200}), unix=unix) as (_, address):
        run(main(address))


def test_more_tasks_than_connections(unix):
    async def main(kept, address):
        async with AsyncGate(address, connections=3, deadline=30) as gate:
            answers = await asyncio.gather(*(gate.reserve(ASKED) for _ in range(60)))
            assert all(answer.released for answer in answers)
            assert kept.connections <= 3

    with wire(unix=unix) as (kept, address):
        run(main(kept, address))


def test_each_loop_has_connections_of_its_own(unix):
    with wire(unix=unix) as (kept, address):
        gate = AsyncGate(address)

        async def main():
            assert (await gate.reserve(ASKED)).released
            await gate.aclose()
            await gate.aclose()

        run(main())
        run(main())
        assert kept.connections == 2


def test_a_cancelled_call_does_not_break_the_next(unix):
    waiting = threading.Event()

    async def main(kept, address):
        async with AsyncGate(address, deadline=20) as gate:
            task = asyncio.create_task(gate.reserve(ASKED))
            while not kept.got:  # noqa: ASYNC110 - a thread gets it
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            waiting.set()
            kept.answer = answering(PERMIT)
            assert (await gate.reserve(ASKED)).released

    with wire(lambda _: waiting.wait(20) and None, unix=unix) as (kept, address):
        run(main(kept, address))


@pytest.mark.parametrize("settings", [{"deadline": -1}, {"connections": 0}])
def test_settings_that_cannot_be(settings):
    with pytest.raises(CallerError):
        AsyncGate("unix:/x", **settings)


def test_without_anyio_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("ecluse.sdk.aio.find_spec", lambda name: None)
    with pytest.raises(CallerError, match="anyio"):
        AsyncGate("unix:/x")
