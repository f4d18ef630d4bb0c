"""The words of an adversary file are those of its schema; what is common to all schemas is in test_settings_schema.py."""

import json

import jsonschema
import yaml

from ecluse.loaders import schema
from ecluse.loaders.adversary_schema import ADVERSARY, AS_MANY, EVERY
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import names, published


def test_the_published_file_is_the_description():
    assert published("adversary") == schema.text(ADVERSARY, title="Ecluse adversaries"), (
        "write src/ecluse/loaders/schemas/adversary.json anew from ecluse.loaders.schema.text"
    )
    assert "adversary" in names()
    jsonschema.Draft202012Validator.check_schema(ADVERSARY)


def test_the_example_is_valid():
    example = json.loads(json.dumps(yaml.safe_load(shipped("adversary.yaml"))))
    jsonschema.Draft202012Validator(ADVERSARY).validate(example)


def test_the_words_are_in_the_schema():
    text = json.dumps(ADVERSARY)
    assert f'"const": "{EVERY}"' in text
    assert f'"const": "{AS_MANY}"' in text
