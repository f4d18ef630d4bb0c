"""What may be written in a mapping file? Its JSON Schema 2020-12, for completion in editors.

The loader refuses more: expressions that do not compile, fields that the format does not have. A test
holds that what the loader takes is valid here.
"""

from typing import Any, Final, get_args

from ecluse.formats.common.mapping import FACTS, Operator

__all__ = ["MAPPING"]

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_SCALAR: Final[Schema] = {"type": ["string", "number", "boolean"]}
_FLAG: Final[Schema] = {"type": "boolean"}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _several(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _object(properties: dict[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_FIELD: Final = _described(
    _TEXT, "Name of a field of the format, or a JSON pointer such as /actor/user/uid."
)
_MATCHES: Final = _described(_TEXT, "Regular expression in Rust syntax.")

_PLACE: Final = _object(
    {
        "field": _FIELD,
        "fields": _described(_several(_TEXT), "Several fields that only together tell it."),
        "constant": _described(_SCALAR, "The value itself; stands alone."),
        "matches": _described(
            _MATCHES,
            "Regular expression; its group, or the one named like the fact, holds the value.",
        ),
        "all": _described(_FLAG, "Take all matches, not only the first."),
        "parameter": _described(_TEXT, "Name of a parameter of the query string."),
        "split": _described(
            {"type": "string", "minLength": 1}, "Separator between several values."
        ),
        "decode": _described(_FLAG, "Percent-decode the value; decided by the field when absent."),
        "lower": _described(_FLAG, "Write it in lower case."),
    }
)
_MATCH: Final = _object(
    {
        "field": _FIELD,
        "matches": _described(
            _MATCHES, "Regular expression with groups named like facts: (?P<person>…)."
        ),
        "all": _described(_FLAG, "Take all matches, not only the first."),
        "decode": _described(_FLAG, "Percent-decode the values."),
        "lower": _described(_FLAG, "Write them in lower case."),
    },
    required=("field", "matches"),
)
_TIME: Final = _object(
    {
        "field": _FIELD,
        "fields": _described(_several(_TEXT), "Several fields, joined with a space."),
        "format": _described(
            _TEXT, "rfc3339, clf, unix, unix_ms, unix_us, unix_ns, or a pattern with %."
        ),
        "zone": _described(
            _TEXT, "IANA time zone of times written without an offset: UTC when absent."
        ),
    }
)
_OPERANDS: Final[dict[str, Schema]] = {
    "matches": _MATCHES,
    "not_matches": _MATCHES,
    "in": _described(_several(_SCALAR), "It is one of these."),
    "not_in": _described(_several(_SCALAR), "It is none of these."),
    "starts_with": _described(_SCALAR, "It begins with this."),
    "present": _described(_FLAG, "Whether it is there at all."),
    "at_least": _described({"type": "number"}, "It is a number, and at least this."),
    "below": _described({"type": "number"}, "It is a number below this."),
}
_CONDITION: Final = {
    **_object(
        {"field": _FIELD, **{name: _OPERANDS[name] for name in get_args(Operator)}},
        required=("field",),
    ),
    "minProperties": 2,
    "maxProperties": 2,
}
_WHEN: Final = _described(_several({"$ref": "#/$defs/condition"}), "All of these conditions hold.")
_RULE: Final = _object(
    {
        "when": _WHEN,
        "set": _object(
            {
                "operation": _TEXT,
                "categories": _several(_TEXT),
                "application": _TEXT,
                "organization": _TEXT,
            }
        ),
    },
    required=("when", "set"),
)
_IGNORE: Final = _object(
    {"when": _WHEN, "reason": _described(_TEXT, "By this name they are counted.")},
    required=("when", "reason"),
)


def _fact(name: str) -> Schema:
    place: Schema = {"anyOf": [_TEXT, {"$ref": "#/$defs/place"}]}
    told = (
        "All places that have a value count."
        if name == "person"
        else "The first place that has a value counts."
    )
    return _described(_several(place), f"Where the {name} sits. {told}")


MAPPING: Final[Schema] = {
    **_object(
        {
            "version": {"const": 1, "description": "Version of this format: 1 when absent."},
            "format": _described(
                _TEXT, "The log format that this mapping is for; `ecluse formats` lists them."
            ),
            "options": {
                "type": "object",
                "additionalProperties": _SCALAR,
                "description": "Settings of the format.",
            },
            "time": _described(
                _several({"anyOf": [_TEXT, {"$ref": "#/$defs/time"}]}), "Where the time sits."
            ),
            **{name: _fact(name) for name in FACTS},
            "match": {
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/$defs/match"},
                "description": "Expressions whose named groups give several facts at once.",
            },
            "rules": {
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/$defs/rule"},
                "description": "Facts that follow from conditions; the first rule that sets a fact wins.",
            },
            "ignore": {
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/$defs/ignore"},
                "description": "Rows left out on purpose, counted by reason.",
            },
            "max_reject_share": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "Share of unusable events above which a run fails.",
            },
            "not_before": _described(_TEXT, "An event before this instant is a reject."),
            "max_line_bytes": {
                "type": "integer",
                "minimum": 1024,
                "description": "A longer line is a reject.",
            },
        }
    ),
    "description": "A mapping of Ecluse: where a log keeps accounts, persons and times.",
    "$defs": {
        "place": _PLACE,
        "match": _MATCH,
        "time": _TIME,
        "condition": _CONDITION,
        "rule": _RULE,
        "ignore": _IGNORE,
    },
}
