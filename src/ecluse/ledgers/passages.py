"""Which accesses and findings of a ledger leave in an export? Read row group by row group, so that memory stays flat.

A file that is not what a checkpoint signed is told, and its entries leave as they stand: who exports decides, and has been told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID, uuid5

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.exports.common.material import Noticed, Passage, Stage
from ecluse.ledgers.notes import read_notes, signed_manifests
from ecluse.ledgers.reader import Snapshot, take_snapshot
from ecluse.ledgers.segment import Manifest, bare, check_schema, file_digest
from ecluse.merkle.tree import HASH_SIZE
from ecluse.model.entry import ACCESS
from ecluse.model.exposure import Selection
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Effect
from ecluse.service.findings_book import ACKNOWLEDGEMENT, FINDING
from ecluse.service.rebuild_acts import OBSERVED, RELEASE

__all__ = ["Reading", "open_reading"]

_NARROW: Final = ("at", "kind", "account", "session", "source", "application", "organization", "lineage")  # fmt: skip
_WIDE: Final = ("seq", *_NARROW, "account_kind", "factor", "operation", "categories", "persons", "persons_count", "effect", "policy")  # fmt: skip
_RELEASING: Final = [effect.word for effect in Effect if effect.releases]
_NAMES: Final = UUID("1a7f5a53-8a42-5a2e-8f0e-7b0a7a2f3c55")
_TAIL: Final = 8_192


class _Told(msgspec.Struct, frozen=True):
    """What an entry of a finding says."""

    code: str
    severity: Literal["informational", "low", "medium", "high", "critical"] = "medium"
    what: str = ""
    help: str = ""
    about: str = ""
    over: bool = False
    by: str = ""
    note: str = ""


@dataclass(slots=True)
class Reading:
    """One ledger, read once.

    Attributes:
        origin: its name.
        doubts: what is to be known before one believes what was read; complete once everything was.
    """

    origin: str
    _snapshot: Snapshot
    _signed: dict[int, set[str]]
    doubts: list[str] = field(default_factory=list)

    def findings(self) -> Iterator[Noticed]:
        """All that is told of findings, oldest first; an entry that says nothing of one is a doubt."""
        open_: dict[tuple[str, str], tuple[str, Finding, int]] = {}
        wanted = pl.col("kind").is_in([FINDING, ACKNOWLEDGEMENT])
        for frame, _ in self._frames(("seq", "at", "kind", "detail"), ("kind",), wanted):
            for seq, at, kind, detail in frame.iter_rows():
                try:
                    told = msgspec.json.decode(detail, type=_Told)
                except (msgspec.MsgspecError, UnicodeDecodeError):
                    self._doubt(f"entry {seq} says nothing that can be read of a finding")
                    continue
                yield _noticed(told, at, kind == ACKNOWLEDGEMENT, open_, self.origin)

    def accesses(
        self, selections: Sequence[Selection], step: Callable[[int], None] = lambda _: None
    ) -> Iterator[Passage]:
        """Accesses of any of the selections, in the order of the ledger; without persons who were taken back.

        Options:
            step: is told how many more entries were looked at.
        """
        wanted = pl.col("kind").is_in([ACCESS, OBSERVED]) & _any_of(selections)
        back = self._taken_back(selections)
        for frame, leaves in self._frames(_WIDE, _NARROW, wanted, selections, step):
            for row in frame.iter_rows(named=True):
                found = _passage(row, self.origin, back, leaves)
                if found.count or not found.taken_back:  # nothing of it was shown after all
                    yield found

    def _taken_back(self, selections: Sequence[Selection]) -> dict[tuple[str, int], set[bytes]]:
        """Persons that were reserved and not shown after all, by account and number of the access."""
        accounts = {a for s in selections for a in s.accounts}
        wanted = pl.col("kind") == RELEASE
        if accounts and all(s.accounts for s in selections):
            wanted &= pl.col("account").is_in(sorted(accounts))
        found: dict[tuple[str, int], set[bytes]] = {}
        columns = ("seq", "kind", "account", "persons", "detail")
        for frame, _ in self._frames(columns, ("kind", "account"), wanted):
            number = pl.col("detail").str.json_path_match("$.of").cast(pl.Int64, strict=False)
            for seq, _kind, account, persons, _detail, of in frame.with_columns(of=number).iter_rows():  # fmt: skip
                if of is not None and of < seq and persons is not None:
                    found.setdefault((account, of), set()).update(persons)
        return found

    def _frames(
        self,
        columns: Sequence[str],
        narrow: Sequence[str],
        wanted: pl.Expr,
        selections: Sequence[Selection] = (),
        step: Callable[[int], None] = lambda _: None,
    ) -> Iterator[tuple[pl.DataFrame, "_Leaves | None"]]:
        """The wanted entries with the columns, some thousand at a time; of other row groups only the narrow columns are read."""
        for manifest in self._snapshot.manifests:
            if selections and not any(_overlaps(manifest, s) for s in selections):
                step(manifest.count)
                continue
            path = self._snapshot.parquet(manifest)
            try:
                if not self._check(path, manifest):
                    self._doubt(f"segment {manifest.number} (entries {manifest.first} to {manifest.end - 1}) was altered: they leave as they stand")  # fmt: skip
                leaves = _Leaves(self._snapshot.layout.leaves(manifest.number), manifest.first)
                for frame in _groups(path, columns, narrow, wanted, step):
                    yield frame, leaves
            except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError):
                self._doubt(f"segment {manifest.number} (entries {manifest.first} to {manifest.end - 1}) cannot be read: what was not yet read of it is left out")  # fmt: skip
        tail = self._snapshot.tail
        for begin in range(0, len(tail), _TAIL):
            part = pl.DataFrame(pl.from_arrow(tail.slice(begin, _TAIL).select(list(columns))))
            step(part.height)
            found = part.filter(wanted)
            if found.height:
                yield found, None

    def _check(self, path: Path, manifest: Manifest) -> bool:
        return (
            manifest.digest in self._signed.get(manifest.number, set())
            and file_digest(path) == manifest.parquet
        )

    def _doubt(self, what: str) -> None:
        if what not in self.doubts:
            self.doubts.append(what)


class _Leaves:
    """Leaf hashes of a segment, read where they are needed."""

    def __init__(self, path: Path, first: int) -> None:
        self._path, self._first = path, first
        self._found: bytes | None = None

    def of(self, seq: int) -> bytes | None:
        if self._found is None:
            self._found = self._path.read_bytes()
        begin = (seq - self._first) * HASH_SIZE
        leaf = self._found[begin : begin + HASH_SIZE] if begin >= 0 else b""
        return leaf if len(leaf) == HASH_SIZE else None


def open_reading(root: Path) -> Reading:
    """Opens a ledger for reading; whoever writes it is not disturbed.

    Raises:
        CallerError: when there is no ledger.
        IntegrityError: when a manifest or the log is damaged.
        UnavailableError: when it cannot be read.
    """
    snapshot = take_snapshot(root)
    key = snapshot.layout.read_public_key()
    origin = snapshot.layout.read_first_page(key).origin
    signed, wrong = read_notes(snapshot.layout.checkpoints, key, origin)
    reading = Reading(origin, snapshot, signed_manifests(signed))
    if wrong:
        reading.doubts.append(wrong)
    if snapshot.fault is not None:
        reading.doubts.append("the log ends with bytes that are no entry: run `ecluse ledger verify`")  # fmt: skip
    return reading


def _groups(
    path: Path,
    columns: Sequence[str],
    narrow: Sequence[str],
    wanted: pl.Expr,
    step: Callable[[int], None],
) -> Iterator[pl.DataFrame]:
    with pq.ParquetFile(path) as file:
        check_schema(file)
        for group in range(file.num_row_groups):
            looked = _frame(file, group, narrow)
            step(looked.height)
            if looked.select(wanted.any()).item():
                yield _frame(file, group, columns).filter(wanted)


def _frame(file: pq.ParquetFile, group: int, columns: Sequence[str]) -> pl.DataFrame:
    table = bare(file.read_row_group(group, columns=list(columns)))
    return pl.DataFrame(pl.from_arrow(table)).select(columns)


def _any_of(selections: Sequence[Selection]) -> pl.Expr:
    found = pl.lit(value=False)
    for selection in selections:
        found |= _selected(selection)
    return found


def _selected(selection: Selection) -> pl.Expr:
    """One of each of what the selection names; an empty one takes everything."""
    found = pl.lit(value=True)
    for name in ("account", "session", "source", "application", "organization", "lineage"):
        words = getattr(selection, f"{name}s")
        if words:
            found &= pl.col(name).is_in(list(words)).fill_null(value=False)
    if selection.since is not None:
        found &= pl.col("at") >= selection.since
    if selection.until is not None:
        found &= pl.col("at") < selection.until
    return found


def _overlaps(manifest: Manifest, selection: Selection) -> bool:
    after = selection.until is not None and manifest.min_at >= selection.until
    before = selection.since is not None and manifest.max_at < selection.since
    return not (after or before)


def _passage(
    row: dict[str, Any],
    origin: str,
    back: dict[tuple[str, int], set[bytes]],
    leaves: _Leaves | None,
) -> Passage:
    released = row["kind"] == OBSERVED or row["effect"] in _RELEASING
    persons = None if row["persons"] is None else tuple(dict.fromkeys(row["persons"]))
    gone = back.get((row["account"], row["seq"]), set()) if released else set()
    left = None if persons is None else tuple(p for p in persons if p not in gone)
    categories = row["categories"]
    return Passage(
        ledger=origin,
        seq=row["seq"],
        at=row["at"],
        account=row["account"],
        released=released,
        persons=left,
        count=row["persons_count"] if left is None else len(left),
        account_kind=row["account_kind"],
        session=row["session"] or "",
        organization=row["organization"],
        application=row["application"],
        source=row["source"] or "",
        factor=row["factor"],
        operation=row["operation"],
        categories=tuple(categories.split(",")) if categories else (),
        effect=row["effect"],
        policy=row["policy"],
        taken_back=0 if persons is None or left is None else len(persons) - len(left),
        leaf=None if leaves is None else leaves.of(row["seq"]),
    )


def _noticed(
    told: _Told,
    at: int,
    acknowledged: bool,  # noqa: FBT001 - private
    open_: dict[tuple[str, str], tuple[str, Finding, int]],
    origin: str,
) -> Noticed:
    """What an entry tells; the finding that it is about is the one of its name that is open."""
    key = (told.code, told.about)
    known = open_.get(key)
    if not acknowledged and not told.over and known is None:
        name = str(uuid5(_NAMES, "\n".join((origin, told.code, told.about, str(at)))))
        finding = Finding(told.code, Severity[told.severity.upper()], told.what, told.help, told.about)  # fmt: skip
        open_[key] = known = (name, finding, at)
    if known is None:  # its beginning is not in this ledger
        name = str(uuid5(_NAMES, f"{origin}\n{told.code}\n{told.about}\n"))
        finding = Finding(told.code, Severity[told.severity.upper()], told.what, told.help, told.about)  # fmt: skip
        raised = None
    else:
        name, finding, raised = known
    stage = Stage.ACKNOWLEDGED if acknowledged else Stage.OVER if told.over else Stage.RAISED
    if stage is Stage.OVER:
        open_.pop(key, None)
    return Noticed(finding, stage, name, at, raised, told.by, told.note)
