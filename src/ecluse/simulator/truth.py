"""What really happened, counted from the events themselves: the answer that a detection is compared with."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ecluse.simulator.peaks import Peak
from ecluse.simulator.plan import Happening

__all__ = ["Reading", "Tally", "stolen_rows"]


@dataclass(slots=True)
class Reading:
    """What one account's thief has read so far.

    Attributes:
        persons: distinct ones, the linked persons included. linked: those shown beside somebody's own file.
        sessions: names of the log-ins that the thief used.
    """

    persons: int = 0
    linked: int = 0
    requests: int = 0
    misses: int = 0
    bytes: int = 0
    first_at: int | None = None
    last_at: int | None = None
    sessions: set[str] = field(default_factory=set)

    def add(self, row: dict[str, Any]) -> None:
        """Adds one chunk's sums for this account."""
        self.requests += row["requests"]
        self.misses += row["misses"]
        self.bytes += row["bytes"]
        self.sessions |= set(row["sessions"])
        if row["first_at"] is not None:
            self.first_at = (
                row["first_at"] if self.first_at is None else min(self.first_at, row["first_at"])
            )
            self.last_at = (
                row["last_at"] if self.last_at is None else max(self.last_at, row["last_at"])
            )


@dataclass(slots=True)
class Tally:
    """Sums over the frames of a simulation, taken one frame after the other.

    Attributes:
        events: requests that showed someone. other_lines: rows that were not meant to. misses: that found nobody.
        peaks: number and peak, as they come. story: what happened beside the log.
        taken_before: for each happening, persons stolen (by its account, if it names one) before it.
        linked_from: person numbers from here on are linked persons; None when there are none.
    """

    events: int = 0
    honest_events: int = 0
    other_lines: int = 0
    misses: int = 0
    thieves: dict[str, Reading] = field(default_factory=dict)
    peaks: list[tuple[int, Peak]] = field(default_factory=list)
    events_by_application: Counter[str] = field(default_factory=Counter)
    story: tuple[Happening, ...] = ()
    taken_before: list[int] = field(default_factory=list)
    linked_from: int | None = None

    def add(self, frame: pl.DataFrame, stolen: pl.DataFrame) -> None:
        """Counts one frame, and its stolen rows as `stolen_rows` gives them."""
        shows = (pl.col("persons").list.len() > 0) & (pl.col("status") == 200)
        theft = pl.col("mark") < 0
        totals = frame.select(
            events=shows.sum(),
            honest=(shows & ~theft).sum(),
            nobody=(pl.col("persons").list.len() == 0).sum(),
            misses=(pl.col("status") != 200).sum(),
        ).row(0, named=True)
        self.events += totals["events"]
        self.honest_events += totals["honest"]
        self.other_lines += totals["nobody"]
        self.misses += totals["misses"]
        for name, number in frame.filter(shows)["application"].value_counts().iter_rows():
            self.events_by_application[name] += number
        when = pl.col("at").filter(shows)
        for row in (
            frame.filter(theft)
            .group_by("account", maintain_order=True)
            .agg(
                requests=shows.sum(),
                misses=(~shows).sum(),
                bytes=pl.col("bytes").filter(shows).sum(),
                first_at=when.min(),
                last_at=when.max(),
                sessions=pl.col("session").unique(maintain_order=True),
            )
            .iter_rows(named=True)
        ):
            self.thieves.setdefault(row["account"], Reading()).add(row)
        for account, persons in stolen["account"].value_counts().iter_rows():
            self.thieves[account].persons += persons
        self._add_linked(stolen)
        self.taken_before = self.taken_before or [0] * len(self.story)
        for number, happening in enumerate(self.story):
            before = stolen["at"] < happening.at
            if happening.account in self.thieves:
                before &= stolen["account"] == happening.account
            self.taken_before[number] += int(before.sum())

    def _add_linked(self, stolen: pl.DataFrame) -> None:
        if self.linked_from is None:
            return
        linked = stolen.filter(pl.col("person").cast(pl.Int64) >= self.linked_from)
        for account, persons in linked["account"].value_counts().iter_rows():
            self.thieves[account].linked += persons


def stolen_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The account, person and instant of each first read by a thief in this frame, in the order of reading."""
    return (
        frame.lazy()
        .filter((pl.col("mark") < 0) & (pl.col("status") == 200))
        .select("account", "at", person="persons")
        .explode("person")
        .unique(["account", "person"], keep="first", maintain_order=True)
        .collect()
    )
