"""AWS Application Load Balancer: the account and the session travel in the query, since the format has no place for them."""

from urllib.parse import quote

import polars as pl

from ecluse.model.estate import Application
from ecluse.simulator.mappings import Document, web_mapping
from ecluse.simulator.writing import DOMAIN, LineFormat, nginx_escaped, per_value, rfc3339, target

__all__ = ["FORMAT"]

_ARN = "arn:aws:elasticloadbalancing:eu-west-3:000000000000"


def _lines(frame: pl.DataFrame) -> pl.Series:
    method = pl.when(pl.col("operation") == "login").then(pl.lit("POST")).otherwise(pl.lit("GET"))
    client = pl.when(pl.col("source").str.contains(":", literal=True)).then(
        pl.concat_str(pl.lit("["), "source", pl.lit("]"))
    ).otherwise("source")  # fmt: skip
    mark = (
        pl.when(pl.col("_target").str.contains("?", literal=True))
        .then(pl.lit("&"))
        .otherwise(pl.lit("?"))
    )
    asked_by = pl.when(pl.col("account").is_null()).then(pl.lit("")).otherwise(
        pl.concat_str(mark, pl.lit("account="), "_account", pl.lit("&session="), "session")
    )  # fmt: skip
    return frame.with_columns(
        _account=per_value(frame["account"], lambda name: quote(name, safe=""), missing="-"),
        _agent=per_value(frame["agent"], nginx_escaped, missing="-"),
        _target=target(frame),
    ).select(
        pl.concat_str(
            pl.lit("https "), rfc3339(), pl.lit(" app/portal/50dc6c495c0c9188 "), client,
            pl.lit(":50123 192.0.2.250:443 0.001 0.014 0.000 "), "status", pl.lit(" "), "status", pl.lit(" 412 "), "bytes",
            pl.lit(' "'), method, pl.lit(" https://"), "application", pl.lit(f".{DOMAIN}:443"), "_target", asked_by,
            pl.lit(' HTTP/1.1" "'), "_agent",
            pl.lit(f'" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 {_ARN}:targetgroup/portal/73e2d6bc24d8a067 "Root=1-0-0" "'),
            "application", pl.lit(f'.{DOMAIN}" "{_ARN}:certificate/0" 0 '), rfc3339(),
            pl.lit(' "forward" "-" "-" "192.0.2.250:443" "'), "status", pl.lit('" "-" "-" TID_0'),
        ).alias("line")
    )["line"]  # fmt: skip


def _mapping(applications: tuple[Application, ...]) -> Document:
    return web_mapping(
        "elb", applications, target="request", status="status", account={"parameter": "account"},
        session={"parameter": "session"}, source="client_ip", bytes="sent_bytes",
    )  # fmt: skip


FORMAT = LineFormat(
    name="elb",
    reader="elb",
    suffix=".log",
    resolution=1,
    everything=True,
    refused=True,
    lines=_lines,
    mapping=_mapping,
)
