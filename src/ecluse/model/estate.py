"""The estate: the applications, organizations and accounts that the policies are about."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["AccountKind", "Application", "Estate", "Headcount", "LifeCycle", "Organization"]


class LifeCycle(Enum):
    """Where an application stands between its first and its last day."""

    LIVE = "live"
    DECOMMISSIONING = "decommissioning"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Application:
    """One application through which persons can be read."""

    id: str
    owner: str
    population: int
    """Distinct persons that it holds."""
    portal: str | None = None
    state: LifeCycle = LifeCycle.LIVE
    state_since: int | None = None
    closes_at: int | None = None
    """Microseconds; from then on it should refuse every read."""
    categories: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    lockout_after: int | None = None
    """Failed log-ins after which an account is locked, delayed or shown a puzzle; None when nobody has said."""
    retention: int | None = None
    """Microseconds for which its own log is kept; None when nobody has said."""
    retention_reason: str = ""
    """Why, when that is less than six months or more than a year."""


@dataclass(frozen=True, slots=True)
class AccountKind:
    """A kind of account: what it is for and how its sessions are secured."""

    id: str
    description: str = ""
    factors: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    """Applications that it can open; empty means all."""
    creates: tuple[str, ...] = ()
    """Kinds of account that it may create."""


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many accounts of a kind an organization has."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Organization:
    """A body whose members hold accounts."""

    id: str
    accounts: tuple[Headcount, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything that can be read, and everybody who can read it.

    Attributes:
        accounts_table: file with one row an account (account, kind, organization, created_at, created_by), or None.
        caseload_table: file with one row a relation (account, person), or None.
        sensitive: categories that the estate calls sensitive; None for the usual ones (see `verify.sensitive`).
    """

    applications: tuple[Application, ...]
    kinds: tuple[AccountKind, ...]
    organizations: tuple[Organization, ...]
    accounts_table: str | None = None
    caseload_table: str | None = None
    sensitive: frozenset[str] | None = None
