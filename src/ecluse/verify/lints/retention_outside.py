"""An application keeps its log for less than six months or more than a year, and nobody has written why."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.finding import Severity
from ecluse.model.time import DAY, format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_application
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_LEAST: Final = 180 * DAY
_MOST: Final = 366 * DAY
_EVER: Final = 1096 * DAY


def _check(inspected: Inspected) -> Iterator[Remark]:
    for application in inspected.open_applications:
        kept, reason = application.retention, application.retention_reason
        if kept is None or _LEAST <= kept <= _MOST or (reason and kept <= _EVER):
            continue
        side = "less than six months" if kept < _LEAST else "more than a year"
        told = f", and `retention_reason` does not carry {format_duration(kept)}: three years are the most"
        yield Remark(
            on_application(application.id, "retention"),
            f"`{application.id}` keeps its log for {format_duration(kept)}, {side}{told if reason else ', and nothing says why'}",
            "keep it for 180d to 366d, or write `retention_reason:`",
            application.id,
        )


_BAD = ESTATE.replace("population: 50000,", "population: 50000, retention: 30d,")

LINT = Lint(
    title="A log that is kept too short or too long",
    severity=Severity.MEDIUM,
    what="`retention` of an application is less than 180 days or more than 366, without a `retention_reason`; or more than three years.",
    why="Too short, and nobody can say who was read; too long, and the log is itself a file about people. Up to three years needs a "
    "demonstrated risk of misuse, in writing.",
    source="CNIL, délibération 2021-122, paragraphs 8 and 19; CNIL, large databases, April 2025",
    needs=frozenset({Part.ESTATE}),
    check=_check,
    bad=Sample(estate=_BAD),
    good=Sample(estate=_BAD.replace("30d,", "365d,")),
)
