"""How is text turned into a table once and for all? All events, sorted by time, in one Parquet file."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import polars as pl

from ecluse.formats.common.tally import Tally
from ecluse.model.batch import EVENT_SCHEMA, EventBatch
from ecluse.model.errors import CallerError, SourceError
from ecluse.sources.tables import write_table

__all__ = ["ROW_GROUP", "write_events"]

ROW_GROUP: Final = 500_000
_CODED: Final = ("account", "session", "organization", "application", "source", "operation", "categories", "factor")  # fmt: skip


def write_events(
    batches: Iterable[EventBatch], out: Path, *, max_reject_share: float, replace: bool = False
) -> Tally:
    """Writes the events of all batches, stably sorted by time, and gives the accounts.

    The file appears under its name only when it is complete. The events are held in memory, about 60
    bytes each.

    Raises:
        CallerError: when the directory of the file is not there, or its name is no file's.
        SourceError: when too many events cannot be used, or there is none, or the file is there already.
        OSError: when the file cannot be written.
    """
    if out.exists() and not out.is_file():
        raise CallerError(f"`{out}` is a folder or a device", help="name a file")
    if out.exists() and not replace:
        raise SourceError(f"`{out}` is there already", help="name another file, or add --force")
    if not out.parent.is_dir():
        raise CallerError(f"`{out.parent}`: there is no such directory", help="make it first")
    tally = Tally()
    frames = []
    for batch in batches:
        tally.add(batch)
        if batch.events.height:
            frames.append(_compact(batch.events))
    tally.check(max_reject_share)
    if not frames:
        ignored = "; ".join(f"{why} {count}" for why, count in tally.ignored.most_common())
        raise SourceError(
            "there is no event in these logs",
            help=f"lines left out: {ignored}" if ignored else "the logs are empty",
        )
    events = _one(frames).sort("at", maintain_order=True)
    place = Path(os.path.realpath(out))  # a symbolic link stays one
    unfinished = place.with_name(f".{place.name[:200]}.{os.getpid()}.part")
    try:
        write_table(events, unfinished, rows=ROW_GROUP)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)
    return tally


def _compact(events: pl.DataFrame) -> pl.DataFrame:
    """Names that come again and again take four bytes."""
    coded = [n for n in _CODED if n in events.columns and events.schema[n] == pl.String]
    return events.with_columns(pl.col(coded).cast(pl.Categorical))


def _one(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """All batches under one schema: persons become lists when one batch has lists."""
    lists = any("persons" in frame.columns for frame in frames)
    integers = all(frame.schema.get("person", pl.String()).is_integer() for frame in frames)
    if lists:
        frames = [_as_lists(frame) for frame in frames]
    elif not integers:
        frames = [frame.with_columns(pl.col("person").cast(pl.String)) for frame in frames]
    events = pl.concat(frames, how="diagonal_relaxed")
    order = [n for n in ("at", "account", "person", *list(EVENT_SCHEMA)[2:]) if n in events.columns]
    return events.select(order)


def _as_lists(frame: pl.DataFrame) -> pl.DataFrame:
    if "persons" in frame.columns:
        return frame.with_columns(pl.col("persons").cast(pl.List(pl.String)))
    listed = pl.concat_list(pl.col("person").cast(pl.String)).alias("persons")
    return frame.with_columns(listed).drop("person")
