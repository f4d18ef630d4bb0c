"""What has changed in the files that a running gate does not read again? Settings, estate and its tables need a restart."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

from ecluse.loaders.estate import load_estate
from ecluse.model.errors import EcluseError
from ecluse.model.estate import Estate
from ecluse.model.finding import Finding, Severity
from ecluse.model.settings import Settings
from ecluse.sources.written import read_written
from ecluse.wiring import now
from ecluse.wiring.gate_files import GateFiles

__all__ = ["Former"]

_CODE: Final = "restart-needed"
_HELP: Final = "start the gate again; until then it goes on with what it read at its start"

Stamp = tuple[int, int] | None


class Former:
    """What the gate read at its start, to compare with what the files say later."""

    def __init__(self, files: GateFiles, settings: Settings, estate: Estate | None) -> None:
        """Notes when the tables were written."""
        self._files, self._settings, self._estate = files, settings, estate
        self._tables = {path: _stamp(path) for path in _tables(files.estate, estate)}

    def findings(self) -> tuple[Finding, ...]:
        """One for each file that says something else by now, or that the next start could not read."""
        found = [*self._settings_changed(), *self._estate_changed()]
        found += [
            _finding(f"the table `{path.name}` was written since the gate read it", path)
            for path, stamp in self._tables.items()
            if _stamp(path) != stamp
        ]
        return tuple(found)

    def _settings_changed(self) -> Iterator[Finding]:
        path = self._files.settings
        if path is None:
            return
        try:
            said = self._files.read_settings()
        except (EcluseError, OSError) as error:
            yield _finding(f"the settings could not be read at the next start: {error}", path)
            return
        differing = [f.name for f in fields(said) if _differs(said, self._settings, f.name)]
        if differing:
            keys = ", ".join(f"`{name}`" for name in differing)
            yield _finding(f"changed settings are not in force: {keys}", path)

    def _estate_changed(self) -> Iterator[Finding]:
        path = self._files.estate
        if path is None:
            return
        try:
            said = load_estate(read_written(path), file=str(path), now=now())
        except (EcluseError, OSError) as error:
            yield _finding(f"the estate could not be read at the next start: {error}", path)
            return
        differing = [f.name for f in fields(said) if _differs(said, self._estate, f.name)]
        if differing:
            keys = ", ".join(f"`{name.removesuffix('_table')}`" for name in differing)
            yield _finding(f"a changed estate is not in force: {keys}", path)


def _differs(said: object, former: object, name: str) -> bool:
    return bool(getattr(said, name) != getattr(former, name))


def _finding(what: str, path: Path) -> Finding:
    return Finding(code=_CODE, severity=Severity.MEDIUM, what=what, help=_HELP, about=str(path))


def _tables(estate_file: Path | None, estate: Estate | None) -> Iterator[Path]:
    if estate_file is not None and estate is not None:
        names = (estate.accounts_table, estate.caseload_table)
        yield from (estate_file.parent / name for name in names if name is not None)


def _stamp(path: Path) -> Stamp:
    """When a file was written, and how long it is; None when it is not there."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size
