"""CSV with a header (RFC 4180); several persons stand in one cell, between semicolons."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.simulator.mappings import Document, refused, same_names
from ecluse.simulator.writing import LineFormat, joined_persons, per_value, rfc3339

__all__ = ["FORMAT"]

_COLUMNS = (
    "at", "account", "persons", "session", "organization", "application", "source", "operation", "categories", "factor",
    "bytes", "status",
)  # fmt: skip


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set('",\r\n') else text


def _lines(frame: pl.DataFrame) -> pl.Series:
    plain = (
        "account",
        "organization",
        "application",
        "source",
        "operation",
        "categories",
        "factor",
    )
    written = frame.with_columns(
        per_value(frame[name], _quoted, missing="").alias(name) for name in plain
    )
    cells = {"at": rfc3339(), "persons": joined_persons(";")}
    return written.select(
        pl.concat_str([cells.get(name, pl.col(name)) for name in _COLUMNS], separator=",").alias(
            "line"
        )
    )["line"]


def _header(application: str, at: int) -> str:
    del application, at
    return ",".join(_COLUMNS) + "\n"


def _mapping(applications: tuple[Application, ...]) -> Document:
    del applications
    return same_names(
        "csv", options={"separator": ","}, time={"field": "at"}, person={"field": "persons", "split": ";"},
        categories={"field": "categories", "split": ","}, ignore=refused("status", at_least=400),
    )  # fmt: skip


FORMAT = LineFormat(
    name="csv", reader="csv", suffix=".csv", resolution=1, everything=False, refused=True, lines=_lines, header=_header,
    mapping=_mapping,
)  # fmt: skip
