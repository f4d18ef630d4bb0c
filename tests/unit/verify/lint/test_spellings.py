"""Other spellings of a person's path are tried against a mapping, as its parser would give them."""

import pytest

from ecluse.formats.common.mapping import Mapping
from ecluse.loaders.mapping import load_mapping, starter
from ecluse.verify.lint.spellings import person_paths, try_spellings

WEB = ("combined", "vhost_combined", "nginx_json", "elb", "w3c")


def mapping(person, ignore=""):
    text = f"format: combined\naccount: remote_user\nperson: {person}\n{ignore}"
    return load_mapping(text, file="m.yaml")


def tried(read: Mapping):
    ((field, path, _),) = person_paths(read)
    return try_spellings(read, field, path)


@pytest.mark.parametrize("name", WEB)
def test_the_mappings_that_ship_miss_none(name):
    plain, others = tried(load_mapping(starter(name), file=name))
    assert plain.persons == ("1",)
    assert len(others) >= 10
    assert [t for t in others if t.ignored or t.persons != ("1",)] == []


def test_what_a_mapping_leaves_out_or_loses():
    read = mapping(
        "{field: path, matches: '^/people/(?P<person>[0-9]+)(?:/|$)'}",
        r"ignore: [{when: {field: path, matches: '\.css$'}, reason: static}]",
    )
    plain, others = tried(read)
    assert (plain.target, plain.persons, plain.ignored) == ("/people/1/", ("1",), "")
    hidden = {t.target for t in others if t.ignored == "static"}
    assert hidden == {"/people/1/page.css", "/people/1.css"}
    lost = {t.target for t in others if not t.persons}
    assert lost == {"/PEOPLE/1/", "/people/1;v=1", "/people/1.css"}
    assert {t.target for t in others if t.case} == {"/PEOPLE/1/"}


def test_conditions_on_absent_fields_and_on_the_status():
    read = mapping(
        "{field: path, matches: '(?i)^/p/([0-9]+)'}",
        "ignore:\n"
        "- {when: {field: status, not_in: [200, 206]}, reason: nothing shown}\n"
        "- {when: {field: http_referer, present: false}, reason: no referer}\n",
    )
    plain, _ = tried(read)
    assert plain.ignored == "no referer"


def test_places_that_are_no_paths():
    assert list(person_paths(mapping("{parameter: ids, split: ','}"))) == []
    ((field, path, _),) = person_paths(mapping(r"{field: path, matches: '^/\p{L}+/([0-9]+)'}"))
    assert (field, path) == ("path", None)  # cannot be made up, and that is said
    assert list(person_paths(mapping("{field: remote_user, matches: '([0-9]+)'}"))) == []
