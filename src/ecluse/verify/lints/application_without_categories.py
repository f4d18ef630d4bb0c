"""An application does not say which categories of data it shows."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_application
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for application in inspected.open_applications:
        if not application.categories:
            yield Remark(
                on_application(application.id),
                f"`{application.id}` does not say which categories of data it shows, so no lint can tell whether they are sensitive",
                "add `categories:`, as in the record of processing activities",
                application.id,
            )


LINT = Lint(
    title="An application that does not say what it shows",
    severity=Severity.LOW,
    what="An application of the estate lists no `categories`.",
    why="Lints about sensitive data cannot speak of it, and after a theft nobody can say from the ledger which data were shown.",
    source="GDPR Art. 30(1)(c) and 33(3)(a); Ouiform, December 2025: not possible to say individually which data were taken",
    needs=frozenset({Part.ESTATE}),
    check=_check,
    bad=Sample(estate=ESTATE.replace(", categories: [identity]", "")),
    good=Sample(estate=ESTATE),
)
