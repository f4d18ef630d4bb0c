"""Which accesses are asked for, and how is that said to the reader of Parquet?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import polars as pl

from ecluse.model.entry import ACCESS
from ecluse.model.exposure import Selection
from ecluse.service.rebuild_acts import OBSERVED, RELEASE

__all__ = ["ACCESSES", "RECOVERY", "REFUSALS", "Gap", "Question"]

REFUSALS = "refusals"
RECOVERY = "recovery"
ACCESSES = (ACCESS, OBSERVED)
_COLUMNS = {
    "accounts": "account", "sessions": "session", "sources": "source", "applications": "application",
    "organizations": "organization", "lineages": "lineage",
}  # fmt: skip
_NEEDED = (
    "seq", "at", "kind", "effect", "account", "application", "operation", "categories", "persons", "persons_count",
    "detail",
)  # fmt: skip
_PRIVATE = frozenset({"session", "source"})
"""Columns that a retention destroys."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time about which the ledger cannot tell everything; None where it is open.

    Attributes:
        at_most: the most persons that it can hide, counted as person x access pairs; None when nothing bounds them.
        lost: entries that cannot be read or believed; None when nobody knows how many.
    """

    first_at: int | None
    last_at: int | None
    what: str
    at_most: int | None = 0
    lost: int | None = 0


@dataclass(frozen=True, slots=True)
class Question:
    """Accesses that belong to one of the selections.

    Attributes:
        entries: only the first so many entries of the ledger; None for all.
        most_per_access: the most persons that one access can show; None when nobody says so.
    """

    selections: tuple[Selection, ...]
    entries: int | None = None
    most_per_access: int | None = None

    @property
    def bounded(self) -> bool:
        """Whether a period is asked for."""
        return any(s.since is not None or s.until is not None for s in self.selections)

    @property
    def columns(self) -> list[str]:
        """What is read of an entry: what an exposure needs, and what the selections name."""
        named = [
            c for name, c in _COLUMNS.items() if any(getattr(s, name) for s in self.selections)
        ]
        return list(dict.fromkeys([*_NEEDED, *named]))

    @property
    def by_account(self) -> bool:
        """Whether every selection names accounts and nothing else but a period."""
        return all(s.accounts and not _named(s, but="accounts") for s in self.selections)

    def hidden(self, entries: int | None) -> int | None:
        """The most persons that so many lost entries can have shown."""
        if entries is None or (entries and self.most_per_access is None):
            return None
        return entries * (self.most_per_access or 0)

    def touches(self, first_at: int, last_at: int) -> bool:
        """Whether one of the periods meets `[first_at, last_at]`."""
        return any(
            (s.since is None or s.since <= last_at) and (s.until is None or first_at < s.until)
            for s in self.selections
        )

    def named(self) -> pl.Expr:
        """Whether an entry belongs to a selection, whatever its instant; also one whose private fields are gone, and may."""
        return _any(_matches(s, surely=False) for s in self.selections)

    def inside(self) -> pl.Expr:
        """The same within the period."""
        return _any(_matches(s, surely=False) & _within(s) for s in self.selections)

    def surely(self) -> pl.Expr:
        """The same, without those that only may."""
        return _any(_matches(s, surely=True) & _within(s) for s in self.selections)

    def wanted(self) -> pl.Expr:
        """The entries that are to be read whole."""
        kind = pl.col("kind")
        release = kind == RELEASE
        if self.by_account:
            release &= self.named()
        return self.before() & (
            (kind.is_in([*ACCESSES, REFUSALS]) & self.inside()) | release | (kind == RECOVERY)
        )

    def elsewhere(self) -> pl.Expr:
        """Accesses that belong to a selection, outside its period."""
        return self.before() & pl.col("kind").is_in(ACCESSES) & self.named() & ~self.inside()

    def before(self) -> pl.Expr:
        """Entries that are asked for at all."""
        return pl.lit(value=True) if self.entries is None else pl.col("seq") < self.entries


def _named(selection: Selection, *, but: str) -> bool:
    return any(getattr(selection, name) for name in _COLUMNS if name != but)


def _any(parts: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(or_, parts)


def _matches(selection: Selection, *, surely: bool) -> pl.Expr:
    parts: list[pl.Expr] = []
    for name, column in _COLUMNS.items():
        if values := getattr(selection, name):
            part = pl.col(column).is_in(list(values))
            if column in _PRIVATE:
                part = part.fill_null(value=False) if surely else part | pl.col(column).is_null()
            parts.append(part)
    return reduce(and_, parts) if parts else pl.lit(value=True)


def _within(selection: Selection) -> pl.Expr:
    at = pl.col("at")
    parts = [at >= selection.since] if selection.since is not None else []
    parts += [at < selection.until] if selection.until is not None else []
    return reduce(and_, parts) if parts else pl.lit(value=True)
