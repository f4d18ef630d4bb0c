"""Selections from a file: every key, several taken together, and every fault with its place."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import schema
from ecluse.loaders.schemas import published
from ecluse.loaders.selection import load_selections
from ecluse.loaders.selection_schema import SELECTION
from ecluse.model.errors import ConfigError
from ecluse.model.exposure import Selection

TEXT = """\
version: 1
selections:
  - accounts: [agent-1204]
    from: 2025-07-12T10:00:00Z
    to: 2025-07-12
  - sessions: [s-77, s-78]
    sources: 192.0.2.7
    applications: [kairos]
    organizations: [of-038]
    lineages: [boss]
"""


def test_every_key_is_read():
    text = TEXT.replace("to: 2025-07-12\n", "to: 2025-07-13\n").encode()
    first, second = load_selections(text, file="s.yaml")
    assert first == Selection(
        accounts=("agent-1204",), since=1_752_314_400_000_000, until=1_752_364_800_000_000
    )
    assert second == Selection(
        sessions=("s-77", "s-78"), sources=("192.0.2.7",), applications=("kairos",),
        organizations=("of-038",), lineages=("boss",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (TEXT, "s.yaml:5:", "not after"),
        ("version: 1\nselections:\n  - {account: [a]}\n", "s.yaml:3:", "not a key"),
        ("version: 1\nselections:\n  - {}\n", "s.yaml:3:", "every access"),
        ("version: 1\nselections: []\n", "s.yaml:2:", "empty"),
        ("version: 2\nselections: [{accounts: [a]}]\n", "s.yaml:1:", "not known"),
        ("version: 1\n", "s.yaml:1:", "missing"),
        ("version: 1\nselections: [{accounts: [a, a]}]\n", "s.yaml:2:", "twice"),
        ("version: 1\nselections: [{accounts: [a], from: soon}]\n", "s.yaml:2:", "soon"),
    ],
)
def test_every_fault_has_its_place(text, place, what):
    with pytest.raises(ConfigError) as error:
        load_selections(text.encode(), file="s.yaml")
    assert any(str(issue).startswith(place) and what in issue.message for issue in error.value.issues), error.value.issues  # fmt: skip


def test_the_published_schema_is_the_description_and_takes_the_example():
    assert published("selection") == schema.text(SELECTION, title="Ecluse selections"), (
        "write src/ecluse/loaders/schemas/selection.json anew from ecluse.loaders.schema.text"
    )
    jsonschema.Draft202012Validator.check_schema(SELECTION)
    document = json.loads(json.dumps(yaml.safe_load(TEXT), default=str))
    jsonschema.Draft202012Validator(SELECTION).validate(document)
