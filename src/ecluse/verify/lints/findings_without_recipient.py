"""Nobody is named whom findings or refused persons could reach."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import SETTINGS

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    settings = inspected.settings
    # A gate that can send findings lists its channels; one is a recipient as well as a person to call is.
    if not settings.contact and not getattr(settings, "channels", ()):
        yield Remark(
            Where(Part.SETTINGS),
            "nobody is named: a refused person has nobody to call, and a finding has nobody who must look",
            "write `contact:`, in English and in French",
        )


LINT = Lint(
    title="A finding that reaches nobody",
    severity=Severity.MEDIUM,
    what="The settings of the gate name no `contact`, and no channel for findings.",
    why="An alert without an owner is found later. In July 2025 the account had been reported on the same day, and nobody dealt with it.",
    source="Kairos, July 2025; DGFiP, June 2026: 13 hours and 50 minutes from the alert to a reset; CNIL, large databases, April 2025",
    needs=frozenset({Part.SETTINGS}),
    check=_check,
    bad=Sample(settings='version: 1\nlisten:\n  unix: {path: gate.sock, mode: "0660"}\n'),
    good=Sample(settings=SETTINGS),
)
