"""The example portal as a process of its own, with invented persons, behind a gate or not."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from servers.gate import GateProcess, gate

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "examples" / "portal"
if str(PORTAL) not in sys.path:
    sys.path.append(str(PORTAL))

from visitors.browser import Browser  # noqa: E402 - the portal's own HTTP client

PASSWORD = "not-a-secret-1"
TOKEN = "not-a-secret-either"
PERSONS = 2000
DEADLINE = 120.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")


def environment(database: str, **more: str) -> dict[str, str]:
    """What the portal's processes see."""
    kept = {name: value for name, value in os.environ.items() if name != "ECLUSE_GATE"}
    return {
        **kept,
        "DATABASE_URL": database,
        "PORTAL_PASSWORD": PASSWORD,
        "PORTAL_TOKEN": TOKEN,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def manage(database: str, *arguments: str) -> str:
    """Runs one command of the portal; what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=PORTAL,
        env=environment(database),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fill(database: str, tables: Path, *, persons: int = PERSONS) -> None:
    """Invents everybody, and writes what the gate must know of them beside the portal's own estate."""
    manage(database, "migrate", "--verbosity", "0")
    manage(database, "seed", "--persons", str(persons))
    manage(database, "gate_tables", str(tables))
    (tables / "estate.yaml").write_bytes((PORTAL / "gate" / "estate.yaml").read_bytes())


@contextmanager
def portal(folder: Path, *, database: str, gate: str | None = None) -> Iterator[int]:
    """A portal that answers, for the time of a test; its port."""
    log = folder / "portal.log"
    more = {} if gate is None else {"ECLUSE_GATE": f"unix:{gate}"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "0"],
            cwd=PORTAL,
            env=environment(database, **more),
            stdout=out,
            stderr=out,
        )
    try:
        yield _port(process, log)
    finally:
        process.terminate()
        process.wait(DEADLINE)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    end = time.monotonic() + DEADLINE
    while True:
        found = _ADDRESS.search(log.read_text())
        if found is not None:
            return int(found[1])
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the portal does not answer:\n{log.read_text()}")
        time.sleep(0.05)


@dataclass
class Stand:
    """A portal with a gate in front."""

    port: int
    gate: GateProcess
    opened: list[Browser] = field(default_factory=list)

    def log_in(self, account: str) -> Browser:
        """A new session."""
        browser = self._open()
        browser.log_in(account, PASSWORD)
        return browser

    def program(self) -> Browser:
        """The machine account, which shows a token."""
        return self._open(Authorization=f"Bearer {TOKEN}")

    def another(self, browser: Browser) -> Browser:
        """The same session on a connection of its own."""
        self.opened.append(browser.another())
        return self.opened[-1]

    def close(self) -> None:
        """Closes all connections."""
        for browser in self.opened:
            browser.close()

    def _open(self, **headers: str) -> Browser:
        self.opened.append(Browser("127.0.0.1", self.port, more=headers))
        return self.opened[-1]


@contextmanager
def standing(
    folder: Path, filled: Path, policy: str, *, database: str | None = None, estate: str | None = None, more: tuple[str, ...] = ()
) -> Iterator[Stand]:  # fmt: skip
    """A gate with that policy, and the portal behind it with everybody in it."""
    shutil.copytree(filled, folder / "filled")
    tables = folder / "filled" / "gate"
    if estate is not None:
        (tables / "estate.yaml").write_text(estate, "utf-8")
    used = database or f"sqlite:///{folder / 'filled' / 'portal.sqlite3'}"
    arguments = ("--estate", str(tables / "estate.yaml"), *more)
    with ExitStack() as stack:
        door = stack.enter_context(gate(folder / "gate", policy=policy, arguments=arguments))
        port = stack.enter_context(portal(folder, database=used, gate=door.socket))
        stand = Stand(port, door)
        stack.callback(stand.close)
        yield stand
