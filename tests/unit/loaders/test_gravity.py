"""The table of gravity: what is taken, and every fault at its place."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import gravity_schema, schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.gravity import load_gravity
from ecluse.loaders.schemas import published
from ecluse.model.errors import ConfigError

SMALL = """\
version: 1
controller: {reveals: sensitive}
levels: [1.5, 3, 4]
categories:
  - {name: name, class: simple, identifies: 1, also: [who]}
  - {name: iban, class: financial, identifies: 0.5, value: 2, because: {en: little, fr: peu}, fraud: true}
unknown: {class: sensitive, identifies: 0.25}
"""


def test_a_small_file():
    table = load_gravity(SMALL, file="g.yaml")
    assert (table.reveals, table.levels) == ("sensitive", (1.5, 3, 4))
    assert table.categories[0].also == ("who",)
    assert (table.categories[1].value, table.categories[1].fraud) == (2, True)
    assert (table.unknown.class_, table.unknown.identifies) == ("sensitive", 0.25)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 3", "1:10: this version is not known"),
        ("sensitive}\nlevels", "much}\nlevels", "2:23: `much` is not one of nothing, status, sensitive"),
        ("[1.5, 3, 4]", "[3, 2, 4]", "3:9: these are not three rising scores"),
        ("[1.5, 3, 4]", "[3, 4]", "these are not three rising scores"),
        ("[1.5, 3, 4]", "[1, 2, 7]", "out of range"),
        ("class: simple", "class: plain", "`plain` is not one of"),
        ("identifies: 1,", "identifies: 0.4,", "`0.4` is no step of the method"),
        ("also: [who]", "also: [IBAN]", "6:5: `iban` is the name of two categories"),
        (", because: {en: little, fr: peu}", "", "a value of its own and its reason go together"),
        ("value: 2", "value: 2.5", "`2.5` is not a whole number"),
        ("fr: peu", "de: wenig", "`de` is not a key of the reason of a value"),
        ("{class: sensitive", "{class: secret", "cannot be `secret`"),
        ("unknown:", "unkown:", "`unkown` is not a key of the table of gravity"),
    ],
)  # fmt: skip
def test_faults_have_their_place(old, new, message):
    text = SMALL.replace(old, new, 1)
    assert text != SMALL
    with pytest.raises(ConfigError) as error:
        load_gravity(text, file="g.yaml")
    assert message in "\n".join(map(str, error.value.issues))


def test_the_schema_is_published_and_the_shipped_file_keeps_to_it():
    assert published("gravity") == schema.text(
        gravity_schema.GRAVITY, title="Ecluse table of gravity"
    )
    validator = jsonschema.Draft202012Validator(json.loads(published("gravity")))
    validator.validate(yaml.safe_load(shipped("gravity.yaml")))
    validator.validate(yaml.safe_load(SMALL))
    assert not validator.is_valid(yaml.safe_load(SMALL.replace("identifies: 1,", "identifies: 2,")))
