"""The schema of mapping files takes what the loader takes: the shipped mappings, and random changes of them."""

import json

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse import formats
from ecluse.formats.common.mapping import FACTS
from ecluse.loaders import schema
from ecluse.loaders.mapping import load_mapping, starter
from ecluse.loaders.mapping_schema import MAPPING
from ecluse.loaders.schemas import published
from ecluse.model.errors import ConfigError

VALIDATOR = jsonschema.Draft202012Validator(MAPPING)


def document(name):
    return json.loads(json.dumps(yaml.safe_load(starter(name)), default=str))


def test_the_published_file_is_the_description():
    assert published("mapping") == schema.text(MAPPING, title="Ecluse mapping"), (
        "write src/ecluse/loaders/schemas/mapping.json anew from ecluse.loaders.schema.text"
    )
    jsonschema.Draft202012Validator.check_schema(MAPPING)


@pytest.mark.parametrize("name", formats.names())
def test_shipped_mappings_are_valid(name):
    assert list(VALIDATOR.iter_errors(document(name))) == []


words = st.sampled_from(
    ["path", "query", "nope", "status", "(?P<person>[0-9]+)", "x", "rfc3339", "1"]
)
operands = st.one_of(
    words,
    st.integers(0, 9),
    st.booleans(),
    st.lists(st.one_of(words, st.integers(0, 9)), max_size=2),
)
names = st.sampled_from(
    [
        "field",
        "fields",
        "constant",
        "matches",
        "all",
        "parameter",
        "split",
        "decode",
        "lower",
        "format",
        "zone",
        "when",
        "set",
        "reason",
        "in",
        "not_in",
        "present",
        "starts_with",
        "at_least",
        "below",
        "operation",
        "categories",
        "kind",
    ]
)
parts = st.dictionaries(names, operands, max_size=3)
values = st.one_of(operands, parts, st.lists(parts, max_size=2))
whens = st.fixed_dictionaries(
    {"field": words}, optional={"in": operands, "matches": words, "present": operands}
)
tops = st.fixed_dictionaries(
    {
        "format": st.just("combined"),
        "account": st.just("remote_user"),
        "person": st.one_of(st.just("path"), values),
    },
    optional=dict.fromkeys([f for f in FACTS if f not in {"account", "person"}], values)
    | {
        "time": values,
        "match": values,
        "rules": st.lists(st.fixed_dictionaries({"when": whens, "set": parts}), max_size=2),
        "ignore": st.lists(st.fixed_dictionaries({"when": whens, "reason": words}), max_size=2),
        "max_reject_share": st.sampled_from([0, 0.5, 1, 2]),
        "max_line_bytes": st.sampled_from([1024, 5]),
        "not_before": st.just("2020-01-01"),
        "version": st.sampled_from([1, 2]),
    },
)


def test_what_the_loader_takes_is_valid():
    taken = refused = 0

    @settings(max_examples=300, deadline=None)
    @given(tops)
    def holds(mapping):
        nonlocal taken, refused
        try:
            load_mapping(json.dumps(mapping), file="m.yaml")
        except ConfigError:
            refused += 1
            return
        taken += 1
        assert list(VALIDATOR.iter_errors(mapping)) == []

    holds()
    assert taken > 5
    assert refused > 5
