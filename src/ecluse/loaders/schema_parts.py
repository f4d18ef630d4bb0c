"""Which parts are the JSON Schemas of settings and routes made of? Texts, durations, words, lists and objects."""

from typing import Any, Final

__all__ = [
    "NAME",
    "VERSION",
    "Schema",
    "duration",
    "flag",
    "integer",
    "mapping",
    "object_of",
    "reference",
    "several",
    "text",
    "word",
]

Schema = dict[str, Any]

VERSION: Final[Schema] = {"const": 1, "description": "Version of this format."}
NAME: Final[Schema] = {"type": "string", "minLength": 1}


def text(description: str, *, pattern: str | None = None) -> Schema:
    """A text that is not empty."""
    schema = NAME | {"description": description}
    return schema | ({"pattern": pattern} if pattern else {})


def duration(description: str, *, units: str = "ms|[smhd]") -> Schema:
    """A whole number above zero with its unit."""
    pattern = rf"^(?=[0-9]*[1-9])[0-9]{{1,9}}({units})$"
    return {"type": "string", "pattern": pattern, "description": description}


def flag(description: str) -> Schema:
    """`true` or `false`."""
    return {"type": "boolean", "description": description}


def integer(description: str, *, least: int) -> Schema:
    """A whole number from `least` on."""
    return {"type": "integer", "minimum": least, "description": description}


def word(words: list[str], description: str) -> Schema:
    """One of a few words."""
    return {"enum": words, "description": description}


def several(item: Schema, description: str) -> Schema:
    """A list of different items, or one of them alone."""
    listed = {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}
    return {"description": description, "anyOf": [item, listed]}


def reference(name: str) -> Schema:
    """A definition of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def object_of(
    description: str, properties: dict[str, Schema], *, required: tuple[str, ...] = ()
) -> Schema:
    """A mapping with known keys."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def mapping(names: Schema, values: Schema, description: str) -> Schema:
    """A mapping with free keys, not empty."""
    return {
        "type": "object",
        "description": description,
        "propertyNames": names,
        "additionalProperties": values,
        "minProperties": 1,
    }
