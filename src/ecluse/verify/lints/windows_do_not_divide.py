"""The windows of a budget do not divide each other: the most that a thief can take is a bound, not a number."""

from collections.abc import Iterator
from itertools import pairwise

from ecluse.model.finding import Severity
from ecluse.model.time import format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        for shorter, longer in pairwise(budget.windows):
            if shorter.limit != longer.limit and longer.length % shorter.length:
                short, long = format_duration(shorter.length), format_duration(longer.length)
                yield Remark(
                    on_budget(budget.id, "limits", long),
                    f"`{budget.id}`: {short} does not divide {long}, so the most that a thief can take is a bound, not a number",
                    "choose windows that divide each other: 10m, 1h, 24h, 30d, 360d",
                    budget.id,
                )


LINT = Lint(
    title="Windows that do not divide each other",
    severity=Severity.INFORMATIONAL,
    what="A window of a budget is no multiple of the next shorter one, such as 30 days of 7 days.",
    why="When every window divides the next, the most that can be taken in any of these times is exactly the number in the file. "
    "When not, several budgets together can only be bounded from above.",
    source="network calculus: the closure of sliding limits is exact when the lengths divide each other (Le Boudec, Thiran)",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=POLICY.replace("24h: 500", "24h: 500, 7d: 1500")),
    good=Sample(policy=POLICY.replace("24h: 500", "24h: 500, 5d: 1500")),
)
