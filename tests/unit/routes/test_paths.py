"""A request target in its one form; what attackers write is in tests/cases/test_hostile_requests.py."""

import pytest

from ecluse.routes.outcome import Refused
from ecluse.routes.paths import Canonical, canonical, raw_target, text_fault, trimmed


@pytest.mark.parametrize(
    ("target", "segments", "query"),
    [
        ("/", (), b""),
        ("/a", ("a",), b""),
        ("/a/", ("a",), b""),
        ("/a/b.c/~d?x=1?y", ("a", "b.c", "~d"), b"x=1?y"),
        ("/.well-known/x", (".well-known", "x"), b""),
        ("/a%20b/%C3%A9/c,d@e:f", ("a b", "\u00e9", "c,d@e:f"), b""),
        ("/a%2Cb/100%25", ("a,b", "100%"), b""),
    ],
)
def test_plain_spellings(target, segments, query):
    expected = Canonical(segments, segments, query)
    assert canonical(target) == canonical(target.encode()) == expected
    assert expected.plain
    assert not expected.shifted


@pytest.mark.parametrize(
    ("target", "segments", "shifted"),
    [
        ("/%61", ("a",), False),
        ("/a%2Eb", ("a.b",), False),
        ("/a//", ("a",), False),
        ("/a//b", ("a", "b"), True),
        ("/./b", ("b",), True),
        ("/a/.", ("a",), False),
        ("/a;jsessionid=1", ("a",), False),
        ("/a/;jsessionid=1", ("a",), False),
        ("/;jsessionid=1/a", ("a",), True),
        ('/a"b', ('a"b',), False),
        ("/e%CC%81", ("e\u0301",), False),
        ("http://h/a", ("a",), False),
    ],
)
def test_other_spellings(target, segments, shifted):
    path = canonical(target)
    assert path.segments == segments
    assert path.shifted is shifted
    assert not path.plain


def test_keys_are_what_literals_are_compared_with():
    path = canonical("/People/Anna.%20/%C3%89cole", fold=True)
    assert path.segments == ("People", "Anna. ", "\u00c9cole")
    assert path.keys == ("people", "anna", "\u00e9cole")
    assert canonical("/People/X", fold=True).keys == ("people", "x")
    assert canonical("/People/X").keys == ("People", "X")


def test_parameters_are_cut_when_listed():
    assert canonical("/a;v=1") == Refused("parameters")
    assert canonical("/a;v=1;W=/b", parameters=frozenset({"v", "w"})).segments == ("a", "b")
    assert canonical("/a;jsessionid=1", parameters=frozenset()) == Refused("parameters")


def test_the_authority_of_an_absolute_form():
    assert canonical("http://h.example.org:80/a").authority == "h.example.org:80"
    assert canonical("/a").authority == ""


@pytest.mark.parametrize("folding", ["\u0131", "\u00df", "\u0130"])
def test_letters_that_fold_into_ascii(folding):
    assert text_fault(folding) is None
    assert text_fault(folding, fold=True) == "characters"


def test_letters_that_are_only_themselves():
    for text in ("\u00e9\u00fc\u00f1", "\u4e2d\u6587", "\u0438\u0432\u0430\u043d", "\U0001f600"):
        assert text_fault(text, fold=True) is None


def test_text_is_one_character_a_byte_where_it_can_be():
    assert raw_target("\xc3\xa9") == "\u00e9".encode()
    assert raw_target("\u4e2d") == "\u4e2d".encode()
    assert canonical("/\xc3\xa9").segments == ("\u00e9",)
    assert raw_target("\udc80\u4e2d")


def test_trimming():
    assert [trimmed(t) for t in ("a", " a. ", "a. .", "..", "", "a.b")] == ["a", "a", "a", "", "", "a.b"]  # fmt: skip
