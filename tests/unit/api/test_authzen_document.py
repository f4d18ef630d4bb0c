"""The examples of the AuthZEN endpoints are what the endpoints take."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ecluse.api.authzen_document import EVALUATION, EVALUATIONS, METADATA


def contents(value: Any):
    """Every schema with an example."""
    if isinstance(value, dict):
        if "example" in value and "schema" in value:
            yield value
        for each in value.values():
            yield from contents(each)


@pytest.mark.parametrize("operation", [EVALUATION, EVALUATIONS, METADATA])
def test_examples_fit_their_schemas(operation):
    found = list(contents(operation))
    assert found
    for content in found:
        Draft202012Validator(content["schema"]).validate(content["example"])
