"""What leaves the process that read a sample? Keyed fingerprints, row by row, and a few counts; nothing of the sample itself.

An identifier becomes the pseudonym that the ledger has for the person; every other value, and every name of a column, a BLAKE2b-128
under a key of its own. Two values are the same when their fingerprints are; without the key neither can be tried out.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import msgspec

from ecluse.incident.attribution.order import run_of
from ecluse.incident.sample.canonical import judged
from ecluse.incident.sample.rows import Shape, Table, read_rows
from ecluse.model.time import parse_instant

__all__ = ["Field", "Fingerprints", "Wanted", "column_print", "fingerprint", "value_print"]

_SORTED_BELOW: Final = 1e-3
"""Rows that luck puts in order this seldom may have been sorted; then their order is no evidence."""


class Field(msgspec.Struct, frozen=True):
    """A column of the sample: the name of the field, the column, and the kind of its values."""

    name: str
    column: str
    kind: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What to make of a sample. The keys never show.

    Attributes:
        identifier: the column of the ledger's identifier, in the kind in which the ledger has it; None when it is not in the sample.
        times: columns with instants at which a row was changed.
        person_key, value_key: 32 bytes each.
    """

    shape: Shape
    identifier: Field | None
    fields: tuple[Field, ...]
    times: tuple[str, ...]
    person_key: bytes
    value_key: bytes


class Fingerprints(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a sample.

    Attributes:
        persons: for each row the pseudonym of its identifier, or None.
        values: for each row and field a fingerprint, or None.
        columns: fingerprints of the names of the columns, in their order.
        sorted_by: mapped columns, or `column N`, by which the rows stand in order.
        missing: mapped columns that the sample does not have.
    """

    form: str
    rows: int
    unread: int
    persons: tuple[bytes | None, ...]
    values: tuple[tuple[bytes | None, ...], ...]
    columns: tuple[bytes, ...]
    sorted_by: tuple[str, ...]
    missing: tuple[str, ...]
    dated: int = 0
    first_at: int | None = None
    last_at: int | None = None
    impossible: int = 0
    masked: int = 0
    invented: int = 0


def fingerprint(content: bytes, wanted: Wanted) -> Fingerprints:
    """Reads a sample and keeps fingerprints.

    Raises:
        Refused: when the bytes are no sample.
    """
    table = read_rows(content, wanted.shape)
    mapped = (*((wanted.identifier,) if wanted.identifier else ()), *wanted.fields)
    missing = tuple(f.name for f in mapped if f.column not in table.columns)
    persons: list[bytes | None] = []
    values: list[tuple[bytes | None, ...]] = []
    counts = {"impossible": 0, "masked": 0, "invented": 0}
    for row in table.rows:
        person, prints, words = _row(row, wanted)
        persons.append(person)
        values.append(prints)
        for word in counts:
            counts[word] += word in words
    instants = [
        at
        for row in table.rows
        for name in wanted.times
        if (at := _instant(row.get(name, ""))) is not None
    ]
    return Fingerprints(
        form=table.form,
        rows=len(table.rows),
        unread=table.unread,
        persons=tuple(persons),
        values=tuple(values),
        columns=tuple(column_print(name, wanted.value_key) for name in table.columns),
        sorted_by=_sorted_by(table, mapped),
        missing=missing,
        dated=len(instants),
        first_at=min(instants, default=None),
        last_at=max(instants, default=None),
        **counts,
    )  # fmt: skip


def value_print(field: str, value: str, key: bytes) -> bytes:
    """The fingerprint of a value in its one spelling."""
    return blake2b(f"{field}\0{value}".encode(), key=key, digest_size=16, person=b"ecluse-value").digest()  # fmt: skip


def column_print(name: str, key: bytes) -> bytes:
    """The fingerprint of a column's name, in which case, spaces and signs do not matter."""
    bare = "".join(c for c in name.casefold() if c.isalnum())
    return blake2b(bare.encode(), key=key, digest_size=16, person=b"ecluse-column").digest()


def _row(
    row: dict[str, str], wanted: Wanted
) -> tuple[bytes | None, tuple[bytes | None, ...], set[str]]:
    person, words = None, set[str]()
    if wanted.identifier is not None:
        text, word = judged(wanted.identifier.kind, row.get(wanted.identifier.column, ""))
        words.add(word)
        if text and word != "impossible":
            person = blake2b(text.encode(), key=wanted.person_key, digest_size=16).digest()
    prints: list[bytes | None] = []
    for known in wanted.fields:
        text, word = judged(known.kind, row.get(known.column, ""))
        words.add(word)
        prints.append(value_print(known.name, text, wanted.value_key) if text else None)
    return person, tuple(prints), words


def _instant(text: str) -> int | None:
    try:
        return parse_instant(text.strip())
    except ValueError:
        pass
    digits = text.strip()
    if digits.isdecimal() and len(digits) in {10, 13} and digits.isascii():
        return int(digits) * (1_000_000 if len(digits) == 10 else 1_000)
    return None


def _sorted_by(table: Table, mapped: Sequence[Field]) -> tuple[str, ...]:
    """Columns with mostly different values by which the rows stand in order, as text or as numbers."""
    names = {f.column: f.name for f in mapped}
    found = []
    for column, place in table.columns.items():
        cells = [row[column].strip().casefold() for row in table.rows if column in row]
        if len(set(cells)) < max(3, len(table.rows) // 2):
            continue
        numbers = [c.replace(" ", "") for c in cells]
        orders = (
            [cells, numbers]
            if not all(n.isdecimal() for n in numbers)
            else [cells, [n.zfill(40) for n in numbers]]
        )
        if any(run_of(_ranks(order)).luck < _SORTED_BELOW for order in orders):
            found.append(names.get(column, f"column {place + 1}"))
    return tuple(found)


def _ranks(cells: Sequence[str]) -> list[int]:
    ranks = {cell: n for n, cell in enumerate(sorted(set(cells)))}
    return [ranks[cell] for cell in cells]
