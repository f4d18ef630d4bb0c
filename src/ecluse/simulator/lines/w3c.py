"""W3C extended log (IIS): a header that names the fields, `+` for a space, `-` for nothing."""

import re

import polars as pl

from ecluse.model.estate import Application
from ecluse.model.time import SECOND, format_instant
from ecluse.simulator.mappings import Document, web_mapping
from ecluse.simulator.writing import (
    DOMAIN,
    LineFormat,
    per_value,
    rfc3339,
    target_path,
    target_query,
)

__all__ = ["FORMAT", "w3c_escaped"]

_FIELDS = (
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Cookie) cs-host "
    "sc-status sc-substatus sc-win32-status sc-bytes time-taken"
)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


def w3c_escaped(text: str) -> str:
    """Text as IIS writes a field: spaces as `+`, a `+` as `%2B`, controls percent-encoded, nothing as `-`.

    >>> w3c_escaped("a b")
    'a+b'
    """
    controls = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", text)
    return controls.replace("+", "%2B").replace(" ", "+") or "-"


def _lines(frame: pl.DataFrame) -> pl.Series:
    method = pl.when(pl.col("operation") == "login").then(pl.lit("POST")).otherwise(pl.lit("GET"))
    query = target_query(frame)
    return frame.with_columns(
        _account=per_value(frame["account"], w3c_escaped, missing="-"),
        _agent=per_value(frame["agent"], w3c_escaped, missing="-"),
        _path=target_path(frame),
        _query=query.to_frame("q").select(pl.when(pl.col("q") == "").then(pl.lit("-")).otherwise("q"))["literal"],
    ).select(
        pl.concat_str(
            rfc3339("%Y-%m-%d %H:%M:%S"), pl.lit(" 192.0.2.250 "), method, pl.lit(" "), "_path", pl.lit(" "), "_query",
            pl.lit(" 443 "), "_account", pl.lit(" "), "source", pl.lit(" "), "_agent", pl.lit(" session="), "session",
            pl.lit(" "), "application", pl.lit(f".{DOMAIN} "), "status", pl.lit(" 0 0 "), "bytes", pl.lit(" 15"),
        ).alias("line")
    )["line"]  # fmt: skip


def _header(application: str, at: int) -> str:
    del application
    date = format_instant(at // SECOND * SECOND).replace("T", " ").removesuffix("Z")
    return f"#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: {date}\n#Fields: {_FIELDS}\n"


def _mapping(applications: tuple[Application, ...]) -> Document:
    persons = [
        {"field": "path", "matches": "/dossiers/([0-9,]+)", "split": ","},
        {"field": "query", "parameter": "ids", "split": ","},
    ]
    return web_mapping(
        "w3c", applications, target="path", status="sc-status", person=persons, account="cs-username",
        source="c-ip", bytes="sc-bytes", session={"field": "cs(Cookie)", "matches": "session=([0-9]+)"},
    )  # fmt: skip


FORMAT = LineFormat(
    name="w3c", reader="w3c", suffix=".log", resolution=SECOND, everything=True, refused=True, lines=_lines,
    header=_header, mapping=_mapping,
)  # fmt: skip
