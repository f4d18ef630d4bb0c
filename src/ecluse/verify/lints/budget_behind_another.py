"""A budget can never decide: another, wider one always refuses first."""

from collections.abc import Iterator

from ecluse.counting.closure import most_in
from ecluse.model.finding import Severity
from ecluse.model.policy import Budget
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY
from ecluse.verify.lint.targets import counts_at_least

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    budgets = inspected.policies.budgets
    for place, budget in enumerate(budgets):
        for earlier, other in enumerate(budgets):
            if other not in inspected.refusing or other is budget or not _first(other, budget):
                continue
            if earlier > place and budget in inspected.refusing and _first(budget, other):
                continue  # each stands behind the other: told once, of the later
            yield Remark(
                on_budget(budget.id),
                f"`{budget.id}` never decides: `{other.id}` counts at least as much, and refuses before any of its limits is reached",
                f"remove `{budget.id}`, or give it less than `{other.id}`",
                budget.id,
            )
            break


def _first(other: Budget, budget: Budget) -> bool:
    """Whether whatever the budget would refuse or warn of, the other refuses before, and no more mildly."""
    if other.effect < budget.effect or not counts_at_least(other, budget):
        return False
    for window in budget.windows:
        most = most_in(other.windows, window.length)
        if most > window.limit or most >= budget.warn_from(window.limit):
            return False
    return True


_BAD = f"{POLICY}  - id: account-application\n    per: [account, application]\n    limits: {{1h: 200, 24h: 800}}\n"

LINT = Lint(
    title="A budget that never decides",
    severity=Severity.LOW,
    what="Another budget concerns all the accesses that this one concerns, is counted by the same keys or fewer, and lets at most this one's limits "
    "through in each of its windows. Effects are compared as well: a `hold` behind a `deny` decides when one request goes beyond both.",
    why="A budget that never decides looks like protection and is none. The numbers were probably meant the other way round.",
    source="Kairos, July 2025: a detector that was present, and set so that it could not help",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=_BAD),
    good=Sample(policy=_BAD.replace("1h: 200, 24h: 800", "1h: 120, 24h: 300")),
)
