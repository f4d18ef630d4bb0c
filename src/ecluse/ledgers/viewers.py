"""Who saw some persons, in which session and when, and how many persons did each of these see in all?

The ledger is read twice, as it lies, and never held: the first time for the few rows that show a person of the sample, the
second time for the sizes of the sessions that showed two or more. Of everybody else the first reading knows how many they saw at
most, which makes a chance larger, never smaller. What was reserved and taken back is subtracted as in the view `shown`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl

from ecluse.incident.attribution.views import Views, Who
from ecluse.ledgers.pieces import Flags, Ints, Piece, Words, altered, pieces, words_of
from ecluse.ledgers.reader import Snapshot, take_snapshot
from ecluse.model.errors import CallerError
from ecluse.model.time import format_instant
from ecluse.service.rebuild_acts import RELEASE

__all__ = ["Question", "Viewed", "viewers"]

_TAKEN_BACK: Final = ["ledger", "account", "of", "low", "high"]


@dataclass(frozen=True, slots=True)
class Question:
    """Persons of a sample (16 bytes each, all different), and the accesses to look at, in `[since, until)`."""

    persons: tuple[bytes, ...]
    unit: Literal["session", "account"] = "session"
    since: int | None = None
    until: int | None = None

    @property
    def key(self) -> list[str]:
        """By which columns candidates are told apart."""
        return ["account", "session"] if self.unit == "session" else ["account"]


@dataclass(frozen=True, slots=True)
class Viewed:
    """Who saw them.

    Attributes:
        accesses: person x access pairs in the interval.
        size: entries of the ledgers.
        gaps: what the ledgers could not tell.
    """

    views: Views
    accesses: int
    size: int
    gaps: tuple[str, ...]


@dataclass(slots=True)
class _Work:
    """What the first reading gathers: views of the sample's persons, what was taken back, and sums."""

    question: Question
    order: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    words: Words
    hits: list[pl.DataFrame] = field(default_factory=list)
    back: list[pl.DataFrame] = field(default_factory=list)
    sums: list[pl.DataFrame] = field(default_factory=list)
    extremes: list[pl.DataFrame] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    lost: int = 0
    accesses: int = 0


def viewers(
    roots: Sequence[Path], question: Question, *, done: Callable[[int], None] = lambda _: None
) -> Viewed:
    """Finds them in the ledgers of one or several gates; `done` is told how many entries more were read.

    Raises:
        CallerError: when a folder is no ledger, or their pseudonyms do not agree.
        IntegrityError: when one is too damaged to be read in order.
    """
    assert len(set(question.persons)) == len(question.persons) > 0
    snapshots = [take_snapshot(root) for root in roots]
    _check_same_key(snapshots)
    words = words_of(b"".join(question.persons))
    order = np.argsort(words[:, 0], kind="stable")
    work = _Work(question, order, words[order])
    # 1. Views of the sample's persons, and how much everybody saw at most.
    for number, snapshot in enumerate(snapshots):
        work.gaps += altered(snapshot)
        for piece in pieces(snapshot, done=done, gaps=work.gaps):
            _take(work, piece, number)
        if snapshot.fault is not None:
            work.gaps.append("bytes follow the last whole entry of the log: a write was torn")
    if work.lost:
        work.gaps.append(f"the persons of {work.lost:,} accesses were destroyed at the end of their retention")  # fmt: skip
    back = pl.concat(work.back).unique() if work.back else None
    hits = _not_taken_back(pl.concat(work.hits), back)
    # 2. How much exactly those saw who showed two persons or more.
    several = hits.group_by(question.key).agg(n=pl.col("record").n_unique()).filter(pl.col("n") > 1)
    exact = _sizes(snapshots, question, several.select(question.key), back, done)
    views = _views(work, hits, exact)
    return Viewed(views, work.accesses, sum(s.size for s in snapshots), tuple(work.gaps))


def _check_same_key(snapshots: list[Snapshot]) -> None:
    keys = [s.layout.read_public_key() for s in snapshots]
    if len({str(key) for key in keys}) < len(keys):
        raise CallerError("the same ledger is given twice", help="give each ledger once")
    pages = [s.layout.read_first_page(key) for s, key in zip(snapshots, keys, strict=True)]
    if len({page.fingerprint for page in pages}) > 1:
        raise CallerError(
            "the ledgers have different pseudonym keys: their persons cannot be compared",
            help="ask each alone; `ecluse ledger init --pseudonym-key` makes ledgers that agree",
        )


def _take(work: _Work, piece: Piece, ledger: int) -> None:
    frame, question = piece.frame, work.question
    inside = piece.released(question.since, question.until)
    seen = np.where(inside, frame["persons_count"].to_numpy(), 0)
    work.accesses += int(seen.sum())
    work.lost += int((piece.destroyed & inside).sum())
    work.gaps += [
        f"{format_instant(at)}: the ledger was repaired when it was opened after a crash"
        for at in frame.filter(pl.col("kind") == "recovery")["at"].to_list()
    ]
    released = np.flatnonzero((frame["kind"] == RELEASE).to_numpy())
    if len(released):
        work.back.append(_taken_back(piece, released, ledger))
    work.hits.append(_hits(work, piece, inside, ledger))
    sums = frame.select(question.key).with_columns(seen=pl.Series(seen))
    work.sums.append(_summed([sums.filter(pl.col("seen") > 0)], question.key))
    work.extremes.append(_extremes(piece, inside))
    if len(work.sums) >= 64:
        work.sums = [_summed(work.sums, question.key)]
        work.extremes = [_outermost(work.extremes)]


def _summed(frames: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    return pl.concat(frames).group_by(key).agg(pl.col("seen").sum())


def _outermost(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames).group_by("account").agg(pl.col("low").min(), pl.col("high").max())


def _extremes(piece: Piece, inside: Flags) -> pl.DataFrame:
    """The smallest and the largest person of each account: of whoever saw one person only, they are the same."""
    rows = np.flatnonzero(inside & (np.diff(piece.offsets) > 0))
    flat = np.append(piece.words[:, 0], np.uint64(0))
    bounds = np.stack([piece.offsets[rows], piece.offsets[rows + 1]], axis=1).ravel()
    low = np.minimum.reduceat(flat, bounds)[::2] if len(rows) else flat[:0]
    high = np.maximum.reduceat(flat, bounds)[::2] if len(rows) else flat[:0]
    frame = piece.frame.select("account")[rows].with_columns(
        low=pl.Series(low), high=pl.Series(high)
    )
    return _outermost([frame])


def _taken_back(piece: Piece, rows: Ints, ledger: int) -> pl.DataFrame:
    """Pairs of an access and a person who was not shown after all."""
    of = pl.col("detail").str.json_path_match("$.of").cast(pl.Int64, strict=False)
    pairs = piece.exploded(rows.astype(np.int64), "seq", "account", "detail").with_columns(of=of)
    number = pl.lit(ledger, dtype=pl.Int64)
    return (
        pairs.filter(pl.col("seq") > pl.col("of")).with_columns(ledger=number).select(_TAKEN_BACK)
    )


def _not_taken_back(frame: pl.DataFrame, back: pl.DataFrame | None) -> pl.DataFrame:
    if back is None:
        return frame
    on = ["ledger", "account", "seq", "low", "high"]
    return frame.join(back, left_on=on, right_on=_TAKEN_BACK, how="anti")


def _hits(work: _Work, piece: Piece, inside: Flags, ledger: int) -> pl.DataFrame:
    """The rows that show a person of the sample, one for each person."""
    first = work.words[:, 0]
    place = np.searchsorted(first, piece.words[:, 0], side="left")
    near = np.flatnonzero(first[np.minimum(place, len(first) - 1)] == piece.words[:, 0])
    flat, records = [], []
    for at in near.tolist():  # two persons may share the first half: then the second tells
        step = int(place[at])
        while step < len(first) and first[step] == piece.words[at, 0]:
            if work.words[step, 1] == piece.words[at, 1]:
                flat.append(at)
                records.append(int(work.order[step]))
            step += 1
    places = np.array(flat, dtype=np.int64)
    rows = np.searchsorted(piece.offsets, places, side="right") - 1
    keep = inside[rows]
    chosen = piece.frame.select("seq", "at", "account", "session", "application")[rows[keep]]
    return chosen.with_columns(
        ledger=pl.lit(ledger, dtype=pl.Int64),
        record=pl.Series(np.array(records, dtype=np.int64)[keep]),
        low=pl.Series(piece.words[places[keep], 0]),
        high=pl.Series(piece.words[places[keep], 1]),
    )


def _sizes(
    snapshots: list[Snapshot],
    question: Question,
    wanted: pl.DataFrame,
    back: pl.DataFrame | None,
    done: Callable[[int], None],
) -> pl.DataFrame:
    """How many distinct persons each of the wanted candidates saw."""
    key = question.key
    seen: list[pl.DataFrame] = []
    if wanted.height:
        for number, snapshot in enumerate(snapshots):
            for piece in pieces(snapshot, done=done):
                inside = piece.released(question.since, question.until)
                numbered = piece.frame.select(key).with_row_index("row").filter(pl.Series(inside))
                rows = numbered.join(wanted, on=key, how="semi")["row"].to_numpy().astype(np.int64)
                found = piece.exploded(rows, "seq", *dict.fromkeys(("account", *key)))
                found = found.with_columns(ledger=pl.lit(number, dtype=pl.Int64))
                seen.append(_not_taken_back(found, back).select(*key, "low", "high").unique())
    if not seen:
        return wanted.with_columns(size=pl.lit(0, dtype=pl.Int64))
    return pl.concat(seen).unique().group_by(key).agg(size=pl.len().cast(pl.Int64))


def _views(work: _Work, hits: pl.DataFrame, exact: pl.DataFrame) -> Views:
    question, key = work.question, work.question.key
    most = _summed(work.sums, key)
    lone = _outermost(work.extremes).filter(pl.col("low") == pl.col("high"))
    applications = pl.col("application").unique().sort()
    who = (
        hits.group_by(key).agg(applications=applications)
        .join(most, on=key, how="left").join(exact, on=key, how="left").sort(key).with_row_index("number")
        .with_columns(size=pl.coalesce("size", "seen").fill_null(1), alone=pl.col("account").is_in(lone["account"].implode()))
    )  # fmt: skip
    rest = most.join(who.select(key), on=key, how="anti")["seen"].value_counts()
    ordered = hits.sort("at", "ledger", "seq").with_row_index("place").join(who.select("number", *key), on=key)  # fmt: skip
    ordered = ordered.sort("place")
    sessions = who["session"].to_list() if question.unit == "session" else [""] * who.height
    return Views(
        record=_ints(ordered["record"]),
        candidate=_ints(ordered["number"]),
        at=_ints(ordered["at"]),
        place=_ints(ordered["place"]),
        who=tuple(
            Who(account, session, alone, tuple(a for a in used if a))
            for account, session, alone, used in zip(who["account"], sessions, who["alone"], who["applications"], strict=True)
        ),
        size=_ints(who["size"]),
        others=tuple(sorted((int(size), int(count)) for size, count in rest.iter_rows())),
        lone=lone["low"].n_unique(),
    )  # fmt: skip


def _ints(series: pl.Series) -> Ints:
    return series.cast(pl.Int64).to_numpy()
