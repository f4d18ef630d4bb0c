"""Which persons does a request show? The routes of the applications, and how a request finds its own.

The rule that makes it safe: a route that shows nobody, and `otherwise: permit`, hold only for the plain spelling
of a path; a spelling that servers read differently is refused; and what no route matches is refused too. So an
unusual spelling either names the same persons as the plain one, or does not pass.

Of several routes that match, the one with the leftmost literal wins, as in most applications: `/people/new`
before `/people/{person}` before `/people/{*}`. A path that shows persons by one method or host is never free by
another, unless a route with the very same pattern says so.

`HEAD` counts like `GET`. A method that a header or a parameter overrides (`X-HTTP-Method-Override`, `_method`) is
the application's matter: list such a route for both methods.

Cost: about 5 µs for a plain path that shows one person, whatever the number of routes. State: about
2 kB a route, nothing a request.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ecluse.routes.hosts import host_name
from ecluse.routes.outcome import Free, Match, Refused
from ecluse.routes.paths import PARAMETERS, Canonical, canonical
from ecluse.routes.patterns import Pattern, parse
from ecluse.routes.persons import PersonRule, query_name, query_values

__all__ = ["Route", "Routes"]


@dataclass(frozen=True)
class Route:
    """One kind of request.

    Attributes:
        path: its pattern (see `ecluse.routes.patterns`).
        methods: all when None; `GET` stands for `HEAD` too.
        hosts: names of hosts, in lower case without port; all when None.
        query: parameters of the query string that name persons.
        person: what identifiers look like.
        free: it shows nobody, or `disclosed` by the application itself, and passes uncounted.
        disclosed: the application tells whom it shows, before it answers.
        empty: whether it passes uncounted when its query names nobody.
        application, operation, categories: what is told of its accesses.
    """

    path: str
    methods: frozenset[str] | None = None
    hosts: frozenset[str] | None = None
    query: tuple[str, ...] = ()
    person: PersonRule = field(default_factory=PersonRule)
    free: bool = False
    disclosed: bool = False
    empty: bool = False
    application: str = ""
    operation: str | None = None
    categories: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> Pattern:
        """The path taken apart."""
        return parse(self.path)

    @cached_property
    def names(self) -> frozenset[str]:
        """The parameters of the query in the form in which they are compared."""
        return frozenset(map(query_name, self.query))

    @cached_property
    def passes(self) -> Free:
        """What is answered when it passes uncounted."""
        return Free(self.path, self.disclosed, self.operation, self.categories, self.application)

    def shows_persons(self) -> bool:
        """Whether persons are found by it."""
        return bool(self.pattern.people or self.query)

    def overlaps(self, other: "Route") -> bool:
        """Whether a request could match both where their patterns match alike."""
        methods = self.methods is None or other.methods is None or self.methods & other.methods
        hosts = self.hosts is None or other.hosts is None or self.hosts & other.hosts
        return bool(methods and hosts)


class _Node:
    """What follows one beginning of a path."""

    __slots__ = ("here", "literals", "rest", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.rest: _Node | None = None
        self.here: list[Route] = []


class Routes:
    """All routes of one file.

    Attributes:
        routes: in the order of the file.
        permit_others: whether a plain path that no route matches passes uncounted.
        ignore_case: whether the applications ignore the case of paths (never that of persons).
        free_options: whether `OPTIONS` passes uncounted; otherwise it is found like any other method.
        parameters: names of `;` parameters, in lower case, that may be cut off.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        *,
        permit_others: bool = False,
        ignore_case: bool = False,
        free_options: bool = False,
        parameters: frozenset[str] = PARAMETERS,
    ) -> None:
        self.routes: Final = tuple(routes)
        self.permit_others: Final = permit_others
        self.ignore_case: Final = ignore_case
        self.free_options: Final = free_options
        self.parameters: Final = parameters
        self._by_host: Final = any(r.hosts is not None for r in self.routes)
        self._root: Final = _Node()
        for route in self.routes:
            self._add(route)

    def find(
        self, method: str, target: str | bytes, *, host: str | None = None
    ) -> Match | Free | Refused:
        """Finds the persons that a request shows.

        Args:
            method: as in the request line.
            target: as in the request line, with its query; a str has one character a byte, as WSGI gives it.
            host: as the server that answers is configured; a value that the client chose protects nothing.
        """
        path = canonical(target, fold=self.ignore_case, parameters=self.parameters)
        if isinstance(path, Refused):
            return path
        if method == "OPTIONS" and self.free_options:
            return Free()
        if self._by_host or path.authority:
            host = host_name(path.authority, host)
            if host is None:
                return Refused("host")
        route, barred = self._search(path.keys, "GET" if method == "HEAD" else method, host)
        if route is not None and not route.free:
            return _persons(route, path)
        if barred:
            return Refused("method")
        if route is None and not self.permit_others:
            return Refused("route")
        if not path.plain:
            return Refused("spelling")
        return Free() if route is None else route.passes

    def _add(self, route: Route) -> None:
        node = self._root
        for literal in route.pattern.segments:
            if literal is None:
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                key = literal.casefold() if self.ignore_case else literal
                node = node.literals.setdefault(key, _Node())
        if route.pattern.rest:
            node.rest = node.rest or _Node()
            node = node.rest
        for other in node.here:
            assert not route.overlaps(other), f"`{route.path}` is listed twice"
        node.here.append(route)

    def _search(
        self, keys: tuple[str, ...], method: str, host: str | None
    ) -> tuple[Route | None, bool]:
        """The route with the leftmost literals, and whether one before it shows persons by another method or host."""
        barred = False
        end = len(keys)
        open_ = [(self._root, 0)]
        while open_:
            node, at = open_.pop()
            if node.rest is not None:
                open_.append((node.rest, end))
            if at < end:
                if node.variable is not None:
                    open_.append((node.variable, at + 1))
                following = node.literals.get(keys[at])
                if following is not None:
                    open_.append((following, at + 1))
                continue
            for route in node.here:
                if (route.methods is None or method in route.methods) and (
                    route.hosts is None or host in route.hosts
                ):
                    return route, barred
            barred = barred or any(r.shows_persons() for r in node.here)
        return None, barred


def _persons(route: Route, path: Canonical) -> Match | Free | Refused:
    """The persons of a request that its route matches."""
    pattern = route.pattern
    if path.shifted and pattern.variable > 1:
        return Refused("shift")  # `/a//1/2` is /a/1/2 to some and /a/«»/1 to others
    values = [path.segments[place] for place in pattern.people]
    if route.query and path.query:
        given = query_values(path.query, route.names)
        if isinstance(given, Refused):
            return given
        values += given
    persons = route.person.read(values)
    if isinstance(persons, Refused):
        return persons
    if not persons:
        if not route.empty:
            return Refused("nobody")
        return route.passes if path.plain else Refused("spelling")
    return Match(persons, route.operation, route.categories, route.application, route.path)
