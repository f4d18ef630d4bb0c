"""How are persons destroyed at the end of their retention, so that the tree still verifies?

What goes: `persons`, `own`, `session` and `source`. They say who was read and from where, and nothing
else in the entry needs them. Session and source go too because they are personal data of the account's
holder whose only use is to investigate a theft, which is over once nobody can tell who was read. What
stays: the account, the application, the instant, the effect and the number of persons, as evidence
that the limits held. The salted commitment stays in place of what went, and the salt goes with it.

The order matters: first the ledger says that it will destroy (an entry, then a signed checkpoint that
names the new manifests), then each segment's new file takes the place of the old one. After a crash
the next opening removes files that no manifest names, and the next retention completes the rest.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecluse.ledgers.directory import DirectoryLedger
from ecluse.ledgers.disk import unavailable
from ecluse.ledgers.layout import months_in_band
from ecluse.ledgers.segment import (
    PERSONS,
    SCHEMA,
    Manifest,
    commitments_of,
    file_digest,
    salts_of,
    secret_of,
    write_table,
)
from ecluse.model.errors import CallerError
from ecluse.model.time import format_instant

__all__ = ["RetentionRun", "cutoff", "retain"]

_GONE = {"persons": PERSONS, "own": pa.string(), "session": pa.string(), "source": pa.string()}


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What one retention did.

    Attributes:
        before: entries older than this instant lost the fields about persons, in microseconds.
        months: the retention in force.
        entries: how many lost them now.
        segments: numbers of the segments that were rewritten.
    """

    before: int
    months: int
    entries: int
    segments: tuple[int, ...]


def cutoff(now: int, months: int) -> int:
    """The instant so many calendar months before another one, both in microseconds (the last day of a shorter month counts)."""
    at = datetime.fromtimestamp(now // 1_000_000, UTC)
    whole = at.year * 12 + at.month - 1 - months
    year, month = divmod(whole, 12)
    for day in range(at.day, 27, -1):
        try:
            moved = at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
        return int(moved.timestamp()) * 1_000_000 + now % 1_000_000
    return int(at.replace(year=year, month=month + 1).timestamp()) * 1_000_000 + now % 1_000_000


def retain(
    ledger: DirectoryLedger, now: int, *, months: int | None = None, reason: str = ""
) -> RetentionRun:
    """Destroys the fields about persons in entries older than the retention.

    Options:
        now: microseconds.
        months: changes the ledger's retention first; it stays so.
        reason: why longer than 12 months (CNIL délibération 2021-122 §8 and §19).

    Raises:
        CallerError: when the retention is outside its band.
        UnavailableError: when the disk refuses; entries are kept, and the next run completes the destruction.
    """
    if months is None and reason:
        raise CallerError("a reason goes with --months")
    if months is not None:
        _set(ledger, months, reason)
    before = cutoff(now, ledger.page.months)
    # 1. Entries that are still in the log move into a segment, since the log cannot be rewritten.
    if any(len(frame) for frame in _old_in_log(ledger, before)):
        ledger.seal()
    due = [manifest for manifest in ledger.manifests if _is_due(ledger, manifest, before)]
    if not due:
        return RetentionRun(before, ledger.page.months, 0, ())
    # 2. The ledger says what it is about to destroy.
    detail = {
        "before": before,
        "months": ledger.page.months,
        "segments": [manifest.number for manifest in due],
    }
    ledger.act("retention", detail)
    # 3. The new files and manifests; the old ones are still in force.
    rewritten = [_rewrite(ledger, manifest, before, now) for manifest in due]
    # 4. A checkpoint signs the new manifests, before they count.  5. They take their places, and the old files go.
    ledger.replace_manifests(rewritten)
    old = sum(manifest.destroyed.get("count", 0) for manifest in due)
    entries = sum(manifest.destroyed["count"] for manifest in rewritten) - old
    return RetentionRun(
        before, ledger.page.months, entries, tuple(manifest.number for manifest in due)
    )


def _set(ledger: DirectoryLedger, months: int, reason: str) -> None:
    months_in_band(months, reason)
    ledger.act("retention", {"months": months, "reason": reason, "was": ledger.page.months})
    ledger.write_page(replace(ledger.page, months=months, reason=reason))


def _old_in_log(ledger: DirectoryLedger, before: int) -> Any:
    sealed = ledger.manifests[-1].end if ledger.manifests else 0
    for frame in ledger.scan(columns=("seq", "at")):
        yield frame.filter((frame["seq"] >= sealed) & (frame["at"] < before))


def _is_due(ledger: DirectoryLedger, manifest: Manifest, before: int) -> bool:
    if manifest.min_at >= before or manifest.destroyed.get("count", 0) == manifest.count:
        return False
    with pq.ParquetFile(ledger.layout.segments / manifest.file) as file:
        for batch in file.iter_batches(columns=["at", "commitment"]):
            old = batch["at"].to_numpy() < before
            if (old & batch["commitment"].is_null().to_numpy(zero_copy_only=False)).any():
                return True
    return False


def _rewrite(ledger: DirectoryLedger, manifest: Manifest, before: int, now: int) -> Manifest:
    layout = ledger.layout
    with pq.ParquetFile(layout.segments / manifest.file) as file:
        secret, table = secret_of(file), file.read()
    gone = (table["at"].to_numpy() < before) | ~table["commitment"].is_null().to_numpy()
    generation = int(manifest.file.split(".")[1]) + 1
    target = layout.parquet(manifest.number, generation)
    with unavailable(f"segment {manifest.number} cannot be rewritten"):
        ledger.disk.write_whole(
            target, write_table(_without_persons(table, secret, gone), secret=None)
        )
    numbers = np.flatnonzero(gone) + manifest.first
    told = {
        "count": len(numbers),
        "first": int(numbers[0]),
        "last": int(numbers[-1]),
        "before": before,
        "on": format_instant(now),
    }
    return replace(manifest, file=target.name, parquet=file_digest(target), destroyed=told)


def _without_persons(table: pa.Table, secret: bytes | None, gone: Any) -> pa.Table:
    """Puts the commitment in place of the private fields where they go, and the salt beside those that stay."""
    kept = commitments_of(table, secret)
    salts: list[bytes | None] = [None] * len(table)
    stay = np.flatnonzero(~gone)
    if len(stay):
        flat = salts_of(table.take(pa.array(stay)), secret)
        for position, row in enumerate(stay.tolist()):
            salts[row] = flat[position * 16 : position * 16 + 16]
    values: dict[str, Any] = {
        "commitment": pa.array(
            [kept[row].tobytes() if is_gone else None for row, is_gone in enumerate(gone.tolist())],
            pa.binary(32),
        ),
        "salt": pa.array(salts, pa.binary(16)),
    }
    for name, kind in _GONE.items():
        column = table[name].combine_chunks()
        values[name] = pa.array(
            [
                None if is_gone else value
                for is_gone, value in zip(gone.tolist(), column.to_pylist(), strict=True)
            ],
            kind,
        )
    return pa.table(
        [values.get(field.name, table[field.name]) for field in SCHEMA], names=SCHEMA.names
    )
