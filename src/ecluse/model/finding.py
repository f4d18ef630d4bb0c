"""A finding: something a machine saw that a person must know of."""

from dataclasses import dataclass

__all__ = ["Finding", "Severity"]

from enum import IntEnum


class Severity(IntEnum):
    """How soon a person must look; the levels of OCSF 1.8 `severity_id`."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen, about what, how severe, and what to do.

    Attributes:
        code: stable name, such as `uncovered-application`.
        what: one sentence with the facts.
        help: one sentence with what to do.
        about: identifier of the application, account or policy concerned.
    """

    code: str
    severity: Severity
    what: str
    help: str
    about: str = ""
