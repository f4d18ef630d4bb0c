"""Past accesses as columns: what the two-phase pass and the event-by-event replay both read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ecluse.model.access import AccessRequest

__all__ = ["UNKNOWN_INSTANT", "Column", "History", "from_requests"]

UNKNOWN_INSTANT: Final = np.iinfo(np.int64).min
_UNKNOWN_OWN: Final = 2

Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Column:
    """Words of a field, coded: `codes` is int32 an event, -1 for unknown, an index into `words`."""

    codes: npt.NDArray[np.int32]
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class History:
    """Accesses in order of time; accesses of one instant in the order in which they count.

    A log knows of no justification and of no second factor given again, so these facts have no column:
    they are absent from every event.

    Attributes:
        at: int64 microseconds an event, non-decreasing.
        account, application: never unknown.
        lineage: None when nobody is known to have created an account.
        categories: words are comma-separated lists.
        created_at: int64 microseconds, UNKNOWN_INSTANT for unknown; None when none is known.
        person: uint64 a row; the persons of one event are distinct.
        first_row: int64[events + 1]: event e has the rows `first_row[e]:first_row[e + 1]`; None for one row each.
        own: uint8 a row: 1 in the caseload, 0 outside, 2 unknown; None when none is known.
    """

    at: Ints
    account: Column
    application: Column
    person: npt.NDArray[np.uint64]
    first_row: Ints | None = None
    session: Column | None = None
    organization: Column | None = None
    source: Column | None = None
    lineage: Column | None = None
    kind: Column | None = None
    factor: Column | None = None
    operation: Column | None = None
    categories: Column | None = None
    created_at: Ints | None = None
    bytes: Ints | None = None
    own: npt.NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return int(self.at.size)

    def rows(self) -> Ints:
        """First rows of all events, also when each has one."""
        return np.arange(len(self) + 1) if self.first_row is None else self.first_row

    def as_the_engine_takes_it(self) -> "History":
        """The same decisions: the engine's clock starts at 0, it sums up what is more than nothing, and
        it knows of all persons of an event whether they are in the caseload, or of none.
        """
        at, size, own = self.at, self.bytes, self.own
        if at.size and at[0] < 0:
            at = np.maximum(at, 0)
        if size is not None and (size < 0).any():
            size = np.maximum(size, 0)
        if own is not None and self.first_row is not None and (own == _UNKNOWN_OWN).any():
            event = np.repeat(np.arange(len(self)), np.diff(self.first_row))
            unknown = np.zeros(len(self), np.bool_)
            unknown[event[own == _UNKNOWN_OWN]] = True
            own = np.where(unknown[event], np.uint8(_UNKNOWN_OWN), own)
        return replace(self, at=at, bytes=size, own=own)

    def take(self, events: Ints) -> "History":
        """The same, of some events only, in the given order."""
        starts, rows = None, events  # one row each
        if self.first_row is not None:
            first = self.first_row
            sizes = first[events + 1] - first[events]
            starts = np.concatenate(([0], np.cumsum(sizes)))
            rows = np.arange(starts[-1]) + np.repeat(first[events] - starts[:-1], sizes)
        columns = {
            name: Column(column.codes[events], column.words)
            for name in _COLUMNS
            if (column := getattr(self, name)) is not None
        }
        return History(
            at=self.at[events],
            person=self.person[rows],
            first_row=starts,
            created_at=None if self.created_at is None else self.created_at[events],
            bytes=None if self.bytes is None else self.bytes[events],
            own=None if self.own is None else self.own[rows],
            **columns,
        )

    def requests(self) -> Iterator[tuple[int, AccessRequest]]:
        """The accesses one by one, as the engine takes them, with their instants."""
        words = {name: _decoded(getattr(self, name)) for name in _COLUMNS}
        categories = _decoded(self.categories)
        split = {c: tuple(c.split(",")) if c else () for c in set(categories or ())}
        first, person = self.rows().tolist(), self.person.tolist()
        created = None if self.created_at is None else self.created_at.tolist()
        size = None if self.bytes is None else self.bytes.tolist()
        own = None if self.own is None else self.own.tolist()
        for e, at in enumerate(self.at.tolist()):
            begin, end = first[e], first[e + 1]
            known: dict[str, Any] = {
                name: column[e]
                for name, column in words.items()
                if column is not None and name != "categories"
            }
            yield (
                at,
                AccessRequest(
                    persons=tuple(person[begin:end]),
                    categories=() if categories is None else split[categories[e]],
                    created_at=None
                    if created is None or created[e] == UNKNOWN_INSTANT
                    else created[e],
                    bytes=0 if size is None else size[e],
                    own=_own(None if own is None else own[begin:end]),
                    **known,
                ),
            )


_COLUMNS: Final = (
    "account",
    "application",
    "session",
    "organization",
    "source",
    "lineage",
    "kind",
    "factor",
    "operation",
    "categories",
)


def _decoded(column: Column | None) -> list[str | None] | None:
    if column is None:
        return None
    words = [*column.words, None]
    return [words[code] for code in column.codes.tolist()]


def _own(flags: list[int] | None) -> tuple[bool, ...] | None:
    return None if flags is None or 2 in flags else tuple(flag == 1 for flag in flags)


def from_requests(accesses: Sequence[tuple[int, AccessRequest]]) -> History:
    """Makes columns of accesses that are in order of time, as a log would tell of them: none is justified or stepped up."""
    persons = [tuple(dict.fromkeys(r.persons)) for _, r in accesses]
    first = np.concatenate(([0], np.cumsum([len(p) for p in persons], dtype=np.int64))).astype(
        np.int64
    )
    own = [
        2 if r.own is None else int(r.own[r.persons.index(p)])
        for (_, r), mine in zip(accesses, persons, strict=True)
        for p in mine
    ]
    requests = [r for _, r in accesses]
    unknown = int(UNKNOWN_INSTANT)
    return History(
        at=np.array([at for at, _ in accesses], np.int64),
        person=np.array([p for mine in persons for p in mine], np.uint64),
        first_row=first,
        created_at=np.array(
            [unknown if r.created_at is None else r.created_at for r in requests], np.int64
        ),
        bytes=np.array([r.bytes for r in requests], np.int64),
        own=np.array(own, np.uint8),
        account=_coded([r.account for r in requests]),
        application=_coded([r.application for r in requests]),
        session=_coded([r.session for r in requests]),
        organization=_coded([r.organization for r in requests]),
        source=_coded([r.source for r in requests]),
        lineage=_coded([r.lineage or r.account for r in requests]),
        kind=_coded([r.kind for r in requests]),
        factor=_coded([r.factor for r in requests]),
        operation=_coded([r.operation for r in requests]),
        categories=_coded([",".join(r.categories) for r in requests]),
    )


def _coded(values: Sequence[str | None]) -> Column:
    codes: dict[str, int] = {}
    coded = [-1 if v is None else codes.setdefault(v, len(codes)) for v in values]
    return Column(np.array(coded, np.int32), tuple(codes))
