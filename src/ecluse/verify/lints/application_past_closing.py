"""An application was to close on a day that is past."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.gaps import gaps_of
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_BAD = ESTATE.replace(
    "population: 50000,", "population: 50000, state: closing, closes: 2026-06-30,"
)

LINT = Lint(
    title="An application past its closing date",
    severity=Severity.HIGH,
    what="The date on which an application was to close is past, and the estate file does not say that it is closed.",
    why="The gate refuses every read in it from that date on; an application that nobody asks the gate about goes on showing files. Either it is "
    "closed, or the date is wrong, and somebody must say which.",
    source="Kairos, July 2025: the application at the end of its life was the one that was robbed",
    needs=frozenset({Part.ESTATE, Part.TODAY}),
    check=gaps_of("application-past-closing"),
    bad=Sample(estate=_BAD, today="2026-11-30"),
    good=Sample(estate=_BAD.replace("2026-06-30", "2027-06-30"), today="2026-11-30"),
)
