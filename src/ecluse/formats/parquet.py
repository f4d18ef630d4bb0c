"""Parquet tables: the project's own columns as they are, or any others with a mapping."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.apply import (
    CONTROL_CHARACTER,
    NO_ACCOUNT,
    NO_PERSON,
    NO_TIME,
    OUT_OF_RANGE,
    SAMPLES,
)
from ecluse.formats.common.contract import Format, Needs, Parser, Shape, Table
from ecluse.formats.common.mapping import NOT_BEFORE
from ecluse.model.batch import EVENT_SCHEMA, EventBatch
from ecluse.model.errors import SourceError
from ecluse.model.time import DAY

__all__ = ["FORMAT", "canonical_batch", "is_canonical", "text_table"]

_INTEGERS: Final = (pl.Int64, pl.UInt64, pl.Int32, pl.UInt32)
_TEXTS: Final = (pl.String, pl.Categorical, pl.Enum)


def is_canonical(columns: Sequence[str]) -> bool:
    """Whether a table has the project's own columns."""
    return {"at", "account"} <= set(columns) and bool({"person", "persons"} & set(columns))


def canonical_batch(
    frame: pl.DataFrame, *, file: str, first: int, now: int, not_before: int = NOT_BEFORE
) -> EventBatch:
    """The rows of a table in the project's own columns, those without time, account or person rejected.

    Args:
        frame: the columns of EVENT_SCHEMA that were read.
        file: name of the table, for the places of rejects.
        first: number of the first row in the file, from 1.
        now: microseconds; events more than a day later are rejects.
        not_before: microseconds; earlier events are rejects.

    Raises:
        SourceError: when a column is of another type than EVENT_SCHEMA says.
    """
    events = _typed(frame, file)
    fate = _fate(events, now=now, not_before=not_before)
    rejects: Counter[str] = Counter()
    samples: dict[str, list[str]] = {}
    if fate is not None:
        for reason, count in fate.drop_nulls().value_counts().iter_rows():
            rejects[reason] = count
            rows = (fate == reason).fill_null(value=False).arg_true().head(SAMPLES)
            samples[reason] = [f"{file}:{first + row}" for row in rows]
        events = events.filter(fate.is_null())
    return EventBatch(events, frame.height, rejects, Counter(), samples)


def text_table(frame: pl.DataFrame, *, first: int) -> Table:
    """The rows of any table as texts, for a mapping."""
    columns = [_as_text(column) for column in frame.get_columns()]
    numbers = np.arange(first, first + frame.height, dtype=np.int64)
    return Table(pl.DataFrame(columns, height=frame.height), numbers)


def _typed(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    known = [name for name in frame.columns if name in EVENT_SCHEMA or name == "person"]
    frame = frame.select(known)
    if isinstance(frame.schema["at"], pl.Datetime):
        frame = frame.with_columns(pl.col("at").cast(pl.Datetime("us")).dt.epoch("us"))
    for name, dtype in frame.schema.items():
        expected = EVENT_SCHEMA.get(name, pl.String())
        fits = dtype == expected or (expected == pl.String() and dtype in _TEXTS)
        fits = fits or (name == "person" and dtype in _INTEGERS)
        fits = fits or (
            name == "persons" and isinstance(dtype, pl.List) and dtype.inner in _INTEGERS
        )
        if not fits:
            raise SourceError(
                f"`{file}`: the column `{name}` is {dtype}, and {expected} is wanted",
                help="read the table with a mapping, or write the column as that type",
            )
    return _with_somebody(frame) if "persons" in frame.columns else frame


def _with_somebody(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists without the null and empty names in them, which are nobody."""
    names = frame["persons"].explode(empty_as_null=False, keep_nulls=False)
    if names.dtype != pl.String:
        return (
            frame.with_columns(pl.col("persons").list.drop_nulls()) if names.null_count() else frame
        )
    if not names.null_count() and not (names == "").any():
        return frame
    return frame.with_columns(pl.col("persons").list.filter(pl.element() != ""))


def _fate(events: pl.DataFrame, *, now: int, not_before: int) -> pl.Series | None:
    """Why each row cannot be an event; None when all can, which two passes over integers tell."""
    persons = "persons" if "persons" in events.columns else "person"
    at = events["at"]
    late = now + DAY
    earliest, latest = at.min(), at.max()
    quiet = at.null_count() == events["account"].null_count() == events[persons].null_count() == 0
    if quiet and isinstance(earliest, int) and isinstance(latest, int):
        quiet = not_before <= earliest and latest <= late
    accounts = events["account"].unique().cast(pl.String)
    hostile = accounts.filter(
        accounts.str.contains(r"\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}") | (accounts == "")
    )
    some = events.schema[persons] == pl.String or isinstance(events.schema[persons], pl.List)
    if quiet and not some and hostile.is_empty():
        return None
    person = pl.col(persons)
    nobody = person.is_null()
    if isinstance(events.schema[persons], pl.List):
        nobody |= person.list.len() == 0
    elif events.schema[persons] == pl.String:
        nobody |= person == ""
    fate = (
        pl.when(pl.col("at").is_null()).then(pl.lit(NO_TIME))
        .when((pl.col("at") < not_before) | (pl.col("at") > late)).then(pl.lit(OUT_OF_RANGE))
        .when(pl.col("account").is_null() | (pl.col("account").cast(pl.String) == "")).then(pl.lit(NO_ACCOUNT))
        .when(pl.col("account").cast(pl.String).is_in(hostile.implode())).then(pl.lit(CONTROL_CHARACTER))
        .when(nobody).then(pl.lit(NO_PERSON))
    )  # fmt: skip
    reasons = events.select(fate.alias("fate"))["fate"]
    return reasons if reasons.null_count() < len(reasons) else None


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Datetime:
        return (
            column.dt.replace_time_zone(None)
            .dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00")
            .alias(column.name)
        )
    if isinstance(column.dtype, pl.List):
        return column.cast(pl.List(pl.String))
    return column.cast(pl.String)


def _no_parser(needs: Needs) -> Parser:
    raise AssertionError(f"tables are not parsed from bytes: {len(needs.fields)}")


FORMAT: Final = Format(
    name="parquet",
    description="Parquet; the project's own columns need no mapping, and `person` may be an integer",
    fields={
        "at": "microseconds since 1970, UTC, or a timestamp",
        "account": "who read",
        "person": "the person read, as text or as an integer",
        "persons": "the persons read, as a list",
        **{
            name: f"{name}, as text"
            for name in EVENT_SCHEMA
            if name not in {"at", "account", "persons"}
        },
    },
    open_fields=True,
    shape=lambda _head, _options: Shape.PARQUET,
    detect=lambda lines: lines[0].startswith("PAR1"),
    parser=_no_parser,
)
