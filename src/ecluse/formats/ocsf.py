"""OCSF 1.x events of the classes that tell of reads: Web Resources, API and Datastore Activity."""

from typing import Final

import numpy as np
import polars as pl

from ecluse.formats.common.contract import Booleans, Format
from ecluse.formats.common.jsonrows import JsonLinesParser, are_objects
from ecluse.formats.common.lines import Lines
from ecluse.formats.common.mapping import TimeSource

__all__ = ["FORMAT"]

_CLASSES: Final = ("6001", "6003", "6005")
_OTHER: Final = "another OCSF class"
_CLASS: Final = "class_uid"


class _OcsfParser(JsonLinesParser):
    """Leaves out the events of other classes."""

    def pointers(self, fields: frozenset[str]) -> frozenset[str]:
        return fields | {_CLASS}

    def derive(
        self, frame: pl.DataFrame, lines: Lines, kept: Booleans
    ) -> tuple[pl.DataFrame, Booleans]:
        column = frame[_CLASS]
        classes = column if column.dtype == pl.String else column.list.first()
        # An event without a class stays, and is rejected for what else it lacks rather than left out unseen.
        other = (~classes.is_in(_CLASSES)).fill_null(value=False).to_numpy()
        if other.any():
            lines.ignored[_OTHER] += int(np.count_nonzero(other))
        return frame, kept & ~other


FORMAT: Final = Format(
    name="ocsf",
    description="OCSF 1.x JSON lines: classes 6001 Web Resources, 6003 API, 6005 Datastore Activity",
    fields={
        "class_uid": "class of the event",
        "time": "milliseconds since 1970",
        "activity_name": "Create, Read, Update, Delete, …",
        "/actor/user/uid": "the account",
        "/actor/user/name": "its name",
        "/actor/session/uid": "its session",
        "/actor/user/org/uid": "its organization",
        "/src_endpoint/ip": "address of the client",
        "/web_resources/*/uid": "what was shown (6001)",
        "/resources/*/uid": "what was shown (6003)",
        "/table/uid": "the table (6005)",
        "/query_info/query_string": "the query (6005)",
        "status_id": "1 for success, 2 for failure",
    },
    open_fields=True,
    time=(TimeSource(("time",), "unix_ms"),),
    detect=lambda lines: are_objects(lines, (frozenset({_CLASS}), frozenset({"time", "metadata"}))),
    parser=_OcsfParser,
)
