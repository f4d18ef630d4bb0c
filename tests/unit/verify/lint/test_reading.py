"""Files become what lints look at, and things in them are found at their places."""

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.model.errors import ConfigError
from ecluse.verify.lint.contract import Sample, Where, on_application, on_budget, on_kind
from ecluse.verify.lint.part import Part
from ecluse.verify.lint.reading import Files, inspect, inspect_sample

POLICY = b"""\xef\xbb\xbfversion: 1
budgets:
  - id: a
    per: account
    limits: {60m: 5}
    effect: justify
    afterwards: {3600s: 2}
"""


def test_parts_are_those_that_are_given():
    read = inspect(Files(policy=("p", POLICY), mappings=(("m", shipped("policy.yaml")),)[:0]))
    assert read.parts == {Part.POLICY}
    assert [b.id for b in read.inspected.policies.budgets] == ["a", "a-afterwards"]
    both = inspect_sample(Sample(estate=shipped("estate.yaml").decode(), accounts="account,kind,organization\na,,o\n", today="2026-01-01"))  # fmt: skip
    assert both.parts == {Part.ESTATE, Part.TABLES, Part.TODAY}
    assert both.inspected.headcounts == {(None, "o"): 1}


@pytest.mark.parametrize(
    ("where", "place"),
    [
        (on_budget("a"), ("p", 3, 5)),
        (on_budget("a", "limits", "1h"), ("p", 5, 14)),
        (on_budget("a-afterwards", "limits", "1h"), ("p", 7, 18)),
        (on_budget("a-afterwards"), ("p", 7, 5)),
        (on_budget("b-afterwards"), ("p", 2, 1)),
        (Where(Part.POLICY, line=4, column=9), ("p", 4, 9)),
        (on_kind("account"), ("e", 12, 5)),
        (on_application("application", "population"), ("e", 9, 5)),
        (Where(Part.ROUTES, ("otherwise",)), ("", 0, 0)),
    ],
)
def test_places(where, place):
    files = Files(policy=("p", POLICY), estate=("e", shipped("estate.yaml")))
    assert inspect(files).place(where) == place


def test_files_of_one_part_are_told_apart():
    text = b"version: 1\nroutes:\n- {path: /x, free: nobody}\n"
    read = inspect(Files(routes=(("r1", text), ("r2", b"\n" + text))))
    assert read.place(Where(Part.ROUTES, ("routes",), "r2")) == ("r2", 3, 1)
    assert set(read.inspected.routes) == {"r1", "r2"}


def test_files_are_held_against_the_estate():
    routes = ("r", b"version: 1\napplication: other\nroutes:\n- {path: /x, free: nobody}\n")
    inspect(Files(routes=(routes,)))
    with pytest.raises(ConfigError):
        inspect(Files(routes=(routes,), estate=("e", shipped("estate.yaml"))))
