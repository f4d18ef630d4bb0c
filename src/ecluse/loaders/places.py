"""How does a mapping file say where one fact sits, and which rows it is about? Values, times and conditions."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, get_args

import polars as pl

from ecluse.formats.common.expressions import groups
from ecluse.formats.common.mapping import FACTS, Condition, Operator, TimeSource, Value
from ecluse.formats.common.times import NAMED_FORMATS
from ecluse.loaders.budgets import read_zone
from ecluse.loaders.located import Fields, Reader
from ecluse.loaders.nodes import Kind, Node, quote
from ecluse.loaders.scalars import Fault, boolean, number, suggest, text, wrong_kind

__all__ = ["read_conditions", "read_match", "read_time", "read_values"]

_VALUE: Final = (
    "field",
    "fields",
    "constant",
    "matches",
    "all",
    "parameter",
    "split",
    "decode",
    "lower",
)
_OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)
_PROBE: Final = datetime(2025, 7, 12, 10, 20, 30)  # noqa: DTZ001 - a pattern may have no zone


def read_values(reader: Reader, node: Node, fact: str) -> tuple[Value, ...]:
    """The places of a fact: one or a list, each a field by its name or a mapping."""
    nodes = node.items if node.kind is Kind.LIST else (node,)
    if node.kind is Kind.LIST and not nodes:
        reader.note(node, "the list is empty", "write at least one place, or remove the key")
    return tuple(value for n in nodes if (value := _value(reader, n, fact)) is not None)


def read_match(reader: Reader, node: Node) -> list[tuple[str, Value]]:
    """An expression whose named groups give several facts at once."""
    fields = Fields(reader, node, ("field", "matches", "all", "decode", "lower"), what="a match")
    field = fields.string("field", None, required=True)
    pattern = fields.string("matches", None, required=True)
    if field is None or pattern is None:
        return []
    place = fields.place("matches")
    names = reader.read(place, _groups) or ()
    every = fields.boolean("all", default=False)
    decode, lower = fields.boolean("decode", None), fields.boolean("lower", default=False)
    values = []
    for number_, name in enumerate(names, start=1):
        if name in FACTS:
            value = Value(field, None, pattern, number_, every, decode=decode, lower=lower)
            values.append((name, value))
        elif not name.isdecimal():
            advice = suggest(name, FACTS) or f"groups can be called {', '.join(FACTS)}"
            reader.note(place, f"the group {quote(name)} is not the name of a fact", advice)
    if names and not values:
        reader.note(place, "no group has a name", "name one, such as (?P<person>[0-9]+)")
    return values


def read_time(reader: Reader, node: Node) -> TimeSource | None:
    """Where the time sits, how it is written, and in which zone."""
    if node.kind is Kind.SCALAR:
        name = reader.read(node, text)
        return None if name is None else TimeSource((name,))
    fields = Fields(reader, node, ("field", "fields", "format", "zone"), what="a time")
    one = fields.string("field", None)
    several = fields.strings("fields")
    if (one is None) == (not several) and "field" not in fields and "fields" not in fields:
        reader.note(node, "nothing says which field holds the time", "add `field:`")
    elif one is not None and several:
        reader.note(node, "`field` and `fields` exclude each other", "keep `fields`")
    written = fields.get("format", _time_format, "rfc3339")
    zone = read_zone(fields, "zone", "UTC")
    names = several or ((one,) if one is not None else ())
    return TimeSource(names, written, zone) if names else None


def read_conditions(reader: Reader, node: Node) -> tuple[Condition, ...]:
    """One condition, or several that must all hold."""
    if node.kind is Kind.SCALAR:
        raise wrong_kind(node, "a condition such as {field: path, matches: '^/export'}")
    nodes = node.items if node.kind is Kind.LIST else (node,)
    if not nodes:
        raise Fault("the list is empty", "write at least one condition")
    return tuple(c for n in nodes if (c := _condition(reader, n)) is not None)


def _value(reader: Reader, node: Node, fact: str) -> Value | None:
    if node.kind is Kind.SCALAR:
        name = reader.read(node, text)
        return None if name is None else Value(name)
    fields = Fields(reader, node, _VALUE, what=f"a place of the {fact}")
    constant = fields.get("constant", _scalar, None)
    pattern = fields.string("matches", None)
    group = 1
    if pattern is not None:
        group = reader.read(fields.place("matches"), partial(_group, fact=fact)) or 1
    parameter = fields.string("parameter", None)
    default = "query" if parameter is not None else None
    field = fields.string("field", default)
    several = fields.strings("fields")
    if several and "field" in fields:
        reader.note(node, "`field` and `fields` exclude each other", "keep `fields`")
    if field is None and not any(key in fields for key in ("field", "fields", "constant")):
        reader.note(node, f"nothing says where the {fact} sits", "add `field:` or `constant:`")
        return None
    if constant is not None and len(node.entries) > 1:
        reader.note(node, "a `constant` stands alone", "remove the other keys, or `constant`")
        field = pattern = None
    if "all" in fields and pattern is None:
        reader.note(fields.place("all"), "`all` needs `matches`", "add `matches:`, or remove `all`")
    return Value(
        field,
        constant,
        pattern,
        group,
        fields.boolean("all", default=False),
        parameter,
        fields.get("split", _separator, None),
        fields.boolean("decode", None),
        fields.boolean("lower", default=False),
        several,
    )


def _condition(reader: Reader, node: Node) -> Condition | None:
    fields = Fields(reader, node, ("field", *_OPERATORS), what="a condition")
    field = fields.string("field", None, required=True)
    given = [operator for operator in _OPERATORS if operator in fields]
    if len(given) != 1:
        wanted = ", ".join(_OPERATORS)
        reader.note(node, f"a condition has exactly one of {wanted}", "split it into two of a list")
        return None
    operator = given[0]
    place = fields.place(operator)
    operands: tuple[str, ...] | None
    if operator in {"in", "not_in"}:
        operands = fields.each(operator, _scalar)
    else:
        operands = reader.read(place, _OPERANDS[operator])
    return Condition(field, operator, operands) if field is not None and operands else None


def _scalar(node: Node) -> str:
    if node.kind is not Kind.SCALAR or node.empty:
        raise wrong_kind(node, "a text or a number")
    return node.text


def _separator(node: Node) -> str:
    if node.kind is not Kind.SCALAR or node.empty:
        raise wrong_kind(node, "a separator such as ','")
    return node.text.replace("\\t", "\t")


def _groups(node: Node) -> tuple[str, ...]:
    try:
        names = groups(text(node))
    except ValueError as error:
        raise Fault(f"the expression does not compile: {error}", "it is in Rust syntax") from None
    if not names:
        raise Fault("the expression has no group", "put what is wanted in round brackets")
    return names


def _group(node: Node, *, fact: str) -> int:
    names = _groups(node)
    if fact in names:
        return names.index(fact) + 1
    if len(names) > 1:
        raise Fault(f"no group is called `{fact}`", f"name the one that is wanted (?P<{fact}>…)")
    return 1


def _pattern(node: Node) -> tuple[str]:
    pattern = text(node)
    try:
        groups(pattern)
    except ValueError as error:
        raise Fault(f"the expression does not compile: {error}", "it is in Rust syntax") from None
    return (pattern,)


def _number(node: Node) -> tuple[str]:
    number(node)
    return (node.text,)


def _flag(node: Node) -> tuple[str]:
    return ("true" if boolean(node) else "false",)


def _time_format(node: Node) -> str:
    written = text(node)
    if written in NAMED_FORMATS:
        return written
    if "%" not in written:
        advice = suggest(written, NAMED_FORMATS) or f"one of {', '.join(NAMED_FORMATS)}, or a pattern such as %d/%m/%Y %H:%M:%S"  # fmt: skip
        raise Fault(f"{quote(written)} is not a time format", advice)
    probe = pl.Series([_PROBE]).dt.replace_time_zone("UTC")
    try:
        back = probe.dt.strftime(written).str.to_datetime(written, strict=False)
    except (pl.exceptions.PolarsError, ValueError):
        back = pl.Series([None], dtype=pl.Datetime)
    if back.null_count() or back.dt.date()[0] != _PROBE.date():
        raise Fault(
            f"{quote(written)} cannot be read back",
            "it must give a date, with a year, by strftime codes such as %Y-%m-%d %H:%M:%S%.f%z",
        )
    return written


_OPERANDS: Final[dict[str, Callable[[Node], tuple[str]]]] = {
    "matches": _pattern,
    "not_matches": _pattern,
    "starts_with": lambda node: (_scalar(node),),
    "present": _flag,
    "at_least": _number,
    "below": _number,
}
