"""The parts are valid schemas, and say what they are called after."""

import jsonschema
import pytest

from ecluse.loaders import schema_parts as parts


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (parts.text("."), "a", ""),
        (parts.text(".", pattern="^/"), "/a", "a"),
        (parts.duration("."), "250ms", "0ms"),
        (parts.duration(".", units="[smhd]"), "2h", "250ms"),
        (parts.flag("."), True, "true"),
        (parts.integer(".", least=3), 3, 2),
        (parts.word(["a", "b"], "."), "b", "c"),
        (parts.several(parts.NAME, "."), ["a", "b"], ["a", "a"]),
        (parts.several(parts.NAME, "."), "a", []),
        (parts.object_of(".", {"a": parts.NAME}, required=("a",)), {"a": "x"}, {"a": "x", "b": 1}),
        (parts.mapping(parts.NAME, parts.NAME, "."), {"a": "x"}, {}),
        (parts.VERSION, 1, 2),
    ],
)
def test_parts(schema, good, bad):
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(good)
    assert not validator.is_valid(bad)


def test_references():
    assert parts.reference("x") == {"$ref": "#/$defs/x"}
