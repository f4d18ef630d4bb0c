"""A specimen matches its expression, or there is none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.verify.lint.specimen import specimen


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^/people/(?P<person>[0-9]+)", "/people/1"),
        (r"^/[^/]+/(?P<person>[0-9]+)(?:[/;.]|$)", "/1/1/"),
        (r"(?i)^/Files/(\d{8})\.json$", "/Files/11111111.json"),
        (r"^/(?:a|b)/x*y+z?(?<person>\w{2,4})\b", "/a/yaa"),
        (r"^/p/([A-F0-9-]{36})", "/p/" + "1" * 36),
        (r"/a[]x]b", "/axb"),
        (r"a\.b\/c", "a.b/c"),
        ("", ""),
    ],
)
def test_specimens(pattern, text):
    assert specimen(pattern) == text
    assert re.match(pattern.replace("(?<person>", "(?P<person>"), text)


@pytest.mark.parametrize(
    "pattern",
    [r"\p{L}", "(?=a)b", "[[:alpha:]]", "[a&&b]", "*", "(a", "a)", "[a", "\\", "a{500}", "(?<!a)b"],
)
def test_what_is_not_read(pattern):
    assert specimen(pattern) is None


@given(st.text(r"ab1/[]()^$.*+?{}|\d,-:P<>", max_size=14))
def test_any_expression_gives_a_match_or_nothing(pattern):
    text = specimen(pattern)
    if text is None:
        return
    try:
        compiled = re.compile(pattern)
    except re.error:
        return  # the loader refuses it
    if "^" not in pattern[1:] and "$" not in pattern[:-1] and "\\" not in pattern:
        assert compiled.search(text)
