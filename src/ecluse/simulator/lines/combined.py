"""nginx and Apache combined: one line as `log_format combined` writes it."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.model.time import SECOND
from ecluse.simulator.mappings import Document, web_mapping
from ecluse.simulator.writing import LineFormat, nginx_escaped, per_value, rfc3339, target

__all__ = ["FORMAT", "combined_lines"]


def combined_lines(frame: pl.DataFrame) -> pl.Series:
    """`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`."""
    method = pl.when(pl.col("operation") == "login").then(pl.lit("POST")).otherwise(pl.lit("GET"))
    return frame.with_columns(
        _account=per_value(frame["account"], nginx_escaped, missing="-"),
        _agent=per_value(frame["agent"], nginx_escaped, missing="-"),
        _target=target(frame),
    ).select(
        pl.concat_str(
            "source", pl.lit(" - "), "_account", pl.lit(" ["), rfc3339("%d/%b/%Y:%H:%M:%S +0000"), pl.lit('] "'),
            method, pl.lit(" "), "_target", pl.lit(' HTTP/1.1" '), "status", pl.lit(" "), "bytes",
            pl.lit(' "-" "'), "_agent", pl.lit('"'),
        ).alias("line")
    )["line"]  # fmt: skip


def _mapping(applications: tuple[Application, ...]) -> Document:
    return web_mapping(
        "combined", applications, target="target", status="status",
        account="remote_user", source="remote_addr", bytes="body_bytes_sent",
    )  # fmt: skip


FORMAT = LineFormat(
    name="combined", reader="combined", suffix=".log", resolution=SECOND, everything=True, refused=True,
    lines=combined_lines, mapping=_mapping,
)  # fmt: skip
