"""`ecluse demo`: what a newcomer runs first, from beginning to end."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from servers.portal import ROOT, Browser

DEADLINE = 240.0
KEPT = re.compile(r"http://127\.0\.0\.1:(\d+)/ until Ctrl-C.*?with the password (\S+);", re.DOTALL)


def start(folder: Path, *options: str, err: Any = subprocess.PIPE) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ecluse", "demo", "--small", "--out", "demo", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=err,
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
    """The demonstration, kept until somebody has looked at the portal, and ended by Ctrl-C."""
    folder = tmp_path_factory.mktemp("shown")
    with (folder / "err").open("wb") as err:
        process = start(folder, "--seconds", "6", "--json", "--keep", err=err)
    try:
        end = time.monotonic() + DEADLINE
        while "until Ctrl-C" not in (said := (folder / "err").read_text()):
            assert process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.1)
        visitor = look(said)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=DEADLINE)
    finally:
        end_it(process)
    assert process.returncode == 0
    return folder / "demo", json.loads(out), said, visitor


def end_it(process: subprocess.Popen[str]) -> None:
    """Ends it so that it can end what it started."""
    process.terminate()
    process.communicate(timeout=DEADLINE)


def look(said: str) -> set[str]:
    """Whom somebody sees who follows the last lines."""
    port, password = KEPT.search(said).groups()
    browser = Browser("127.0.0.1", int(port))
    browser.log_in("adviser-01", password)
    seen = browser.get("/dossiers/")
    browser.close()
    return set(seen.persons)


def test_the_thief_is_stopped_and_nobody_else(shown):
    _, told, _, _ = shown
    assert told["without_gate"]["persons"] > 120, "more than with a gate"
    assert told["with_gate"]["persons"] == 120, (
        "the limit of ten minutes for an account of a partner"
    )
    assert told["with_gate"]["refused"] > 0
    assert told["after_hold"]["persons"] == 0 < told["after_hold"]["refused"]
    assert told["others"] == {"accounts": 20, "refused": 0}


def test_the_ledger_names_whom_the_thief_read(shown):
    folder, told, _, _ = shown
    assert told["ledger"] == {"persons": 120, "same": True}
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    assert len(people) == 120
    assert all(person["family_name"] and "@example.org" in person["email"] for person in people)


def test_it_says_each_command_and_what_to_look_at(shown):
    folder, _, err, _ = shown
    for command in ("serve", "gate explain", "gate hold", "exposure", "ledger verify"):
        assert f"\n$ ecluse {command} " in err
    page = (folder / "report.html").read_text("utf-8")
    assert '<b class="good">120</b>' in page
    assert "Your access is closed until somebody reopens it" in page
    assert "manage.py serve" in (folder / "LOOK.md").read_text("utf-8")


def test_kept_it_can_be_looked_at(shown):
    assert len(shown[-1]) == 60, "the caseload of an adviser"


def test_nothing_keeps_running(shown):
    folder, _, _, _ = shown
    assert not left_behind(folder)


@pytest.mark.parametrize(
    ("number", "code", "sign"),
    [
        (signal.SIGINT, 130, "bare.jsonl"),
        (signal.SIGTERM, 143, "preparation.log"),
        (signal.SIGHUP, 143, "preparation.log"),
    ],
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
        end_it(process)
    assert process.returncode == code, err
    assert not left_behind(tmp_path)
