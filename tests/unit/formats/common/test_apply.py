"""What a mapping makes of rows: facts, rules, ignored rows, and the reason of every reject."""

import pytest

from ecluse.formats.common.tally import Tally
from ecluse.model.errors import SourceError

BASE = "time: t\naccount: a\n"


def line(**values):
    import json

    return json.dumps({"t": "2025-07-12T10:00:00Z", "a": "x", **values}).encode() + b"\n"


def persons(batch):
    name = "persons" if "persons" in batch.events.columns else "person"
    return batch.events[name].to_list()


@pytest.mark.parametrize(
    ("place", "values", "found"),
    [
        ("{field: p}", {"p": 7}, "7"),
        ("{field: p}", {"p": ["a", "b", "a"]}, ["a", "b"]),
        ("{field: /p/*/id}", {"p": [{"id": 1}, {"id": 2}]}, ["1", "2"]),
        ("{field: /p/*/*/id}", {"p": [[{"id": 1}], [{"id": 2}, {}]]}, ["1", "2"]),
        ("{field: /p/*}", {"p": {"x": 1, "y": 2}}, ["1", "2"]),
        ("{field: /p/1}", {"p": ["a", "b"]}, "b"),
        ("{field: p, split: ','}", {"p": "1, 2,,2"}, ["1", "2"]),
        ("{field: p, matches: 'id=([0-9]+)', all: true}", {"p": "id=1 id=2 id=1"}, ["1", "2"]),
        ("{field: p, matches: '(?P<person>[0-9]+)-(x)'}", {"p": "12-x"}, "12"),
        ("{field: p, parameter: id}", {"p": "a=1&id=5"}, "5"),
        ("{field: p, parameter: id}", {"p": "id=5&x&id=6"}, ["5", "6"]),
        ("{field: p, parameter: 'ids[]'}", {"p": "ids%5B%5D=5&ids[]=6"}, ["5", "6"]),
        ("{field: p, parameter: id}", {"p": "id=jos%C3%A9+x"}, "josé x"),
        ("{field: p, parameter: id, split: ','}", {"p": "id=1%2C2,3"}, ["1", "2", "3"]),
        ("{field: p, decode: true}", {"p": "a%7Cb"}, "a|b"),
        ("{field: p, lower: true}", {"p": "ÉA"}, "éa"),
        ("{fields: [p, q]}", {"p": "1", "q": "2"}, "1\x1f2"),
        ("[p, q]", {"p": "1", "q": "2"}, ["1", "2"]),
        ("[p, q]", {"p": "1"}, ["1"]),
        ("{constant: someone}", {}, "someone"),
    ],
)
def test_places_of_persons(read, place, values, found):
    batch = read("jsonl", line(**values), f"{BASE}person: {place}\n")
    assert persons(batch) == [found]


@pytest.mark.parametrize("value", [None, "", "-", [], {}, [None], [[]]])
def test_nobody(read, value):
    assert read("jsonl", line(p=value), BASE + "person: p\n").rejects == {"no person": 1}


@pytest.mark.parametrize(
    ("account", "reason"),
    [(None, "no account"), ("", "no account"), ("-", "no account"), ("a\x1b[31m", "control character"),
     ("a\nb", "control character"), ("a\u202eb", "control character"), ({}, "no account")],
)  # fmt: skip
def test_accounts_that_cannot_be(read, account, reason):
    assert read("jsonl", line(a=account, p=1), BASE + "person: p\n").rejects == {reason: 1}


@pytest.mark.parametrize(
    ("time", "reason"),
    [("1970-01-01T00:00:00Z", "time out of range"), ("1999-12-31T23:59:59Z", "time out of range"),
     ("2099-01-01T00:00:00Z", "time out of range"), ("soon", "no time"), (None, "no time")],
)  # fmt: skip
def test_times_that_cannot_be(read, time, reason):
    assert read("jsonl", line(t=time, p=1), BASE + "person: p\n").rejects == {reason: 1}


def test_the_first_place_that_has_a_value_counts_except_for_persons(read):
    mapping = "time: t\naccount: [u, v]\nsession: [s, {constant: none}]\nperson: p\n"
    batch = read("jsonl", line(v="second", p=1) + line(u="first", v="second", s="1", p=1), mapping)
    assert batch.events.select("account", "session").rows() == [("second", "none"), ("first", "1")]


def test_match_gives_several_facts(read):
    mapping = BASE + (
        "match:\n- field: path\n  matches: '^/(?P<organization>[a-z]+)/(?P<person>[0-9]+)(?:/(?P<operation>[a-z]+))?'\n"
    )
    batch = read("jsonl", line(path="/org/12/view") + line(path="/org/13"), mapping)
    assert batch.events.select("organization", "person", "operation").rows() == [
        ("org", "12", "view"), ("org", "13", None),
    ]  # fmt: skip


def test_rules_come_before_fields_and_the_first_one_wins(read):
    mapping = BASE + (
        "person: p\noperation: o\ncategories: c\nrules:\n"
        "- {when: {field: path, matches: '^/export'}, set: {operation: export, categories: [identity, bank]}}\n"
        "- {when: {field: path, starts_with: /e}, set: {operation: other, application: app}}\n"
    )
    content = line(p=1, path="/export", o="x", c=["z"]) + line(p=1, path="/home", o="x", c="b,a")
    batch = read("jsonl", content, mapping)
    assert batch.events.select("operation", "categories", "application").rows() == [
        ("export", "bank,identity", "app"),
        ("x", "a,b", None),
    ]


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("{field: s, in: [1, two]}", [None, 3, ["x", "y"]]),
        ("{field: s, not_in: [1, two]}", [1, "two", None]),
        ("{field: s, matches: '^t'}", [1, None, 3, ["x", "y"]]),
        ("{field: s, not_matches: '^[xt]'}", ["two", None, ["x", "y"]]),
        ("{field: s, starts_with: x}", [1, "two", None, 3]),
        ("{field: s, present: true}", [None]),
        ("{field: s, present: false}", [1, "two", 3, ["x", "y"]]),
        ("{field: s, at_least: 3}", [1, "two", None, ["x", "y"]]),
        ("{field: s, below: 3}", ["two", None, 3, ["x", "y"]]),
        ("[{field: s, at_least: 1}, {field: s, below: 2}]", ["two", None, 3, ["x", "y"]]),
    ],
)
def test_conditions(read, condition, kept):
    values = [1, "two", None, 3, ["x", "y"]]
    content = b"".join(line(s=value, p=index) for index, value in enumerate(values))
    mapping = f"{BASE}person: p\nignore:\n- when: {condition}\n  reason: out\n"
    batch = read("jsonl", content, mapping)
    assert [values[int(p)] for p in persons(batch)] == kept
    assert batch.ignored.total() == len(values) - len(kept)


def test_side_fields_with_control_characters_do_not_hide_an_event(read):
    batch = read("jsonl", line(p=1, s="a\x1b[2J"), BASE + "person: p\nsession: s\n")
    assert batch.events["session"].to_list() == ["a\\x1b[2J"]


def test_the_tally_refuses_too_many_rejects(read):
    good, bad = line(p=1), line()
    mapping = BASE + "person: p\nignore: [{when: {field: i, present: true}, reason: out}]\n"
    tally = Tally()
    tally.add(read("jsonl", good * 98 + line(i=1) * 1000 + bad * 2, mapping))
    assert tally.reject_share == 0.02
    tally.check(0.02)
    with pytest.raises(SourceError) as caught:
        tally.check(0.01)
    assert "2 of 100 events" in str(caught.value)
    assert "no person 2 (such as log:1099, log:1100)" in str(caught.value)


def test_nothing_but_rejects_is_too_many(read):
    tally = Tally()
    tally.check(0.0)
    tally.add(read("jsonl", line(), BASE + "person: p\n"))
    with pytest.raises(SourceError):
        tally.check(0.99)


def test_only_the_facts_asked_for(read):
    from ecluse import formats
    from ecluse.formats.common.apply import apply
    from ecluse.formats.common.contract import Needs
    from ecluse.loaders.mapping import load_mapping

    mapping = load_mapping(BASE + "person: p\nsession: s\nsource: i\n", file="m", format="jsonl")
    facts = frozenset({"source", "account", "person"})
    assert mapping.fields(facts) == {"t", "a", "p", "i"}
    fmt = formats.find("jsonl")
    table = fmt.parser(Needs(mapping.fields(facts))).feed(line(p=1, s="s", i="i"), 1)
    batch = apply(table, mapping, fmt, file="log", now=1_795_000_000_000_000, facts=facts)
    assert batch.events.columns == ["at", "account", "person", "source"]
