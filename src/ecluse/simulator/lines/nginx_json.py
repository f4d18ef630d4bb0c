"""nginx JSON: one object a line, with the names of nginx's variables (`log_format … escape=json`)."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.model.time import SECOND
from ecluse.simulator.mappings import Document, web_mapping
from ecluse.simulator.writing import DOMAIN, LineFormat, rfc3339, target

__all__ = ["FORMAT"]


def _lines(frame: pl.DataFrame) -> pl.Series:
    method = pl.when(pl.col("operation") == "login").then(pl.lit("POST")).otherwise(pl.lit("GET"))
    request = pl.struct(
        time_iso8601=rfc3339("%Y-%m-%dT%H:%M:%S+00:00"),
        remote_addr="source",
        remote_user=pl.col("account").fill_null(""),
        host=pl.concat_str("application", pl.lit(f".{DOMAIN}")),
        request_method=method,
        request_uri=target(frame),
        status="status",
        body_bytes_sent="bytes",
        http_user_agent="agent",
        cookie_session="session",
    )
    return frame.select(request.struct.json_encode().alias("line"))["line"]


def _mapping(applications: tuple[Application, ...]) -> Document:
    return web_mapping(
        "nginx_json", applications, target="request_uri", status="status",
        account="remote_user", source="remote_addr", bytes="body_bytes_sent",
        session="cookie_session",
    )  # fmt: skip


FORMAT = LineFormat(
    name="nginx_json", reader="nginx_json", suffix=".json", resolution=SECOND, everything=True, refused=True,
    lines=_lines, mapping=_mapping,
)  # fmt: skip
