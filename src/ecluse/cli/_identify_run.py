"""How are the people of an exposure found in the organization's own file? In one pass, without keeping what was read."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ecluse.model.errors import CallerError

__all__ = ["IDENTIFIER", "Counts", "columns_from", "digest_of", "identify"]

IDENTIFIER: Final = "identifier"
_MODE: Final = 0o600


@dataclass(slots=True)
class Counts:
    """What was found: rows of the file, persons found, persons of the exposure who are not in it, rows that name one again."""

    rows: int = 0
    found: int = 0
    missing: int = 0
    duplicates: int = 0
    without_identifier: int = 0


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def identify(
    persons: Any, source: Path, out: Path, *, columns: Mapping[str, str], sheet: str | None,
    pseudonyms: Callable[[list[str]], list[bytes]], progress: Callable[[float], None],
) -> Counts:  # fmt: skip
    """Writes one row for each person of the exposure who is in the file: `person` in hexadecimal, then the columns.

    Memory grows with the exposure (16 bytes a person, and one), not with the file.

    Args:
        persons: pseudonyms of the exposure, sorted (`incident.persons.Pairs`).
        source: the organization's file.
        out: `.csv` or `.parquet`; only its owner may read it.
        columns: names in the output by the columns of the file; one of them is `identifier`.
        sheet: table of the file, when that is a database.
        pseudonyms: of identifiers, in their order.
        progress: told the share that was read.
    """
    import numpy as np
    import polars as pl

    from ecluse.incident.persons import pairs_of, places
    from ecluse.sources.people import read_people

    counts, seen = Counts(), np.zeros(len(persons), bool)
    key = next(column for column, name in columns.items() if name == IDENTIFIER)
    order = [key, *(column for column in columns if column != key)]
    with _writer(out, ["person", *(columns[column] for column in order)]) as write:
        for frame in read_people(source, order, table=sheet, progress=progress):
            named = frame.filter(pl.col(key).is_not_null())
            counts.rows += frame.height
            counts.without_identifier += frame.height - named.height
            made = pseudonyms(named[key].to_list())
            at = places(persons, pairs_of(b"".join(made)))
            inside = at >= 0
            first = np.zeros(len(at), bool)
            first[np.unique(at, return_index=True)[1]] = True
            fresh = inside & first
            fresh[inside] &= ~seen[at[inside]]
            counts.duplicates += int(inside.sum() - fresh.sum())
            seen[at[fresh]] = True
            rows = np.flatnonzero(fresh)
            hexes = pl.Series("person", [made[row].hex() for row in rows.tolist()], dtype=pl.String)
            write(named[rows].rename(dict(columns)).insert_column(0, hexes))
    counts.found = int(seen.sum())
    counts.missing = len(seen) - counts.found
    return counts


@contextmanager
def _writer(out: Path, names: list[str]) -> Iterator[Callable[[Any], None]]:
    """Writes frames of text one after the other; the file is there as a whole at the end, readable by its owner alone."""
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    from ecluse.cli._output import whole

    with whole(out) as unfinished:
        descriptor = os.open(
            unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE
        )
        with os.fdopen(descriptor, "wb") as file:
            if out.suffix == ".parquet":
                schema = pa.schema([(name, pa.string()) for name in names])
                with pq.ParquetWriter(file, schema, compression="zstd") as parquet:
                    yield lambda frame: parquet.write_table(frame.select(names).to_arrow().cast(schema))  # fmt: skip
            else:
                file.write(pl.DataFrame(schema=dict.fromkeys(names, pl.String)).write_csv().encode())  # fmt: skip
                yield lambda frame: frame.select(names).write_csv(file, include_header=False)
            file.flush()
            os.fsync(file.fileno())


def columns_from(maps: tuple[str, ...], identifier: str) -> dict[str, str]:
    """Names in the output by the columns of the file, from `NAME=COLUMN`.

    Raises:
        CallerError: when one is not of that form, or stands twice.
    """
    found = {identifier: IDENTIFIER}
    for text in maps:
        name, equals, column = text.partition("=")
        if not equals or not column or not name.isidentifier() or not name.islower():
            raise CallerError(f"`{text}` is no NAME=COLUMN", help="write --map name=NOM --map mail=COURRIEL")  # fmt: skip
        if column in found or name in found.values() or name == "person":
            raise CallerError(f"`{text}`: the name or the column is taken", help="map each column to one name of its own")  # fmt: skip
        found[column] = name
    return found
