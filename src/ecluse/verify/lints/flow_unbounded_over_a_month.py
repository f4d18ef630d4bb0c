"""Accounts are bounded over hours, and not over a month."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.gaps import gaps_of
from ecluse.verify.lint.samples import ESTATE, POLICY

__all__ = ["LINT"]

LINT = Lint(
    title="No limit over a month",
    severity=Severity.MEDIUM,
    what="The budgets of a kind of account have no window of 30 days or more. The finding says how much one account may read in a year.",
    why="A patient thief stays below the day's limit. 1.2 million bank accounts were read in sixteen days without an alert.",
    source="FICOBA, January 2026: 75,000 a day for sixteen days; cadastre, July 2026: twelve days",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=gaps_of("flow-unbounded-over-a-month"),
    bad=Sample(policy=POLICY.replace(", 30d: 4000, 360d: 6000", ""), estate=ESTATE),
    good=Sample(policy=POLICY, estate=ESTATE),
)
