"""The exceptions, by who is at fault.

    EcluseError
    ├── CallerError        the command or the call was wrong                     exit 2
    ├── ConfigError        a file that people write is wrong (carries issues)    exit 3
    ├── SourceError        a log or a table cannot be read as told               exit 4
    ├── IntegrityError     the ledger is not what it was                         exit 5
    └── UnavailableError   the disk, a lock or another service does not answer   exit 6

Messages are lower-case without a full stop, user input in backticks, never personal data.
"""

from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "CallerError",
    "ConfigError",
    "EcluseError",
    "IntegrityError",
    "Issue",
    "SourceError",
    "UnavailableError",
]


class EcluseError(Exception):
    """Anything that Ecluse refuses or cannot do; `help` says what to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, help: str = "") -> None:  # noqa: A002 - the word that the console uses
        super().__init__(message)
        self.help = help


class CallerError(EcluseError):
    """The command line or the call is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One fault in a file that people write, at its place."""

    file: str
    line: int
    column: int
    message: str
    help: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigError(EcluseError):
    """A policy, estate, mapping or scenario file is wrong; every fault of the file is in `issues`."""

    exit_code = 3

    def __init__(self, message: str, *, issues: tuple[Issue, ...] = (), help: str = "") -> None:  # noqa: A002
        super().__init__(message, help=help)
        self.issues = issues


class SourceError(EcluseError):
    """A log or a table cannot be read as it was described."""

    exit_code = 4


class IntegrityError(EcluseError):
    """The ledger does not verify."""

    exit_code = 5


class UnavailableError(EcluseError):
    """Something outside does not answer: a full disk, a lock held by another process."""

    exit_code = 6
