"""Exactly which persons were released to an account, and where could the ledger not tell?

Persons count once however often they were read, and in however many ledgers with the same pseudonym
key. Whatever is missing or doubtful is a gap with its interval, never a smaller number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecluse.ledgers.accesses import Gap, Question, find
from ecluse.ledgers.layout import FirstPage, Layout
from ecluse.ledgers.reader import Snapshot, take_snapshot
from ecluse.ledgers.shown import what_was_shown
from ecluse.model.errors import CallerError
from ecluse.model.time import format_instant

__all__ = ["Exposure", "Gap", "expose", "expose_all"]


@dataclass(slots=True)
class Exposure:
    """What was released to the accounts.

    Attributes:
        persons: distinct persons.
        records: person x access pairs, those whose persons were destroyed since included.
        list: one row a person: `person` (16 bytes), `first_at`, `last_at`, `accesses`, `categories`, `applications`.
        refused: accesses that were refused.
        taken_back: accesses that were reserved, and of which nothing or not all was shown; who was not shown does not count.
        known: whether a ledger has any access of these accounts.
        ledgers: origins of the ledgers that were asked.
    """

    accounts: tuple[str, ...]
    since: int | None
    until: int | None
    ledgers: tuple[str, ...] = ()
    persons: int = 0
    records: int = 0
    categories: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None
    refused: int = 0
    taken_back: int = 0
    gaps: list[Gap] = field(default_factory=list)
    known: bool = False
    list: pl.DataFrame = field(default_factory=pl.DataFrame)


def expose(
    root: Path, accounts: Sequence[str], *, since: int | None = None, until: int | None = None
) -> Exposure:
    """Finds the persons released to the accounts at instants in `[since, until)`.

    Raises:
        CallerError: when there is no ledger.
        IntegrityError: when it is too damaged to be read in order; `verify` names where.
    """
    return expose_all([root], accounts, since=since, until=until)


def expose_all(
    roots: Sequence[Path],
    accounts: Sequence[str],
    *,
    since: int | None = None,
    until: int | None = None,
) -> Exposure:
    """Finds the persons released to the accounts, over the ledgers of several gates; each gap names its ledger.

    Raises:
        CallerError: when there is no ledger, one is given twice, or their pseudonyms do not agree.
        IntegrityError: when one is too damaged to be read in order; `verify` names where.
    """
    origins = _origins(roots)
    question = Question(tuple(dict.fromkeys(accounts)), since, until)
    exposure = Exposure(tuple(accounts), since, until, origins)
    rows = []
    for root, origin in zip(roots, origins, strict=True):
        part, gaps = _of_one(root, question, exposure)
        rows.append(part)
        if len(roots) > 1:
            gaps = [replace(gap, what=f"in `{origin}`: {gap.what}") for gap in gaps]
        exposure.gaps += gaps
    _count(exposure, pl.concat(rows))
    exposure.gaps.sort(key=lambda gap: (gap.first_at is None, gap.first_at or 0))
    return exposure


def _origins(roots: Sequence[Path]) -> tuple[str, ...]:
    """The ledgers' names, once it is clear that their persons can be compared."""
    pages: list[FirstPage] = []
    keys: dict[str, Path] = {}
    for root in roots:
        layout = Layout(root)
        key = layout.read_public_key()
        if str(key) in keys:
            raise CallerError(
                f"`{root}` and `{keys[str(key)]}` are the same ledger, or copies of it",
                help="give each ledger once: its accesses would count twice",
            )
        keys[str(key)] = root
        pages.append(layout.read_first_page(key))
        if pages[-1].fingerprint != pages[0].fingerprint:
            raise CallerError(
                f"`{roots[0]}` and `{root}` have different pseudonym keys: their persons cannot be compared",
                help="ask each alone; `ecluse ledger init --pseudonym-key` makes ledgers that agree",
            )
    return tuple(page.origin for page in pages)


def _of_one(
    root: Path, question: Question, exposure: Exposure
) -> tuple[pl.DataFrame, Sequence[Gap]]:
    """The accesses that one ledger has, without what was taken back, and its gaps; counts what is no access."""
    snapshot = take_snapshot(root)
    found = find(snapshot, question)
    shown = what_was_shown(found)
    exposure.known = exposure.known or found.rows.height > 0
    exposure.refused += found.refused
    exposure.taken_back += shown.taken_back
    gaps = [*found.gaps, *shown.gaps, *_gaps_of_acts(snapshot)]
    if snapshot.fault is not None:
        what = "bytes follow the last whole entry of the log: a write was torn"
        gaps.append(Gap(_last_at(snapshot), None, what))
    return shown.rows, gaps


def _count(exposure: Exposure, rows: pl.DataFrame) -> None:
    released = rows.filter("released")
    exposure.refused += rows.height - released.height
    exposure.records = int(released["persons_count"].sum())
    if not released.height:
        exposure.list = _persons(released)
        return
    exposure.first_at, exposure.last_at = int(released["at"].min()), int(released["at"].max())  # type: ignore[arg-type]
    exposure.applications = _words(released["application"])
    exposure.categories = _words(released["categories"].unique().str.split(",").explode())
    lost = released.filter(pl.col("persons").is_null())
    if lost.height:
        what = (
            f"the persons of {lost.height} accesses ({int(lost['persons_count'].sum())} records) were destroyed "
            "at the end of their retention; the accesses themselves are counted"
        )
        exposure.gaps.append(Gap(int(lost["at"].min()), int(lost["at"].max()), what))  # type: ignore[arg-type]
    exposure.list = _persons(released.filter(pl.col("persons").is_not_null()))
    exposure.persons = exposure.list.height


def _words(values: pl.Series) -> tuple[str, ...]:
    return tuple(sorted(word for word in values.unique().to_list() if word))


def _persons(rows: pl.DataFrame) -> pl.DataFrame:
    pairs = (
        rows.filter(pl.col("persons_count") > 0)
        .select(
            "at", "application", "categories", person=pl.col("persons").cast(pl.List(pl.Binary))
        )
        .explode("person")
    )
    together = pl.col("categories").unique().sort().str.join(",")
    grouped = pairs.group_by("person").agg(
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
        accesses=pl.len(),
        categories=together,
        applications=pl.col("application").unique().sort().str.join(" "),
    )
    known: dict[str, str] = {}
    for joined in grouped["categories"].unique().to_list():
        known[joined] = " ".join(sorted({word for word in joined.split(",") if word}))
    return grouped.with_columns(
        pl.col("categories").replace_strict(known, return_dtype=pl.String)
    ).sort("first_at", "person")


def _last_at(snapshot: Snapshot) -> int | None:
    if len(snapshot.tail):
        return int(snapshot.tail["at"][-1].as_py())
    return snapshot.manifests[-1].max_at if snapshot.manifests else None


def _gaps_of_acts(snapshot: Snapshot) -> list[Gap]:
    """Repairs that the ledger recorded: what was cut or lost when it was opened after a crash."""
    gaps: list[Gap] = []
    previous: int | None = None
    tables = [(snapshot.parquet(m), m.max_at) for m in snapshot.manifests]
    for path, last in tables:
        try:
            table = pq.read_table(
                path, columns=["at", "kind", "detail"], filters=[("kind", "=", "recovery")]
            )
        except (pa.ArrowException, OSError):
            continue
        gaps += _recoveries(table, previous)
        previous = last
    tail = snapshot.tail
    gaps += _recoveries(tail.filter(pc.equal(tail["kind"], "recovery")), previous)
    return gaps


def _recoveries(table: pa.Table, previous: int | None) -> list[Gap]:
    gaps = []
    for at, detail in zip(table["at"].to_pylist(), table["detail"].to_pylist(), strict=True):
        facts = msgspec.json.decode(detail, type=dict[str, Any])
        what = str(facts.get("repaired", "a repair"))
        size = (
            f" ({facts['bytes']} bytes)"
            if "bytes" in facts
            else f" ({facts['lost']} entries)"
            if "lost" in facts
            else ""
        )
        told = f"on {format_instant(at)}, when the ledger was opened after a crash: {what}{size}"
        gaps.append(Gap(previous, at, told))
    return gaps
