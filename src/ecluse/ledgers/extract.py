"""Which entries of a ledger belong to an incident, with what proves each of them under the last checkpoint?

One pass from the first entry to the checkpoint, a segment at a time: the wanted entries whole, each compared with the leaf hash
that was sealed, and the hashes of everything between them (`merkle.partial`). An entry that does not fit ends it:
evidence that would not hold is not given out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.ledgers.layout import FirstPage
from ecluse.ledgers.notes import Signed
from ecluse.ledgers.opening import FoundLog
from ecluse.ledgers.prove import facts
from ecluse.ledgers.reader import Snapshot
from ecluse.ledgers.salts import Salter
from ecluse.ledgers.segment import BATCH, SCHEMA, commitments_of, secret_of
from ecluse.merkle.columns import Hashes, public_leaves
from ecluse.merkle.note import VerifierKey
from ecluse.merkle.partial import PartialTree
from ecluse.merkle.tree import HASH_SIZE
from ecluse.model.entry import ACCESS
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.exposure import Selection
from ecluse.service.rebuild_acts import OBSERVED, RELEASE

__all__ = ["ACTS", "Extraction", "Piece", "Wanted"]

ACTS: Final = ("hold", "reopen", "application", "account", "finding", "acknowledgement")
"""Acts that belong to an incident when they name one of its accounts, sessions or applications."""

ALWAYS: Final = ("policy", "policy-approved", "recovery", "retention")
"""Acts that say which rules were in force, and what happened to the ledger itself."""

_ACCESSES: Final = (ACCESS, OBSERVED)
_BY: Final = {
    "accounts": "account",
    "sessions": "session",
    "sources": "source",
    "applications": "application",
    "organizations": "organization",
    "lineages": "lineage",
}
_NARROW: Final = ("seq", "at", "kind", *_BY.values(), "detail")
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What belongs to the incident.

    Attributes:
        selections: accesses, refused ones too.
        names: accounts, sessions and applications whose acts are taken as well.
        below: accesses with a smaller number only: those that were there when the exposure was frozen.
    """

    selections: tuple[Selection, ...]
    names: frozenset[str] = frozenset()
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the entries, and the hashes of what lies between and after them.

    Attributes:
        rows: with the columns of a segment.
        salts: 16 bytes each; None where the persons of the entry were destroyed.
        committed: the commitments to the private fields, 32 bytes a row.
        passed: how many entries were passed over, these included.
    """

    rows: pa.Table
    salts: list[bytes | None]
    committed: Hashes
    hashes: bytes
    passed: int


@dataclass(slots=True)
class _Clock:
    """Where an entry is dated before an earlier one."""

    latest: int = int(np.iinfo(np.int64).min)
    back: int = 0
    most: int = 0

    def pass_by(self, times: Numbers) -> None:
        if len(times):
            latest = np.maximum.accumulate(np.concatenate(([self.latest], times)))
            late = np.flatnonzero(latest[:-1] > times)
            self.back += len(late)
            if len(late):
                self.most = max(self.most, int((latest[late] - times[late]).max()))
            self.latest = int(latest[-1])


@dataclass(slots=True)
class Extraction:
    """A ledger from which entries are taken, up to its last checkpoint.

    Attributes:
        stops: further sizes at which the root must be known, such as that over which an exposure was frozen.
    """

    wanted: Wanted
    snapshot: Snapshot
    key: VerifierKey
    page: FirstPage
    signed: list[Signed]
    log: FoundLog
    stops: tuple[int, ...] = ()
    clock: _Clock = field(default_factory=_Clock)
    _taken: list[Numbers] = field(default_factory=list)

    @classmethod
    def of(
        cls, root: Path, wanted: Wanted, *, stops: Sequence[int] = (), least: int = 0
    ) -> "Extraction":
        """Opens the ledger for reading.

        Options:
            stops: further sizes at which the root must be known, such as those over which exposures were frozen.
            least: how many entries the last checkpoint must cover.

        Raises:
            CallerError: when no checkpoint covers what must be proved.
            IntegrityError: when it is damaged.
        """
        layout, snapshot, signed, log = facts(root)
        key = layout.read_public_key()
        if not signed or max(*stops, least, 0) > signed[-1].checkpoint.size:
            size = signed[-1].checkpoint.size if signed else 0
            raise CallerError(
                f"the last checkpoint of `{root}` covers {size} entries, not all that must be proved",
                help=f"sign its present state: `ecluse ledger checkpoint {root}`",
            )
        return cls(wanted, snapshot, key, layout.read_first_page(key), signed, log, tuple(stops))

    @property
    def size(self) -> int:
        """Entries under the last checkpoint."""
        return self.signed[-1].checkpoint.size

    def pieces(self) -> Iterator[Piece]:
        """Yields the wanted entries in order.

        Raises:
            IntegrityError: names the first entry that is not what was sealed.
        """
        sizes = {signed.checkpoint.size for signed in self.signed} | set(self.stops)
        tree = PartialTree(sorted(size for size in sizes if 0 < size <= self.size))
        for manifest in self.snapshot.manifests:
            if manifest.first >= self.size:
                return
            path = self.snapshot.parquet(manifest)
            with pq.ParquetFile(path) as file:
                table = self._rows(file)
                secret = secret_of(file)
            if not len(table) and (hashes := tree.whole(manifest.range)) is not None:
                yield Piece(table, [], np.empty((0, HASH_SIZE), np.uint8), hashes, manifest.count)
                continue
            leaves = self.snapshot.layout.leaves(manifest.number).read_bytes()
            yield self._piece(tree, table, secret, leaves, manifest.first)
        first = self.snapshot.sealed
        if first < self.size:
            tail = self.snapshot.tail.slice(0, self.size - first)
            self.clock.pass_by(tail["at"].to_numpy())
            mask = self._mask(_frame(tail))
            low = (first - self.log.first) * HASH_SIZE
            leaves = bytes(self.log.leaves[low : low + len(tail) * HASH_SIZE])
            yield self._piece(tree, tail.filter(mask), None, leaves, first)

    def _rows(self, file: pq.ParquetFile) -> pa.Table:
        """The wanted rows of a segment; the columns that decide first, the rest only where there is any."""
        kept = []
        for group in range(file.num_row_groups):
            narrow = file.read_row_group(group, columns=list(_NARROW))
            self.clock.pass_by(narrow["at"].to_numpy())
            mask = self._mask(_frame(narrow))
            if mask.true_count:
                kept.append(file.read_row_group(group).filter(mask).cast(SCHEMA))
        return pa.concat_tables(kept) if kept else SCHEMA.empty_table()

    def _mask(self, frame: pl.DataFrame) -> pa.BooleanArray:
        kind, seq = pl.col("kind"), pl.col("seq")
        below = seq < self.size
        access = pl.any_horizontal(
            [_selected(s) for s in self.wanted.selections] or [pl.lit(value=False)]
        )
        frozen = seq < (self.size if self.wanted.below is None else self.wanted.below)
        taken = frame.filter(below & frozen & kind.is_in(_ACCESSES) & access)["seq"].to_numpy()
        self._taken.append(taken)
        found = [taken, self._releases(frame.filter(below & (kind == RELEASE)))]
        found.append(frame.filter(below & kind.is_in(ALWAYS))["seq"].to_numpy())
        acts = frame.filter(below & kind.is_in(ACTS))
        found.append(np.array([s for s, *said in acts.select("seq", "account", "session", "detail").iter_rows() if self._named(said)], np.int64))  # fmt: skip
        return pa.array(np.isin(frame["seq"].to_numpy(), np.concatenate(found)))

    def _releases(self, frame: pl.DataFrame) -> Numbers:
        """Entries that take back something of the accesses that were taken."""
        if not frame.height:
            return np.empty(0, np.int64)
        of = frame["detail"].str.json_path_match("$.of").cast(pl.Int64, strict=False)
        known = np.isin(of.fill_null(-1).to_numpy(), np.concatenate(self._taken))
        return np.asarray(frame["seq"].to_numpy()[known])

    def _named(self, said: Sequence[str | None]) -> bool:
        account, session, detail = said
        if account in self.wanted.names or session in self.wanted.names:
            return True
        try:
            words = msgspec.json.decode(detail or "{}", type=dict[str, Any])
        except msgspec.MsgspecError:
            return False
        return bool(self.wanted.names.intersection(_words(words)))

    def _piece(
        self, tree: PartialTree, rows: pa.Table, secret: bytes | None, leaves: bytes, first: int
    ) -> Piece:
        seqs = rows["seq"].to_numpy()
        live = rows["commitment"].is_null().to_pylist()
        salts: list[bytes | None] = rows["salt"].to_pylist()
        if secret is not None:
            salter = Salter(secret)
            salts = [salter.one(seq) if there else None for seq, there in zip(seqs.tolist(), live, strict=True)]  # fmt: skip
        elif first >= self.snapshot.sealed:
            salts = [self.log.salt(seq) for seq in seqs.tolist()]
            column = pa.array(salts, pa.binary(16))
            rows = rows.set_column(rows.schema.get_field_index("salt"), SCHEMA.field("salt"), column)  # fmt: skip
        committed = _checked(rows, secret, leaves, first)
        return Piece(
            rows, salts, committed, tree.add(leaves, first, seqs), len(leaves) // HASH_SIZE
        )


def _checked(rows: pa.Table, secret: bytes | None, leaves: bytes, first: int) -> Hashes:
    """The commitments of the rows, once their leaves are those that were sealed."""
    if not len(rows):
        return np.empty((0, HASH_SIZE), np.uint8)
    sealed = np.frombuffer(leaves, np.uint8).reshape(-1, HASH_SIZE)
    parts = []
    for begin in range(0, len(rows), BATCH):
        part = rows.slice(begin, BATCH)
        seqs = part["seq"].to_numpy()
        try:
            committed = commitments_of(part, secret)
            frame = pl.DataFrame(pl.from_arrow(part.drop_columns(["persons"])))
            made = np.frombuffer(public_leaves(frame, committed), np.uint8).reshape(-1, HASH_SIZE)
            wrong = (sealed[seqs - first] != made).any(axis=1)
        except (ValueError, IndexError) as error:
            raise _altered(int(seqs[0]), str(error)) from None
        if wrong.any():
            raise _altered(int(seqs[wrong][0]), "it is not what was sealed")
        parts.append(committed)
    return np.concatenate(parts)


def _altered(seq: int, what: str) -> IntegrityError:
    return IntegrityError(
        f"entry {seq} cannot be given as evidence: {what}", help="run `ecluse ledger verify`"
    )


def _selected(selection: Selection) -> pl.Expr:
    at = pl.col("at")
    conditions = [
        pl.col(column).is_in(list(getattr(selection, name))).fill_null(value=False)
        for name, column in _BY.items()
        if getattr(selection, name)
    ]
    if selection.since is not None:
        conditions.append(at >= selection.since)
    if selection.until is not None:
        conditions.append(at < selection.until)
    return pl.all_horizontal(conditions or [pl.lit(value=True)])


def _frame(table: pa.Table) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(table.select(list(_NARROW))))


def _words(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _words(inner)
