import os
import sys
import time

import pytest

from ecluse.cli._processes import Processes
from ecluse.model.errors import UnavailableError

SLEEPS = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"


def about(tmp_path):
    return {"folder": tmp_path, "environment": dict(os.environ), "log": tmp_path / "log"}


def test_all_have_ended_when_the_block_has(tmp_path):
    with Processes() as processes:
        processes.start("one", SLEEPS, **about(tmp_path))
        processes.start("two", SLEEPS, **about(tmp_path), out=tmp_path / "out")
        processes.wait_for("two", lambda: (tmp_path / "out").read_bytes() == b"here\n")
        processes.check("one", "two")
        assert processes.is_running("one")
        kept = [process for process, _ in processes._running.values()]
    assert [process.returncode for process in kept] == [-15, -15]


def test_what_does_not_listen_is_ended_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr("ecluse.cli._processes._ENDS", 0.2)
    with Processes() as processes:
        processes.start("one", [sys.executable, "-c", STUBBORN], **about(tmp_path))
        processes.wait_for("one", lambda: (tmp_path / "log").read_bytes() == b"here\n")
        kept = processes._running["one"][0]
    assert kept.returncode == -9


def test_one_that_fails_is_told_with_its_last_words(tmp_path):
    failing = [sys.executable, "-c", "import sys; sys.exit('no room left')"]
    with Processes() as processes:
        processes.start("one", failing, **about(tmp_path))
        with pytest.raises(UnavailableError, match="`one` ended or did not begin: no room left"):
            processes.wait_for("one", lambda: False)
        with pytest.raises(UnavailableError, match="no room left"):
            processes.is_running("one")
        with pytest.raises(UnavailableError, match="no room left"):
            processes.run(failing, **about(tmp_path))


def test_one_that_takes_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr("ecluse.cli._processes._STARTS", 0.1)
    with Processes() as processes:
        processes.start("one", SLEEPS, **about(tmp_path))
        with pytest.raises(UnavailableError):
            processes.wait_for("one", lambda: False)


def test_run_waits_for_the_end(tmp_path):
    with Processes() as processes:
        processes.run([sys.executable, "-c", "print('done')"], **about(tmp_path))
        assert (tmp_path / "log").read_text() == "done\n"
        processes.start("two", [sys.executable, "-c", ""], **about(tmp_path))
        while processes.is_running("two"):
            time.sleep(0.01)
