"""Patterns are taken apart, and those that nothing could match are refused with the way out."""

import pytest

from ecluse.routes.patterns import MAX_SEGMENTS, Pattern, PatternFault, parse


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("/", Pattern("/", ())),
        ("/a", Pattern("/a", ("a",))),
        ("/a/", Pattern("/a/", ("a",))),
        ("/people/{person}", Pattern("/people/{person}", ("people", None), (1,))),
        ("/{}/{person}/{*}", Pattern("/{}/{person}/{*}", (None, None), (1,), rest=True)),
        ("/{*}", Pattern("/{*}", (), rest=True)),
        ("/{person}/and/{person}", Pattern("/{person}/and/{person}", (None, "and", None), (0, 2))),
        ("/\u00e9l\u00e8ves/a b", Pattern("/\u00e9l\u00e8ves/a b", ("\u00e9l\u00e8ves", "a b"))),
    ],
)
def test_patterns(text, pattern):
    assert parse(text) == pattern


def test_how_many_segments_vary():
    assert parse("/a/{}/{person}/{*}").variable == 2


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("people", "a path begins with `/`", "write /people"),
        ("", "a path begins with `/`", "write /"),
        ("/{persons}", "`{persons}` is not a parameter", "the parameters are"),
        ("/{}.json", "`{}.json` is only partly a parameter", "matches"),
        ("/a{person}", "`a{person}` is only partly a parameter", "matches"),
        ("/{*}/a", "`{*}` stands only at the end of a path", "write {}"),
        ("/a//b", "a path with an empty segment", "write one"),
        ("//", "a path with an empty segment", "write one"),
        ("/a%20b", "`a%20b` is percent-encoded", "write the characters"),
        ("/a?b", "`a?b` holds what no path is matched by", "leave out"),
        ("/a;b", "`a;b` holds what no path is matched by", "leave out"),
        ("/a/..", "`..` holds what no path is matched by", "leave out"),
        ("/a.", "`a.` holds what no path is matched by", "leave out"),
        ("/a/*", "`*` holds what no path is matched by", "leave out"),
        ("/e\u0301", "`e\u0301` holds what no path is matched by", "leave out"),
        ("/a" * (MAX_SEGMENTS + 1), "a path of more than 32 segments", "end it with {*}"),
    ],
)
def test_faults(text, message, advice):
    with pytest.raises(PatternFault) as caught:
        parse(text)
    assert str(caught.value) == message
    assert advice in caught.value.help
