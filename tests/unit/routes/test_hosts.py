"""Hosts are one name, or none that is certain."""

import pytest

from ecluse.routes.hosts import host_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ((None,), ""),
        (("", None), ""),
        (("A.Example.org",), "a.example.org"),
        (("a.example.org.",), "a.example.org"),
        (("a.example.org:8080", "a.example.org"), "a.example.org"),
        (("[2001:DB8::1]:443",), "[2001:db8::1]"),
        (("localhost",), "localhost"),
        (("a", "b"), None),
        (("a b",), None),
        (("a/b",), None),
        (("name@a",), None),
        (("a:http",), None),
        (("-a",), None),
        (("\u00e9",), None),
        (("a\n",), None),
        (("a", "\x00"), None),
    ],
)
def test_names(given, name):
    assert host_name(*given) == name
