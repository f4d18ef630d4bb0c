"""What does the table of gravity say? Settings of ENISA's method, or every fault of the file with its place."""

from functools import partial
from typing import Final

from ecluse.loaders.gravity_schema import CLASSES, GRAVITY, IDENTIFIES, REVEALS
from ecluse.loaders.located import Fault, Fields, Kind, Node, Reader, quote, scalars
from ecluse.model.gravity import CategoryRule, DataClass, GravityTable, Reveals

__all__ = ["load_gravity"]

_DEFS: Final = GRAVITY["$defs"]
_PARTS: Final = GRAVITY["properties"]
_CLASSES: Final[dict[str, DataClass]] = {word: word for word in CLASSES}
_SIMPLE: Final[DataClass] = "simple"
_NOTHING: Final[Reveals] = "nothing"
_REVEALS: Final[dict[str, Reveals]] = {word: word for word in REVEALS}


def load_gravity(text: bytes | str, *, file: str) -> GravityTable:
    """Reads the table of gravity.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, _PARTS, what="the table of gravity")
    if top.integer("version", 1, required=True) != 1:
        reader.note(top.place("version"), "this version is not known", "write `version: 1`")
    controller = top.fields("controller", ("reveals",), what="the controller", required=True)
    reveals = _NOTHING if controller is None else controller.word("reveals", _REVEALS, _NOTHING, required=True)  # fmt: skip
    levels = _levels(top)
    categories = _categories(top)
    unknown = top.fields("unknown", ("class", "identifies"), what="an unknown category", required=True)  # fmt: skip
    other = CategoryRule("", "behavioural", 0.5) if unknown is None else _category(unknown, "")
    if unknown is not None and other.class_ == "secret":
        reader.note(unknown.place("class"), "an unknown category cannot be `secret`", "write one of the other classes")  # fmt: skip
    reader.raise_if_issues()
    return GravityTable(reveals, levels, categories, other)


def _levels(top: Fields) -> tuple[float, float, float]:
    nodes = top.items("levels", required=True)
    read = [top.reader.read(node, partial(scalars.number, least=0, most=6)) for node in nodes]
    found = [value for value in read if value is not None]
    if len(found) != len(nodes) or not nodes:
        return (2, 3, 4)
    if len(found) != 3 or found != sorted(set(found)):
        top.reader.note(top.place("levels"), "these are not three rising scores", "write levels: [2, 3, 4]")  # fmt: skip
        return (2, 3, 4)
    return (found[0], found[1], found[2])


def _categories(top: Fields) -> tuple[CategoryRule, ...]:
    found: list[CategoryRule] = []
    seen: dict[str, int] = {}
    for node in top.items("categories", required=True):
        fields = Fields(top.reader, node, _DEFS["category"]["properties"], what="a category")
        rule = _category(fields, fields.string("name", "", required=True))
        for name in dict.fromkeys(n.casefold().replace("_", "-") for n in (rule.name, *rule.also)):
            if name in seen:
                top.reader.note(node, f"{quote(name)} is the name of two categories", f"it is already on line {seen[name]}")  # fmt: skip
            seen.setdefault(name, node.line)
        found.append(rule)
    return tuple(found)


def _category(fields: Fields, name: str) -> CategoryRule:
    class_ = fields.word("class", _CLASSES, _SIMPLE, required=True)
    identifies = fields.get("identifies", _identifies, 0.25, required=True)
    if not name:
        return CategoryRule(name, class_, identifies)
    value = fields.integer("value", None, least=1, most=4)
    because = fields.fields("because", ("en", "fr"), what="the reason of a value")
    if ("value" in fields) != ("because" in fields) and fields.node.kind is Kind.MAPPING:
        fields.reader.note(fields.node, "a value of its own and its reason go together", "write both `value` and `because`")  # fmt: skip
    return CategoryRule(
        name,
        class_,
        identifies,
        value,
        () if because is None else tuple((language, because.string(language, "", required=True)) for language in ("en", "fr")),
        fields.word("reveals", _REVEALS, _NOTHING),
        fields.boolean("fraud", default=False),
        fields.strings("also"),
    )  # fmt: skip


def _identifies(node: Node) -> float:
    value = scalars.number(node)
    if value not in IDENTIFIES:
        raise Fault(f"{quote(node.text)} is no step of the method", "write 0, 0.25, 0.5, 0.75 or 1")
    return value
