"""Two spellings of one path are one path, and decoding keeps different texts different."""

import polars as pl
import pytest

from ecluse.formats.common.urls import (
    decode,
    normalise,
    request_columns,
    split_request,
    split_target,
    url_columns,
)


@pytest.mark.parametrize(
    ("spelling", "path"),
    [
        ("/people/12", "/people/12"),
        ("//people///12", "/people/12"),
        ("/peopl%65/%31%32", "/people/12"),
        ("/a/../people/./12", "/people/12"),
        ("/%2e%2e/people/12", "/people/12"),
        ("/../../people/12", "/people/12"),
        ("https://portal.example.org/people/12", "/people/12"),
        ("http://example.org", "/"),
        ("/a%2Fb", "/a%2Fb"),
        ("/a/..", "/"),
        ("*", "*"),
        ("/%zz%4", "/%zz%4"),
    ],
)
def test_paths_in_one_spelling(spelling, path):
    assert normalise(pl.Series([spelling]))[0] == path


def test_decoding():
    texts = pl.Series(["jos%C3%A9", "a%20b", "100%", "a+b", "%E9", "%e9", None, "%25"])
    assert decode(texts).to_list() == ["josé", "a b", "100%", "a+b", "\\xe9", "\\xe9", None, "%"]
    assert decode(texts, plus=True)[3] == "a b"


def test_requests():
    assert split_request("GET /a b HTTP/1.1") == ("GET", "/a b", "HTTP/1.1")
    assert split_request("GET /") == (None, None, None)
    columns = request_columns(pl.Series(["GET /a?b HTTP/1.1", "-"]), frozenset({"path", "query"}))
    assert columns["path"].to_list() == ["/a", None]
    assert columns["query"].to_list() == ["b", None]
    assert url_columns(pl.Series(["/a"]), frozenset()) == {}


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("?a=b", "/"),
        ("http://h.example.org?a=b", "/"),
        ("/a http://h.example.org/b", "/a http:/h.example.org/b"),
        (" http://h.example.org/b", " http:/h.example.org/b"),
    ],
)
def test_only_a_target_that_begins_with_an_origin_loses_it(target, path):
    assert split_target(target)[0] == path
    columns = url_columns(pl.Series([target]), frozenset({"path"}))
    assert columns["path"].to_list() == [path]
