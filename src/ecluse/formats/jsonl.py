"""JSON lines: one object a line, of any make, with a mapping that names keys or JSON pointers (RFC 6901)."""

from typing import Final

from ecluse.formats.common.contract import Format, Needs, Option, Parser, Shape
from ecluse.formats.common.jsonrows import JsonDocumentParser, JsonLinesParser, are_objects

__all__ = ["FORMAT"]


def _parser(needs: Needs) -> Parser:
    pointer = needs.options.get("records", "")
    return JsonDocumentParser(needs, pointer) if pointer else JsonLinesParser(needs)


def _shape(head: bytes, options: dict[str, str]) -> Shape:
    del head
    return Shape.DOCUMENT if options.get("records") else Shape.LINES


FORMAT: Final = Format(
    name="jsonl",
    description="JSON lines with a mapping; `/results/*/id` names every element of an array",
    fields={},
    open_fields=True,
    options={
        "records": Option(
            "pointer of the array of records, such as /Records or /, when each file is one document"
        ),
    },
    shape=_shape,
    detect=are_objects,
    parser=_parser,
)
