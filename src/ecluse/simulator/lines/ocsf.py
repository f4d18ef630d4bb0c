"""OCSF 1.x Web Resources Activity (class 6001), one object a line; every person is a web resource."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.simulator.mappings import Document, refused
from ecluse.simulator.writing import LineFormat

__all__ = ["FORMAT"]

# https://schema.ocsf.io/classes/web_resources_activity: activity 2 is Read, 4 Delete … 5 Search, 7 Export
_ACTIVITIES = {"view": 2, "list": 2, "search": 5, "export": 7}


def _lines(frame: pl.DataFrame) -> pl.Series:
    activity = pl.col("operation").replace_strict(_ACTIVITIES, default=0, return_dtype=pl.Int64)
    found = pl.col("status") == 200
    resource = pl.struct(uid=pl.element(), type=pl.lit("person"))
    event = pl.struct(
        class_uid=pl.lit(6001),
        category_uid=pl.lit(6),
        type_uid=600_100 + activity,
        activity_id=activity,
        severity_id=pl.lit(1),
        time=pl.col("at") // 1_000,
        status_id=pl.when(found).then(1).otherwise(2),
        status_code=pl.col("status").cast(pl.String),
        metadata=pl.struct(
            version=pl.lit("1.5.0"),
            product=pl.struct(name="application", vendor_name=pl.lit("example")),
        ),
        actor=pl.struct(
            user=pl.struct(name="account", org=pl.struct(name="organization")),
            session=pl.struct(uid="session"),
        ),
        src_endpoint=pl.struct(ip="source"),
        web_resources=pl.col("persons").list.eval(resource),
        http_request=pl.struct(http_method=pl.lit("GET")),
        http_response=pl.struct(code="status", length="bytes"),
        unmapped=pl.struct("operation", "factor", pl.col("categories").str.split(",")),
    )
    return frame.select(event.struct.json_encode().alias("line"))["line"]


def _mapping(applications: tuple[Application, ...]) -> Document:
    del applications
    return {
        "version": 1,
        "format": "ocsf",
        "account": "/actor/user/name",
        "person": "/web_resources/*/uid",
        "session": "/actor/session/uid",
        "organization": "/actor/user/org/name",
        "application": "/metadata/product/name",
        "source": "/src_endpoint/ip",
        "operation": "/unmapped/operation",
        "factor": "/unmapped/factor",
        "categories": "/unmapped/categories/*",
        "bytes": "/http_response/length",
        "ignore": refused("status_id", **{"in": [2]}),
    }


FORMAT = LineFormat(
    name="ocsf", reader="ocsf", suffix=".jsonl", resolution=1_000, everything=False, refused=True, lines=_lines,
    mapping=_mapping,
)  # fmt: skip
