"""Which spellings of a path lead to the same page on some server, and what does a mapping make of them?

A row is built as the format's parser would have built it, with nothing in it but the request; then the mapping says whether it
is left out, and which persons it finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from ecluse import formats
from ecluse.formats.common.conditions import all_hold
from ecluse.formats.common.extract import extract_list
from ecluse.formats.common.mapping import Mapping
from ecluse.formats.common.urls import split_target
from ecluse.verify.lint.specimen import specimen

__all__ = ["Tried", "person_paths", "try_spellings"]

_NORMALISED: Final = "path"
"""The field that parsers give in one spelling (see `formats.common.urls`)."""

_ORDINARY: Final = {"status": "200", "method": "GET", "protocol": "HTTP/1.1"}


@dataclass(frozen=True, slots=True)
class Tried:
    """One spelling, and what became of it.

    Attributes:
        how: in words.
        target: as it would stand in the request line.
        ignored: the reason for which the mapping leaves it out; empty when it does not.
        persons: whom it finds.
        case: whether only capital letters differ.
    """

    how: str
    target: str
    ignored: str
    persons: tuple[str, ...]
    case: bool = False


def person_paths(mapping: Mapping) -> Iterator[tuple[str, str | None, str]]:
    """Field, path and expression of each place that finds persons in a path.

    The path is one that the expression matches; None when none could be made up.
    """
    for value in mapping.places("person"):
        if value.field is None or value.matches is None or value.every or value.parameter:
            continue
        if _holds_path(value.field):
            path = specimen(value.matches)
            yield value.field, path if path and path.startswith("/") else None, value.matches


def try_spellings(mapping: Mapping, field: str, path: str) -> tuple[Tried, list[Tried]]:
    """What the mapping makes of a path in its plain spelling, and in the others."""
    others = [
        *_written(path),
        ("a page below it", f"{path.rstrip('/')}/documents", False),
        ("an ending of a static file", f"{path.rstrip('/')}/page.css", False),
        ("an ending of a static file", f"{path.rstrip('/')}.css", False),
    ]
    targets = [("as it is", path, False), *others]
    frame = pl.DataFrame([_row(mapping, field, target) for _, target, _ in targets])
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(n) for n in mapping.fields() - {*frame.columns}
    )
    ignored, persons = _ignored(mapping, frame), _persons(mapping, frame)
    tried = [
        Tried(how, target, reason, found, case)
        for (how, target, case), reason, found in zip(targets, ignored, persons, strict=True)
    ]
    return tried[0], tried[1:]


def _written(path: str) -> Iterator[tuple[str, str, bool]]:
    """Other spellings of the same path: how, the target, whether only its case differs."""
    if path.upper() != path:
        yield "capital letters", path.upper(), True
    yield "a slash at the end", path if path.endswith("/") else f"{path}/", False
    yield "a doubled slash", f"/{path}", False
    yield "a dot segment", f"/.{path}", False
    yield "a way up and down", f"/x/..{path}", False
    first = next((i for i, c in enumerate(path) if c.isalnum()), None)
    if first is not None:
        yield "a percent-encoded letter", _encoded(path, first), False
    last = next((i for i in reversed(range(len(path))) if path[i].isalnum()), None)
    if last is not None:
        yield "a percent-encoded identifier", _encoded(path, last), False
    yield "a parameter of the path", f"{path.rstrip('/')};v=1", False
    yield "a query", f"{path}?v=1", False
    yield "a query like a static file", f"{path}?v=/page.css", False


def _encoded(path: str, place: int) -> str:
    return f"{path[:place]}%{ord(path[place]):02X}{path[place + 1 :]}"


def _row(mapping: Mapping, field: str, target: str) -> dict[str, str | None]:
    """The fields of a request, as far as the mapping names them."""
    path, query = split_target(target)
    row: dict[str, str | None] = {}
    for name in mapping.fields():
        plain = name.lower()
        ordinary = next((v for word, v in _ORDINARY.items() if word in plain), None)
        if name == _NORMALISED:
            row[name] = path
        elif "query" in plain or plain == "args":
            row[name] = query
        elif name == field or _holds_path(name):
            row[name] = target
        elif ordinary is not None:
            row[name] = ordinary
    return row


def _holds_path(field: str) -> bool:
    plain = field.lower()
    return any(word in plain for word in ("path", "uri", "url", "target")) and "query" not in plain


def _ignored(mapping: Mapping, frame: pl.DataFrame) -> list[str]:
    found = [""] * frame.height
    for ignore in reversed(mapping.ignore):
        holds = frame.select(pl.lit(value=True).repeat_by(1).list.first() & all_hold(ignore.when, frame)).to_series()  # fmt: skip
        for row in range(frame.height):
            if holds[row if len(holds) > 1 else 0]:
                found[row] = ignore.reason
    return found


def _persons(mapping: Mapping, frame: pl.DataFrame) -> list[tuple[str, ...]]:
    urls = formats.find(mapping.format).url_fields if mapping.format else frozenset({"path"})
    column = extract_list(mapping.places("person"), frame, urls)
    assert column is not None, "a mapping says where the person is"
    if isinstance(column.dtype, pl.List):
        return [tuple(sorted(found or ())) for found in column.to_list()]
    return [() if found is None else (found,) for found in column.to_list()]
