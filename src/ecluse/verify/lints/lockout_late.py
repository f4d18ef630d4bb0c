"""An application lets more than ten log-ins fail before it locks the account."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_application
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_MOST: Final = 10


def _check(inspected: Inspected) -> Iterator[Remark]:
    for application in inspected.open_applications:
        after = application.lockout_after
        if after is not None and after > _MOST:
            yield Remark(
                on_application(application.id, "lockout_after"),
                f"`{application.id}` locks an account only after {after} failed log-ins",
                f"lock, delay or show a puzzle after {_MOST} at most, and correct `lockout_after`",
                application.id,
            )


_BAD = ESTATE.replace("population: 50000,", "population: 50000, lockout_after: 50,")

LINT = Lint(
    title="A lock-out that comes late",
    severity=Severity.MEDIUM,
    what="`lockout_after` of an application is more than 10.",
    why="A password of eight characters is accepted only with a delay, a puzzle or a lock after ten failures. Fifty were a fault in a decision "
    "of five million euros.",
    source="CNIL, délibération 2022-100; SAN-2026-003, 22 January 2026",
    needs=frozenset({Part.ESTATE}),
    check=_check,
    bad=Sample(estate=_BAD),
    good=Sample(estate=_BAD.replace("50,", "10,").replace("50000, l", "50000, l")),
)
