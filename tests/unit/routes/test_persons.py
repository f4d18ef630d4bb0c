"""Values become identifiers, in all the readings that an application may have of them."""

import re

import pytest

from ecluse.model.asked import PERSONS_MAX
from ecluse.routes.outcome import Refused
from ecluse.routes.persons import MAX_PERSON, MAX_VALUE, PersonRule, query_name, query_values

ANY = PersonRule()


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        (ANY, [], ()),
        (ANY, ["", " "], ()),
        (ANY, ["a", "b", "a"], ("a", "b")),
        (ANY, ["Dupont J."], ("Dupont J.", "Dupont J")),
        (ANY, [" a"], (" a", "a")),
        (ANY, ["a,b"], Refused("person")),
        (ANY, ["a;b"], Refused("person")),
        (ANY, ["a|b"], Refused("person")),
        (ANY, ["x" * MAX_PERSON], ("x" * MAX_PERSON,)),
        (ANY, ["x" * (MAX_PERSON + 1)], Refused("person")),
        (PersonRule(re.compile("[a,]+")), ["a,a"], ("a,a",)),
        (PersonRule(re.compile("[0-9]+")), ["12", "x"], Refused("person")),
        (PersonRule(re.compile("[0-9]+")), ["12. "], ("12",)),
        (PersonRule(re.compile("([0-9]+)-.*")), ["12-anna"], ("12",)),
        (PersonRule(re.compile("(?:([0-9]+)|x)")), ["x"], Refused("person")),
        (PersonRule(re.compile("(x*)[0-9]*")), ["0" * (MAX_VALUE + 1)], Refused("person")),
        (PersonRule(lower=True), ["AB", "ab"], ("ab",)),
        (PersonRule(strip_zeros=True), ["012", "12", "000"], ("12", "0")),
        (PersonRule(split="|"), ["a||b", "c"], ("a", "b", "c")),
        (PersonRule(strip_zeros=True, split=",", prefix="lab-"), ["012,,7"], ("lab-12", "lab-7")),
        (PersonRule(prefix="lab-"), ["", "x" * MAX_PERSON], Refused("person")),
        (PersonRule(re.compile("(x*)[0-9]*"), prefix="lab-"), ["12"], Refused("person")),
        (PersonRule(split=","), [str(n) + "," for n in range(PERSONS_MAX)], None),
        (ANY, [str(n) for n in range(PERSONS_MAX + 1)], Refused("crowd")),
    ],
)  # fmt: skip
def test_identifiers(rule, values, expected):
    found = rule.read(values)
    assert len(found) == PERSONS_MAX if expected is None else found == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", []),
        (b"id=1&id=2&x=3", ["1", "2"]),
        (b"id", [""]),
        (b"Person.Id=1&person_id=2&person%20id=3&person+id=4", []),
        (b"id=a+b%20c", ["a b c"]),
        (b"id=%C3%A9", ["\u00e9"]),
        (b"id=\xc3\xa9", ["\u00e9"]),
        (b"id=1;2", ["1;2"]),
        (b"id=1;id=2", ["1;id=2", "2"]),
        (b"x=%zz&y=%00&z=%2531", []),
        (b"x%zz=1", Refused("query")),
        (b"x%0a=1", Refused("query")),
        (b"id=%ff", Refused("query")),
    ],
)
def test_values_of_a_parameter(query, expected):
    assert query_values(query, frozenset({"id"})) == expected


def test_names_are_compared_as_frameworks_fold_them():
    names = frozenset({query_name("person.id")})
    query = b"Person.Id=1&person_id=2&person%20id=3&person+id[]=4&personid=5"
    assert query_values(query, names) == ["1", "2", "3", "4"]
    assert query_values(b"filter[id]=1&filter[x]=2", frozenset({query_name("filter[id]")})) == ["1"]
    assert query_name("\uff29\uff24") == "id"
