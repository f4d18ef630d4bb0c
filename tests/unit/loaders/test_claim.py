"""A claim file: the shipped example, and faults at their places."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import schema
from ecluse.loaders.claim import load_claim
from ecluse.loaders.claim_schema import CLAIM
from ecluse.loaders.defaults import shipped
from ecluse.loaders.schemas import published
from ecluse.model.errors import ConfigError


def issues(text):
    with pytest.raises(ConfigError) as error:
        load_claim(text, file="c.yaml")
    return [str(issue) for issue in error.value.issues]


def test_the_example_is_read():
    claim = load_claim(shipped("claim.yaml"), file="claim.yaml")
    assert claim.identifier.column == "id"
    assert [f.kind for f in claim.fields] == ["mail", "date"]
    assert claim.match == (("mail",),), (
        "fields of which each value is one person's find persons by themselves"
    )
    assert claim.posted.persons == 340_000
    assert claim.thresholds.coincidence == 1e-6


def test_all_that_is_commented_out_in_the_example_is_read_too():
    text = (
        shipped("claim.yaml")
        .decode()
        .replace("\n# Files", "\n#Files")
        .replace("\n# ", "\n")
        .replace("  - {name: birth", "  - {name: name, column: n, kind: name}\n  - {name: birth")
    )
    claim = load_claim(text, file="claim.yaml")
    assert claim.people.fields == (("mail", "mail"), ("birth", "born_on"))
    assert claim.match == (("mail",), ("name", "birth"))
    assert claim.changes.since == "since"
    assert claim.screens[0].columns == ("id", "email", "birth_date", "updated_at")


def test_the_published_schema_is_the_description_and_takes_the_example():
    assert published("claim") == schema.text(CLAIM, title="Ecluse claim"), (
        "write src/ecluse/loaders/schemas/claim.json anew from ecluse.loaders.schema.text"
    )
    jsonschema.Draft202012Validator.check_schema(CLAIM)
    document = json.loads(json.dumps(yaml.safe_load(shipped("claim.yaml")), default=str))
    document["claim"]["posted_at"] = "2026-05-12T18:30:00Z"
    jsonschema.Draft202012Validator(CLAIM).validate(document)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("version: 1\npopulation: 5\n", "nothing says who the persons of the sample are"),
        ("version: 1\nidentifier: {column: id}\n", "nothing says how many persons are in the base"),
        ("version: 2\nidentifier: {column: id}\npopulation: 5\n", "version 2 is not known"),
        ("version: 1\nidentifier: {column: id, kind: nit}\npopulation: 5\n", "`nit` is not one of"),
        (
            "version: 1\nidentifer: {column: id}\npopulation: 5\n",
            "`identifer` is not a key of a claim file",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nmatch: [mail]\n",
            "`mail` is no field",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nsample: {encoding: klingon}\n",
            "`klingon` is no encoding",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nsample: {delimiter: ab}\n",
            "`ab` is not one sign",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nclaim: {url_sha256: https}\n",
            "`https`",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nclaim: {from: 2025-02-01, to: 2025-01-01}\n",
            "`to` is not after `from`",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nthresholds: {elsewhere: 1}\n",
            "`elsewhere` is between 0 and 1",
        ),
        (
            "version: 1\nidentifier: {column: id}\npopulation: 5\nfields:\n  - {name: a, column: x, kind: mail}\n  - {name: a, column: y, kind: mail}\n",
            "`a` is listed twice",
        ),
    ],
)
def test_a_fault_is_named(text, fault):
    assert any(fault in issue for issue in issues(text)), issues(text)
