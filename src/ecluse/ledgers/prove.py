"""How does somebody outside check one entry, or that nothing was rewritten, with a file and Python alone?"""

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.ledgers.layout import Layout
from ecluse.ledgers.notes import Signed, read_note, read_notes
from ecluse.ledgers.opening import FoundLog, read_log
from ecluse.ledgers.reader import Snapshot, take_snapshot
from ecluse.ledgers.salts import Salter
from ecluse.ledgers.segment import commitments_of, secret_of
from ecluse.ledgers.wal import WalRecord, read_records
from ecluse.merkle.canonical import PUBLIC, commitment, public_fields
from ecluse.merkle.proofs import (
    consistency_ranges,
    inclusion_ranges,
    verify_consistency,
    verify_inclusion,
)
from ecluse.merkle.tree import HASH_SIZE, CompactRange
from ecluse.model.errors import CallerError, IntegrityError, UnavailableError

__all__ = ["facts", "prove_consistency", "prove_inclusion"]

INCLUSION: Final = "ecluse inclusion 1"
CONSISTENCY: Final = "ecluse consistency 1"
_ATTEMPTS: Final = 5


class _Tree:
    """Hashes of any stretch of leaves, from the manifests and, at the edges, the leaf files."""

    def __init__(self, snapshot: Snapshot, log: FoundLog) -> None:
        self._snapshot, self._log = snapshot, log

    def hash(self, begin: int, end: int) -> bytes:
        stretch = CompactRange(begin)
        for manifest in self._snapshot.manifests:
            low, high = max(begin, manifest.first), min(end, manifest.end)
            if low >= high:
                continue
            if (low, high) == (manifest.first, manifest.end):
                stretch.join(manifest.range)
            else:
                path = self._snapshot.layout.leaves(manifest.number)
                stretch.join(
                    CompactRange.over(
                        _slice(path.read_bytes(), low - manifest.first, high - manifest.first), low
                    )
                )
        low = max(begin, self._snapshot.sealed)
        if low < end:
            first = self._log.first
            stretch.join(
                CompactRange.over(_slice(bytes(self._log.leaves), low - first, end - first), low)
            )
        return stretch.root()

    def leaf(self, seq: int) -> bytes:
        return self.hash(seq, seq + 1)


def _slice(leaves: bytes, begin: int, end: int) -> bytes:
    return leaves[begin * HASH_SIZE : end * HASH_SIZE]


def prove_inclusion(root: Path, seq: int, *, without_persons: bool = False) -> dict[str, Any]:
    """Makes the bundle that proves an entry under the latest checkpoint, as the stand-alone verifier reads it.

    Options:
        without_persons: give the commitment instead of the fields about persons.

    Raises:
        CallerError: when no such entry is under a checkpoint.
        IntegrityError: when the proof does not hold, because the ledger was altered.
    """
    layout, snapshot, signed, log = facts(root)
    covering = signed[-1] if signed and signed[-1].checkpoint.size > seq else None
    if covering is None or seq < 0:
        size = signed[-1].checkpoint.size if signed else 0
        raise CallerError(
            f"no checkpoint covers entry {seq}",
            help=f"the last one covers {size} entries, from 0 on; `ecluse ledger checkpoint` makes one over all",
        )
    tree = _Tree(snapshot, log)
    checkpoint = covering.checkpoint
    path = [tree.hash(*stretch) for stretch in inclusion_ranges(seq, checkpoint.size)]
    leaf = tree.leaf(seq)
    if not verify_inclusion(
        leaf=leaf, index=seq, size=checkpoint.size, path=path, root=checkpoint.root
    ):
        raise IntegrityError(
            f"entry {seq} cannot be proved: the ledger was altered",
            help="run `ecluse ledger verify`",
        )
    public, private = _entry(snapshot, log, seq, without_persons=without_persons)
    return {
        "type": INCLUSION,
        "key": str(layout.read_public_key()),
        "seq": seq,
        "public": dict(zip(PUBLIC, public, strict=True)),
        **private,
        "leaf": leaf.hex(),
        "path": [node.hex() for node in path],
        "checkpoint": covering.note,
    }


def prove_consistency(root: Path, old_note: str) -> dict[str, Any]:
    """Makes the bundle that proves that an earlier checkpoint, kept outside, begins the latest one.

    Raises:
        IntegrityError: when the earlier one is not this ledger's, or the ledger was rewritten since.
    """
    layout, snapshot, signed, log = facts(root)
    key = layout.read_public_key()
    old = read_note(old_note, key)
    if not signed:
        raise CallerError(
            "the ledger has no checkpoint yet", help="make one with `ecluse ledger checkpoint`"
        )
    new = signed[-1].checkpoint
    if old.size > new.size:
        raise IntegrityError(
            f"the checkpoint covers {old.size} entries, the latest one of the ledger only {new.size}"
        )
    tree = _Tree(snapshot, log)
    path = (
        [tree.hash(*stretch) for stretch in consistency_ranges(old.size, new.size)]
        if old.size
        else []
    )
    if not verify_consistency(
        old=old.size, new=new.size, path=path, old_root=old.root, new_root=new.root
    ):
        raise IntegrityError(
            "the checkpoint does not begin this ledger: entries under it were altered"
        )
    return {
        "type": CONSISTENCY,
        "key": str(key),
        "old": old_note,
        "new": signed[-1].note,
        "path": [node.hex() for node in path],
    }


def facts(root: Path) -> tuple[Layout, Snapshot, list[Signed], FoundLog]:
    """What proofs are made from: the ledger as it is at one moment, its checkpoints, and its log with leaf hashes.

    Raises:
        UnavailableError: when it is sealed faster than it can be read.
    """
    for _ in range(_ATTEMPTS):
        snapshot = take_snapshot(root)
        layout = snapshot.layout
        key = layout.read_public_key()
        signed = read_notes(layout.checkpoints, key, layout.read_first_page(key).origin)[0]
        log = read_log(layout)
        if log.first <= snapshot.sealed:  # else the writer has just sealed what the log had
            return layout, snapshot, signed, log
    raise UnavailableError(
        "the ledger is sealed faster than it can be read", help="ask again, or when less is written"
    )


def _entry(
    snapshot: Snapshot, log: FoundLog, seq: int, *, without_persons: bool
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The public fields as text, and either the private ones with their salt or the commitment."""
    if seq >= snapshot.sealed:
        records = (
            record for record in read_records(snapshot.layout.wal) if isinstance(record, WalRecord)
        )
        entry = next(
            record.entry for number, record in enumerate(records, start=log.first) if number == seq
        )
        salt = log.salt(seq)
        committed = commitment(entry, salt)
        private = _private(
            [person.hex() for person in entry.persons], entry.session, entry.source, entry.own, salt
        )
        return public_fields(entry), {"commitment": committed.hex()} if without_persons else private
    manifest = next(m for m in snapshot.manifests if m.first <= seq < m.end)
    with pq.ParquetFile(snapshot.parquet(manifest)) as file:
        secret = secret_of(file)
        row = next(_rows(file, seq))
    values = row.to_pylist()[0]
    public = tuple("" if values[name] is None else str(values[name]) for name in PUBLIC)
    if values["commitment"] is not None:
        return public, {"commitment": values["commitment"].hex()}
    salt = Salter(secret).one(seq) if secret is not None else values["salt"]
    if without_persons:
        return public, {"commitment": commitments_of(row, secret)[0].tobytes().hex()}
    persons = [person.hex() for person in values["persons"]]
    return public, _private(persons, values["session"], values["source"], values["own"], salt)


def _rows(file: pq.ParquetFile, seq: int) -> Any:
    for batch in file.iter_batches():
        table = pa.Table.from_batches([batch])
        found = table.filter(pc.equal(table["seq"], seq))
        if len(found):
            yield found


def _private(
    persons: list[str], session: str, source: str, own: str, salt: bytes
) -> dict[str, Any]:
    fields = {"session": session, "source": source, "persons": persons, "own": own}
    return {"private": fields, "salt": salt.hex()}
