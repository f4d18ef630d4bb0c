"""Full disks, closed streams, signals, locks and poor terminals: nothing written is damaged, and the code says what happened."""

import fcntl
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from cases.hostile import ended, fails, run, spawn, spawned, succeeds
from cases.hostile_files import AT, MAP, POLICY, jsonl

EVENTS = 40_000


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """A small log, and one that takes a second or two to decide and to write."""
    folder = tmp_path_factory.mktemp("logs")
    (folder / "map.yaml").write_text(MAP)
    (folder / "policy.yaml").write_text(POLICY)
    (folder / "small").write_text(jsonl(*((i, f"a{i % 5}", str(i)) for i in range(50))))
    line = '{{"t":{},"a":"a{}","p":"{}"}}\n'
    (folder / "big").write_text("".join(line.format(AT + i // 9, i % 50, i) for i in range(EVENTS)))
    return folder


def replay(logs, log, *extra):
    return ("replay", logs / log, "--format", "jsonl", "--map", logs / "map.yaml", *extra)


@pytest.fixture
def ledger(logs, tmp_path):
    """A ledger with the small log in it."""
    succeeds(run(*replay(logs, "small", "--ledger", tmp_path / "ledger")))
    return tmp_path / "ledger"


def rows(ledger):
    """The accesses of a ledger that verifies."""
    assert succeeds(run("ledger", "verify", ledger, "--json")).document["holds"]
    sql = "SELECT seq, account, persons FROM entries WHERE kind = 'access' ORDER BY seq LIMIT 50"
    return succeeds(run("ledger", "query", ledger, sql, "--json")).document["rows"]


def limit(size):
    def _limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return _limit


@pytest.mark.parametrize("size", [2_000, 100_000])
def test_a_disk_that_fills_in_the_middle_of_a_replay(logs, ledger, size):
    """Beyond so many bytes no file grows: what was there stays, and a second replay works."""
    before = rows(ledger)
    words = replay(logs, "big", "--ledger", ledger, "--json")
    assert "raise the file size limit" in fails(spawned(*words, preexec_fn=limit(size)), 6).err
    assert rows(ledger) == before
    succeeds(run(*replay(logs, "small", "--ledger", ledger)))
    assert rows(ledger) == before


def test_a_disk_that_is_full_for_a_file_leaves_the_one_before(logs, ledger, tmp_path):
    commands = {
        "r.html": replay(logs, "small", "--html"),
        "p.csv": ("exposure", "--ledger", ledger, "--account", "a1", "--out"),
        "p.jsonl": ("exposure", "--ledger", ledger, "--account", "a1", "--out"),
        "p.parquet": ("exposure", "--ledger", ledger, "--account", "a1", "--out"),
        "e.parquet": ("convert", logs / "small", "--map", logs / "map.yaml", "--force", "--out"),
    }
    for name, words in commands.items():
        (tmp_path / name).write_text("before")
        fails(spawned(*words, tmp_path / name, preexec_fn=limit(100)), 6)
        assert (tmp_path / name).read_text() == "before"
        succeeds(run(*words, tmp_path / name))
        assert (tmp_path / name).read_bytes() != b"before"
    fails(spawned("policy", "default", "--out", tmp_path / "p.yaml", preexec_fn=limit(100)), 6)
    fails(
        spawned(
            "simulate",
            "kairos",
            "--scale",
            "0.001",
            "--accounts",
            "20",
            "--out",
            tmp_path / "s",
            preexec_fn=limit(100),
        ),
        6,
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted({*commands, "ledger"})


def test_output_that_is_full(logs, ledger, tmp_path):
    for words in (
        replay(logs, "small"),
        replay(logs, "small", "--json"),
        ("ledger", "query", ledger, "SELECT * FROM range(5000)", "--csv"),
    ):
        ran = spawned(*words, shell='exec "$@" >/dev/full')
        assert ran.code == 6
        assert "no space left on device" in ran.err
        assert "Traceback" not in ran.err
    fails(run(*replay(logs, "small", "--html", "/dev/full")), 6)
    assert not Path("/dev/full").is_file(), "a device was replaced by a file"


@pytest.mark.parametrize("closing", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_end_with_the_right_code_and_leave_the_ledger_whole(logs, ledger, closing):
    before = rows(ledger)
    ran = spawned(
        *replay(logs, "small", "--ledger", ledger, "--json"), shell=f'exec "$@" {closing}'
    )
    assert (ran.code, "Traceback" in ran.err) == (0, False)
    assert rows(ledger) == before
    assert spawned("replay", logs / "none", shell=f'exec "$@" {closing}').code == 2


def test_a_reader_that_leaves_early(logs, ledger):
    for words in (
        ("ledger", "query", ledger, "SELECT * FROM range(200000)", "--csv"),
        ("ledger", "query", ledger, "SELECT * FROM range(200000)", "--json"),
    ):
        ran = spawned(*words, shell='{ "$@"; echo "code $?" >&2; } | head -1')
        assert "code 0" in ran.err
        assert "Traceback" not in ran.err
        assert "Broken" not in ran.err


STOPS = [
    (moment, number, code)
    for moment in ("reading", "writing")
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9))
]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: f"{stop[0]} {stop[1].name}")
def test_a_replay_that_is_stopped_leaves_the_ledger_valid(logs, ledger, tmp_path, stop):
    moment, number, code = stop
    before = rows(ledger)
    (tmp_path / "r.html").write_text("before")
    if moment == "reading":  # a pipe that never ends
        words = ("replay", "-", "--format", "jsonl", "--map", logs / "map.yaml", "--ledger", ledger)
        process = spawn(*words, "--html", tmp_path / "r.html", "--json", stdin=subprocess.PIPE)
        process.stdin.write(jsonl((0, "a", "1")).encode() * 10)
        process.stdin.flush()
        _wait(lambda: not _unread(process.stdin), process)  # the ledger is opened before
    else:
        process = spawn(
            *replay(logs, "big", "--ledger", ledger, "--html", tmp_path / "r.html", "--json")
        )
        _wait(lambda: len(list((ledger / "segments").iterdir())) > 0, process)
    process.send_signal(number)
    ran = ended(process, keep_open=process.stdin)
    assert ran.code in {code, 0}, ran
    if ran.code > 0:
        error = json.loads(ran.out)["error"]
        assert (error["exit_code"], "stopped by" in ran.err) == (code, True)
        assert "Traceback" not in ran.err
    if ran.code:
        assert (tmp_path / "r.html").read_text() == "before"
    assert rows(ledger) == before
    succeeds(run(*replay(logs, "small", "--ledger", ledger)))
    assert rows(ledger) == before


class Dying:
    """Sends a signal to its own process while it is destroyed: what its handler raises, Python drops."""

    def __init__(self, number):
        self.number = number

    def __del__(self):
        signal.raise_signal(self.number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_that_comes_while_an_object_is_destroyed_is_heeded(monkeypatch, number, code):
    class Blank:
        def list_commands(self, _context):
            Dying(number)
            time.sleep(30)  # cut short
            raise AssertionError("the signal was lost")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr("ecluse.cli._Commands.list_commands", Blank.list_commands)
    try:
        ran = run("--help")
    finally:
        signal.signal(signal.SIGINT, before)
    assert ran.code == code
    assert "stopped by" in ran.err


def _wait(reached, process):
    until = time.monotonic() + 120
    while not reached() and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)


def _unread(pipe):
    """Bytes in a pipe that the other side has not taken yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_ledger_that_another_process_writes_to(logs, ledger):
    from ecluse.ledgers.directory import DirectoryLedger

    with DirectoryLedger(ledger):
        for words in (
            replay(logs, "small", "--ledger", ledger),
            ("ledger", "seal", ledger),
            ("ledger", "retain", ledger),
        ):
            assert "another process" in fails(run(*words, "--json"), 6).err
        for words in (
            ("ledger", "verify", ledger),
            ("ledger", "show", ledger),
            ("exposure", "--ledger", ledger, "--account", "a1"),
        ):
            succeeds(run(*words, "--json"))
        assert not succeeds(run("ledger", "query", ledger, "SELECT 1", "--json")).err
        assert list((ledger / "questions").iterdir()), (
            "asked while another writes: left for that one"
        )
    succeeds(run(*replay(logs, "small", "--ledger", ledger)))


@pytest.mark.parametrize(
    "env",
    [
        {"COLUMNS": "20"}, {"COLUMNS": "-7", "NO_COLOR": "1", "TERM": "dumb"},
        {"HOME": "/nonexistent", "NUMBA_CACHE_DIR": ""}, {"PYTHONUTF8": "0", "LC_ALL": "C", "LOGNAME": "\udcff"},
    ],
    ids=" ".join,
)  # fmt: skip
def test_poor_surroundings(logs, ledger, env):
    ran = succeeds(spawned(*replay(logs, "small", "--policy", logs / "policy.yaml"), env=env))
    assert "5 accounts stopped" in " ".join(ran.out.split())
    shown = succeeds(
        spawned("ledger", "query", ledger, "SELECT account, seq FROM entries LIMIT 3", env=env)
    )
    assert "a0" in shown.out


def test_on_a_terminal_and_off_it(logs):
    """Colour and a progress bar for people; neither when nobody watches, nor colour where it is not wanted."""
    assert "\x1b" not in succeeds(spawned(*replay(logs, "small"))).out
    assert "\x1b[" in _on_terminal(replay(logs, "small"), {"TERM": "xterm"})
    sober = _on_terminal(replay(logs, "small"), {"TERM": "xterm", "NO_COLOR": "1"})
    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", sober)


def _on_terminal(words, env):
    parent, child = pty.openpty()
    try:
        source = os.pathsep.join(p for p in sys.path if p)
        command = [sys.executable, "-c", "from ecluse.cli import main; main()", *map(str, words)]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": source, **env}
        ran = subprocess.run(
            command,
            stdout=child,
            stdin=child,
            stderr=subprocess.DEVNULL,
            env=environment,
            check=True,
            timeout=240,
        )
        assert ran.returncode == 0
        os.set_blocking(parent, False)
        shown = b""
        try:
            while piece := os.read(parent, 65536):
                shown += piece
        except BlockingIOError:
            return shown.decode()
        return shown.decode()
    finally:
        os.close(parent)
        os.close(child)


def test_the_shell_completes(logs):
    script = spawned(env={"_ECLUSE_COMPLETE": "bash_source"})
    assert (script.code, script.err) == (0, "")
    assert "_ecluse_completion" in script.out
    asked = spawned(
        env={
            "_ECLUSE_COMPLETE": "bash_complete",
            "COMP_WORDS": "ecluse ledger ver",
            "COMP_CWORD": "2",
        }
    )
    assert (asked.code, sorted(asked.out.split())) == (0, ["plain,verifier", "plain,verify"])


def test_times_are_shown_in_the_zone_that_was_asked_for(logs, tmp_path):
    words = replay(
        logs,
        "small",
        "--policy",
        logs / "policy.yaml",
        "--html",
        tmp_path / "r.html",
        "--language",
        "en",
    )
    assert "08:00:10" in succeeds(run(*words)).out
    assert "10:00:10" in succeeds(run(*words, "--zone", "Europe/Paris")).out
    assert "10:00:10" in (tmp_path / "r.html").read_text(encoding="utf-8")
    stopped = succeeds(run(*words, "--zone", "Europe/Paris", "--json")).document["stopped"]
    assert stopped[0]["at"] == "2025-07-12T08:00:10Z"
