"""A justification or a second factor opens a budget, and nothing counts what is read with it."""

from collections.abc import Iterator

from ecluse.detectors.targets import GIVEN
from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.opening import ASKED, opened

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if opened(budget, inspected.policies) == ():
            yield Remark(
                on_budget(budget.id, "target", GIVEN[budget.effect]),
                f"`{budget.id}` does not count what is read with {ASKED[budget.effect]}: only other budgets limit it",
                f"write `afterwards: {{24h: 20}}` instead of `{GIVEN[budget.effect]}: false`",
                budget.id,
            )


_BAD = """\
version: 1
budgets:
  - id: strangers
    per: account
    target: {justified: false}
    limits: {1h: 20, 24h: 40}
    effect: justify
"""
_GOOD = """\
version: 1
budgets:
  - id: strangers
    per: account
    limits: {1h: 20, 24h: 40}
    effect: justify
    afterwards: {24h: 20}
"""

LINT = Lint(
    title="A justification that opens everything",
    severity=Severity.LOW,
    what="A budget asks for a justification or a second factor, counts only what is read without it, and no budget of the same keys "
    "counts what is read with it.",
    why="A thief writes any justification. What it opens must have a limit as well.",
    source="Hospital studies: users pick the fastest option, and the text of a justification is weak evidence (MEDINFO 2015)",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=_BAD),
    good=Sample(policy=_GOOD),
)
