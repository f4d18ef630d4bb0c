"""Who speaks to the gate? An enrolled client, and what it may do."""

from enum import StrEnum

import msgspec

__all__ = ["Client", "Scope"]


class Scope(StrEnum):
    """What a client may do."""

    ASK = "ask"
    """Ask for decisions, and post or release what it reserved."""
    REPORT = "report"
    """Report accesses that happened."""
    READ = "read"
    """Explain decisions, and see status, findings and metrics."""
    MANAGE = "manage"
    """Hold, reopen, change the state of applications, add accounts: only for a named person."""
    DRILL = "drill"
    """Announce drills with the accounts that the settings keep for them, and write what they found."""


class Client(msgspec.Struct, frozen=True, gc=False):
    """An enrolled client.

    Attributes:
        id: name by which the ledger tells its requests.
        may: what it may do.
        applications: those that it may speak for; None for all.
        person: the named person whose client it is; empty for a program.
    """

    id: str
    may: frozenset[Scope]
    applications: frozenset[str] | None = None
    person: str = ""
