"""Columns of access events: what a log format gives, and what replay and the ledger take in bulk."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

__all__ = ["EVENT_SCHEMA", "EventBatch"]

EVENT_SCHEMA: dict[str, pl.DataType] = {
    "at": pl.Int64(),  # microseconds, UTC
    "account": pl.String(),
    "persons": pl.List(pl.String()),  # as the log names them; distinct within the event
    "session": pl.String(),
    "organization": pl.String(),
    "application": pl.String(),
    "source": pl.String(),
    "operation": pl.String(),
    "categories": pl.String(),  # comma-separated, sorted
    "factor": pl.String(),
    "bytes": pl.Int64(),
}
"""All columns but `at`, `account` and `persons` may hold null for unknown. A whole column may be absent.

A source of one person an event may give `person` (String, Int64 or UInt64) instead of `persons`; batches of
one log may differ in that. Parquet gives texts that are dictionary-coded in the file as Categorical (so
may `account` be); logs of text give plain String.
"""


@dataclass(slots=True)
class EventBatch:
    """Events of one stretch of a log, in the order of the log, and what became of its other lines.

    Attributes:
        events: columns of EVENT_SCHEMA.
        lines: lines (or records) read, events included.
        rejects: lines that could not be used, by reason.
        ignored: lines that the mapping says to leave out (static files, refused statuses, …), by reason.
        samples: for each reject reason, up to three `file:line` places (never the content of the line).
    """

    events: pl.DataFrame
    lines: int
    rejects: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)
