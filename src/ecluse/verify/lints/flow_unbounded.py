"""Accounts may read any number of persons: no budget bounds them."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.gaps import gaps_of
from ecluse.verify.lint.samples import ESTATE, POLICY

__all__ = ["LINT"]

LINT = Lint(
    title="Accounts that no budget bounds",
    severity=Severity.HIGH,
    what="A kind of account may read any number of persons in an application: no budget per account or lineage counts persons there, "
    "enforces, and refuses beyond its limit.",
    why="One stolen account reads them all. This is the finding that would have told of the theft of July 2025 beforehand.",
    source="Kairos, July 2025: 340,000 people through one account; CNIL, large databases, April 2025: cap what an attacker could extract",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=gaps_of("flow-unbounded"),
    bad=Sample(policy=POLICY.replace("per: account", "per: application"), estate=ESTATE),
    good=Sample(policy=POLICY, estate=ESTATE),
)
