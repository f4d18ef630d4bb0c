"""What is a log format that can be written, and the parts of a line that several of them share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import polars as pl

from ecluse.model.estate import Application

__all__ = [
    "DOMAIN", "LineFormat", "joined_persons", "nginx_escaped", "per_value", "rfc3339", "showing", "target", "target_path",
    "target_query",
]  # fmt: skip

DOMAIN: Final = "example.org"

_UNSAFE: Final = re.compile(r'["\\]|[^\x20-\x7e]')


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFormat:
    """One way to write events down.

    Attributes:
        name: also the name of its file in `lines`. reader: name of the format for `ecluse replay --format`.
        suffix: end of the file's name. resolution: smallest step of time that it shows, in microseconds.
        everything: whether log-ins and style sheets are written too, as a web server does; else only what shows,
            or was meant to show, persons.
        refused: whether a request that found nobody is written.
        lines: the text of each row, without the end of line; None for Parquet, which is no text.
        header: text before the first line, for an application and the first instant.
        mapping: what a reader must know to find account and persons, given the applications.
    """

    name: str
    reader: str
    suffix: str
    resolution: int
    everything: bool
    refused: bool
    lines: Callable[[pl.DataFrame], pl.Series] | None
    mapping: Callable[[tuple[Application, ...]], dict[str, Any]]
    header: Callable[[str, int], str] = lambda _application, _at: ""

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows that this format writes."""
        keep = pl.lit(value=True) if self.everything else showing()
        if not self.refused:
            keep &= pl.col("status") == 200
        return frame.filter(keep)


def showing() -> pl.Expr:
    """Whether a row shows persons, or was meant to."""
    return pl.col("persons").list.len() > 0


def per_value(series: pl.Series, write: Callable[[str], str], *, missing: str) -> pl.Series:
    """Writes each different value of a column once; null becomes `missing`."""
    known = series.unique(maintain_order=True).drop_nulls()
    table = {value: write(value) for value in known.to_list()}
    if not table:
        return pl.Series(series.name, [missing] * len(series), dtype=pl.String)
    return series.replace_strict(table, default=missing, return_dtype=pl.String)


def nginx_escaped(text: str) -> str:
    r"""Text as nginx writes a variable into a log (`escape=default`): quotes, backslashes, controls and bytes above 126 as \xHH.

    >>> nginx_escaped('a"b')
    'a\\x22b'
    """
    return _UNSAFE.sub(lambda match: "".join(f"\\x{byte:02X}" for byte in match[0].encode()), text)


def joined_persons(separator: str = ",") -> pl.Expr:
    """The persons of a row in one text."""
    return pl.col("persons").list.join(separator)


def target_path(frame: pl.DataFrame) -> pl.Series:
    """The path of each request: `/kairos/dossiers/00123456`, `/kairos/search`, `/static/app.css`."""
    application = per_value(frame["application"], lambda name: quote(name, safe=""), missing="-")
    screen = pl.when(pl.col("screen") == "").then(pl.lit("")).otherwise("/" + pl.col("screen"))
    return frame.with_columns(_application=application).select(
        pl.when(pl.col("operation") == "view")
        .then(
            pl.concat_str(
                pl.lit("/"), "_application", pl.lit("/dossiers/"), joined_persons(), screen
            )
        )
        .when(pl.col("operation") == "asset")
        .then(pl.lit("/static/app.css"))
        .otherwise(pl.concat_str(pl.lit("/"), "_application", pl.lit("/"), "operation"))
        .alias("path")
    )["path"]


def target_query(frame: pl.DataFrame) -> pl.Series:
    """The query of each request: `ids=1,2,3` where several persons are shown as rows, else empty."""
    return frame.select(
        pl.when(pl.col("operation").is_in(["list", "search", "export"]))
        .then(pl.concat_str(pl.lit("ids="), joined_persons()))
        .otherwise(pl.lit(""))
        .alias("query")
    )["query"]


def target(frame: pl.DataFrame) -> pl.Series:
    """Path and query together, as a request line has them."""
    parts = pl.DataFrame({"path": target_path(frame), "query": target_query(frame)})
    return parts.select(
        pl.when(pl.col("query") == "")
        .then("path")
        .otherwise(pl.concat_str("path", pl.lit("?"), "query"))
        .alias("target")
    )["target"]


def rfc3339(pattern: str = "%Y-%m-%dT%H:%M:%S%.6fZ") -> pl.Expr:
    """The instant of a row as text, in UTC; the pattern is that of `strftime`."""
    return pl.col("at").cast(pl.Datetime("us")).dt.strftime(pattern)
