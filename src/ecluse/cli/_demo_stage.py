"""What does the demonstration stand on? The example portal, a gate and visitors, each a process with its files."""

import importlib.util
import os
import re
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

import ecluse
from ecluse.cli._demo_watch import Visit
from ecluse.cli._processes import Processes
from ecluse.model.errors import CallerError
from ecluse.reports.text import shell_word

__all__ = ["Stage", "find_portal"]

_FILES: Final = ("policy.yaml", "estate.yaml", "gate.yaml")
_SOCKET_MAX: Final = 100
"""Bytes of a socket's path; the system takes 107."""
_ADDRESS: Final = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


def find_portal() -> Path:
    """The example portal of the checkout that this is run from.

    Raises:
        CallerError: when there is none, or Django is not installed.
    """
    beside = Path(ecluse.__file__).resolve().parents[2] / "examples" / "portal"
    found = next((p for p in (beside, Path.cwd() / "examples" / "portal") if _is_portal(p)), None)
    if found is None:
        raise CallerError(
            "the example portal is not part of the installed package",
            help="run `make demo` in a checkout of the project; `ecluse demo --logs` works anywhere",
        )
    if importlib.util.find_spec("django") is None:
        raise CallerError(
            "the example portal needs Django, which is not installed",
            help="`make demo` installs it; `ecluse demo --logs` works without",
        )
    return found


def _is_portal(folder: Path) -> bool:
    return (folder / "manage.py").is_file() and (folder / "visitors").is_dir()


class Stage:
    """Starts and stops what is needed, in one folder.

    Attributes:
        port: of the portal.
        password: of every account in it.
    """

    def __init__(self, processes: Processes, portal: Path, out: Path, short: Path) -> None:
        """Starts nothing yet.

        Args:
            processes: keeps what is started.
            portal: folder of the example portal.
            out: folder to fill.
            short: a folder whose path is short enough for a socket, where that of `out` is not.
        """
        self.password, self.port = secrets.token_urlsafe(9), 0
        self._processes, self._portal, self._out = processes, portal, out
        socket_ = out.absolute() / "gate" / "gate.sock"
        self._socket = socket_ if len(os.fsencode(socket_)) <= _SOCKET_MAX else short / "gate.sock"
        self._token, self._secret = secrets.token_urlsafe(18), secrets.token_urlsafe(36)
        self._visits, self._at = Path(), 0
        self._logs = out / "logs"
        self._environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{quote(str(out.absolute() / 'portal.sqlite3'))}",
            "PORTAL_SECRET": self._secret,
            "PORTAL_PASSWORD": self.password,
            "PORTAL_TOKEN": self._token,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [_source(), os.environ.get("PYTHONPATH")])),
        }
        self._environment.pop("ECLUSE_GATE", None)

    def prepare(self, *, persons: int, seed: int) -> None:
        """Fills the portal, and the folder of the gate's files."""
        self._logs.mkdir(parents=True)
        folder = self._out / "gate"
        folder.mkdir()
        for name in _FILES:
            shutil.copy(self._portal / "gate" / name, folder / name)
        self._manage("migrate", "--verbosity", "0")
        self._manage("seed", "--persons", str(persons), "--seed", str(seed))
        self._manage("gate_tables", str(folder.absolute()))
        who = ["client", "add", "on-call", "--may", "read,manage", "--person", "on call"]
        files = ["--clients", str(folder / "clients.yaml"), "--token-file", str(self._token_file)]
        self._run(_ecluse(*who, *files), Path.cwd())

    def start_portal(self, *, gate: bool) -> None:
        """Starts the portal, behind the gate or not."""
        more = {"ECLUSE_GATE": f"unix:{self._socket}"} if gate else {}
        log = self._logs / ("portal.log" if gate else "portal-without-gate.log")
        before = log.stat().st_size if log.exists() else 0  # it may have run already
        self._processes.start(
            "portal",
            [sys.executable, "manage.py", "serve", "0"],
            folder=self._portal,
            environment={**self._environment, **more},
            log=log,
        )
        self._processes.wait_for("portal", lambda: _address(log, before) is not None)
        found = _address(log, before)
        assert found is not None
        self.port = found

    def start_both(self) -> None:
        """Starts the gate and the portal behind it; both answer when this returns."""
        self._processes.start(
            "gate",
            _ecluse("serve", *self._serve()),
            folder=Path.cwd(),
            environment=self._environment,
            log=self._logs / "gate.log",
        )
        self.start_portal(gate=True)
        self._processes.wait_for("gate", self._answers)

    def serve_words(self) -> str:
        """How the gate is started, as one would write it."""
        return " ".join(map(shell_word, self._serve()))

    def on_call(self) -> dict[str, str]:
        """The environment in which somebody on call speaks to the gate."""
        return {"ECLUSE_GATE": f"unix:{self._socket}", "ECLUSE_TOKEN_FILE": str(self._token_file)}

    def start_visitors(self, name: str, *, seconds: float, ordinary: int, whole: bool) -> None:
        """Lets visitors in; `whole`: until the thief has tried everything once."""
        self._visits, self._at = self._logs / f"{name}.jsonl", 0
        self._visits.touch()
        size = ["--seconds", str(seconds), "--ordinary", str(ordinary)]
        size += ["--whole"] if whole else []
        command = [sys.executable, "-m", "visitors", str(self.port), *size]
        self._processes.start(
            "visitors",
            [*command, "--loot", str(self._loot(name).absolute())],
            folder=self._portal,
            environment=self._environment,
            log=self._logs / "visitors.log",
            out=self._visits,
        )

    def are_there(self) -> bool:
        """Whether the visitors have not gone; portal and gate must still run."""
        self._processes.check("portal")
        return self._processes.is_running("visitors")

    def visits(self) -> Iterator[Visit]:
        """What the visitors told since the last call."""
        with self._visits.open("rb") as file:
            file.seek(self._at)
            told = file.read()
        whole = told[: told.rfind(b"\n") + 1]
        self._at += len(whole)
        yield from (msgspec.json.decode(line, type=Visit) for line in whole.splitlines())

    def loot(self, name: str) -> set[str]:
        """Numbers of the persons that reached the thief."""
        return set(self._loot(name).read_text("utf-8").split())

    def name_people(self) -> None:
        """Writes who the persons of the exposure are."""
        listed, people = self._out / "persons.csv", self._out / "people.csv"
        self._manage("who_is_who", str(listed.absolute()), str(people.absolute()))

    def stop(self, *names: str) -> None:
        """Ends some of them."""
        self._processes.stop(*names)

    def wait(self) -> None:
        """Until Ctrl-C, or one of them ends by itself."""
        while True:
            self._processes.check("portal", "gate")
            time.sleep(0.5)

    @property
    def template(self) -> Path:
        """Of the report."""
        return self._portal / "visitors" / "report.html.j2"

    @property
    def _token_file(self) -> Path:
        return self._out / "gate" / "on-call.token"

    def _loot(self, name: str) -> Path:
        return self._logs / f"{name}-thief.txt"

    def _serve(self) -> list[str]:
        folder = self._out / "gate"
        return [
            *("--policy", str(folder / "policy.yaml"), "--estate", str(folder / "estate.yaml")),
            *("--settings", str(folder / "gate.yaml"), "--clients", str(folder / "clients.yaml")),
            *("--ledger", str(self._out / "ledger"), "--unix", str(self._socket)),
        ]

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(str(self._socket)) == 0

    def _manage(self, *arguments: str) -> None:
        self._run([sys.executable, "manage.py", *arguments], self._portal)

    def _run(self, command: list[str], folder: Path) -> None:
        self._processes.run(
            command,
            folder=folder,
            environment=self._environment,
            log=self._logs / "preparation.log",
        )


def _address(log: Path, begin: int) -> int | None:
    """The port that the portal told after that place in its log."""
    found = _ADDRESS.search(log.read_bytes()[begin:])
    return None if found is None else int(found[1])


def _ecluse(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ecluse", *arguments]


def _source() -> str:
    """Where the package is, for processes that run in another folder."""
    return str(Path(ecluse.__file__).resolve().parents[1])
