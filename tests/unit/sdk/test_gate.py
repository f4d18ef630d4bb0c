"""The client over real sockets: deadlines, forks, threads, a gate that dies."""

import os
import socket
import threading
import time
import warnings

import pytest

from ecluse.model.asked import Asked
from ecluse.model.errors import CallerError
from ecluse.sdk.errors import GateBadAnswer, GateRefusedClient, GateUnavailable
from ecluse.sdk.gate import Gate
from fakes.wire import PERMIT, answering, problem, server_context, wire

ASKED = Asked(account="adviser", persons=("1",))


def refused(effect="deny", **members):
    return {"effect": effect, "released": False, **members}


@pytest.fixture
def unix(tmp_path):
    return tmp_path / "gate.sock"


def test_over_a_unix_socket(unix):
    with wire(unix=unix) as (kept, address), Gate(address, deadline=20) as gate:
        assert gate.reserve(ASKED).reservation == "r1"
        assert gate.check(ASKED).released
        assert gate.observe(ASKED).released
        kept.answer = answering({"settled": True})
        assert gate.post("r1", ["1"]).settled
        assert gate.release("r2").settled
        kept.answer = answering({"answers": [PERMIT]})
        assert gate.batch([("check", ASKED)])[0].released
        assert [r.path for r in kept.got] == [
            *("/v1/reserve", "/v1/check", "/v1/observe", "/v1/post", "/v1/release", "/v1/batch")
        ]
        assert kept.connections == 1, "kept alive"
        assert "authorization" not in kept.got[0].headers


def test_looking_and_acting(unix):
    with (
        wire(answering({"x": 1}), unix=unix) as (kept, address),
        Gate(address, deadline=20) as gate,
    ):
        for act in (
            lambda: gate.explain(3),
            lambda: gate.explain(ASKED),
            lambda: gate.status("a", application="b"),
            gate.findings,
            gate.health,
            lambda: gate.hold("account", "a", reason="stolen", tree=True),
            lambda: gate.reopen("session", "s", reason="found"),
            lambda: gate.application("portal", "closing", reason="old", isolate=True),
            lambda: gate.account("new", created_by="manager"),
            gate.reload,
        ):
            assert act() == {"x": 1}
        assert [r.path for r in kept.got] == [
            "/v1/explain",
            "/v1/explain",
            "/v1/status?account=a&application=b",
            "/v1/findings",
            "/v1/health",
            "/v1/manage/hold",
            "/v1/manage/reopen",
            "/v1/manage/application",
            "/v1/manage/account",
            "/v1/manage/reload",
        ]
        assert kept.got[5].json() == {
            "key": "account",
            "name": "a",
            "tree": True,
            "reason": "stolen",
        }
        assert kept.got[7].json() == {
            "id": "portal",
            "state": "closing",
            "reason": "old",
            "isolate": True,
        }
        assert kept.got[8].json() == {"account": "new", "created_by": "manager"}


def test_a_refusal_is_an_answer_and_an_unknown_client_is_not(unix):
    with wire(unix=unix) as (kept, address), Gate(address, deadline=20) as gate:
        kept.answer = problem(refused(retry_after=9), 429)
        assert gate.check(ASKED).retry_after == 9
        kept.answer = problem(refused("hold"), 403)
        assert gate.check(ASKED).effect == "hold"
        kept.answer = problem(None, 403)
        with pytest.raises(GateRefusedClient):
            gate.check(ASKED)
        kept.answer = problem(None, 503)
        with pytest.raises(GateUnavailable) as error:
            gate.check(ASKED)
        assert error.value.sent


def test_a_token_is_sent_on_tcp():
    with wire() as (kept, address), Gate(address, token="a-token") as gate:
        gate.check(ASKED)
        assert kept.got[0].headers["authorization"] == "Bearer a-token"
        assert "a-token" not in repr(gate)
        assert kept.got[0].headers["host"] == address.removeprefix("http://")


def test_mutual_tls(authority):
    gate_pem, gate_key = authority.issue("gate")
    pem, key = authority.issue("portal")
    tls = server_context(gate_pem, gate_key, authority.file)
    with wire(tls=tls) as (kept, address):
        with Gate(address, ca_file=authority.file, certificate=pem, key=key) as gate:
            assert gate.check(ASKED).released
        with Gate(address, ca_file=authority.file) as gate, pytest.raises(GateUnavailable):
            gate.check(ASKED)
        with Gate(address) as gate, pytest.raises(GateUnavailable, match="cannot be reached"):
            gate.check(ASKED)
        assert len(kept.got) == 1


def test_a_gate_that_is_not_there(unix):
    with Gate(f"unix:{unix}", deadline=5) as gate, pytest.raises(GateUnavailable) as error:
        gate.reserve(ASKED)
    assert not error.value.sent
    said = f"the gate at `unix:{unix}` does not answer: it cannot be reached (no such file or directory)"
    assert str(error.value) == said
    assert "ecluse serve" in error.value.help


def test_a_gate_that_comes_back_is_found_within_the_call(unix):
    found, sent = [], []

    def ask():
        with Gate(f"unix:{unix}", deadline=20) as gate:
            while not found:
                try:
                    found.append(gate.reserve(ASKED))
                except GateUnavailable as error:
                    sent.append(error.sent)

    thread = threading.Thread(target=ask)
    thread.start()
    with wire(unix=unix):
        thread.join(30)
    assert found[0].released
    assert not any(sent)


def test_a_question_whose_answer_is_lost_is_asked_once(unix):
    with wire(lambda _: None, unix=unix) as (kept, address), Gate(address, deadline=20) as gate:
        for ask in (gate.check, gate.reserve, gate.observe):
            with pytest.raises(GateUnavailable) as error:
                ask(ASKED)
            assert error.value.sent
        with pytest.raises(GateUnavailable):
            gate.hold("account", "a", reason="x")
        assert len(kept.got) == 4
        with pytest.raises(GateUnavailable):
            gate.release("r1")
        assert len(kept.got) == 7, "what changes nothing the second time is tried three times"


def test_a_settlement_whose_answer_is_lost_is_sent_again(unix):
    lost = []

    def answer(request):
        if not lost:
            lost.append(request)
            return None
        return answering({"settled": False})(request)

    with wire(answer, unix=unix) as (_, address), Gate(address, deadline=20) as gate:
        assert not gate.post("r1").settled


def test_a_connection_that_the_gate_closed_is_not_used_again(unix):
    with wire(unix=unix) as (kept, address), Gate(address, deadline=20) as gate:
        gate.reserve(ASKED)
        kept.hang_up()
        while kept.open:
            time.sleep(0.001)
        assert gate.reserve(ASKED).released
        assert kept.connections == 2


@pytest.mark.parametrize("when", ["before", "headers", "body"])
def test_a_gate_that_trickles_meets_the_deadline(unix, when):
    def answer(request):
        start = b"HTTP/1.1 200 OK\r\n"
        body = b"Content-Length: 1000\r\n\r\n"
        sent = {"before": b"", "headers": start + b"X: ", "body": start + body}[when]
        trickling.append(sent)
        return sent

    trickling = []
    with wire(unix=unix) as (kept, address), Gate(address, deadline=0.3) as gate:
        kept.answer = lambda request: _trickle(kept, answer(request))
        start = time.monotonic()
        with pytest.raises(GateUnavailable, match="in time"):
            gate.reserve(ASKED)
        assert time.monotonic() - start < 20
        assert trickling
        kept.closing.set()


def _trickle(kept, sent):
    """Sends a byte each 50 ms, so that no single read takes long."""
    (handler,) = kept.open
    handler.wfile.write(sent)
    try:
        while not kept.closing.wait(0.05):
            handler.wfile.write(b"x")
    except OSError:
        pass


def test_an_answer_too_large_is_no_gate_s(unix, monkeypatch):
    monkeypatch.setattr("ecluse.sdk.gate.ANSWER_MAX", 100)
    with (
        wire(answering({"x": "y" * 200}), unix=unix) as (_, address),
        Gate(address, deadline=20) as gate,
    ):
        with pytest.raises(GateBadAnswer, match="larger"):
            gate.findings()
        with pytest.raises(GateBadAnswer, match="larger"):
            gate.findings()


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n\r\n{", b"HTTP/1.1 999 x\r\n\r\n"]
)
def test_something_else_answers(unix, garbage):
    with wire(unix=unix) as (kept, address), Gate(address, deadline=5) as gate:
        kept.answer = lambda _: _then_close(kept, garbage)
        with pytest.raises((GateUnavailable, GateBadAnswer)):
            gate.check(ASKED)


def _then_close(kept, garbage):
    (handler,) = kept.open
    handler.wfile.write(garbage)


def test_more_threads_than_connections(unix):
    with wire(unix=unix) as (kept, address), Gate(address, connections=3, deadline=30) as gate:
        released = []

        def ask():
            released.extend(gate.reserve(ASKED).released for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert released == [True] * 100
        assert kept.connections <= 3


def test_a_fork_gets_connections_of_its_own(unix):
    with wire(unix=unix) as (kept, address), Gate(address, deadline=20) as gate:
        gate.reserve(ASKED)
        read, write = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", DeprecationWarning
            )  # Python 3.12: threads may hold locks
            child = os.fork()
        if child == 0:  # as a prefork server does
            ok = b"0"
            try:
                ok = b"1" if all(gate.reserve(ASKED).released for _ in range(3)) else b"0"
            finally:
                os.write(write, ok)
                os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read, 1) == b"1"
        os.close(read)
        os.close(write)
        assert gate.reserve(ASKED).released
        assert [r.connection for r in kept.got] == [1, 2, 2, 2, 1]


def test_after_closing_it_opens_again(unix):
    with wire(unix=unix) as (kept, address):
        gate = Gate(address)
        gate.close()
        gate.reserve(ASKED)
        gate.close()
        gate.reserve(ASKED)
        gate.close()
        assert kept.connections == 2


@pytest.mark.parametrize("settings", [{"deadline": 0}, {"deadline": 601}, {"connections": 0}])
def test_settings_that_cannot_be(settings):
    with pytest.raises(CallerError):
        Gate("unix:/x", **settings)


def test_an_address_that_takes_no_connections_meets_the_deadline():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        with (
            socket.create_connection(("127.0.0.1", port)),
            Gate(f"http://127.0.0.1:{port}", deadline=0.3) as gate,
            pytest.raises(GateUnavailable),
        ):
            gate.check(ASKED)
