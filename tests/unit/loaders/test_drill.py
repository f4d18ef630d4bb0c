"""A drill file: the shipped example, every fault at its place, and the estate that it must cover."""

import json

import jsonschema
import pytest
import yaml

from ecluse.loaders import schema
from ecluse.loaders.defaults import shipped
from ecluse.loaders.drill import load_drill
from ecluse.loaders.drill_schema import DRILL
from ecluse.loaders.estate import load_estate
from ecluse.loaders.schemas import published
from ecluse.model.drill import SignIn
from ecluse.model.errors import ConfigError
from ecluse.model.time import HOUR, MINUTE, parse_instant

TEXT = shipped("drill.yaml").decode()
ESTATE = """\
version: 1
applications:
  - {id: files, population: 10, owner: o@example.org, categories: [identity]}
  - {id: archive, population: 10, owner: o@example.org, categories: [identity]}
  - {id: old, population: 10, owner: o@example.org, categories: [identity], state: closed, since: 2020-01-01, closes: 2021-01-01}
kinds: [{id: agent}]
organizations: [{id: a, accounts: {agent: 1}}]
"""


def test_the_shipped_example():
    drill = load_drill(TEXT, file="drill.yaml")
    assert (drill.name, drill.account, drill.at_most, drill.alarm) == ("weekly", "drill-01", 60, 2 * MINUTE)  # fmt: skip
    files, archive = drill.places
    assert files.sign_in == SignIn("header", "Authorization", "drill-account.token", "Bearer ")
    assert (files.url, files.enforced, files.visited, files.silence) == ("https://portal.example.org", True, True, HOUR)  # fmt: skip
    assert (archive.visited, archive.enforced) == (False, False)


def test_the_published_schema_is_the_description_and_takes_the_example():
    assert published("drill") == schema.text(DRILL, title="Ecluse drill"), (
        "write src/ecluse/loaders/schemas/drill.json anew from ecluse.loaders.schema.text"
    )
    jsonschema.Draft202012Validator.check_schema(DRILL)
    document = json.loads(json.dumps(yaml.safe_load(TEXT)))
    jsonschema.Draft202012Validator(DRILL).validate(document)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", "version 2 is not known"),
        ("name: weekly", "name: Weekly!", "is not a name of small letters"),
        ("account: drill-01\n", "", "`account` is missing from a drill"),
        ("knocks: 30", "knocks: 900", "out of range"),
        ("id: archive", "id: files", "`files` is listed twice"),
        ("url: https://portal.example.org", "url: http://portal.example.org", "nothing encrypts what goes to `portal.example.org`"),
        ("url: https://portal", "url: https://me:secret@portal", "a secret stands in the address"),
        ("url: https://portal.example.org", "url: https://portal.example.org/people", "is not the address of an application"),
        ("path: /people/{person}/", "path: /people/", "is not the path of one person's page"),
        ('data-person="(\\w+)"', 'data-person="\\w+"', "has 0 groups"),
        ('data-person="(\\w+)"', "(a+)+", "repeat"),
        ("{header: Authorization,", "{", "signs in by a header or by a cookie"),
        ("{header: Authorization,", "{header: Authorization, cookie: c,", "signs in by a header or by a cookie"),
        ("{header: Authorization,", '{header: "A: b",', "is not the name of a header"),
        ("    silence: 3d", "    path: /x/{person}", "`path` without `url`"),
        ("    silence: 3d\n", "", "nothing is looked at here"),
        ("    url: https", "    at_gate: true\n    url: https", "reads through the application, or asks in its place"),
    ],
)  # fmt: skip
def test_faults(old, new, message):
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        load_drill(TEXT.replace(old, new, 1), file="drill.yaml")
    assert any(message in str(issue) for issue in caught.value.issues), caught.value.issues


def test_a_drill_that_reads_nowhere():
    text = TEXT[: TEXT.index("applications:")] + "applications: [{id: a, silence: 1h}]\n"
    with pytest.raises(ConfigError) as caught:
        load_drill(text, file="d")
    assert "reads through none of its applications" in str(caught.value.issues[0])


def test_every_application_of_the_estate_that_is_not_closed_must_be_looked_at():
    estate = load_estate(ESTATE, file="estate.yaml", now=parse_instant("2026-01-01"))
    load_drill(TEXT, file="drill.yaml", estate=estate)
    with pytest.raises(ConfigError) as caught:
        load_drill(TEXT.replace("id: archive", "id: archives"), file="drill.yaml", estate=estate)
    told = [str(issue) for issue in caught.value.issues]
    assert any("`archives` is not an application of the estate" in t for t in told)
    assert any("nobody looks whether `archive` still logs" in t for t in told)
    assert not any("`old`" in t for t in told)
