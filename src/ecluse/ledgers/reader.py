"""What is in the ledger right now, for those who only read?

A reader takes no lock. It reads the mark first and the log last, so that a writer at work can only
make it see more than it expects, never less; if a seal replaces the log in between, it starts again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa

from ecluse.ledgers.disk import unavailable
from ecluse.ledgers.layout import Layout
from ecluse.ledgers.segment import SCHEMA, Manifest, batches, table_of
from ecluse.ledgers.wal import WalFault, WalHeader, WalRecord, read_records
from ecluse.merkle.columns import DEFAULTS, PSEUDONYM_SIZE, Columns, take_columns
from ecluse.model.entry import Entry
from ecluse.model.errors import IntegrityError

__all__ = [
    "COLUMNS",
    "LogTail",
    "Snapshot",
    "entries_of",
    "frame_of",
    "frame_of_part",
    "read_manifests",
    "scan",
    "tail_table",
    "take_snapshot",
]

COLUMNS = ("seq", *Entry.__struct_fields__)
_CHUNK = 16_384
_PIECE = 256
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The sealed segments and the entries after them, of one moment.

    Attributes:
        tail: entries that are not sealed yet, from sequence number `sealed` on.
        fault: what ends the log before its file ends, or None.
    """

    layout: Layout
    manifests: tuple[Manifest, ...]
    tail: pa.Table
    fault: WalFault | None

    @property
    def sealed(self) -> int:
        """Entries in segments."""
        return self.manifests[-1].end if self.manifests else 0

    @property
    def size(self) -> int:
        """All entries."""
        return self.sealed + len(self.tail)

    def parquet(self, manifest: Manifest) -> Path:
        """The Parquet file of a segment."""
        return self.layout.segments / manifest.file


def read_manifests(layout: Layout) -> tuple[Manifest, ...]:
    """Reads the manifests in order.

    Raises:
        IntegrityError: when one is missing, altered or out of place.
    """
    manifests: list[Manifest] = []
    for path in sorted(layout.segments.glob("*.json")):
        try:
            manifest = Manifest.read(path)
        except ValueError as error:
            raise IntegrityError(str(error), help="run `ecluse ledger verify`") from None
        end = manifests[-1].end if manifests else 0
        if (
            path != layout.manifest(len(manifests))
            or manifest.number != len(manifests)
            or manifest.first != end
        ):
            raise IntegrityError(
                f"segment {len(manifests)} is missing or out of place",
                help="run `ecluse ledger verify`",
            )
        manifests.append(manifest)
    return tuple(manifests)


def take_snapshot(root: Path) -> Snapshot:
    """Reads what the ledger holds now.

    Raises:
        CallerError: when there is no ledger.
        IntegrityError: when a manifest or the log's header is damaged, or entries are missing between them.
        UnavailableError: when a file cannot be read.
    """
    layout = Layout(root)
    layout.read_public_key()
    with unavailable(f"the ledger `{root}` cannot be read"):
        for _ in range(_ATTEMPTS):
            manifests = read_manifests(layout)
            sealed = manifests[-1].end if manifests else 0
            first, entries, fault = _read_log(layout, sealed)
            if first <= sealed:
                return Snapshot(layout, manifests, tail_table(entries, sealed), fault)
    raise IntegrityError(
        f"the entries {sealed} to {first - 1} are missing between the segments and the log",
        help="run `ecluse ledger verify`",
    )


@dataclass(slots=True)
class LogTail:
    """What was read of the log so far.

    Attributes:
        first: sequence number of the first entry in it; None while its header is not read.
        entries: those that no segment has.
        fault: where the sound part ends, when the file goes on.
        end: bytes that were read and are sound.
    """

    first: int | None = None
    entries: list[Entry] = field(default_factory=list)
    fault: WalFault | None = None
    end: int = 0

    def read(self, layout: Layout, sealed: int) -> None:
        """Reads it, entry by entry; when this raises, what was read before is there.

        Raises:
            ValueError: when the first header is damaged.
            OSError: when the file cannot be read, or not any further.
        """
        seq = 0
        for record in read_records(layout.wal):
            if isinstance(record, WalHeader):
                seq = record.first
                self.first = seq if self.first is None else self.first
            elif isinstance(record, WalRecord):
                if seq >= sealed:
                    self.entries.append(record.entry)
                seq, self.end = seq + 1, record.end
            else:
                self.fault = record


def _read_log(layout: Layout, sealed: int) -> tuple[int, list[Entry], WalFault | None]:
    tail = LogTail()
    try:
        tail.read(layout, sealed)
    except ValueError as error:
        raise IntegrityError(str(error), help="run `ecluse ledger verify`") from None
    except FileNotFoundError:
        raise IntegrityError(
            "the write-ahead log is missing", help="run `ecluse ledger verify`"
        ) from None
    assert tail.first is not None, "a header comes first"
    return tail.first, tail.entries, tail.fault


def frame_of(entries: Sequence[Entry]) -> pl.DataFrame:
    """Lays entries out as columns, as `Ledger.extend` takes them."""
    data: dict[str, object] = {
        name: [getattr(entry, name) for entry in entries]
        for name in DEFAULTS
        if name != "categories"
    }
    data["categories"] = [",".join(entry.categories) for entry in entries]
    numbers = dict.fromkeys(("at", "created_at", "bytes", "window", "used", "limit"), pl.Int64)
    frame = pl.DataFrame(data, schema_overrides=numbers)
    persons = pl.Series(
        "persons", [list(entry.persons) for entry in entries], dtype=pl.List(pl.Binary)
    )
    return frame.with_columns(persons)


def tail_table(entries: Sequence[Entry], first: int) -> pa.Table:
    """Builds the table of unsealed entries, with the columns of a segment."""
    if not entries:
        return SCHEMA.empty_table()
    tables = [
        table_of(take_columns(frame_of(entries[i : i + _CHUNK])), first + i).cast(SCHEMA)
        for i in range(0, len(entries), _CHUNK)
    ]
    return pa.concat_tables(tables)


def scan(
    snapshot: Snapshot, *, since: int | None = None, columns: Sequence[str] = COLUMNS
) -> Iterator[pl.DataFrame]:
    """Yields the entries in append order, unsealed ones included, some ten thousand at a time.

    Options:
        since: leave out entries older than this instant, in microseconds; whole segments are skipped unread.
        columns: which ones; `persons` is null where a retention destroyed them.
    """
    wanted = list(columns)
    read = wanted if "at" in wanted or since is None else [*wanted, "at"]
    for manifest in snapshot.manifests:
        if since is None or manifest.max_at >= since:
            for batch in batches(snapshot.parquet(manifest), read):
                yield from _shown(pa.Table.from_batches([batch]), since, wanted)
    for begin in range(0, len(snapshot.tail), _CHUNK):
        yield from _shown(snapshot.tail.slice(begin, _CHUNK).select(read), since, wanted)


def _shown(table: pa.Table, since: int | None, columns: list[str]) -> Iterator[pl.DataFrame]:
    frame = pl.DataFrame(pl.from_arrow(table))
    if since is not None:
        frame = frame.filter(pl.col("at") >= since)
    if frame.height:
        yield frame.select(columns)


def entries_of(columns: Columns) -> Iterator[Entry]:
    """Takes entries back out of columns, one by one."""
    offsets = columns.offsets.tolist()
    for row, values in enumerate(columns.frame.iter_rows(named=True)):
        flat = bytes(
            columns.persons[offsets[row] * PSEUDONYM_SIZE : offsets[row + 1] * PSEUDONYM_SIZE]
        )
        persons = tuple(flat[i : i + PSEUDONYM_SIZE] for i in range(0, len(flat), PSEUDONYM_SIZE))
        words = values["categories"]
        yield Entry(
            **{**values, "categories": tuple(words.split(",")) if words else (), "persons": persons}
        )


def frame_of_part(layout: Layout, first: int, *, between: Callable[[], None]) -> pl.DataFrame:
    """Lays out every entry of one part of the write-ahead log, of which there is at least one.

    Options:
        first: the part's first sequence number.
        between: called after each millisecond or so of work.
    """
    records = _part(layout, first)
    frames = []
    while chunk := list(islice(records, _PIECE)):
        frames.append(frame_of(chunk))
        between()
    return pl.concat(frames)


def _part(layout: Layout, first: int) -> Iterator[Entry]:
    inside = False
    for record in read_records(layout.wal):
        if isinstance(record, WalHeader):
            if inside:
                return
            inside = record.first == first
        elif inside and isinstance(record, WalRecord):
            yield record.entry
