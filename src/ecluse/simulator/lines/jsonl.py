"""JSON lines: one object an event, the persons in an array."""

from typing import Any

import polars as pl

from ecluse.simulator.mappings import table_mapping
from ecluse.simulator.writing import LineFormat, rfc3339

__all__ = ["FORMAT"]


def _lines(frame: pl.DataFrame) -> pl.Series:
    event = pl.struct(
        rfc3339().alias("at"), "account", "persons", "session", "organization", "application", "source", "operation",
        pl.col("categories").str.split(",").alias("categories"), "factor", "bytes", "status",
    )  # fmt: skip
    return frame.select(event.struct.json_encode().alias("line"))["line"]


def _mapping(applications: tuple[str, ...]) -> dict[str, Any]:
    del applications
    return table_mapping("jsonl")


FORMAT = LineFormat(
    name="jsonl", reader="jsonl", suffix=".jsonl", resolution=1, everything=False, refused=True, lines=_lines,
    mapping=_mapping,
)  # fmt: skip
