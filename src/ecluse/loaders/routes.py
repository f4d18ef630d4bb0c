"""What does a routes file say? Where the persons stand in requests, or every fault of the file with its place."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Final

from ecluse.loaders import schema
from ecluse.loaders.expressions import expression
from ecluse.loaders.located import Fault, Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.loaders.routes_schema import FREE, OPTIONS, OTHERWISE, ROUTES, WITHOUT
from ecluse.model.estate import Estate
from ecluse.routes.hosts import host_name
from ecluse.routes.paths import PARAMETERS
from ecluse.routes.patterns import Pattern, PatternFault, parse
from ecluse.routes.persons import PersonRule, query_name
from ecluse.routes.routes import Route, Routes

__all__ = ["load_routes"]

_METHOD: Final = re.compile(r"[A-Z]{1,20}")
_PARAMETER: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_PREFIX: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PREFIX_SHAPE: Final = "at most 64 letters, digits, `.`, `_`, `:` and `-`"
_NEVER_SPLIT: Final = frozenset("/?#&%;=+.\\ ")
"""What a value cannot hold, or what is no sign between several."""


def load_routes(text: bytes | str, *, file: str, estate: Estate | None = None) -> Routes:
    """Reads a routes file; with an estate, also checks that its applications, operations and categories exist.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, schema.keys(ROUTES), what="a routes file")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    top.string("description", "", lines=True)
    application = top.string("application", "")
    person = _person(top) or PersonRule()
    ignore_case = top.boolean("ignore_case", default=False)
    shape = "a name of small letters, digits, `_` and `-`"
    parameters = top.each("parameters", partial(scalars.text, pattern=_PARAMETER, shape=shape))
    permit_others = top.word("otherwise", OTHERWISE, default=False)
    free_options = top.word("options", OPTIONS, default=False)
    read: list[tuple[Fields, Route]] = []
    for node in top.items("routes", required=True):
        fields = Fields(reader, node, schema.keys(ROUTES, "route"), what="a route")
        route = _route(fields, application=application, person=person)
        if route is not None:
            read.append((fields, route))
        if estate is not None:
            _check_estate(fields, estate, application)
    if estate is not None:
        _check_known(top, "application", [a.id for a in estate.applications], "an application of the estate")  # fmt: skip
    _check_doubles(read, ignore_case=ignore_case)
    reader.raise_if_issues()
    return Routes(
        (route for _, route in read),
        permit_others=permit_others,
        ignore_case=ignore_case,
        free_options=free_options,
        parameters=frozenset(parameters) or PARAMETERS,
    )


def _route(fields: Fields, *, application: str, person: PersonRule) -> Route | None:
    pattern = fields.get("path", _pattern, None, required=True)
    disclosed = fields.word("free", FREE, None)
    query = fields.each("query", scalars.text)
    own = _person(fields)
    methods = fields.each("methods", _method)
    hosts = fields.each("hosts", _host)
    empty = fields.word("without", WITHOUT, default=False)
    fields.string("description", "", lines=True)
    if pattern is None:
        return None
    _check_persons(fields, pattern, query)
    return Route(
        path=pattern.text,
        methods=frozenset(methods) or None,
        hosts=frozenset(hosts) or None,
        query=query,
        person=own or person,
        free="free" in fields,
        disclosed=disclosed or False,
        empty=empty,
        application=fields.string("application", application),
        operation=fields.string("operation", None),
        categories=fields.strings("categories"),
    )


def _person(fields: Fields) -> PersonRule | None:
    inner = fields.fields("person", schema.keys(ROUTES, "person"), what="what identifies a person")
    if inner is None:
        return None
    if inner.node.kind is Kind.MAPPING and not inner.node.entries:
        inner.reader.note(inner.node, "the mapping is empty", "write `matches: '[0-9]+'`, or remove `person`")  # fmt: skip
    return PersonRule(
        matches=inner.get("matches", expression, None),
        lower=inner.boolean("lower", default=False),
        strip_zeros=inner.boolean("strip_zeros", default=False),
        split=inner.get("split", _separator, None),
        prefix=inner.get("prefix", partial(scalars.text, pattern=_PREFIX, shape=_PREFIX_SHAPE), ""),
    )


def _pattern(node: Node) -> Pattern:
    try:
        return parse(scalars.text(node))
    except PatternFault as fault:
        raise Fault(str(fault), fault.help) from None


def _method(node: Node) -> str:
    method = scalars.text(node)
    if _METHOD.fullmatch(method) is None:
        advice = f"write {method.upper()}" if _METHOD.fullmatch(method.upper()) else ""
        raise Fault(f"{quote(method)} is not a method", advice)
    if method == "HEAD":
        raise Fault("`HEAD` counts like `GET`", "write GET")
    return method


def _host(node: Node) -> str:
    name = scalars.text(node)
    host = host_name(name)
    if host != name:
        advice = f"write {host}" if host else "write it like agents.example.org"
        raise Fault(
            f"{quote(name)} is not the name of a host in small letters without port", advice
        )
    return name


def _separator(node: Node) -> str:
    sign = scalars.text(node)
    if len(sign) != 1 or sign.isalnum() or sign in _NEVER_SPLIT:
        raise Fault(
            f"{quote(sign)} does not stand between two persons", "write one sign: ',' or '|'"
        )
    return sign


def _check_persons(fields: Fields, pattern: Pattern, query: tuple[str, ...]) -> None:
    """Notes a route that does not say whom it shows, or says it in two ways."""
    note = fields.reader.note
    shows = bool(pattern.people or query) or "query" in fields
    if not shows and "free" not in fields:
        note(
            fields.node,
            "nothing says whom this route shows",
            "put {person} into its path, add `query:`, or `free: nobody`",
        )
    if shows and "free" in fields:
        note(
            fields.place("free"),
            "the route is free, and says where its persons stand",
            "remove `free`, or {person} and `query`",
        )
    for key in ("person", "without"):
        if key in fields and not shows:
            note(fields.place(key), f"`{key}` is for a route that shows persons", f"remove `{key}`")
    if "without" in fields and pattern.people:
        note(
            fields.place("without"),
            "the path always names a person",
            "remove `without`; it is for persons in the query alone",
        )
    if fields.word("free", FREE, None) is False:
        for key in ("operation", "categories"):
            if key in fields:
                note(fields.place(key), f"`{key}` tells of persons, and this route shows nobody", f"remove `{key}`, or write `free: disclosed`")  # fmt: skip
    seen: dict[str, str] = {}
    for name in query:
        if (other := seen.setdefault(query_name(name), name)) != name:
            note(fields.place("query"), f"{quote(name)} and {quote(other)} are one parameter to many applications", "keep one of them; both spellings are read")  # fmt: skip


def _check_doubles(read: list[tuple[Fields, Route]], *, ignore_case: bool) -> None:
    """Notes routes that the same request would match, with nothing to choose between them."""
    seen: dict[object, list[tuple[int, Route]]] = {}
    for fields, route in read:
        pattern = route.pattern
        literals = tuple(s.casefold() if s and ignore_case else s for s in pattern.segments)
        alike = seen.setdefault((literals, pattern.rest), [])
        for line, other in alike:
            if route.overlaps(other):
                message = f"{quote(route.path)} matches the same requests as the route on line {line}"  # fmt: skip
                fields.reader.note(fields.place("path"), message, "give each its `methods` or `hosts`, or keep one")  # fmt: skip
                break
        alike.append((fields.place("path").line, route))


def _check_estate(fields: Fields, estate: Estate, default: str) -> None:
    """Notes names that the estate does not have."""
    _check_known(fields, "application", [a.id for a in estate.applications], "an application of the estate")  # fmt: skip
    name = fields.place("application").text if "application" in fields else default
    for application in estate.applications:
        if application.id == name:
            if application.operations:
                _check_known(fields, "operation", application.operations, f"an operation of {name}")
            if application.categories:
                _check_known(fields, "categories", application.categories, f"a category of {name}")


def _check_known(fields: Fields, key: str, known: Iterable[str], what: str) -> None:
    if key not in fields:
        return
    listed, node = list(known), fields.place(key)
    for each in node.items if node.kind is Kind.LIST else (node,):
        if each.kind is Kind.SCALAR and each.text and each.text not in listed:
            advice = suggest(each.text, listed) or f"known are {', '.join(listed[:8])}"
            fields.reader.note(each, f"{quote(each.text)} is not {what}", advice)
