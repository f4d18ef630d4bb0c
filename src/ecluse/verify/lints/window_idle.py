"""Two windows of one budget have the same limit: the shorter never decides."""

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
            if shorter.limit == longer.limit:
                short, long = format_duration(shorter.length), format_duration(longer.length)
                yield Remark(
                    on_budget(budget.id, "limits", short),
                    f"`{budget.id}`: the window {short} never decides, since {long} has the same limit",
                    f"remove {short}, or lower its limit",
                    budget.id,
                )


LINT = Lint(
    title="A window that never decides",
    severity=Severity.LOW,
    what="Two windows of a budget have the same limit. Whatever the shorter would refuse, the longer refuses as well.",
    why="A number that never decides looks like protection. One of the two was probably meant to be another.",
    source="ordinary mistake: a window added later, with the limit copied",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=POLICY.replace("1h: 150", "1h: 60")),
    good=Sample(policy=POLICY),
)
