"""Which accesses does one ledger hold of those asked for, verified as they are read?

Each segment's file is compared with the digest that a checkpoint signed, while the ones before it are read; in a file that
is another one, every entry is held against its leaf hash. Whatever is missing or doubtful is a gap with its interval, and with the most that it can hide.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from ecluse.ledgers.asking import ACCESSES, RECOVERY, REFUSALS, Gap, Question
from ecluse.ledgers.parts import Part, read_carefully, read_together
from ecluse.ledgers.remains import Remains
from ecluse.ledgers.segment import Manifest, file_digest
from ecluse.model.policy import Effect
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND, format_duration
from ecluse.service.rebuild_acts import OBSERVED, RELEASE

__all__ = ["Found", "find"]

_RELEASING: Final = [effect.word for effect in Effect if effect.releases]
_ROW: Final = ("seq", "at", "account", "application", "operation", "categories", "persons", "persons_count")  # fmt: skip
_WORDS: Final = ("account", "application", "operation", "categories")
_TOGETHER: Final = 8
"""Segments that are read at once."""
_PERSON: Final = 16
"""Bytes that a person takes in a record of the log, at the least: what torn bytes can hold."""


@dataclass(slots=True)
class Found:
    """What a ledger holds of what was asked for.

    Attributes:
        rows: accesses in the period: `seq`, `at`, `account`, `application`, `operation`, `categories`, `persons`,
            `persons_count`, and `released`, whether data left; `sure`, whether it belongs to a selection, or only may, its private fields
            being destroyed; `sound`, whether it is verified.
        releases: entries of kind `release`, whenever they were written: `seq`, `at`, `account`, `persons`, `detail`, and
            `sound`, whether the entry is verified and acknowledged.
        recoveries: repairs that the ledger recorded: `seq`, `at`, `detail`.
        refused: refusals in the period that were counted and not kept one by one.
        elsewhere: sequence numbers of the accesses outside the period.
        unread: where segments begin and end that cannot be read.
    """

    rows: pl.DataFrame
    releases: pl.DataFrame
    recoveries: pl.DataFrame
    refused: int
    elsewhere: npt.NDArray[np.int64]
    unread: list[tuple[int, int]]
    gaps: list[Gap]


@dataclass(slots=True)
class _Work:
    """What is gathered part by part."""

    remains: Remains
    question: Question
    rows: list[pl.DataFrame] = field(default_factory=list)
    releases: list[pl.DataFrame] = field(default_factory=list)
    recoveries: list[pl.DataFrame] = field(default_factory=list)
    elsewhere: list[pl.DataFrame] = field(default_factory=list)
    refused: int = 0
    unread: list[tuple[int, int]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)
    before: int = int(np.iinfo(np.int64).min)

    def pass_by(self, part: Part) -> None:
        """Notes what is known of all entries of a part, which follows the part before."""
        self.elsewhere.append(part.elsewhere)
        self.gaps += part.gaps
        self.unread += part.unread
        self.steps += _steps_back(part.at, self.before)
        if len(part.at):
            self.before = max(self.before, int(part.at.max()))

    def take(self, frame: pl.DataFrame) -> None:
        """Takes wanted entries."""
        kind, effect = pl.col("kind"), pl.col("effect")
        released = (kind == OBSERVED) | effect.is_in(_RELEASING)
        accesses = frame.filter(kind.is_in(ACCESSES))
        surely = self.question.surely()
        rows = accesses.select(*_ROW, "sound", released=released, sure=surely)
        self.rows.append(_compact(rows))
        releases = frame.filter(kind == RELEASE)
        self.releases.append(
            releases.select(
                "seq", "at", pl.col("account").cast(pl.Categorical), "persons", "detail", "sound"
            )
        )
        self.recoveries.append(frame.filter(kind == RECOVERY).select("seq", "at", "detail"))
        refusals = frame.filter(kind == REFUSALS)["detail"]
        counts = refusals.str.json_path_match("$.count").cast(pl.Int64, strict=False)
        self.refused += int(counts.sum())


def find(remains: Remains, question: Question) -> Found:
    """Reads what is there of a ledger."""
    work = _Work(remains, question)
    for together, manifests in _batches(remains, question):
        if together:
            try:
                parts = [read_together(remains, manifests, question)]
            except (OSError, pl.exceptions.PolarsError):
                parts = [read_carefully(remains, manifest, question) for manifest in manifests]
        else:
            parts = [read_carefully(remains, manifest, question) for manifest in manifests]
        for part in parts:
            work.pass_by(part)
            work.take(part.rows)
    _take_tail(work)
    elsewhere = pl.concat(work.elsewhere)
    _gap_of_steps(work, int(elsewhere["persons_count"].sum()))
    _gaps_of_holes(work)
    rows, releases = pl.concat(work.rows), pl.concat(work.releases)
    if (
        not question.by_account
    ):  # every release was read: those of other accesses are nobody's concern here
        number = pl.col("detail").str.json_path_match("$.of").cast(pl.Int64, strict=False)
        releases = releases.filter(number.is_in(rows["seq"].implode()))
    return Found(
        rows,
        releases,
        pl.concat(work.recoveries),
        work.refused,
        elsewhere["seq"].to_numpy(),
        work.unread,
        work.gaps,
    )


def _compact(rows: pl.DataFrame) -> pl.DataFrame:
    """The same in memory of its own: texts and pseudonyms as they come hold on to the whole pages they were read from."""
    lists = rows["persons"].rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    persons = pl.Series("persons", pl.from_arrow(lists.cast(pa.large_list(pa.large_binary()))))
    words = [pl.col(name).cast(pl.Categorical) for name in _WORDS]
    return rows.with_columns(*words, persons)


def _batches(remains: Remains, question: Question) -> Iterator[tuple[bool, list[Manifest]]]:
    """The segments in order, some at a time, and whether their files are as they were sealed; the next ones are hashed meanwhile."""
    wanted = [m for m in remains.manifests if question.entries is None or m.first < question.entries]  # fmt: skip
    with ThreadPoolExecutor(max_workers=1) as hashing:
        digests: list[Future[bool]] = [hashing.submit(_intact, remains, m) for m in wanted]
        batch: list[Manifest] = []
        for manifest, digest in zip(wanted, digests, strict=True):
            if digest.result():
                batch.append(manifest)
                if len(batch) == _TOGETHER:
                    yield True, batch
                    batch = []
                continue
            if batch:
                yield True, batch
                batch = []
            yield False, [manifest]
        if batch:
            yield True, batch


def _intact(remains: Remains, manifest: Manifest) -> bool:
    try:
        same = file_digest(remains.parquet(manifest)) == manifest.parquet
    except OSError:
        return False
    return same and manifest.number in remains.trusted


def _take_tail(work: _Work) -> None:
    """The entries that are not sealed: the log's own chain holds them together; what the mark does not know is not acknowledged."""
    table = work.remains.tail
    frame = pl.DataFrame(pl.from_arrow(table)).with_columns(
        sound=pl.col("seq") < work.remains.acknowledged
    )
    outside = frame.filter(work.question.elsewhere()).select("seq", "persons_count")
    times = frame.filter(work.question.before())["at"].to_numpy()
    work.pass_by(Part(times, frame, outside))
    work.take(frame.filter(work.question.wanted()))


def _gaps_of_holes(work: _Work) -> None:
    question, remains = work.question, work.remains
    for hole in remains.holes:
        if question.entries is not None and hole.first >= question.entries:
            continue
        lost = None if hole.end is None else hole.end - hole.first
        hidden = question.hidden(lost)
        work.gaps.append(Gap(hole.first_at, hole.last_at, hole.what, hidden, lost))
    if remains.fault is not None and question.entries is None:
        what = "bytes follow the last whole entry of the log: a write was torn"
        last = int(remains.tail["at"][-1].as_py()) if len(remains.tail) else None
        if last is None and remains.manifests:
            last = remains.manifests[-1].max_at
        work.gaps.append(Gap(last, None, what, remains.fault_bytes // _PERSON))


def _steps_back(times: Any, before: int) -> list[tuple[int, int]]:
    """Where an entry is dated before an earlier one: (its instant, the latest instant before it)."""
    if not len(times):
        return []
    latest = np.maximum.accumulate(np.concatenate(([before], times)))[:-1]
    back = np.flatnonzero(times < latest)
    return (
        []
        if not len(back)
        else [(int(times[back].min()), int(latest[back].max())), *[(0, -1)] * (len(back) - 1)]
    )


def _gap_of_steps(work: _Work, elsewhere: int) -> None:
    """A clock that went back may have dated an access of the period outside it, but none that is asked for without a period."""
    real = [(low, high) for low, high in work.steps if high >= low]
    if not real:
        return
    low, high = min(step[0] for step in real), max(step[1] for step in real)
    entries = "1 entry is" if len(work.steps) == 1 else f"{len(work.steps)} entries are"
    what = f"the clock went back: {entries} dated earlier than entries before, by up to {_about(high - low)}"
    work.gaps.append(Gap(low, high, what, elsewhere))


def _about(micros: int) -> str:
    """A duration in its largest unit, rounded up; below a second in microseconds."""
    unit = next((u for u in (DAY, HOUR, MINUTE, SECOND) if micros >= u), 1)
    return format_duration(-(-micros // unit) * unit) if micros else "0s"
