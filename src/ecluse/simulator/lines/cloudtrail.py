"""AWS CloudTrail data events, one record a line; every person is an object in a bucket of the application."""

import polars as pl

from ecluse.model.estate import Application
from ecluse.model.time import SECOND
from ecluse.simulator.mappings import Document, refused
from ecluse.simulator.writing import LineFormat, rfc3339

__all__ = ["FORMAT"]

_EVENTS = {
    "view": "GetItem",
    "list": "Query",
    "search": "Scan",
    "export": "ExportTableToPointInTime",
}


def _lines(frame: pl.DataFrame) -> pl.Series:
    arn = pl.concat_str(pl.lit("arn:aws:iam::000000000000:user/"), "account")
    missed = pl.when(pl.col("status") != 200).then(pl.lit("ResourceNotFoundException"))
    event = pl.struct(
        eventVersion=pl.lit("1.09"),
        userIdentity=pl.struct(
            type=pl.lit("IAMUser"),
            principalId="account",
            arn=arn,
            accountId=pl.lit("000000000000"),
            userName="account",
        ),
        eventTime=rfc3339("%Y-%m-%dT%H:%M:%SZ"),
        eventSource=pl.lit("dynamodb.amazonaws.com"),
        eventName=pl.col("operation").replace_strict(_EVENTS, return_dtype=pl.String),
        awsRegion=pl.lit("eu-west-3"),
        sourceIPAddress="source",
        userAgent="agent",
        errorCode=missed,
        requestParameters=pl.struct(tableName="application", key=pl.struct(person="persons")),
        additionalEventData=pl.struct(bytesTransferredOut="bytes", session="session"),
        eventID=pl.concat_str("session", pl.lit("-"), pl.int_range(pl.len())),
        eventType=pl.lit("AwsApiCall"),
        readOnly=pl.lit(value=True),
        eventCategory=pl.lit("Data"),
    )
    return frame.select(event.struct.json_encode().alias("line"))["line"]


def _mapping(applications: tuple[Application, ...]) -> Document:
    del applications
    return {
        "version": 1,
        "format": "cloudtrail",
        "account": "/userIdentity/userName",
        "person": "/requestParameters/key/person/*",
        "session": "/additionalEventData/session",
        "application": "/requestParameters/tableName",
        "source": "sourceIPAddress",
        "bytes": "/additionalEventData/bytesTransferredOut",
        "rules": [
            {"when": {"field": "eventName", "in": [event]}, "set": {"operation": operation}}
            for operation, event in _EVENTS.items()
        ],
        "ignore": refused("errorCode", present=True),
    }


FORMAT = LineFormat(
    name="cloudtrail", reader="cloudtrail", suffix=".jsonl", resolution=SECOND, everything=False, refused=True,
    lines=_lines, mapping=_mapping,
)  # fmt: skip
