"""A route takes anything for the identifier of a person."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for file, routes in inspected.routes.items():
        wide = [r for r in routes.routes if r.shows_persons() and r.person.matches is None]
        if wide:
            first = wide[0].path
            more = f" and {len(wide) - 1} more routes" if len(wide) > 1 else ""
            yield Remark(
                Where(Part.ROUTES, ("routes", first), file),
                f"`{first}`{more} take anything for a person's identifier"
                if more
                else f"`{first}` takes anything for a person's identifier",
                "write what identifiers look like: `person: {matches: '[0-9]+'}`",
                first,
            )


_BAD = """\
version: 1
application: files
routes:
  - path: /people/{person}
"""

LINT = Lint(
    title="Anything is a person",
    severity=Severity.LOW,
    what="A route shows persons, and neither it nor the file says with `matches` what an identifier looks like.",
    why="`/people/search` is counted as a person called `search`, who is read a thousand times and counts as one; and a second spelling of an identifier "
    "counts as somebody else.",
    source="decision of the routes file: what does not match is refused, not counted as somebody else",
    needs=frozenset({Part.ROUTES}),
    check=_check,
    bad=Sample(routes=_BAD),
    good=Sample(routes=_BAD.replace("routes:", "person: {matches: '[0-9]+'}\nroutes:")),
)
