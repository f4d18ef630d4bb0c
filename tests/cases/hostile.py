"""How does a test run a command as a user does, and what does it owe the user whatever happens?"""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from ecluse.cli import EXIT_CODES, main

__all__ = ["CODES", "Ran", "ended", "fails", "run", "spawn", "spawned", "succeeds"]

CODES = {int(code) for code in re.findall(r"^  (\d+)  ", EXIT_CODES, re.MULTILINE)}
ENTRY = "import sys; from ecluse.cli import main; main(sys.argv[1:])"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def document(self):
        """The one JSON document on standard output."""
        return json.loads(self.out)

    def __str__(self):
        words = " ".join(repr(a[:80]) for a in self.arguments)
        return f"ecluse {words}\nexit {self.code}\n-- out\n{self.out[:2000]}\n-- err\n{self.err[:4000]}"


class _Text(io.TextIOWrapper):
    """A stream in memory that has a `buffer`, and no descriptor and no terminal behind it."""

    def __init__(self, data=b""):
        super().__init__(io.BytesIO(data), encoding="utf-8", errors="surrogateescape", newline="")

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode("utf-8", "surrogateescape")


def run(*arguments, stdin=b""):
    """Runs a command in this process."""
    words = tuple(str(a) for a in arguments)
    out, err = _Text(), _Text()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", _Text(stdin)),
    ):
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ran(words, code, out.text(), err.text())


def spawn(*arguments, stdin=subprocess.DEVNULL, env=None, shell=None, **options):
    """Starts a command as a process of its own, with nothing of this one's environment but what it needs."""
    source = Path(sys.modules["ecluse"].__file__).parents[1]
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(source), "HOME": str(Path.home())}
    clean["PYTHONDONTWRITEBYTECODE"] = "1"  # CPython keeps a module that a full disk cut off
    clean |= {k: v for k, v in os.environ.items() if k in {"TMPDIR", "NUMBA_CACHE_DIR"}}
    command = [sys.executable, "-c", ENTRY, *map(str, arguments)]
    if shell is not None:
        command = ["sh", "-c", shell, "sh", *command]
    options.setdefault("preexec_fn", heed_interrupts)
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean | (env or {}),
        **options,
    )


def heed_interrupts():
    """A test that runs in the background was told to ignore Ctrl-C, and would hand that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(process, data=None, *, keep_open=None, timeout=120):
    """Waits for a process and tells what it left behind; its input may be kept open until then."""
    if keep_open is not None:
        process.stdin = None
    try:
        out, err = process.communicate(data, timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    finally:
        if keep_open is not None:
            keep_open.close()
    words = tuple(process.args)
    return Ran(
        words,
        process.returncode,
        out.decode("utf-8", "surrogateescape"),
        err.decode("utf-8", "surrogateescape"),
    )


def spawned(*arguments, data=None, **options):
    """Runs a command as a process of its own, from its start to its end."""
    stdin = subprocess.DEVNULL if data is None else subprocess.PIPE
    return ended(spawn(*arguments, **{"stdin": stdin, **options}), data)


def fails(ran, *codes):
    """Holds a failure to what every failure owes: a documented code, a message, advice, one document, no traceback."""
    expected = set(codes) or CODES - {0, 1}
    assert expected <= CODES
    assert ran.code in expected, f"expected {sorted(expected)}\n{ran}"
    assert "Traceback" not in ran.err + ran.out, ran
    messages = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(messages) == 1, ran
    assert re.search(r"^ *help: \S", ran.err, re.MULTILINE), f"no advice\n{ran}"
    if "--json" in ran.arguments:
        assert ran.document["error"]["exit_code"] == ran.code, ran
        assert ran.document["error"]["message"], ran
    else:
        assert not ran.out, ran
    _harmless(ran.err)
    return ran


def succeeds(ran, *codes):
    """Holds a success to its code and to one document."""
    assert ran.code in (codes or {0}), ran
    assert "Traceback" not in ran.err + ran.out, ran
    if "--json" in ran.arguments:
        assert "error" not in ran.document, ran
    else:
        _harmless(ran.out)
    _harmless(ran.err)
    return ran


def _harmless(text):
    """Nothing that a terminal obeys, and nothing that cannot be seen."""
    bad = [c for c in text if (ord(c) < 32 and c not in "\n\t\r") or c in "\x7f\u202e\u2066\u200b"]
    assert not bad, f"{bad!r} reach the terminal in\n{text!r}"
