"""Exactly which persons were released to some accounts, sessions, sources, …, and where could the ledger not tell?

Persons count once however often they were read, and in however many ledgers with the same pseudonym
key. Whatever is missing or doubtful is a gap with its interval and the most that it can hide, never a smaller number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from ecluse.incident.gathering import LINKED, gather, kinds_of
from ecluse.incident.persons import pairs_of
from ecluse.ledgers.accesses import Found, find
from ecluse.ledgers.asking import Gap, Question
from ecluse.ledgers.layout import FirstPage, Layout
from ecluse.ledgers.remains import Remains, take_remains
from ecluse.ledgers.shown import what_was_shown
from ecluse.merkle.columns import flatten_persons
from ecluse.model.errors import CallerError
from ecluse.model.exposure import LedgerState, Selection
from ecluse.model.time import format_instant

__all__ = ["Exposure", "Gap", "expose", "expose_all", "expose_selected"]

_PERSON = 16
_KIND = ("categories", "operation", "application")


@dataclass(slots=True)
class Exposure:
    """What was released to those who were asked for.

    Attributes:
        accounts: those of the selections, then those that had accesses.
        persons: distinct persons; linked ones (`incident.gathering`) are counted apart in `linked`.
        at_least: the same by verified entries alone, less the most that lost entries can have taken back.
        at_most: the same with the most that gaps can hide; None when nothing bounds it.
        records: person x access pairs, those whose persons were destroyed since included.
        table: one row a person, sorted; see `incident.gathering.gather`.
        refused: accesses that were refused.
        taken_back: accesses that were reserved, and of which nothing or not all was shown; who was not shown does not count.
        known: whether a ledger has any access of those asked for.
        ledgers: origins of the ledgers that were asked.
        states: their checkpoints.
    """

    selections: tuple[Selection, ...]
    ledgers: tuple[str, ...] = ()
    states: tuple[LedgerState, ...] = ()
    accounts: tuple[str, ...] = ()
    persons: int = 0
    linked: int = 0
    at_least: int = 0
    at_most: int | None = 0
    records: int = 0
    categories: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None
    refused: int = 0
    taken_back: int = 0
    gaps: list[Gap] = field(default_factory=list)
    known: bool = False
    table: pa.Table = field(default_factory=lambda: pa.table({}))

    @property
    def list(self) -> pl.DataFrame:
        """The table, for Polars."""
        frame = pl.from_arrow(self.table)
        assert isinstance(frame, pl.DataFrame)
        return frame


def expose(
    root: Path, accounts: Sequence[str], *, since: int | None = None, until: int | None = None
) -> Exposure:
    """Finds the persons released to the accounts at instants in `[since, until)`.

    Raises:
        CallerError: when there is no ledger.
        IntegrityError: when its first page or its public key was altered.
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
        IntegrityError: when the first page or the public key of one was altered.
    """
    chosen = Selection(accounts=tuple(dict.fromkeys(accounts)), since=since, until=until)
    return expose_selected(roots, (chosen,))


def expose_selected(
    roots: Sequence[Path],
    selections: tuple[Selection, ...],
    *,
    entries: Sequence[int] | None = None,
    most_per_access: int | None = None,
) -> Exposure:
    """Finds the persons released in the accesses that belong to one of the selections.

    Options:
        entries: only the first so many entries of each ledger.
        most_per_access: the most persons that one access can show, if somebody vouches for it; bounds lost entries.

    Raises:
        CallerError: when there is no ledger, one is given twice, or their pseudonyms do not agree.
        IntegrityError: when the first page or the public key of one was altered.
    """
    origins = _origins(roots)
    exposure = Exposure(selections, origins)
    rows, taken = [], 0
    for number, (root, origin) in enumerate(zip(roots, origins, strict=True)):
        question = Question(selections, None if entries is None else entries[number], most_per_access)  # fmt: skip
        part, gaps = _of_one(root, question, exposure)
        rows.append(part)
        taken += _most_taken_back(part, gaps)
        if len(roots) > 1:
            gaps = [replace(gap, what=f"in `{origin}`: {gap.what}") for gap in gaps]
        exposure.gaps += gaps
    _count(exposure, pl.concat(rows))
    exposure.at_least = max(0, exposure.at_least - taken)
    exposure.gaps.sort(key=lambda gap: (gap.first_at is None, gap.first_at or 0))
    hidden = [gap.at_most for gap in exposure.gaps]
    bounded = [most for most in hidden if most is not None]
    exposure.at_most = exposure.persons + sum(bounded) if len(bounded) == len(hidden) else None
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
    remains = take_remains(root)
    found = find(remains, question)
    shown = what_was_shown(found)
    exposure.known = exposure.known or found.rows.height > 0
    exposure.refused += found.refused
    exposure.taken_back += shown.taken_back
    state = remains.state
    if question.entries is not None:
        state = replace(state, entries=question.entries)
    exposure.states = (*exposure.states, state)
    rows = shown.rows
    if shown.doubted:
        rows = rows.with_columns(sound=pl.col("sound") & ~pl.col("seq").is_in(shown.doubted))
    return rows, [*found.gaps, *shown.gaps, *_recoveries(remains, found, question)]


def _most_taken_back(rows: pl.DataFrame, gaps: Sequence[Gap]) -> int:
    """The most persons that lost entries can have taken back: each of them at most one access."""
    lost = [gap.lost for gap in gaps]
    sizes = rows.filter(pl.col("released") & pl.col("sound"))["persons_count"]
    known = [count for count in lost if count is not None]
    if len(known) < len(lost):
        return int(sizes.sum())
    return int(sizes.top_k(min(sum(known), len(sizes))).sum()) if sum(known) else 0


def _count(exposure: Exposure, rows: pl.DataFrame) -> None:
    sure = rows.filter("sure")
    released = sure.filter("released")
    exposure.refused += sure.height - released.height
    exposure.records = int(released["persons_count"].sum())
    named = [account for selection in exposure.selections for account in selection.accounts]
    exposure.accounts = tuple(dict.fromkeys([*named, *_words(released["account"])]))
    lost = rows.filter(pl.col("released") & pl.col("persons").is_null())
    if lost.height:
        exposure.gaps.append(_destroyed(lost))
    if released.height:
        exposure.first_at, exposure.last_at = int(released["at"].min()), int(released["at"].max())  # type: ignore[arg-type]
        exposure.applications = _words(released["application"])
        words = _words(released["categories"].unique().cast(pl.String).str.split(",").explode())
        exposure.categories = tuple(sorted({word.removeprefix(LINKED) for word in words}))
    shown = released.filter(pl.col("persons").is_not_null() & (pl.col("persons_count") > 0))
    exposure.table = _people(shown)
    exposure.linked = int(pc.sum(exposure.table["linked"]).as_py() or 0)
    exposure.persons = exposure.table.num_rows - exposure.linked
    exposure.at_least = int(pc.sum(exposure.table["sound"]).as_py() or 0)


def _destroyed(lost: pl.DataFrame) -> Gap:
    records = int(lost["persons_count"].sum())
    what = (
        f"the persons of {lost.height} accesses ({records} records) were destroyed "
        "at the end of their retention; the accesses themselves are counted"
    )
    unsure = lost.height - int(lost["sure"].sum())
    if unsure:
        what += f", but for {unsure} of which session and source were destroyed too: they may belong to the question or not"
    return Gap(int(lost["at"].min()), int(lost["at"].max()), what, records)  # type: ignore[arg-type]


def _words(values: pl.Series) -> tuple[str, ...]:
    return tuple(sorted(word for word in values.unique().to_list() if word))


def _people(rows: pl.DataFrame) -> pa.Table:
    """One row a person."""
    kinds = rows.select(_KIND).unique(maintain_order=True)
    coded = rows.select(_KIND).join(kinds.with_row_index("code"), on=_KIND, how="left", maintain_order="left")  # fmt: skip
    known = kinds_of(kinds.rows())
    offsets, flat = flatten_persons(rows["persons"].cast(pl.List(pl.Binary)))
    sizes = np.diff(offsets)
    code = np.repeat(coded["code"].to_numpy(), sizes).astype(np.int64)
    at = np.repeat(rows["at"].to_numpy(), sizes)
    sound = np.repeat(rows["sound"].to_numpy(), sizes)
    if len(known.linked):
        sound &= ~known.linked[code]
    return gather(pairs_of(flat), at, code, sound, known)


def _recoveries(remains: Remains, found: Found, question: Question) -> list[Gap]:
    """Repairs that the ledger recorded: what was cut or lost when it was opened after a crash."""
    gaps = []
    for seq, at, detail in found.recoveries.iter_rows():
        before = [m.max_at for m in remains.manifests if m.end <= seq]
        previous = before[-1] if before else None
        facts = msgspec.json.decode(detail, type=dict[str, Any])
        what, size, gone, lost = str(facts.get("repaired", "a repair")), "", None, None
        if isinstance(facts.get("bytes"), int):
            size, gone, lost = f" ({facts['bytes']} bytes)", facts["bytes"] // _PERSON, 0
        elif isinstance(facts.get("lost"), int):
            lost = facts["lost"]
            size, gone = f" ({lost} entries)", question.hidden(lost)
        told = f"on {format_instant(at)}, when the ledger was opened after a crash: {what}{size}"
        gaps.append(Gap(previous, at, told, gone, lost))
    return gaps
