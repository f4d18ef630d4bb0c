"""What really happened, counted from the events themselves: the answer that a detection is compared with."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ecluse.simulator.peaks import Peak

__all__ = ["Reading", "Tally", "stolen_rows"]


@dataclass(slots=True)
class Reading:
    """What one account's thief has read so far.

    Attributes:
        sessions: names of the log-ins that the thief used.
    """

    persons: int = 0
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
            self.first_at = row["first_at"] if self.first_at is None else min(self.first_at, row["first_at"])
            self.last_at = row["last_at"] if self.last_at is None else max(self.last_at, row["last_at"])


@dataclass(slots=True)
class Tally:
    """Sums over the frames of a simulation, taken one frame after the other."""

    events: int = 0
    honest_events: int = 0
    other_lines: int = 0
    misses: int = 0
    thieves: dict[str, Reading] = field(default_factory=dict)
    peaks: list[tuple[int, Peak]] = field(default_factory=list)
    events_by_application: Counter[str] = field(default_factory=Counter)

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


def stolen_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """The (account, person) pairs that the thieves read in this frame, each once, in the order of reading."""
    return (
        frame.lazy()
        .filter((pl.col("mark") < 0) & (pl.col("status") == 200))
        .select("account", person="persons")
        .explode("person")
        .unique(maintain_order=True)
        .collect()
    )
