"""What the process that reads a sample can still do: nothing but read and answer."""

import subprocess
import sys
from pathlib import Path

import pytest

TRY = """
import os, resource, socket, subprocess, sys
sys.path.insert(0, {root!r})
from ecluse.sources.isolated import confine
confine(memory=4 * 1024**3, seconds=20)
try:
    {attempt}
except (OSError, BlockingIOError) as error:
    os._exit(3)
os._exit(0)
"""
ATTEMPTS = {
    "open a file": "open('/etc/hostname', 'rb')",
    "open a socket": "socket.socket()",
    "make a pipe": "os.pipe()",
    "write a file": "os.write(1, b'x' * 10)",
    "start a process": "subprocess.Popen(['/bin/true'])",
}


def attempt(code, path):
    root = str(Path(__file__).resolve().parents[3] / "src")
    with path.open("wb") as out:
        done = subprocess.run(
            [sys.executable, "-c", TRY.format(root=root, attempt=code)],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    return done.returncode


@pytest.mark.parametrize("what", ATTEMPTS)
def test_it_cannot(what, tmp_path):
    assert attempt(ATTEMPTS[what], tmp_path / "out") in {3, -25}, (
        "-25 is SIGXFSZ, a file that may not grow"
    )


def test_it_can_compute(tmp_path):
    assert attempt("sum(range(10))", tmp_path / "out") == 0


def test_limits_are_hard_and_no_core_is_left(tmp_path):
    code = "assert resource.getrlimit(resource.RLIMIT_CORE) == resource.getrlimit(resource.RLIMIT_FSIZE) == (0, 0) and resource.getrlimit(resource.RLIMIT_CPU) == (20, 20)"
    assert attempt(code, tmp_path / "out") == 0
