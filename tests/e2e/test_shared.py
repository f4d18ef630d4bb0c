"""Two gates, one Redis: the thief goes from one to the other while the server dies, sleeps or is cut off."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from ecluse.ledgers.directory import DirectoryLedger
from servers.gate import POLICY, GateProcess, gate, persons_in
from servers.redis import RedisServer
from servers.relay import Relay

LIMIT = 300
NAMES = ("north", "south")


@contextmanager
def gates(
    folder: Path,
    port: int,
    *,
    failure: str = "",
    policy: str = POLICY.format(limit=LIMIT),
    patience: str = "10s",
) -> Iterator[list[GateProcess]]:
    """Two gates that count together; they wait so long for the server, in case the machine is busy."""
    token = ("--person", "Camille Martin", "--token-file", str(folder / "token"))
    clients = ("--clients", str(folder / "clients.yaml"), "--may", "manage")
    ecluse("client", "add", "camille", *clients, *token)
    with ExitStack() as stack:
        found: list[GateProcess] = []
        for name in NAMES:
            place = folder / name
            place.mkdir()
            key = found[0].ledger / "keys" / "pseudonym.key" if found else None
            DirectoryLedger.create(place / "ledger", pseudonym_key=key).close()
            counter = f"{{redis: 'redis://127.0.0.1:{port}/0', gates: [north, south], gate: {name}, timeout: {patience}{failure}}}"
            settings = place / "gate.yaml"
            settings.write_text(f"version: 1\ncounter: {counter}\n", encoding="utf-8")
            arguments = ("--settings", str(settings), "--clients", str(folder / "clients.yaml"))
            found.append(stack.enter_context(gate(place, policy=policy, arguments=arguments)))
        yield found


def ecluse(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ecluse", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def ask(process: GateProcess, person: str, account: str = "thief") -> tuple[int, dict]:
    body = {"account": account, "application": "files", "persons": [person]}
    return process.call("POST", "/v1/check", body)


class Thief:
    """Asks both gates in turn, in several threads, and keeps whom he got."""

    def __init__(self, found: list[GateProcess]) -> None:
        self.found, self.got, self.refused, self.degraded = found, set(), 0, 0
        self.ended = False
        self.lock = threading.Lock()
        self.next = 0
        self.threads = [threading.Thread(target=self.steal, args=(n,)) for n in range(4)]
        for thread in self.threads:
            thread.start()

    def steal(self, number: int) -> None:
        while not self.ended:
            with self.lock:
                person = str(self.next)
                self.next += 1
            try:
                status, answer = ask(self.found[(number + self.next) % 2], person)
            except OSError:
                time.sleep(0.02)
                continue
            with self.lock:
                if status == 200:
                    self.got.add(person)
                    self.degraded += "degraded" in answer
                else:
                    self.refused += 1

    def until(self, condition, what: str) -> None:
        end = time.monotonic() + 120
        while not condition():
            assert time.monotonic() < end, what
            time.sleep(0.02)

    def stop(self) -> None:
        self.ended = True
        for thread in self.threads:
            thread.join()


def check(thief: Thief, found: list[GateProcess]) -> None:
    """He got the limit, and the ledgers of both gates together have everybody whom he got."""
    written = [persons_in(g.ledger, "thief") for g in found]
    assert len(thief.got) == LIMIT
    assert sum(map(len, written)) >= LIMIT


@pytest.fixture
def server(tmp_path):
    running = RedisServer(tmp_path / "redis", aof="everysec")
    yield running
    running.stop()


def test_two_gates_count_together(tmp_path, server):
    with gates(tmp_path, server.port) as (north, south):
        for n in range(LIMIT // 2):
            assert ask(north, f"n{n}")[0] == 200
            assert ask(south, f"s{n}")[0] == 200
        assert ask(north, "one more")[0] == 429
        assert ask(south, "one more")[0] == 429
        assert ask(south, "n1")[0] == 200, "whom the other gate showed is free here"


def test_a_second_gate_of_one_name_does_not_start(tmp_path, server):
    with gates(tmp_path, server.port) as (north, south):
        settings = north.folder / "gate.yaml"
        key = north.ledger / "keys" / "pseudonym.key"
        DirectoryLedger.create(tmp_path / "third", pseudonym_key=key).close()
        command = ("serve", "--policy", str(north.policy), "--settings", str(settings))
        command += ("--ledger", str(tmp_path / "third"), "--unix", str(tmp_path / "third.sock"))
        refused = subprocess.run(
            [sys.executable, "-m", "ecluse", *command], capture_output=True, text=True, check=False
        )
        assert refused.returncode == 3, refused.stderr
        assert "another gate runs as `north`" in refused.stderr
        north.kill()
        north.start()  # the same ledger: it does not wait for itself
        assert [ask(g, "1")[0] for g in (north, south)] == [200, 200]


def test_what_a_person_closes_at_one_gate_is_closed_at_the_other(tmp_path, server):
    with gates(tmp_path, server.port) as (north, south):
        person = ("--gate", f"unix:{north.socket}", "--token-file", str(tmp_path / "token"))
        for closed, reopen in (("thief", False), ("s1", True)):
            session = ("--session",) if reopen else ()
            ecluse("gate", "hold", closed, "--reason", "stolen", *session, *person)
            said = time.monotonic()
            body = {
                "account": "thief" if not reopen else "other",
                "application": "files",
                "persons": ["1"],
            }
            while south.call("POST", "/v1/check", {**body, "session": "s1"})[0] != 403:
                assert time.monotonic() < said + 60, "the other gate never hears of it"
                time.sleep(0.02)
        ecluse("gate", "reopen", "thief", "--reason", "found", *person)
        end = time.monotonic() + 60
        while ask(south, "1")[0] != 200:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_what_a_person_closes_while_the_server_is_away_is_told_when_it_is_back(tmp_path, server):
    with gates(tmp_path, server.port, patience="1s") as (north, south):
        person = ("--gate", f"unix:{north.socket}", "--token-file", str(tmp_path / "token"))
        assert ask(south, "1")[0] == 200
        server.pause()
        ecluse("gate", "hold", "thief", "--reason", "stolen", *person)
        server.resume()
        end = time.monotonic() + 120
        while ask(south, "1")[1].get("answer", {}).get("effect") != "hold":
            assert time.monotonic() < end, "the other gate never hears of it"
            time.sleep(0.05)


@pytest.mark.parametrize("trouble", ["killed", "asleep", "cut off"])
def test_the_limit_holds_while_the_server_is_gone(tmp_path, server, trouble):
    relay = Relay(server.port)
    try:
        with gates(tmp_path, relay.port, patience="1s") as found:
            thief = Thief(found)
            try:
                for reach in (60, 160):
                    thief.until(lambda r=reach: len(thief.got) > r, "the thief does not get on")
                    refused = thief.refused
                    {"killed": server.kill, "asleep": server.pause, "cut off": relay.cut}[trouble]()
                    thief.until(
                        lambda r=refused: thief.refused > r + 3,
                        "nobody is refused while it is gone",
                    )
                    {"killed": server.start, "asleep": server.resume, "cut off": relay.mend}[
                        trouble
                    ]()
                got = len(thief.got)
                thief.until(lambda: len(thief.got) > got or got == LIMIT, "it does not come back")
                thief.until(lambda: len(thief.got) >= LIMIT - 100, "the thief does not get on")
                time.sleep(1)
            finally:
                thief.stop()
            assert len(thief.got) <= LIMIT, "one person too many"
            written = [set(persons_in(g.ledger, "thief")) for g in found]
            assert len(written[0] | written[1]) <= LIMIT or trouble != "killed"
            assert sum(len(w) for w in written) >= len(thief.got)
    finally:
        relay.close()


def test_a_server_that_lost_everything_gets_it_back_from_the_ledgers(tmp_path):
    server = RedisServer(tmp_path / "redis", aof=None)
    try:
        with gates(tmp_path, server.port) as (north, south):
            for n in range(100):
                assert ask(north, f"n{n}")[0] == 200
                assert ask(south, f"s{n}")[0] == 200
            server.kill()
            server.start()
            end = time.monotonic() + 120
            while ask(north, "n1")[0] != 200 or ask(south, "n1")[0] != 200:
                assert time.monotonic() < end, "the counts do not come back"
                time.sleep(0.1)
            more = [ask((north, south)[n % 2], f"x{n}")[0] for n in range(150)]
            assert more.count(200) == LIMIT - 200
    finally:
        server.stop()


def test_what_a_budget_closed_stays_closed_when_the_server_lost_everything(tmp_path):
    server = RedisServer(tmp_path / "redis", aof=None)
    closing = POLICY.format(limit=3) + "    effect: hold\n"
    try:
        with gates(tmp_path, server.port, policy=closing) as (north, south):
            assert [ask(north, str(n))[0] for n in range(4)] == [200, 200, 200, 403]
            server.kill()
            server.start()
            end = time.monotonic() + 120
            while ask(north, "1", account="other")[0] != 200:
                assert time.monotonic() < end, "the counts do not come back"
                time.sleep(0.1)
            for found in (north, south):
                status, problem = ask(found, "1")
                assert (status, problem["answer"]["effect"]) == (403, "hold")
    finally:
        server.stop()


def test_the_written_choice_permits_within_an_allowance_and_says_so(tmp_path, server):
    failure = ", when_unreachable: permit, allowance: {1h: 5}"
    with gates(tmp_path, server.port, failure=failure, patience="2s") as (north, south):
        assert ask(north, "first")[0] == 200
        server.pause()
        answers = [ask(north, f"p{n}") for n in range(8)]
        assert [status for status, _ in answers].count(200) == 5
        assert all(answer["degraded"] == "permit" for status, answer in answers if status == 200)
        assert north.call("GET", "/v1/health")[1]["status"] == "warn"
        server.resume()
        end = time.monotonic() + 120
        while north.call("GET", "/v1/health")[1]["status"] != "pass":
            assert time.monotonic() < end, "it does not notice that the server is back"
            ask(north, "first")
            time.sleep(0.1)
        time.sleep(1)
        released = 0
        while ask(south, f"after{released}")[0] == 200:
            released += 1
        assert released == LIMIT - 6, "what was read meanwhile counts afterwards"
        details = [json.loads(d) for d in _details(north) if d]
        assert [d["degraded"] for d in details if "degraded" in d].count("permit") >= 5


def _details(process: GateProcess) -> list[str]:
    from ecluse.ledgers.reader import scan, take_snapshot

    frames = scan(take_snapshot(process.ledger), since=None, columns=("detail", "kind"))
    return [d for frame in frames for d, kind in frame.iter_rows() if kind == "access"]
