"""The published schemas are written from the one description, and valid themselves."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import names, published

PUBLISHED = {
    "policy": (schema.POLICY, "Ecluse policy set"),
    "estate": (schema.ESTATE, "Ecluse estate"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_files_are_the_description(name):
    described, title = PUBLISHED[name]
    assert published(name) == schema.text(described, title=title), (
        f"write src/ecluse/loaders/schemas/{name}.json anew from ecluse.loaders.schema.text"
    )
    jsonschema.Draft202012Validator.check_schema(json.loads(published(name)))
    assert name in names()


@pytest.mark.parametrize(
    ("name", "file"),
    [("policy", "policy.yaml"), ("estate", "estate.yaml"), ("estate", "estate-example.yaml")],
)
def test_shipped_files_are_valid(name, file):
    typed = json.loads(json.dumps(yaml.safe_load(shipped(file)), default=str))
    jsonschema.Draft202012Validator(json.loads(published(name))).validate(typed)


@pytest.mark.parametrize(
    ("effect", "valid"),
    [("justify", True), ("step_up", True), ("deny", False), ("hold", False), (None, False)],
)
def test_afterwards_stands_beside_an_effect_that_asks_for_something(effect, valid):
    budget = {"id": "a", "per": "account", "limits": {"24h": 40}, "afterwards": {"24h": 20}}
    budget |= {} if effect is None else {"effect": effect}
    validator = jsonschema.Draft202012Validator(schema.POLICY)
    assert validator.is_valid({"version": 1, "budgets": [budget]}) is valid


@pytest.mark.parametrize("described", [schema.POLICY, schema.ESTATE])
def test_every_key_is_described_for_the_editor(described):
    parts = [described, *described["$defs"].values()]
    properties = [p for part in parts for p in part["properties"].values() if "$ref" not in p]
    assert all(p.get("description") for p in properties)
    assert all(part["additionalProperties"] is False for part in parts)
