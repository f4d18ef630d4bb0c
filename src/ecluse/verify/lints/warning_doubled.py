"""A budget warns from a share of its limit on, and beyond the limit it only warns again."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Effect
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if budget.effect is Effect.WARN and budget.warn_share is not None:
            yield Remark(
                on_budget(budget.id, "warn_at"),
                f"`{budget.id}` warns from a share of its limit on, and beyond the limit it only warns again",
                "remove `warn_at`, or choose a stronger effect",
                budget.id,
            )


_BAD = """\
version: 1
budgets:
  - id: busy
    per: account
    limits: {24h: 200}
    warn_at: 0.7
    effect: warn
"""

LINT = Lint(
    title="A warning before a warning",
    severity=Severity.LOW,
    what="A budget has `warn_at` and the effect `warn`: it warns from the share on, and the limit itself changes nothing.",
    why="Somebody who reads the limit believes that something happens there.",
    source="Kairos, July 2025: a detector whose number decided nothing",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=_BAD),
    good=Sample(policy=_BAD.replace("    warn_at: 0.7\n", "")),
)
