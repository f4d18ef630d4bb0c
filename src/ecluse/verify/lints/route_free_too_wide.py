"""A free route takes in pages that show persons, or everything."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.routes.routes import Route
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for file, routes in inspected.routes.items():
        shown = [r for r in routes.routes if r.shows_persons()]
        for route in routes.routes:
            if not (route.free and route.pattern.rest) or route.disclosed:
                continue
            where = Where(Part.ROUTES, ("routes", route.path), file)
            inside = [r.path for r in shown if _below(r, route)]
            if not any(route.pattern.segments):
                yield Remark(
                    where,
                    f"`{route.path}` lets every path that no other route names pass uncounted",
                    "name the pages that show nobody one by one, or their folder, such as `/static/{*}`",
                    route.path,
                )
            elif inside:
                yield Remark(
                    where,
                    f"`{route.path}` is free, and `{inside[0]}` below it shows persons: every other page beside it passes uncounted",
                    "name the free pages one by one",
                    route.path,
                )


def _below(shown: Route, free: Route) -> bool:
    prefix = free.pattern.segments
    return len(shown.pattern.segments) >= len(prefix) and all(
        mine is None or mine == other
        for mine, other in zip(prefix, shown.pattern.segments, strict=False)
    )


_BAD = """\
version: 1
application: files
person: {matches: '[0-9]+'}
routes:
  - path: /people/{person}
  - path: /people/{*}
    free: nobody
"""

LINT = Lint(
    title="A free route that is too wide",
    severity=Severity.MEDIUM,
    what="A route that ends in `{*}` is `free: nobody`, and stands for every path, or for a folder in which other routes show persons.",
    why="`/people/12` is counted, and `/people/12/print`, which shows the same, is free.",
    source="OWASP API Security 2023, API9: pages that nobody has on the list",
    needs=frozenset({Part.ROUTES}),
    check=_check,
    bad=Sample(routes=_BAD),
    good=Sample(
        routes=_BAD.replace("/people/{*}\n    free: nobody", "/people/new\n    free: nobody")
    ),
)
