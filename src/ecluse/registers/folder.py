"""Where does everything of an incident lie? In a folder of the register, named by its year and number.

REGISTER/register.json                        says that this folder is a register
REGISTER/controller.yaml, clocks.yaml         files that people write
REGISTER/2026-0001/log.jsonl, log.head        every act; see `registers.log`
REGISTER/2026-0001/statement.yaml             what only persons can say
REGISTER/2026-0001/exposures/ documents/ outbox/ evidence/ claims/
"""

import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from ecluse.incident.clocks import deadlines
from ecluse.incident.folding import fold
from ecluse.incident.gravity_log import gravity_of
from ecluse.loaders.clocks import load_clocks
from ecluse.loaders.defaults import shipped
from ecluse.loaders.gravity import load_gravity
from ecluse.model.clock import ClockSettings
from ecluse.model.errors import CallerError
from ecluse.model.gravity import Gravity, GravityTable
from ecluse.model.incident import Incident
from ecluse.registers.files import (
    FOLDER_MODE,
    locked,
    make_folder,
    sync_folder,
    unavailable,
    write_whole,
    written_or_shipped,
)
from ecluse.registers.log import Log, append, begin, read

__all__ = ["PARTS", "IncidentFolder", "Register"]

PARTS: Final = ("exposures", "documents", "outbox", "evidence", "claims")
"""Folders within the folder of an incident."""

_MARK: Final = "register.json"
_WRITTEN: Final = ("clocks.yaml", "gravity.yaml")
_ID: Final = re.compile(r"[0-9]{4}-[0-9]{4,6}")
_NEW: Final = ".new-"


@dataclass(frozen=True, slots=True)
class IncidentFolder:
    """The folder of one incident."""

    path: Path

    @property
    def id(self) -> str:
        """Its name, such as `2026-0001`."""
        return self.path.name

    @property
    def log_path(self) -> Path:
        """The file of its acts."""
        return self.path / "log.jsonl"

    def part(self, name: str) -> Path:
        """One of `PARTS`, made when it is not there.

        Raises:
            UnavailableError: when the disk refuses.
        """
        assert name in PARTS, name
        with unavailable(f"`{self.path / name}` cannot be made"):
            return make_folder(self.path / name)

    def log(self) -> Log:
        """Every act, checked.

        Raises:
            IntegrityError: names the line that is not what was written.
            UnavailableError: when it cannot be read.
        """
        return read(self.log_path)

    def incident(self) -> Incident:
        """What is known of the incident: its log, folded, with the clocks of the register.

        Raises:
            IntegrityError: names the line that is not what was written.
        """
        log = self.log()
        incident = fold(self.id, zip(log.lines, log.heads, strict=True))
        return replace(incident, deadlines=deadlines(incident, self.clocks()))

    def clocks(self) -> ClockSettings:
        """The clocks of the register, `clocks.yaml` beside the incidents; those that ship when there is no such file.

        Raises:
            ConfigError: when the file is wrong.
        """
        text, file = written_or_shipped(self.path.parent, "clocks.yaml")
        return load_clocks(text, file=file)

    def gravity_table(self) -> GravityTable:
        """What gravity is filled in with: `gravity.yaml` beside the incidents, or the one that ships.

        Raises:
            ConfigError: when the file is wrong.
        """
        text, file = written_or_shipped(self.path.parent, "gravity.yaml")
        return load_gravity(text, file=file)

    def gravity(self) -> Gravity | None:
        """The gravity that a person signed last, or else the one proposed last; None without any.

        Raises:
            IntegrityError: names the line that is not what was written.
        """
        return gravity_of(self.id, self.log().lines)

    def append(
        self, act: str, detail: dict[str, Any], *, by: str, at: int, after: str | None = None
    ) -> str:
        """Adds an act to the log, durably; returns the head. With `after`, only if that is still the last head.

        Raises:
            CallerError: when the act cannot be a line.
            IntegrityError: when the log is not what was written; nothing is added then.
            UnavailableError: when the disk refuses; nothing is added then.
        """
        return append(self.log_path, act, detail, by=by, at=at, after=after)


@dataclass(frozen=True, slots=True)
class Register:
    """All incidents of an organization (GDPR art. 33(5))."""

    root: Path

    def create(self) -> bool:
        """Makes an empty register with copies of the files that people adapt; one that is there stays. Says whether it made one.

        Raises:
            CallerError: when the folder has something else in it.
            UnavailableError: when the disk refuses.
        """
        with unavailable(f"the register `{self.root}` cannot be made"):
            if (self.root / _MARK).exists():
                return False
            self.root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            if any(not _ours(path.name) for path in self.root.iterdir()):
                raise CallerError(
                    f"`{self.root}` is no register and is not empty", help="name a new folder"
                )
            for name in _WRITTEN:
                if not (self.root / name).exists():
                    write_whole(self.root / name, shipped(name))
            write_whole(
                self.root / _MARK, msgspec.json.encode({"format": "ecluse-register", "version": 1})
            )
        return True

    def ids(self) -> tuple[str, ...]:
        """Every incident, oldest first.

        Raises:
            CallerError: when the folder is no register.
        """
        self._check()
        with unavailable(f"the register `{self.root}` cannot be read"):
            names = [p.name for p in self.root.iterdir() if _ID.fullmatch(p.name)]
        return tuple(sorted(names, key=_order))

    def open(self, id: str) -> IncidentFolder:  # noqa: A002 - the word of the model
        """The folder of an incident that exists.

        Raises:
            CallerError: when there is none.
        """
        self._check()
        folder = IncidentFolder(self.root / id)
        if not _ID.fullmatch(id) or not folder.log_path.is_file():
            known = self.ids()
            raise CallerError(
                f"there is no incident `{id[:40]}` in `{self.root}`",
                help=f"there are {', '.join(known[-8:])}"
                if known
                else "`ecluse incident open` opens the first one",
            )
        return folder

    def begin(
        self, year: int, act: str, detail: dict[str, Any], *, by: str, at: int
    ) -> IncidentFolder:
        """Makes the folder of a new incident with the first line of its log: both or nothing. Numbers have no gap.

        Raises:
            CallerError: when the folder is no register, or the act cannot be a line.
            UnavailableError: when the disk refuses.
        """
        self._check()
        with locked(self.root / ".lock", flags=os.O_RDWR | os.O_CREAT):
            taken = [_order(name)[1] for name in self.ids() if _order(name)[0] == year]
            folder = self.root / f"{year:04}-{max(taken, default=0) + 1:04}"
            unfinished = self.root / f"{_NEW}{folder.name}"
            with unavailable(f"`{folder}` cannot be made"):
                shutil.rmtree(unfinished, ignore_errors=True)  # what a crash left
                unfinished.mkdir(mode=FOLDER_MODE)
                try:
                    begin(
                        unfinished / "log.jsonl", act, {**detail, "id": folder.name}, by=by, at=at
                    )
                    unfinished.rename(folder)
                except BaseException:
                    shutil.rmtree(unfinished, ignore_errors=True)
                    raise
                sync_folder(self.root)
        return IncidentFolder(folder)

    def _check(self) -> None:
        if not (self.root / _MARK).is_file():
            raise CallerError(
                f"`{self.root}` is no register of incidents",
                help="name one with --register, or make it with `ecluse incident init`",
            )


def _ours(name: str) -> bool:
    """Whether a file may lie in a folder that becomes a register: what people put there, and what a crash left."""
    return name in {*_WRITTEN, "controller.yaml"} or name.endswith(".part")


def _order(name: str) -> tuple[int, int]:
    year, _, number = name.partition("-")
    return int(year), int(number)
