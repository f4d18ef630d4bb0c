"""Expressions for persons end soon, whatever text a stranger chooses."""

import pytest

from ecluse.loaders.expressions import expression
from ecluse.loaders.nodes import Kind, Node
from ecluse.loaders.scalars import Fault
from ecluse.routes.persons import MAX_VALUE

UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})-[0-9a-f]{12}"


def node(text):
    return Node(Kind.SCALAR, 1, 1, text)


@pytest.mark.parametrize(
    ("written", "value", "group"),
    [
        ("[0-9]+", "12", None),
        (r"\d+", "12", None),
        (r"([0-9]+)(?:\.json|\.pdf)?", "12.json", "12"),
        ("(?P<person>[A-Z]{2}[0-9]{1,9})-.*", "AB12-anna", "AB12"),
        (UUID, "01234567-89ab-cdef-0123-456789abcdef", None),
        (r"[\]()+*{}|]+", "]()", None),
        (r"\(a\)+?", "(a)", None),
        ("a{}+", "a{}", None),
        ("(a|b)c", "bc", "b"),
        ("(?:a)?b", "b", None),
        (r"[a-z]{2,4}\+", "ab+", None),
    ],
)
def test_expressions(written, value, group):
    match = expression(node(written)).fullmatch(value)
    assert match is not None
    assert group is None or match[1] == group


def test_digits_are_those_of_ascii():
    assert expression(node(r"\d+")).fullmatch("\u0661") is None


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[0-9", "the expression does not compile: unterminated character set at position 0"),
        ("a" + "(" * 300 + ")" * 300, "the expression has more than one group"),
        ("(a)(b)", "the expression has more than one group"),
        ("(a+)+", "the expression has a repeat within a repeat"),
        ("(?:a|aa)+", "the expression has a repeat within a repeat"),
        ("(?:a|aa){20}", "the expression has a repeat within a repeat"),
        ("(?:a?){20}", "the expression has a repeat within a repeat"),
        ("(?:(?:a+)b)*", "the expression has a repeat within a repeat"),
        ("(?:a{2,3}){2,}", "the expression has a repeat within a repeat"),
        ("a+a+a+", "the expression could take long: it has too many repeats"),
        ("a{1,300}a*a{3,}", "the expression could take long: it has too many repeats"),
        ("a?" * 30 + "a", "the expression could take long: it has too many repeats"),
        ("|".join("abcdefghijklmnopqrstuvwxyz"), "the expression could take long: it has too many repeats"),
        (r"(a)\1", "the expression refers back to a group"),
        ("(?P<x>a)(?P=x)", "the expression has a group of a kind that is not read here"),
        ("(?=a)a", "the expression has a group of a kind that is not read here"),
        ("(?i)a", "the expression has a group of a kind that is not read here"),
        ("(?<!b)a", "the expression has a group of a kind that is not read here"),
        ("[0-9]*", "the expression matches an empty text"),
        ("a?", "the expression matches an empty text"),
    ],
)  # fmt: skip
def test_what_is_refused(written, message):
    with pytest.raises(Fault) as caught:
        expression(node(written))
    assert str(caught.value) == message
    assert caught.value.help


@pytest.mark.parametrize("written", [".+[^x]*(?:a|b)", "(?:.*).*y", "a*.*b?b", "[a-z]+[a-z]*$"])
def test_the_slowest_that_is_taken_ends(written):
    """One that doubles with each letter would not, in this world."""
    assert expression(node(written)).fullmatch("a" * (MAX_VALUE - 1) + "!") is None
