"""JSON lines: one object an event, the persons in an array."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.simulator.mappings import Document, refused, same_names
from ecluse.simulator.writing import LineFormat, rfc3339

__all__ = ["FORMAT"]


def _lines(frame: pl.DataFrame) -> pl.Series:
    event = pl.struct(
        rfc3339().alias("at"), "account", "persons", "session", "organization", "application", "source", "operation",
        pl.col("categories").str.split(",").alias("categories"), "factor", "bytes", "status",
    )  # fmt: skip
    return frame.select(event.struct.json_encode().alias("line"))["line"]


def _mapping(applications: tuple[Application, ...]) -> Document:
    del applications
    return same_names(
        "jsonl", time={"field": "at"}, person="/persons/*", categories="/categories/*",
        ignore=refused("status", at_least=400),
    )  # fmt: skip


FORMAT = LineFormat(
    name="jsonl", reader="jsonl", suffix=".jsonl", resolution=1, everything=False, refused=True, lines=_lines,
    mapping=_mapping,
)  # fmt: skip
