"""What do the use cases ask of the outside? One protocol a port; adapters in the plural folders keep them."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import polars as pl

from ecluse.model.finding import Finding

__all__ = ["AccountFacts", "Directory"]


class AccountFacts(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a directory knows of an account; None is unknown.

    Attributes:
        lineage: the first creator above the account; itself when nobody is known to have created it.
        created_at: microseconds.
    """

    lineage: str
    kind: str | None = None
    organization: str | None = None
    created_at: int | None = None


class Directory(Protocol):
    """Tells the facts of accounts.

    When: before every decision, live (`facts`, `own`) or in bulk (`join`); both tell the same.
    Promises: never fails for an account that it does not know; such an account is newborn at its first event.
    Lost on a crash: when accounts outside the table were first seen; they are newborn once more.
    """

    def facts(self, account: str, at: int) -> AccountFacts:
        """What is known of the account at an instant (microseconds)."""
        ...

    def own(self, account: str, persons: Sequence[str]) -> tuple[bool, ...] | None:
        """For each person, whether it is in the account's own caseload; None when no relation is known at all."""
        ...

    def join(self, events: pl.DataFrame) -> pl.DataFrame:
        """Adds to columns of EVENT_SCHEMA the columns account_kind, lineage, created_at, and own when known."""
        ...

    def findings(self) -> tuple[Finding, ...]:
        """What a person should know of the directory after what it was asked so far."""
        ...
