"""What does a mapping file say? Where a log keeps accounts, persons and times, or every fault with its place."""

from functools import partial
from importlib.resources import files
from typing import Final

from ecluse import formats
from ecluse.formats.common.contract import Format
from ecluse.formats.common.mapping import FACTS, Condition, Ignore, Mapping, Rule, TimeSource, Value
from ecluse.loaders.located import Fields, Reader
from ecluse.loaders.nodes import Kind, Node, quote
from ecluse.loaders.places import read_conditions, read_match, read_time, read_values
from ecluse.loaders.scalars import suggest

__all__ = ["load_mapping", "starter"]

_KEYS: Final = (
    "version", "format", "options", "time", *FACTS, "match", "rules", "ignore",
    "max_reject_share", "not_before", "max_line_bytes",
)  # fmt: skip
_SETTABLE: Final = ("operation", "categories", "application", "organization")
_MOST_LINE: Final = 64 * 1024 * 1024
_DEFAULTS: Final = Mapping(time=(), facts=())


def load_mapping(content: str | bytes, *, file: str, format: str | None = None) -> Mapping:  # noqa: A002 - the key
    """Reads a mapping; `format` is the format it will be used with, when the file need not say it.

    Raises:
        ConfigError: with every fault of the file.
        CallerError: when there is no format of that name.
    """
    reader = Reader(content, file=file)
    top = Fields(reader, reader.root, _KEYS, what="a mapping")
    if top.integer("version", 1) != 1:
        reader.note(top.place("version"), "only version 1 is known", "write `version: 1`")
    fmt = _format(reader, top, format)
    facts = _facts(reader, top)
    mapping = Mapping(
        format=None if fmt is None else fmt.name,
        options=_options(reader, top, fmt),
        time=_time(reader, top, fmt),
        facts=tuple(facts.items()),
        rules=tuple(_rule(reader, node) for node in top.items("rules")),
        ignore=tuple(_ignore(reader, node) for node in top.items("ignore")),
        max_reject_share=top.number(
            "max_reject_share", _DEFAULTS.max_reject_share, least=0, most=1
        ),
        not_before=top.instant("not_before", _DEFAULTS.not_before),
        max_line=top.integer("max_line_bytes", _DEFAULTS.max_line, least=1024, most=_MOST_LINE),
        file=file,
    )
    _check_facts(reader, top, mapping)
    if fmt is not None:
        _check_fields(reader, reader.root, fmt)
    reader.raise_if_issues()
    return mapping


def starter(name: str) -> str:
    """The commented mapping that ships for a format.

    Raises:
        CallerError: when there is no format of that name.
    """
    formats.find(name)
    return files("ecluse.formats").joinpath("mappings", f"{name}.yaml").read_text("utf-8")


def _format(reader: Reader, top: Fields, given: str | None) -> Format | None:
    written = top.string("format", None)
    if written is not None and written not in formats.names():
        known = formats.names()
        advice = suggest(written, known) or f"the formats are {', '.join(known)}"
        reader.note(top.place("format"), f"{quote(written)} is not a format", advice)
        written = None
    if written is not None and given not in {None, "auto", written}:
        reader.note(
            top.place("format"),
            f"this mapping is for `{written}`, and the log is read as `{given}`",
            f"use the option --format {written}, or another mapping",
        )
    name = written if given in {None, "auto"} else given
    return None if name is None else formats.find(name)


def _options(reader: Reader, top: Fields, fmt: Format | None) -> tuple[tuple[str, str], ...]:
    found = []
    for key, node in top.entries("options"):
        if fmt is not None and key.text not in fmt.options:
            advice = suggest(key.text, fmt.options) or (
                f"its options are {', '.join(fmt.options)}" if fmt.options else "it has no options"
            )
            reader.note(key, f"{quote(key.text)} is not an option of `{fmt.name}`", advice)
        elif node.kind is not Kind.SCALAR:
            reader.note(node, f"this is {node.kind.value}, and a text is wanted")
        else:
            found.append((key.text, node.text))
    return tuple(found)


def _time(reader: Reader, top: Fields, fmt: Format | None) -> tuple[TimeSource, ...]:
    if "time" in top:
        node = top.place("time")
        nodes = node.items if node.kind is Kind.LIST else (node,)
        if not nodes:
            reader.note(node, "the list is empty", "write at least one place, or remove the key")
        return tuple(t for n in nodes if (t := read_time(reader, n)) is not None)
    if fmt is not None and not fmt.time:
        reader.note(top.node, "`time` is missing from a mapping", "add `time: {field: …}`")
    return () if fmt is None else fmt.time


def _facts(reader: Reader, top: Fields) -> dict[str, tuple[Value, ...]]:
    facts: dict[str, tuple[Value, ...]] = {}
    for fact in FACTS:
        if fact in top:
            facts[fact] = read_values(reader, top.place(fact), fact)
    for node in top.items("match"):
        for fact, value in read_match(reader, node):
            facts[fact] = (*facts.get(fact, ()), value)
    return facts


def _check_facts(reader: Reader, top: Fields, mapping: Mapping) -> None:
    for fact in ("account", "person"):
        if not mapping.places(fact) and fact not in top and top.node.kind is Kind.MAPPING:
            advice = f"add `{fact}:`, or a group `(?P<{fact}>…)` under `match`"
            reader.note(top.node, f"nothing says where the {fact} sits", advice)


def _rule(reader: Reader, node: Node) -> Rule:
    fields = Fields(reader, node, ("when", "set"), what="a rule")
    when: tuple[Condition, ...] = fields.get("when", partial(read_conditions, reader), (), required=True)  # fmt: skip
    facts: list[tuple[str, str]] = []
    inner = fields.fields("set", _SETTABLE, what="what a rule sets", required=True)
    for name in _SETTABLE if inner is not None else ():
        assert inner is not None
        if name == "categories":
            values = inner.strings(name)
            if values:
                facts.append((name, ",".join(sorted(set(values)))))
        elif (value := inner.string(name, None)) is not None:
            facts.append((name, value))
    return Rule(when, tuple(facts))


def _ignore(reader: Reader, node: Node) -> Ignore:
    fields = Fields(reader, node, ("when", "reason"), what="what to ignore")
    when: tuple[Condition, ...] = fields.get("when", partial(read_conditions, reader), (), required=True)  # fmt: skip
    return Ignore(when, fields.string("reason", "", required=True))


def _check_fields(reader: Reader, node: Node, fmt: Format) -> None:
    """Notes the fields that the format does not have, wherever the file names them."""
    if fmt.open_fields:
        return
    for place in _field_nodes(node):
        if place.text not in fmt.fields:
            advice = suggest(place.text, fmt.fields) or f"its fields are {', '.join(fmt.fields)}"
            reader.note(place, f"{quote(place.text)} is not a field of `{fmt.name}`", advice)


def _field_nodes(node: Node) -> list[Node]:
    """The nodes that name a field: values of `field` and `fields`, and a fact given by one word."""
    found: list[Node] = []
    for key, value in node.entries:
        if key.text in {"field", *FACTS, "time"} and value.kind is Kind.SCALAR:
            found.append(value)
        elif key.text == "fields" or (key.text in FACTS and value.kind is Kind.LIST):
            found += [item for item in value.items if item.kind is Kind.SCALAR]
            found += [n for item in value.items for n in _field_nodes(item)]
        elif key.text not in {"set", "options"}:
            found += _field_nodes(value)
            found += [n for item in value.items for n in _field_nodes(item)]
    return found
