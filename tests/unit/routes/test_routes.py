"""A request finds its route: the leftmost literal first, by method and host, and never free by accident."""

import re

import pytest

from ecluse.routes.outcome import Free, Match, Refused
from ecluse.routes.persons import PersonRule
from ecluse.routes.routes import Route, Routes

GET, POST = frozenset({"GET"}), frozenset({"POST"})
DIGITS = PersonRule(re.compile("[0-9]+"))


def found(routes, target, method="GET", **more):
    result = routes.find(method, target, **more)
    if isinstance(result, Refused):
        return result.reason
    return result.route if isinstance(result, Free) else (result.route, *result.persons)


def test_what_a_route_says_is_told():
    match = Route("/p/{person}", application="files", operation="view", categories=("identity",))
    free = Route("/s", free=True, disclosed=True, application="files", operation="search", categories=("identity",))  # fmt: skip
    routes = Routes([match, free])
    assert routes.find("GET", "/p/1") == Match(("1",), "view", ("identity",), "files", "/p/{person}")  # fmt: skip
    assert routes.find("GET", "/s") == Free("/s", True, "search", ("identity",), "files")
    assert routes.routes == (match, free)


def test_the_leftmost_literal_wins():
    routes = Routes(
        [
            Route("/people/{*}", free=True),
            Route("/people/{person}/{}"),
            Route("/people/{person}/card"),
            Route("/people/new", free=True),
            Route("/{}/{person}/{}/x"),
            Route("/people/{person}", person=DIGITS),
        ]
    )
    assert found(routes, "/people/new") == "/people/new"
    assert found(routes, "/people/12") == ("/people/{person}", "12")
    assert found(routes, "/people/12/card") == ("/people/{person}/card", "12")
    assert found(routes, "/people/12/other") == ("/people/{person}/{}", "12")
    assert found(routes, "/people/12/other/x") == "/people/{*}"
    assert found(routes, "/people") == "/people/{*}"
    assert found(routes, "/others/12/a/x") == ("/{}/{person}/{}/x", "12")
    assert found(routes, "/others") == "route"


def test_a_dead_end_is_left_again():
    routes = Routes([Route("/a/b/c", free=True), Route("/a/{person}/d"), Route("/{*}", free=True)])
    assert found(routes, "/a/b/c") == "/a/b/c"
    assert found(routes, "/a/b/d") == ("/a/{person}/d", "b")
    assert found(routes, "/a/b/e") == "/{*}"
    assert found(routes, "/") == "/{*}"


def test_methods():
    routes = Routes(
        [
            Route("/p/{person}", methods=GET),
            Route("/p/{}", methods=POST, free=True),
            Route("/q/{person}", methods=GET),
            Route("/{*}", free=True),
        ]
    )
    assert found(routes, "/p/1") == found(routes, "/p/1", "HEAD") == ("/p/{person}", "1")
    assert found(routes, "/p/1", "POST") == "/p/{}"
    assert found(routes, "/p/1", "DELETE") == "method"
    assert found(routes, "/q/1", "POST") == "method"
    assert found(routes, "/r/1", "POST") == "/{*}"


def test_a_barred_path_may_still_show_its_person_by_a_wider_route():
    routes = Routes([Route("/p/{person}/x", methods=GET), Route("/p/{person}/{*}")])
    assert found(routes, "/p/1/x", "POST") == ("/p/{person}/{*}", "1")


def test_options():
    routes = [Route("/p/{person}")]
    assert found(Routes(routes), "/p/1", "OPTIONS") == ("/p/{person}", "1")
    free = Routes(routes, free_options=True)
    assert free.find("OPTIONS", "/p/1") == Free()
    assert found(free, "/p/..", "OPTIONS") == "dots"


def test_hosts():
    routes = Routes(
        [
            Route("/x/{person}", hosts=frozenset({"a.example.org"})),
            Route("/x/{}", hosts=frozenset({"b.example.org"}), free=True),
            Route("/{*}", free=True),
        ]
    )
    assert found(routes, "/x/1", host="A.example.org:443") == ("/x/{person}", "1")
    assert found(routes, "/x/1", host="b.example.org") == "/x/{}"
    assert found(routes, "/x/1", host="c.example.org") == "method"
    assert found(routes, "/x/1") == "method"
    assert found(routes, "/x/1", host="a b") == "host"
    assert found(routes, "http://a.example.org/x/1") == ("/x/{person}", "1")
    assert found(routes, "http://b.example.org/x/1", host="a.example.org") == "host"
    assert found(routes, "/y", host="c.example.org") == "/{*}"


def test_what_no_route_matches():
    routes = [Route("/p/{person}", person=DIGITS)]
    assert found(Routes(routes), "/other") == "route"
    permitting = Routes(routes, permit_others=True)
    assert permitting.find("GET", "/other") == Free()
    assert found(permitting, "/%6fther") == "spelling"
    assert found(permitting, "/p/x") == "person"


def test_case():
    routes = Routes([Route("/People/{person}"), Route("/Stra\u00dfe", free=True)], ignore_case=True)
    assert found(routes, "/PEOPLE/Ab") == ("/People/{person}", "Ab")
    assert found(routes, "/strasse") == "/Stra\u00dfe"
    assert found(Routes([Route("/People/{person}")]), "/people/1") == "route"


def test_parameters_of_the_query():
    routes = Routes(
        [
            Route("/c", query=("id", "other"), person=DIGITS),
            Route("/f", query=("id",), person=DIGITS, empty=True),
        ]
    )
    assert found(routes, "/c?id=1&other=2&x=3") == ("/c", "1", "2")
    assert found(routes, "/c?x=3") == "nobody"
    assert found(routes, "/f") == found(routes, "/f?id=") == "/f"
    assert found(routes, "/f/.") == "spelling"
    assert found(routes, "/f?id=4") == ("/f", "4")


def test_several_persons_in_one_path():
    routes = Routes([Route("/compare/{person}/{person}")])
    assert found(routes, "/compare/1/2") == ("/compare/{person}/{person}", "1", "2")
    assert found(routes, "/compare/1/1") == ("/compare/{person}/{person}", "1")
    assert found(routes, "/compare//1/2") == "shift"


def test_a_route_that_is_there_twice_is_a_mistake_of_the_caller():
    with pytest.raises(AssertionError, match="listed twice"):
        Routes([Route("/a/{person}"), Route("/a/{}", free=True)])
    Routes([Route("/a/{person}", methods=GET), Route("/a/{}", methods=POST, free=True)])


def test_overlaps():
    assert Route("/a").overlaps(Route("/a"))
    assert Route("/a", methods=GET).overlaps(Route("/a", hosts=frozenset({"h"})))
    assert not Route("/a", methods=GET).overlaps(Route("/a", methods=POST))
    assert not Route("/a", hosts=frozenset({"h"})).overlaps(Route("/a", hosts=frozenset({"g"})))


def test_a_hundred_routes_cost_no_more_than_one():
    """By counting steps, not time: the search visits the nodes of its own path alone."""
    routes = Routes([Route(f"/api/t{n}/{{person}}/x") for n in range(100)])
    visited = 0

    class Counting(dict):
        def get(self, key, default=None):
            nonlocal visited
            visited += 1
            return super().get(key, default)

    def count(node):
        node.literals = Counting(node.literals)
        for child in (*node.literals.values(), *filter(None, (node.variable, node.rest))):
            count(child)

    count(routes._root)
    assert found(routes, "/api/t57/12/x") == ("/api/t57/{person}/x", "12")
    assert visited == 4
