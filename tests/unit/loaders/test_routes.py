"""A routes file is read whole, and what would count nobody by mistake is refused with its place."""

import re

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.loaders.routes import load_routes
from ecluse.loaders.routes_schema import FREE, OPTIONS, OTHERWISE, ROUTES, WITHOUT
from ecluse.model.errors import ConfigError
from ecluse.routes.outcome import REASONS, Free, Match
from ecluse.routes.routes import Route
from structure.source import ROOT
from structure.source import text as text_of

TEXT = """\
version: 1
description: One application.
application: files
otherwise: permit
options: free
ignore_case: true
parameters: [jsessionid, v]
person: {matches: '[0-9]+', strip_zeros: true}
routes:
  - path: /people/{person}
    description: A page.
    methods: [GET, POST]
    hosts: agents.example.org
    operation: view
    categories: [identity, contact]
  - path: /compare
    query: [id, other]
    person: {lower: true, split: '|', prefix: other-}
    without: free
    application: other
  - path: /search
    free: disclosed
    operation: search
  - path: /static/{*}
    free: nobody
"""
ESTATE = load_estate(
    """\
version: 1
applications:
  - {id: files, owner: o, population: 9, operations: [view, search], categories: [identity, contact]}
  - {id: other, owner: o, population: 9}
kinds: [{id: k}]
organizations: [{id: n, accounts: {k: 1}}]
""",
    file="e",
)


def issues(text, **arguments):
    with pytest.raises(ConfigError) as caught:
        load_routes(text, file="r.yaml", **arguments)
    return caught.value.issues


def faults(text, **arguments):
    return [i.message for i in issues(text, **arguments)]


def test_everything_a_file_can_say():
    routes = load_routes(TEXT, file="r", estate=ESTATE)
    assert routes.permit_others
    assert routes.free_options
    assert routes.ignore_case
    assert routes.parameters == {"jsessionid", "v"}
    people, compare, search, static = routes.routes
    assert people.person.matches.pattern == "[0-9]+"
    assert people == Route(
        "/people/{person}",
        methods=frozenset({"GET", "POST"}),
        hosts=frozenset({"agents.example.org"}),
        person=people.person,
        application="files",
        operation="view",
        categories=("identity", "contact"),
    )
    assert (compare.query, compare.empty, compare.application) == (("id", "other"), True, "other")
    assert (compare.person.lower, compare.person.split) == (True, "|")
    assert (compare.person.prefix, people.person.prefix) == ("other-", "")
    assert compare.person.matches is None
    assert (search.free, search.disclosed) == (True, True)
    assert (static.free, static.disclosed) == (True, False)
    assert routes.find("GET", "/PEOPLE/012", host="agents.example.org").persons == ("12",)
    assert isinstance(routes.find("GET", "/compare?id=A|b"), Match)
    assert isinstance(routes.find("GET", "/else"), Free)


def test_what_holds_when_nothing_is_said():
    routes = load_routes("version: 1\nroutes:\n- path: /p/{person}\n", file="r")
    assert not routes.permit_others
    assert not routes.free_options
    assert not routes.ignore_case
    assert routes.parameters == {"jsessionid"}
    assert routes.routes == (Route("/p/{person}"),)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", "version 2 is not known"),
        ("otherwise: permit", "otherwise: allow", "`allow` is not one of refuse, permit"),
        ("options: free", "options: yes", "`yes` is not one of count, free"),
        ("ignore_case: true", "ignore_case: yes", "`yes` is neither `true` nor `false`"),
        ("[jsessionid, v]", "[JSESSIONID]", "`JSESSIONID` is not a name of small letters, digits, `_` and `-`"),
        ("strip_zeros", "strip_zero", "`strip_zero` is not a key of what identifies a person"),
        ("person: {matches: '[0-9]+', strip_zeros: true}", "person: {}", "the mapping is empty"),
        ("'[0-9]+'", "'[0-9'", "the expression does not compile: unterminated character set at position 0"),
        ("'[0-9]+'", "'(a+)+'", "the expression has a repeat within a repeat"),
        ("split: '|'", "split: '/'", "`/` does not stand between two persons"),
        ("split: '|'", "split: '||'", "`||` does not stand between two persons"),
        ("split: '|'", "split: x", "`x` does not stand between two persons"),
        ("prefix: other-", "prefix: 'o, '", "`o, ` begins or ends with a space"),
        ("prefix: other-", "prefix: 'o,x'", "`o,x` is not at most 64 letters, digits, `.`, `_`, `:` and `-`"),
        ("/people/{person}", "/people/{persons}", "`{persons}` is not a parameter"),
        ("/people/{person}", "people", "a path begins with `/`"),
        ("/people/{person}", "/people", "nothing says whom this route shows"),
        ("methods: [GET, POST]", "methods: get", "`get` is not a method"),
        ("methods: [GET, POST]", "methods: [HEAD]", "`HEAD` counts like `GET`"),
        ("methods: [GET, POST]", "methods: [GET, GET]", "`GET` is listed twice"),
        ("agents.example.org", "Agents.example.org", "`Agents.example.org` is not the name of a host in small letters without port"),
        ("agents.example.org", "a.example.org:80", "`a.example.org:80` is not the name of a host in small letters without port"),
        ("agents.example.org", "'a b'", "`a b` is not the name of a host in small letters without port"),
        ("without: free", "without: nobody", "`nobody` is not one of refuse, free"),
        ("[id, other]", "[id, ID]", "`ID` and `id` are one parameter to many applications"),
        ("[id, other]", "[]", "the list is empty"),
        ("free: disclosed", "free: true", "`true` is not one of nobody, disclosed"),
        ("free: disclosed", "free: disclosed\n    query: id", "the route is free, and says where its persons stand"),
        ("free: disclosed", "free: disclosed\n    person: {lower: true}", "`person` is for a route that shows persons"),
        ("free: disclosed", "free: disclosed\n    without: free", "`without` is for a route that shows persons"),
        ("operation: view", "without: free", "the path always names a person"),
        ("free: nobody", "free: nobody\n    operation: view", "`operation` tells of persons, and this route shows nobody"),
        ("free: nobody", "free: nobody\n    categories: [identity]", "`categories` tells of persons, and this route shows nobody"),
        ("/search", "/Static/{*}", "`/static/{*}` matches the same requests as the route on line 21"),
        ("- path: /search", "- pat: /search", "`path` is missing from a route"),
        ("application: files", "application: file", "`file` is not an application of the estate"),
        ("application: other", "application: others", "`others` is not an application of the estate"),
        ("operation: view", "operation: vue", "`vue` is not an operation of files"),
        ("[identity, contact]", "[identity, health]", "`health` is not a category of files"),
    ],
)  # fmt: skip
def test_what_is_refused(old, new, message):
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        load_routes(TEXT.replace(old, new), file="r.yaml", estate=ESTATE)
    issue = next(i for i in caught.value.issues if i.message == message)
    assert issue.line > 0
    assert issue.column > 0


def test_words_that_were_meant_are_told():
    with pytest.raises(ConfigError) as caught:
        load_routes(TEXT.replace("otherwise: permit", "otherwize: permit"), file="r.yaml")
    (issue,) = caught.value.issues
    assert (issue.line, issue.column, issue.help) == (4, 1, "did you mean `otherwise`?")


def test_all_faults_come_in_one_run():
    broken = TEXT.replace("GET, POST", "get").replace("free: nobody", "free: x").replace("[0-9]+", "[")  # fmt: skip
    assert len(faults(broken)) == 3


def test_missing_parts():
    assert faults("{}") == [
        "`routes` is missing from a routes file",
        "`version` is missing from a routes file",
    ]
    assert faults("version: 1\nroutes: []\n") == ["the list is empty"]


def test_the_same_path_for_other_methods_and_hosts_is_another_route():
    text = """\
version: 1
routes:
- {path: "/p/{person}", methods: GET}
- {path: "/p/{}", methods: POST, free: nobody}
- {path: "/p/{person}", methods: DELETE, hosts: a}
- {path: "/p/{person}", methods: DELETE, hosts: b}
"""
    assert len(load_routes(text, file="r").routes) == 4


def test_the_shipped_example_is_for_the_example_estate():
    estate = load_estate(shipped("estate-example.yaml"), file="e")
    routes = load_routes(shipped("routes.yaml"), file="routes.yaml", estate=estate)
    assert not routes.permit_others
    assert not routes.free_options
    shown = routes.find("GET", "/people/12")
    assert (shown.persons, shown.application, shown.operation) == (("12",), "job-seekers", "view")


PAGE = text_of(ROOT / "docs/routes.md")
EXAMPLES = re.findall(r"```yaml( wrong)?\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", [body for wrong, body in EXAMPLES if not wrong])
def test_the_page_s_example_is_for_the_example_estate(example):
    estate = load_estate(shipped("estate-example.yaml"), file="e")
    assert load_routes(example, file="docs/routes.md", estate=estate).routes


def test_the_page_s_wrong_example_has_the_faults_that_it_names():
    (example,) = (body for wrong, body in EXAMPLES if wrong)
    assert {line for line, text in enumerate(example.splitlines(), 1) if "#" in text} == {
        issue.line for issue in issues(example)
    }


def test_the_page_names_every_key_and_reason():
    parts = (ROUTES, *ROUTES["$defs"].values())
    keys = {key for part in parts for key in part["properties"]}
    words = {*OTHERWISE, *OPTIONS, *WITHOUT, *FREE}
    missing = [name for name in (*keys, *words, *REASONS) if f"`{name}`" not in PAGE]
    assert not missing
