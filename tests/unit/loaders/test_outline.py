"""Things are found by the names on the way to them."""

import pytest

from ecluse.loaders.outline import Outline
from ecluse.model.errors import ConfigError

TEXT = """\
version: 1
routes:
  - path: /people/{person}
    methods: [GET]
  - {path: "/static/{*}", free: nobody}
budgets:
- id: a
  limits:
    10m: 3
    720h: 9
kinds: [x, y]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("version",), (1, 1)),
        (("routes", "/people/{person}"), (3, 5)),
        (("routes", "/people/{person}", "methods", "GET"), (4, 15)),
        (("routes", "/static/{*}", "free"), (5, 27)),
        (("budgets", "a", "limits", "30d"), (10, 5)),
        (("budgets", "a", "limits", "10m"), (9, 5)),
        (("kinds", "y"), (11, 12)),
        (("budgets", "a", "effect"), (7, 3)),  # not written: the budget
        (("budgets", "b", "limits"), (6, 1)),
        (("version", "1", "deeper"), (1, 1)),
    ],
)
def test_places(path, place):
    assert Outline(TEXT, file="p").find(path) == place


def test_what_is_there():
    outline = Outline(TEXT, file="p")
    assert outline.has(("budgets", "a", "limits", "30d"))
    assert not outline.has(("budgets", "a", "limits", "31d"))
    assert not outline.has(("budgets", "b"))


def test_no_yaml_is_refused():
    with pytest.raises(ConfigError):
        Outline("a: [", file="p")
