"""A path that no route names passes uncounted."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for file, routes in inspected.routes.items():
        if routes.permit_others:
            yield Remark(
                Where(Part.ROUTES, ("otherwise",), file),
                "a path that no route names passes uncounted: a page that was forgotten, or comes with the next version, has no budget",
                "list the pages that show nobody as `free: nobody`, and write `otherwise: refuse`",
            )


_BAD = """\
version: 1
application: files
person: {matches: '[0-9]+'}
otherwise: permit
routes:
  - path: /people/{person}
  - path: /login
    free: nobody
"""

LINT = Lint(
    title="Paths that nobody listed pass",
    severity=Severity.MEDIUM,
    what="A routes file says `otherwise: permit`.",
    why="The list of pages that show persons is never complete. What is not on it should be refused until somebody has looked.",
    source="CNIL, large databases, April 2025: allow only flows that are explicitly authorised",
    needs=frozenset({Part.ROUTES}),
    check=_check,
    bad=Sample(routes=_BAD),
    good=Sample(routes=_BAD.replace("otherwise: permit\n", "")),
)
