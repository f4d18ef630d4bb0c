"""How is a whole ledger read once, in pieces, with its persons as numbers? What cannot be read or was altered is told.

A piece has the rows of some entries as columns, and all their persons end to end, each as two numbers of 64 bits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.ledgers.notes import read_notes, signed_manifests
from ecluse.ledgers.reader import Snapshot
from ecluse.ledgers.segment import Manifest, file_digest
from ecluse.model.entry import ACCESS
from ecluse.model.policy import Effect
from ecluse.model.time import format_instant
from ecluse.service.rebuild_acts import OBSERVED

__all__ = ["Piece", "altered", "pieces", "words_of"]

_CODED: Final = ["kind", "account", "session", "application", "effect"]
_PLAIN: Final = ["seq", "at", *_CODED, "detail", "persons_count"]
_BATCH: Final = 131_072
_RELEASING: Final = [effect.word for effect in Effect if effect.releases]

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some entries of a ledger.

    Attributes:
        frame: their columns without the persons.
        offsets: where each entry's persons begin in `words`, and where the last one's end.
        words: all persons, two numbers each.
        destroyed: whether an entry's persons are gone.
    """

    frame: pl.DataFrame
    offsets: Ints
    words: Words
    destroyed: Flags

    def released(self, since: int | None, until: int | None) -> Flags:
        """Which entries are accesses whose data left, at an instant in `[since, until)`."""
        kind = pl.col("kind")
        held = (kind == OBSERVED) | ((kind == ACCESS) & pl.col("effect").is_in(_RELEASING))
        if since is not None:
            held &= pl.col("at") >= since
        if until is not None:
            held &= pl.col("at") < until
        found: Flags = self.frame.select(held).to_series().to_numpy()
        return found

    def exploded(self, rows: Ints, *columns: str) -> pl.DataFrame:
        """One row a person of these entries: the columns, and the person as `low` and `high`."""
        counts = np.diff(self.offsets)[rows]
        flat = np.repeat(self.offsets[rows], counts) + (np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts))  # fmt: skip
        chosen = self.frame.select(columns)[np.repeat(rows, counts)]
        return chosen.with_columns(
            low=pl.Series(self.words[flat, 0]), high=pl.Series(self.words[flat, 1])
        )


def pieces(
    snapshot: Snapshot, *, done: Callable[[int], None], gaps: list[str] | None = None
) -> Iterator[Piece]:
    """The ledger in append order, unsealed entries included; `gaps` takes what cannot be read."""
    for manifest in snapshot.manifests:
        try:
            with pq.ParquetFile(snapshot.parquet(manifest), read_dictionary=_CODED) as file:
                for batch in file.iter_batches(batch_size=_BATCH, columns=[*_PLAIN, "persons"]):
                    yield _piece(pa.Table.from_batches([batch]))
                    done(len(batch))
        except (pa.ArrowException, OSError, ValueError):
            if gaps is not None:
                gaps.append(_doubt(manifest, "cannot be read: its entries are left out"))
    for begin in range(0, len(snapshot.tail), _BATCH):
        table = snapshot.tail.slice(begin, _BATCH)
        yield _piece(table)
        done(len(table))


def altered(snapshot: Snapshot) -> list[str]:
    """Segments whose file is not the one that a checkpoint signed."""
    layout = snapshot.layout
    key = layout.read_public_key()
    notes = read_notes(layout.checkpoints, key, layout.read_first_page(key).origin)[0]
    signed = signed_manifests(notes)
    found = []
    for manifest in snapshot.manifests:
        trusted = manifest.digest in signed.get(manifest.number, set())
        try:
            intact = trusted and file_digest(snapshot.parquet(manifest)) == manifest.parquet
        except OSError:
            continue  # told when it is read
        if not intact:
            found.append(_doubt(manifest, "was altered: its entries are counted as they stand"))
    return found


def words_of(persons: bytes) -> Words:
    """Pseudonyms, end to end, as two numbers each."""
    return np.frombuffer(persons, dtype="<u8").reshape(-1, 2)


def _piece(table: pa.Table) -> Piece:
    lists = table["persons"]
    whole = pa.concat_arrays(lists.chunks) if lists.num_chunks else pa.array([], lists.type)
    flat = whole.flatten()
    counts = whole.value_lengths().fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    data = flat.buffers()[1] if len(flat) else None
    words = np.empty((0, 2), dtype=np.uint64)
    if data is not None:
        words = np.frombuffer(data, dtype="<u8")[2 * flat.offset : 2 * (flat.offset + len(flat))].reshape(-1, 2)  # fmt: skip
    frame = pl.DataFrame(pl.from_arrow(table.select(_PLAIN)))
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in (*_CODED, "detail")]
    destroyed = whole.is_null().to_numpy(zero_copy_only=False).astype(np.bool_)
    return Piece(frame.with_columns(texts), offsets, words, destroyed)


def _doubt(manifest: Manifest, what: str) -> str:
    begin, end = format_instant(manifest.min_at), format_instant(manifest.max_at)
    return f"{begin} to {end}: segment {manifest.number} (entries {manifest.first} to {manifest.end - 1}) {what}"
