"""A budget only watches."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Mode
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if budget.mode is Mode.SHADOW:
            yield Remark(
                on_budget(budget.id, "mode"),
                f"`{budget.id}` only watches",
                "write `mode: enforce` once the replay of your logs shows that nobody honest is disturbed",
                budget.id,
            )


LINT = Lint(
    title="A budget that only watches",
    severity=Severity.INFORMATIONAL,
    what="A budget is in `mode: shadow`. What it would have refused is recorded, and leaves.",
    why="Shadow is where a budget begins, and where it is forgotten. Where it is the only one, `flow-only-watched` says so.",
    source="SAN-2026-003, January 2026: measures that were identified and not put into force",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=POLICY + "    mode: shadow\n"),
    good=Sample(policy=POLICY + "    mode: enforce\n"),
)
