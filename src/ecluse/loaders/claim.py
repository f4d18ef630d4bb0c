"""What does a claim file say? How a sample is written and what is known besides, or every fault of the file with its place."""

import codecs
import re
from functools import partial
from typing import Any, Final

from ecluse.loaders.claim_schema import CLAIM, FIELD_NAME
from ecluse.loaders.located import Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.model.claim import Posted, Thresholds
from ecluse.model.claim_file import (
    FORMS,
    KINDS,
    Changes,
    ClaimFile,
    Column,
    People,
    Screen,
    Written,
)

__all__ = ["load_claim"]

_DEFS: Final = CLAIM["$defs"]
_NAME: Final = re.compile(FIELD_NAME)
_SHAPE: Final = "a name of small letters, digits and `_`"
_SHA256: Final = re.compile("[0-9a-f]{64}")
_KINDS: Final = {kind: kind for kind in KINDS}
_FORMS: Final = {form: form for form in FORMS}
_FOUND_BY: Final = frozenset({"nir", "mail"})
"""Kinds of which nearly every value belongs to one person."""


def load_claim(text: bytes | str, *, file: str) -> ClaimFile:
    """Reads a claim file; names of files stay as they are written.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, CLAIM["properties"], what="a claim file")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    fields = _fields(top)
    people = _people(top, fields)
    identifier = _identifier(top)
    match = _match(top, fields)
    if identifier is None and people is None and reader.root.kind is Kind.MAPPING:
        reader.note(
            reader.root,
            "nothing says who the persons of the sample are",
            "add `identifier:` when the sample has the ledger's identifier, or `people:` and `fields:` to find persons by other columns",
        )
    if people is None and "population" not in top and reader.root.kind is Kind.MAPPING:
        reader.note(
            reader.root,
            "nothing says how many persons are in the base",
            "add `population:`, over which chances are reckoned",
        )
    claim = ClaimFile(
        posted=_posted(top),
        written=_written(top),
        identifier=identifier,
        fields=fields,
        match=match,
        times=top.strings("times"),
        people=people,
        changes=_changes(top),
        honey=top.string("honey", None),
        screens=_screens(top),
        population=top.integer("population", 0, least=1),
        thresholds=_thresholds(top),
    )
    reader.raise_if_issues()
    return claim


def _inner(top: Fields, key: str, definition: str, what: str) -> Fields | None:
    return top.fields(key, _DEFS[definition]["properties"], what=what)


def _posted(top: Fields) -> Posted:
    inner = _inner(top, "claim", "posted", "the claim")
    if inner is None:
        return Posted()
    begin, end = inner.instant("from", None), inner.instant("to", None)
    if begin is not None and end is not None and begin >= end:
        top.reader.note(inner.place("to"), "`to` is not after `from`", "exchange them")
    digest = "64 small hexadecimal digits, as `sha256sum` prints them"
    return Posted(
        group=inner.string("group", ""),
        at=inner.instant("posted_at", None),
        url_sha256=inner.string("url_sha256", "", pattern=_SHA256, shape=digest),
        since=begin,
        until=end,
        persons=inner.integer("persons", None, least=1),
    )


def _written(top: Fields) -> Written:
    inner = _inner(top, "sample", "sample", "how the sample is written")
    if inner is None:
        return Written()
    return Written(
        form=inner.word("form", _FORMS, ""),
        delimiter=inner.get("delimiter", _one_sign, ""),
        encoding=inner.get("encoding", _encoding, ""),
        header=inner.boolean("header", default=True),
        rows_max=inner.integer("rows_max", 1_000_000, least=1, most=10_000_000),
        member=inner.string("member", ""),
    )


def _one_sign(node: Node) -> str:
    if node.kind is not Kind.SCALAR or len(node.text) != 1:
        raise scalars.Fault(f"{quote(node.text)} is not one sign", 'write it like ";" or "\\t"')
    return node.text


def _encoding(node: Node) -> str:
    name = scalars.text(node)
    try:
        text = codecs.lookup(name)._is_text_encoding  # noqa: SLF001 - what `bytes.decode` asks as well
    except LookupError:
        text = False
    if not text:
        raise scalars.Fault(f"{quote(name)} is no encoding", "write utf-8, cp1252 or latin-1")  # fmt: skip
    return name


def _identifier(top: Fields) -> Column | None:
    inner = _inner(top, "identifier", "identifier", "the identifier")
    if inner is None:
        return None
    return Column(
        "identifier", inner.string("column", "", required=True), inner.word("kind", _KINDS, "exact")
    )


def _fields(top: Fields) -> tuple[Column, ...]:
    read: dict[str, Column] = {}
    for node in top.items("fields"):
        inner = Fields(top.reader, node, _DEFS["field"]["properties"], what="a field")
        column = Column(
            inner.string("name", "", required=True, pattern=_NAME, shape=_SHAPE),
            inner.string("column", "", required=True),
            inner.word("kind", _KINDS, "exact", required=True),
        )
        if column.name in read or column.name == "identifier":
            top.reader.note(inner.place("name"), f"{quote(column.name)} is listed twice", "give each field a name of its own")  # fmt: skip
        read.setdefault(column.name, column)
    return tuple(read.values())


def _known(node: Node, fields: tuple[Column, ...]) -> str:
    name = scalars.text(node)
    names = [f.name for f in fields]
    if name not in names:
        known = f"the fields are {', '.join(names) or 'none'}"
        raise scalars.Fault(f"{quote(name)} is no field", suggest(name, names) or known)
    return name


def _match(top: Fields, fields: tuple[Column, ...]) -> tuple[tuple[str, ...], ...]:
    read = partial(_known, fields=fields)
    if "match" not in top:
        return tuple((f.name,) for f in fields if f.kind in _FOUND_BY)
    return tuple(top.reader.each(node, read, single=True) for node in top.items("match"))


def _people(top: Fields, fields: tuple[Column, ...]) -> People | None:
    inner = _inner(top, "people", "people", "the file of people")
    if inner is None:
        return None
    columns = []
    for key, value in inner.entries("fields"):
        name = top.reader.read(key, partial(_known, fields=fields))
        column = top.reader.read(value, scalars.text)
        if name is not None and column is not None:
            columns.append((name, column))
    return People(
        inner.string("file", "", required=True),
        inner.string("identifier", "", required=True),
        tuple(columns),
    )


def _changes(top: Fields) -> Changes | None:
    inner = _inner(top, "changes", "changes", "the change history")
    if inner is None:
        return None
    names = ("file", "identifier", "field", "value", "from", "until")
    return Changes(*(inner.string(name, "", required=True) for name in names))


def _screens(top: Fields) -> tuple[Screen, ...]:
    read = []
    for node in top.items("screens"):
        inner = Fields(top.reader, node, _DEFS["screen"]["properties"], what="a screen")
        read.append(
            Screen(
                inner.string("name", "", required=True),
                inner.strings("columns", required=True),
                inner.string("application", ""),
                inner.instant("since", None),
            )
        )
    return tuple(read)


def _thresholds(top: Fields) -> Thresholds:
    inner = _inner(top, "thresholds", "thresholds", "the thresholds")
    if inner is None:
        return Thresholds()
    chosen: dict[str, Any] = {}
    for name, schema in _DEFS["thresholds"]["properties"].items():
        if name not in inner:
            continue
        if schema["type"] == "integer":
            chosen[name] = inner.integer(name, None, least=schema["minimum"])
        else:
            chosen[name] = inner.number(name, None, least=0, most=1)
    given = {name: value for name, value in chosen.items() if value is not None}
    if not 0 < given.get("elsewhere", 0.5) < 1:
        top.reader.note(inner.place("elsewhere"), "`elsewhere` is between 0 and 1, and neither", "write 0.5")  # fmt: skip
        given.pop("elsewhere")
    return Thresholds(**given)
