"""An account may read all that its day allows within a second."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.finding import Severity
from ecluse.model.time import HOUR, format_duration
from ecluse.verify.coverage import bounds_an_account
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY
from ecluse.verify.lint.targets import within

__all__ = ["LINT"]

_FEW: Final = 60


def _check(inspected: Inspected) -> Iterator[Remark]:
    own = [b for b in inspected.refusing if bounds_an_account(b)]
    short = [b for b in own if b.windows[0].length <= HOUR]
    for budget in own:
        first = budget.windows[0]
        if first.limit <= _FEW or any(within(budget.target, b.target) for b in short):
            continue
        yield Remark(
            on_budget(budget.id, "limits"),
            f"`{budget.id}` lets {first.limit:,} persons be read at once: its shortest window is {format_duration(first.length)}",
            "add windows of 10m and 1h",
            budget.id,
        )


LINT = Lint(
    title="No limit within the hour",
    severity=Severity.LOW,
    what="A budget per account has no window of an hour or less, and no other budget per account has one for the same accesses. A limit of 60 or less needs none.",
    why="Nobody reads 500 files in a minute. A short window is what tells a program from a person, and stops it before the day's limit is gone.",
    source="Kairos, July 2025: 47 people a second; DGFiP, June 2026: no rate limiting existed",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=POLICY.replace("10m: 60, 1h: 150, ", "")),
    good=Sample(policy=POLICY),
)
