"""What was asked, in columns: each request with the persons that it shows, as numbers."""

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["OPERATIONS", "SCREENS", "Requests", "make", "merge", "operation_code"]

OPERATIONS: Final = ("view", "list", "search", "export", "login", "asset")
"""The last two show nobody; they are the other lines of a web log."""

SCREENS: Final = ("", "parcours", "documents", "rendez-vous")
"""Parts of a person's file that have an address of their own."""

_PER_REQUEST: Final = (
    "at",
    "actor",
    "application",
    "operation",
    "screen",
    "status",
    "session",
    "source",
    "size",
    "mark",
)

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of several accounts; `persons` holds the `counts[i]` persons of request i, one after the other.

    Attributes:
        at: microseconds, UTC.
        actor: row of the account in the population.
        application: place in the plan's applications.
        operation: place in OPERATIONS.
        screen: place in SCREENS.
        status: HTTP status; a person is shown only with 200.
        session: number that names the log-in.
        source: place in the table of addresses.
        size: bytes sent.
        mark: 0 for ordinary work, n for the n-th legitimate peak, -n for the n-th raid.
    """

    at: Column
    actor: Column
    application: Column
    operation: Column
    screen: Column
    status: Column
    session: Column
    source: Column
    size: Column
    mark: Column
    counts: Column
    persons: Column

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Column) -> "Requests":
        """The requests at these rows, in this order, with their persons."""
        counts = self.counts[rows]
        starts = (np.cumsum(self.counts) - self.counts)[rows]
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        columns = {name: getattr(self, name)[rows] for name in _PER_REQUEST}
        return Requests(
            **columns, counts=counts, persons=self.persons[np.repeat(starts, counts) + within]
        )

    def in_time_order(self) -> "Requests":
        """The same requests by time; those of one instant keep their order."""
        return self.take(np.argsort(self.at, kind="stable"))

    def between(self, first: int, last: int) -> "Requests":
        """The requests of the half-open stretch `[first, last)`."""
        return self.take(np.flatnonzero((self.at >= first) & (self.at < last)))

    def but(self, **columns: Column) -> "Requests":
        """The same requests with some columns replaced."""
        return replace(self, **columns)


def operation_code(word: str) -> int:
    """The number of an operation; ValueError when there is none of that name."""
    return OPERATIONS.index(word)


def make(at: Column, *, persons: Column, counts: Column | None = None, **given: Any) -> Requests:
    """Requests from some columns or scalars; the others take their plain value (a view, status 200, 0)."""
    plain: dict[str, tuple[int, Any]] = {
        "actor": (0, np.int32),
        "application": (0, np.uint8),
        "operation": (0, np.uint8),
        "screen": (0, np.uint8),
        "status": (200, np.int16),
        "session": (0, np.uint64),
        "source": (0, np.int32),
        "size": (0, np.int64),
        "mark": (0, np.int32),
    }
    columns = {
        name: np.broadcast_to(np.asarray(given.pop(name, value)).astype(dtype), at.shape)
        for name, (value, dtype) in plain.items()
    }
    assert not given, f"no such columns: {sorted(given)}"
    shown = np.ones(len(at), np.int32) if counts is None else counts.astype(np.int32)
    assert int(shown.sum()) == len(persons), "each request has the persons that it counts"
    return Requests(
        at=at.astype(np.int64), counts=shown, persons=persons.astype(np.int64), **columns
    )


def merge(parts: list[Requests]) -> Requests:
    """All requests of all parts, one part after the other."""
    if not parts:
        return make(np.zeros(0, np.int64), persons=np.zeros(0, np.int64))
    names = [f.name for f in fields(Requests)]
    return Requests(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )
