"""An application is being decommissioned, and nobody has said until when."""

from collections.abc import Iterator

from ecluse.model.estate import LifeCycle
from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_application
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for application in inspected.estate.applications:
        if application.state is LifeCycle.DECOMMISSIONING and application.closes_at is None:
            yield Remark(
                on_application(application.id, "state"),
                f"`{application.id}` is being decommissioned, and has no date on which it closes",
                f"ask {application.owner} for a date, and write `closes:`; from then on the gate refuses by itself",
                application.id,
            )


_BAD = ESTATE.replace("population: 50000,", "population: 50000, state: decommissioning,")

LINT = Lint(
    title="An application that ends on no day",
    severity=Severity.LOW,
    what="An application is `decommissioning` and has no `closes`.",
    why="What ends on no day goes on. With a date, the gate lets less through as it comes near, and then nothing, without anybody having to remember.",
    source="Kairos, July 2025: an application that was being decommissioned, and in use",
    needs=frozenset({Part.ESTATE}),
    check=_check,
    bad=Sample(estate=_BAD),
    good=Sample(estate=_BAD.replace("decommissioning,", "decommissioning, closes: 2027-12-31,")),
)
