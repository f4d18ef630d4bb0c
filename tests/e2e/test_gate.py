"""A real gate, as whoever runs it meets it: started, changed, closed, killed, on a full disk."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate_killed import run
from servers.gate import POLICY, GateProcess, gate, persons_in

ESTATE = """\
version: 1
applications:
  - {id: files, owner: office, population: 1000, portal: front}
  - {id: archive, owner: office, population: 1000, portal: front}
kinds: [{id: adviser}]
organizations: [{id: agency, accounts: {adviser: 10}}]
tables: {accounts: accounts.csv}
"""
ACCOUNTS = """\
account,kind,organization,created_at,created_by
boss,adviser,agency,2020-01-01T00:00:00Z,
agent,adviser,agency,2020-01-01T00:00:00Z,boss
"""


def ecluse(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecluse", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read(process: GateProcess, *persons: str, account: str = "agent", application: str = "files"):
    body = {"account": account, "application": application, "persons": list(persons)}
    return process.call("POST", "/v1/check", body)


def until(condition) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def managed(tmp_path: Path):
    """A gate with an estate and a person who may manage; the options of the command line for that person."""
    (tmp_path / "estate.yaml").write_text(ESTATE, encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    clients, token = str(tmp_path / "clients.yaml"), str(tmp_path / "token")
    made = ecluse(
        "client", "add", "camille", "--clients", clients, "--may", "read,manage",
        "--person", "Camille Martin", "--token-file", token,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    arguments = ("--estate", str(tmp_path / "estate.yaml"), "--clients", clients)
    with gate(tmp_path, policy=POLICY.format(limit=3), arguments=arguments) as process:
        yield process, ("--gate", f"unix:{process.socket}", "--token-file", token)


def test_counts_outlive_the_process(tmp_path):
    with gate(tmp_path, policy=POLICY.format(limit=3)) as process:
        assert [read(process, p)[0] for p in "1234"] == [200, 200, 200, 429]
        assert process.stop() == 0
        process.start()
        assert read(process, "4")[0] == 429
        process.kill()
        process.start()
        assert read(process, "4")[0] == 429
        assert read(process, "1")[0] == 200, "who was read already is free"
        assert len(set(persons_in(process.ledger, "agent"))) == 3
        log = process.log.read_text(encoding="utf-8")
        assert "from the snapshot and" in log
        assert "durable: an entry is on disk before its answer is given" in log


def test_killed_again_and_again_during_a_theft(tmp_path):
    told = run(6, limit=300, folder=tmp_path)
    assert told["got"] <= told["written"] <= 300
    assert told["missing"] == 0, "a person reached the thief and is not in the ledger"
    assert told["refused"] > 0


def test_a_second_gate_on_the_ledger_or_the_socket_is_refused(tmp_path):
    with gate(tmp_path, policy=POLICY.format(limit=3)) as process:
        options = ("--policy", str(process.policy), "--unix")
        same_ledger = ecluse(
            "serve", *options, process.socket + "2", "--ledger", str(process.ledger)
        )
        assert same_ledger.returncode == 6
        assert "error:" in same_ledger.stderr
        same_socket = ecluse("serve", *options, process.socket, "--ledger", str(tmp_path / "other"))
        assert same_socket.returncode == 6
        assert "another gate answers" in same_socket.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "say where to answer"),
        (("--tcp", "0.0.0.0:0"), 3, "not on loopback"),
        (("--tcp", "nonsense"), 3, "is no address"),
        (("--unix", "{folder}"), 2, ""),
        (("--unix", "{folder}/file"), 2, "is no socket"),
        (("--unix", "{folder}/missing/s"), 6, "cannot be opened"),
    ],
)
def test_an_address_that_cannot_be_is_explained(tmp_path, arguments, code, words):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    written = [a.format(folder=tmp_path) for a in arguments]
    refused = ecluse("serve", "--ledger", str(tmp_path / "ledger"), *written)
    assert refused.returncode == code, refused.stderr
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_stricter_policy_holds_at_once_and_a_faulty_one_not_at_all(managed):
    process, person = managed
    assert read(process, "1", "2")[0] == 200
    process.policy.write_text(POLICY.format(limit=2), encoding="utf-8")
    reloaded = ecluse("gate", "reload", *person)
    assert reloaded.returncode == 0, reloaded.stderr
    assert read(process, "3")[0] == 429
    process.policy.write_text("version: 1\nbudgets: [{id: account}]\n", encoding="utf-8")
    assert process.process is not None
    process.process.send_signal(signal.SIGHUP)

    def codes() -> set[str]:
        told = json.loads(ecluse("gate", "findings", "--json", *person).stdout)
        return {finding["code"] for finding in told["findings"]}

    until(lambda: "files-refused" in codes())
    assert "high: changed files were refused" in process.log.read_text(encoding="utf-8")
    assert process.call("GET", "/v1/health")[1]["status"] == "warn"
    assert read(process, "3")[0] == 429
    process.policy.write_text(POLICY.format(limit=5), encoding="utf-8")
    assert ecluse("gate", "reload", *person).returncode == 0
    assert "files-refused" not in codes()
    assert "over: changed files were refused" in process.log.read_text(encoding="utf-8")
    process.process.send_signal(signal.SIGHUP)
    until(lambda: "files read again: policy" in process.log.read_text(encoding="utf-8"))
    assert [read(process, p)[0] for p in ("3", "4", "5", "6")] == [200, 200, 200, 429]


def test_a_person_closes_and_reopens(managed):
    process, person = managed
    assert read(process, "1")[0] == 200
    assert ecluse("gate", "hold", "boss", "--tree", "--reason", "stolen", *person).returncode == 0
    status, problem = read(process, "1")
    assert (status, problem["answer"]["effect"]) == (403, "hold")
    process.kill()
    process.start()
    assert read(process, "1")[0] == 403, "a restart opens nothing"
    assert ecluse("gate", "reopen", "boss", "--reason", "found", *person).returncode == 0
    assert read(process, "1")[0] == 200
    again = ecluse("gate", "reopen", "boss", "--reason", "found", *person)
    assert again.returncode == 2
    assert "not closed" in again.stderr


def test_an_application_is_closed_and_isolates_its_portal(managed):
    process, person = managed
    closing = ("gate", "application", "archive", "closed", "--isolate", "--reason", "theft")
    told = ecluse(*closing, *person)
    assert told.returncode == 0, told.stderr
    for application in ("archive", "files"):
        assert read(process, "1", application=application)[0] == 403
    assert read(process, "1", application="elsewhere")[0] == 403, "unknown to the estate"
    live = ("gate", "application", "archive", "live", "--reason", "over")
    assert ecluse(*live, *person).returncode == 0
    assert read(process, "1")[0] == 200


def test_what_an_account_may_still_read_is_shown_to_who_may_see_it(managed):
    process, person = managed
    assert read(process, "1")[0] == 200
    told = json.loads(
        ecluse("gate", "status", "agent", "--application", "files", "--json", *person).stdout
    )
    assert [(b["policy"], b["used"], b["left"]) for b in told["budgets"]] == [("account", 1, 2)]
    assert "2" in ecluse("gate", "status", "agent", "--application", "files", *person).stdout
    _, answer = read(process, "2")
    explained = ecluse("gate", "explain", str(answer["entry"]), *person)
    assert "agent in files, 1 person: permit" in explained.stdout
    stranger = ecluse("gate", "status", "agent", "--gate", f"unix:{process.socket}")
    assert stranger.returncode == 2
    assert process.call("POST", "/v1/manage/hold", {"key": "account", "name": "agent"})[0] == 403


def test_a_full_disk_releases_nothing_and_loses_nothing(tmp_path):
    with gate(tmp_path, policy=POLICY.format(limit=100_000)) as process:
        assert process.process is not None
        size = (process.ledger / "wal").stat().st_size if (process.ledger / "wal").exists() else 0
        bound = size + 20_000
        resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (bound, bound))
        released, refused = [], 0
        for n in range(300):
            status, _ = read(process, str(n))
            assert status in {200, 503}
            if status == 200:
                released.append(n)
            else:
                refused += 1
        assert refused > 0
        process.kill()
        written = set(persons_in(process.ledger, "agent"))
        assert len(written) == len(released)
        process.start()
        assert read(process, "after")[0] == 200


def test_a_relaxed_gate_says_so(tmp_path):
    tmp_path.joinpath("gate.yaml").write_text(
        "version: 1\ndurable: false\nloss: 2s\n", encoding="utf-8"
    )
    arguments = ("--settings", str(tmp_path / "gate.yaml"))
    with gate(tmp_path, policy=POLICY.format(limit=3), arguments=arguments) as process:
        assert read(process, "1")[0] == 200
        until(lambda: "NOT durable" in process.log.read_text(encoding="utf-8"))
        assert process.call("GET", "/v1/health")[1]["durable"] is False
        process.kill()
        assert len(persons_in(process.ledger, "agent")) == 1, (
            "the death of the process loses nothing"
        )


def test_the_socket_has_its_permissions(tmp_path):
    with gate(tmp_path, policy=POLICY.format(limit=3)) as process:
        assert Path(process.socket).stat().st_mode & 0o777 == 0o660


def test_a_gate_whose_log_nobody_reads_any_more_goes_on(tmp_path):
    process = GateProcess(tmp_path, policy=POLICY.format(limit=1))
    command = ("serve", "--policy", str(process.policy), "--ledger", str(process.ledger))
    reading, writing = os.pipe()
    process.process = subprocess.Popen(
        [sys.executable, "-m", "ecluse", *command, "--unix", process.socket], stderr=writing
    )
    os.close(writing)
    try:
        until(process.answers)
        os.close(reading)  # as when the terminal is closed
        for number, account in enumerate(("a", "b", "c"), start=1):
            for n in range(40):
                read(process, str(n), account=account)
            until(lambda n=number: process.call("GET", "/v1/health")[1]["findings"] == n)
        assert process.stop() == 0
    finally:
        process.close()
