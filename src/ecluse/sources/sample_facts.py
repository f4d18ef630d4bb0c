"""What do the organization's own files say of a sample's persons? They are read once, in pieces, and only about these.

Files: everybody in the base; every value that a field had, with its interval; the honey persons. Each row becomes fingerprints in the
way the sample's did, and is compared with them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ecluse.incident.sample.canonical import judged, spelling
from ecluse.incident.sample.fingerprint import Fingerprints, Wanted, value_print
from ecluse.model.claim_file import Changes, People
from ecluse.model.errors import SourceError
from ecluse.model.time import EPOCH, parse_instant

__all__ = ["Change", "Honey", "Matched", "match_people", "read_changes", "read_honey", "table_rows"]

_MICRO = 1_000_000


@dataclass(slots=True)
class Matched:
    """The sample's persons as the base knows them.

    Attributes:
        persons: for each row of the sample its person, or None.
        held: of these, who is in the base.
        compared, agreeing: values held against the base, and those that are the same.
        places: where each held person stands in the file.
        population: persons in the file.
        ambiguous: values of the sample that several persons in the base share, and that therefore name nobody.
    """

    persons: list[bytes | None]
    held: set[bytes] = field(default_factory=set)
    compared: int = 0
    agreeing: int = 0
    places: dict[bytes, int] = field(default_factory=dict)
    population: int = 0
    ambiguous: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """A value of the sample that the base once had: whose, and in which interval (microseconds, None where it is open)."""

    person: bytes
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Honey:
    """A honey person: whom alone it was given to, and since when it exists."""

    person: bytes
    account: str = ""
    since: int | None = None


def table_rows(
    path: Path, columns: Sequence[str], done: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Any, ...]]:
    """The rows of a CSV or Parquet file, as tuples of these columns.

    Raises:
        SourceError: when it cannot be read, or lacks a column.
    """
    try:
        for batch in _batches(path, columns):
            yield from zip(*(batch.column(n).to_pylist() for n in columns), strict=True)
            done(len(batch))
    except FileNotFoundError:
        raise SourceError(f"there is no file `{path}`", help="correct its name in the claim file") from None  # fmt: skip
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:160] if isinstance(error, KeyError | OSError) else "it is not what its name says, or a row has other columns"  # fmt: skip
        raise SourceError(f"`{path}` cannot be read: {reason}", help="give a CSV in UTF-8 with a header, or Parquet") from None  # fmt: skip


def _batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    if path.suffix == ".parquet":
        with pq.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow.names, columns)
            yield from file.iter_batches(batch_size=65_536, columns=list(dict.fromkeys(columns)))
        return
    with path.open("rb") as file:
        head = file.readline(65_536).decode("utf-8-sig", errors="replace").rstrip("\r\n")
    delimiter = max(";,\t|", key=head.count)
    names = [name.strip('"') for name in head.split(delimiter)]
    _check_columns(path, names, columns)
    with pyarrow.csv.open_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=list(dict.fromkeys(columns)),
            strings_can_be_null=False,
        ),
    ) as reader:
        yield from reader


def _check_columns(path: Path, names: Sequence[str], columns: Sequence[str]) -> None:
    missing = [c for c in columns if c not in names]
    if missing:
        raise SourceError(
            f"`{path}` has no column `{missing[0]}`",
            help=f"it has {', '.join(f'`{n}`' for n in names[:20])}; correct the claim file",
        )


def match_people(
    path: Path,
    people: People,
    match: Sequence[Sequence[str]],
    *,
    wanted: Wanted,
    found: Fingerprints,
    done: Callable[[int], None] = lambda _: None,
) -> Matched:
    """Finds the sample's persons in the base, and compares the values of those whom it finds."""
    matched = Matched(list(found.persons))
    known = {name: place for place, name in enumerate(f.name for f in wanted.fields)}
    groups = [tuple(known[name] for name in group) for group in match]
    wanting = _wanting(found, groups)
    rows_of: dict[bytes, list[int]] = defaultdict(list)
    for row, person in enumerate(found.persons):
        if person is not None:
            rows_of[person].append(row)
    offers: dict[tuple[int, tuple[bytes, ...]], set[bytes]] = defaultdict(set)
    prints: dict[bytes, tuple[bytes | None, ...]] = {}
    fields = [(name, _kind(wanted, name)) for name, _ in people.fields]
    columns = (people.identifier, *(column for _, column in people.fields))
    kind = wanted.identifier.kind if wanted.identifier else "exact"
    for place, (identifier, *cells) in enumerate(table_rows(path, columns, done)):
        text = spelling(kind, _text(identifier))
        if not text:
            continue
        matched.population += 1
        person = blake2b(text.encode(), key=wanted.person_key, digest_size=16).digest()
        needed = person in rows_of
        if not needed and not wanting:
            continue
        values: list[bytes | None] = [None] * len(wanted.fields)
        for (name, known_kind), cell in zip(fields, cells, strict=True):
            if said := spelling(known_kind, _text(cell)):
                values[known[name]] = value_print(name, said, wanted.value_key)
        for number, group in enumerate(groups):
            key = tuple(v for p in group if (v := values[p]) is not None)
            if len(key) == len(group) and (number, key) in wanting:
                offers[number, key].add(person)
                needed = True
        if needed:
            prints[person] = tuple(values)
            matched.places[person] = place
    _settle(matched, wanting, offers)
    _compare(matched, found, prints)
    return matched


def _wanting(
    found: Fingerprints, groups: Sequence[tuple[int, ...]]
) -> dict[tuple[int, tuple[bytes, ...]], list[int]]:
    """Rows without an identifier, by the values that may say whose they are."""
    wanting: dict[tuple[int, tuple[bytes, ...]], list[int]] = defaultdict(list)
    for row, person in enumerate(found.persons):
        if person is not None:
            continue
        for number, group in enumerate(groups):
            key = tuple(v for p in group if (v := found.values[row][p]) is not None)
            if len(key) == len(group):
                wanting[number, key].append(row)
    return wanting


def _settle(
    matched: Matched,
    wanting: dict[tuple[int, tuple[bytes, ...]], list[int]],
    offers: dict[tuple[int, tuple[bytes, ...]], set[bytes]],
) -> None:
    """The first way of matching that finds one person decides."""
    for number, key in sorted(offers, key=lambda offer: offer[0]):
        persons = offers[number, key]
        if len(persons) > 1:
            matched.ambiguous += 1
            continue
        for row in wanting[number, key]:
            if matched.persons[row] is None:
                matched.persons[row] = next(iter(persons))


def _compare(
    matched: Matched, found: Fingerprints, prints: dict[bytes, tuple[bytes | None, ...]]
) -> None:
    for row, person in enumerate(matched.persons):
        if person is None or person not in prints:
            continue
        matched.held.add(person)
        for said, true in zip(found.values[row], prints[person], strict=True):
            if said is not None and true is not None:
                matched.compared += 1
                matched.agreeing += said == true


def _kind(wanted: Wanted, name: str) -> str:
    return next((f.kind for f in wanted.fields if f.name == name), "exact")


def _text(value: Any) -> str:
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)


def read_changes(
    path: Path,
    changes: Changes,
    *,
    wanted: Wanted,
    persons: Sequence[bytes | None],
    found: Fingerprints,
    done: Callable[[int], None] = lambda _: None,
) -> tuple[list[Change], int]:
    """Values of the sample with their intervals, and how many values of known persons and fields the history never had."""
    known = {f.name: (place, f.kind) for place, f in enumerate(wanted.fields)}
    said: dict[tuple[bytes, str], set[bytes]] = defaultdict(set)
    for person, values in zip(persons, found.values, strict=True):
        for name, (place, _) in known.items():
            value = values[place]
            if person is not None and value is not None:
                said[person, name].add(value)
    wanted_persons = {person for person, _ in said}
    columns = (changes.identifier, changes.field, changes.value, changes.since, changes.until)
    kind = wanted.identifier.kind if wanted.identifier else "exact"
    result: list[Change] = []
    seen: set[tuple[bytes, str]] = set()
    agreed: set[tuple[bytes, str, bytes]] = set()
    for identifier, name, value, begin, end in table_rows(path, columns, done):
        text = spelling(kind, _text(identifier))
        if not text or str(name) not in known:
            continue
        person = blake2b(text.encode(), key=wanted.person_key, digest_size=16).digest()
        if person not in wanted_persons or (person, str(name)) not in said:
            continue
        seen.add((person, str(name)))
        true = value_print(
            str(name), judged(known[str(name)][1], _text(value))[0], wanted.value_key
        )
        if true in said[person, str(name)]:
            agreed.add((person, str(name), true))
            result.append(Change(person, _instant(path, begin), _instant(path, end)))
    unknown = sum(
        (person, name, value) not in agreed for person, name in seen for value in said[person, name]
    )
    return result, unknown


def _instant(path: Path, value: Any) -> int | None:
    """Microseconds of a cell: an instant of Parquet, or text."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        delta = aware - EPOCH
        return (delta.days * 86_400 + delta.seconds) * _MICRO + delta.microseconds
    try:
        return parse_instant(_text(value))
    except ValueError:
        raise SourceError(
            f"`{path}`: `{_text(value)[:40]}` is no instant",
            help="write a date such as 2025-07-12, or an instant such as 2025-07-12T10:00:00Z",
        ) from None


def read_honey(path: Path, *, key: bytes) -> list[Honey]:
    """The honey persons: one identifier a line, or a CSV with `identifier` and where known `account` and `since`.

    Raises:
        SourceError: when it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SourceError(f"`{path}` cannot be read as the list of honey persons", help="give a text file in UTF-8, one identifier a line") from None  # fmt: skip
    head = lines[0] if lines else ""
    sign = max(";,\t", key=head.count)
    names = [n.strip() for n in head.split(sign)]
    table = "identifier" in names
    found = []
    for line in lines[1:] if table else lines:
        cells = dict(zip(names, [c.strip() for c in line.split(sign)], strict=False)) if table else {"identifier": line.strip()}  # fmt: skip
        if identifier := cells.get("identifier", ""):
            person = blake2b(identifier.encode(), key=key, digest_size=16).digest()
            found.append(Honey(person, cells.get("account", ""), _instant(path, cells.get("since"))))  # fmt: skip
    return found
