"""Accounts of the accounts table have no kind, or no organization."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.headcounts import headcounts_of
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_ESTATE = ESTATE.replace("adviser: 40", "adviser: 2")
_GOOD = "account,kind,organization\na-1,adviser,agency\na-2,adviser,agency\n"

LINT = Lint(
    title="Accounts without a kind or an organization",
    severity=Severity.LOW,
    what="Rows of the accounts table leave the kind or the organization empty.",
    why="An unknown fact satisfies every condition: such an account draws on the budgets of all kinds at once, and nobody knows whose it is.",
    source="decision 0012: unknown facts tighten",
    needs=frozenset({Part.ESTATE, Part.TABLES}),
    check=headcounts_of("account-incomplete"),
    bad=Sample(estate=_ESTATE, accounts=f"{_GOOD}a-3,adviser,\n"),
    good=Sample(estate=_ESTATE, accounts=_GOOD),
)
