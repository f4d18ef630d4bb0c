"""AWS CloudTrail: documents `{"Records": […]}` as delivered to S3, or one record a line."""

from typing import Any, Final

import msgspec
import numpy as np

from ecluse.formats.common.contract import DOES_NOT_PARSE, Format, Needs, Shape, Table
from ecluse.formats.common.jsonrows import JsonLinesParser, JsonRows, are_objects
from ecluse.formats.common.mapping import TimeSource

__all__ = ["FORMAT"]

_ONE: Final = (frozenset({"eventName"}), frozenset({"eventSource"}))


class _Document(msgspec.Struct):
    records: list[msgspec.Raw] = msgspec.field(name="Records")


class _CloudTrailParser:
    """Tells documents from lines by what it is fed; records of a document are numbered from 1."""

    def __init__(self, needs: Needs) -> None:
        self._rows = JsonRows(needs.fields)
        self._lines = JsonLinesParser(needs)

    def feed(self, block: bytes, first_line: int) -> Table:
        records = _records(block)
        if records is None:
            return self._lines.feed(block, first_line)
        decoded: list[Any] = []
        numbers, rejects = [], []
        for number, record in enumerate(records, start=first_line):
            row = self._rows.decode(record)
            if row is None:
                rejects.append((DOES_NOT_PARSE, number))
            else:
                decoded.append(row)
                numbers.append(number)
        frame = self._rows.frame(decoded)
        return Table(frame, np.array(numbers, np.int64), rejects)

    def finish(self) -> Table | None:
        return None


def _records(block: bytes) -> list[bytes] | None:
    """The records of a document, or of a bare array of them; nothing when the block is neither."""
    try:
        if block.lstrip()[:1] == b"[":
            return [bytes(raw) for raw in msgspec.json.decode(block, type=list[msgspec.Raw])]
        return [bytes(raw) for raw in msgspec.json.decode(block, type=_Document).records]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _shape(head: bytes, options: dict[str, str]) -> Shape:
    """Lines when the first line is a record by itself, else a document."""
    del options
    first = head.lstrip().partition(b"\n")[0]
    return Shape.LINES if are_objects([first.decode("utf-8", "replace")], _ONE) else Shape.DOCUMENT


FORMAT: Final = Format(
    name="cloudtrail",
    description='AWS CloudTrail, documents {"Records": […]} or one record a line',
    fields={
        "eventTime": "time in UTC",
        "eventSource": "service, such as secretsmanager.amazonaws.com",
        "eventName": "operation, such as GetSecretValue",
        "sourceIPAddress": "address or service that called",
        "recipientAccountId": "AWS account",
        "errorCode": "present when the call was refused",
        "/userIdentity/arn": "who called",
        "/userIdentity/accessKeyId": "the temporary or long-lived key used",
        "/requestParameters/…": "what was asked for; differs from operation to operation",
        "/resources/*/ARN": "resources touched, where the service tells",
    },
    open_fields=True,
    shape=_shape,
    time=(TimeSource(("eventTime",)),),
    detect=lambda lines: are_objects(lines, _ONE) or '"Records"' in lines[0][:200],
    parser=_CloudTrailParser,
)
