"""Accounts may read any number of persons: the budgets that would bound them only watch."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.gaps import gaps_of
from ecluse.verify.lint.samples import ESTATE, POLICY

__all__ = ["LINT"]

LINT = Lint(
    title="Accounts that are only watched",
    severity=Severity.MEDIUM,
    what="The only budgets that would bound a kind of account in an application are in `mode: shadow`.",
    why="What they would refuse leaves, and is a line in the ledger. It takes one word to enforce them.",
    source="SAN-2026-003, January 2026: measures that were identified and not put into force",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=gaps_of("flow-only-watched"),
    bad=Sample(policy=f"{POLICY}    mode: shadow\n", estate=ESTATE),
    good=Sample(policy=f"{POLICY}    mode: enforce\n", estate=ESTATE),
)
