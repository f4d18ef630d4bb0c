"""A real gate: `ecluse serve` as a process of its own, on a Unix socket, that can be killed and started again."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

POLICY = """\
version: 1
budgets:
  - id: account
    per: account
    limits: {{1h: {limit}}}
"""

DEADLINE = 120.0


class GateProcess:
    """A gate's process and its files; the socket lies in a short path of its own."""

    def __init__(self, folder: Path, *, policy: str, arguments: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.ledger = folder / "ledger"
        self.policy = folder / "policy.yaml"
        self.policy.write_text(policy, encoding="utf-8")
        self._short = tempfile.TemporaryDirectory(prefix="gate")
        self.socket = str(Path(self._short.name) / "s")
        self.arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "gate.log"

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [sys.executable, "-m", "ecluse", "serve", "--policy", str(self.policy)]
        command += ["--ledger", str(self.ledger), "--unix", self.socket, *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + DEADLINE
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the gate does not answer:\n{self.log.read_text()}")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether somebody listens."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(self.socket)
            except OSError:
                return False
            return True

    def kill(self) -> None:
        """Ends it as a loss of power would, but for the disk."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ends it in good order; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(DEADLINE)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request on a connection of its own; status and decoded answer."""
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\ncontent-length: {len(data)}\r\n\r\n"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as opened:
            opened.settimeout(DEADLINE)
            opened.connect(self.socket)
            opened.sendall(head.encode() + data)
            answer = b"".join(iter(lambda: opened.recv(65_536), b""))
        front, _, rest = answer.partition(b"\r\n\r\n")
        return int(front.split()[1]), json.loads(rest) if rest else None

    def close(self) -> None:
        """Ends it if it still runs, and removes the socket's folder."""
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self._short.cleanup()


@contextmanager
def gate(folder: Path, *, policy: str, arguments: tuple[str, ...] = ()) -> Iterator[GateProcess]:
    """A gate that answers, for the time of a test."""
    folder.mkdir(parents=True, exist_ok=True)
    process = GateProcess(folder, policy=policy, arguments=arguments)
    try:
        process.start()
        yield process
    finally:
        process.close()


def persons_in(ledger: Path, account: str) -> list[bytes]:
    """Pseudonyms of the persons released to an account, in the ledger as it lies there, one a release."""
    import polars as pl

    from ecluse.ledgers.reader import scan, take_snapshot
    from ecluse.service.rebuild_acts import is_released

    columns = ("account", "kind", "effect", "persons")
    mine = is_released() & (pl.col("account") == account)
    return [
        bytes(person)
        for frame in scan(take_snapshot(ledger), since=None, columns=columns)
        for persons in frame.filter(mine)["persons"]
        for person in persons
    ]
