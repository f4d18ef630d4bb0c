"""nginx access logs written as JSON (`log_format … escape=json`), with keys named after the variables."""

from typing import Final

import polars as pl

from ecluse.formats.common.contract import Booleans, Format
from ecluse.formats.common.jsonrows import JsonLinesParser, are_objects
from ecluse.formats.common.lines import Lines
from ecluse.formats.common.mapping import TimeSource
from ecluse.formats.common.urls import normalise, request_columns, url_columns

__all__ = ["FORMAT"]

_PARTS: Final = frozenset({"path", "query"})
_FROM: Final = ("request_uri", "request", "uri", "args")
_REQUESTS: Final = (frozenset({"request", "request_uri", "uri"}), frozenset({"time_iso8601", "time_local", "msec"}))  # fmt: skip


class _NginxJsonParser(JsonLinesParser):
    """Adds `path` and `query`, from `$request_uri`, `$request`, or `$uri` with `$args`, in this order."""

    def pointers(self, fields: frozenset[str]) -> frozenset[str]:
        return fields - _PARTS | set(_FROM) if fields & _PARTS else fields

    def derive(
        self, frame: pl.DataFrame, lines: Lines, kept: Booleans
    ) -> tuple[pl.DataFrame, Booleans]:
        del lines
        wanted = self._needs.fields & _PARTS
        if not wanted:
            return frame, kept
        texts = {name: _first(frame[name]) for name in _FROM}
        by_target = url_columns(texts["request_uri"], _PARTS)
        by_request = request_columns(texts["request"], _PARTS)
        by_variables = {"path": normalise(texts["uri"]), "query": texts["args"]}
        return frame.with_columns(
            pl.select(pl.coalesce(by_target[n], by_request[n], by_variables[n]))
            .to_series()
            .alias(n)
            for n in sorted(wanted)
        ), kept


def _first(column: pl.Series) -> pl.Series:
    return column.list.first() if isinstance(column.dtype, pl.List) else column


FORMAT: Final = Format(
    name="nginx_json",
    description="nginx access log as JSON lines, keys named after nginx variables",
    fields={
        "path": "path of `request_uri`, `request` or `uri`, in one spelling, before percent-decoding",
        "query": "query of the same, or `args`",
        "time_iso8601": "time with offset",
        "msec": "time as seconds since 1970 with milliseconds",
        "time_local": "time as in combined",
        "remote_addr": "address of the client",
        "remote_user": "user of HTTP authentication",
        "request_method": "HTTP method",
        "status": "status of the answer",
        "body_bytes_sent": "bytes of the answer",
    },
    open_fields=True,
    url_fields=frozenset({"path", "query", "request_uri", "request", "args", "http_referer"}),
    time=(
        TimeSource(("time_iso8601",)),
        TimeSource(("msec",), "unix"),
        TimeSource(("time_local",), "clf"),
    ),
    detect=lambda lines: are_objects(lines, _REQUESTS),
    parser=_NginxJsonParser,
)
