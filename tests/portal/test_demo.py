"""`ecluse demo`: what a newcomer runs first, from beginning to end."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from servers.portal import ROOT

DEADLINE = 120.0


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ecluse", "demo", "--small", "--out", "demo", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def left_behind(folder: Path) -> list[str]:
    """Processes that still work in the folder, by their command lines or their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in words and int(place.name) != os.getpid():
            found.append(words[:200].decode(errors="replace"))
    return found


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    with start(folder, "--seconds", "4", "--json") as process:
        out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, err
    return folder / "demo", json.loads(out), err


def test_the_thief_is_stopped_and_nobody_else(shown):
    _, told, _ = shown
    assert told["without_gate"]["persons"] > 1000
    assert told["with_gate"]["persons"] == 120, (
        "the limit of ten minutes for an account of a partner"
    )
    assert told["with_gate"]["refused"] > 0
    assert told["after_hold"]["persons"] == 0 < told["after_hold"]["refused"]
    assert told["others"] == {"accounts": 20, "refused": 0}


def test_the_ledger_names_whom_the_thief_read(shown):
    folder, told, _ = shown
    assert told["ledger"] == {"persons": 120, "same": True}
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    assert len(people) == 120
    assert all(person["family_name"] and "@example.org" in person["email"] for person in people)


def test_it_says_each_command_and_what_to_look_at(shown):
    folder, _, err = shown
    for command in ("serve", "gate explain", "gate hold", "exposure", "ledger verify"):
        assert f"\n$ ecluse {command} " in err
    page = (folder / "report.html").read_text("utf-8")
    assert '<b class="good">120</b>' in page
    assert "Your access is closed until somebody reopens it" in page
    assert "manage.py serve" in (folder / "LOOK.md").read_text("utf-8")


def test_nothing_keeps_running(shown):
    folder, _, _ = shown
    assert not left_behind(folder)


@pytest.mark.parametrize(
    ("number", "code", "sign"),
    [(signal.SIGINT, 130, "bare.jsonl"), (signal.SIGTERM, 143, "preparation.log")],
)
def test_stopped_in_the_middle_it_takes_everything_down(tmp_path, number, code, sign):
    process, log = start(tmp_path, "--seconds", "60"), tmp_path / "demo" / "logs" / sign
    try:
        end = time.monotonic() + DEADLINE
        while not (log.exists() and left_behind(tmp_path)):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(number)
        _, err = process.communicate(timeout=DEADLINE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == code, err
    assert not left_behind(tmp_path)
