"""The accounts table and the estate file count very different numbers of accounts."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.headcounts import headcounts_of
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_TABLE = "account,kind,organization\na-1,adviser,agency\na-2,adviser,agency\n"

LINT = Lint(
    title="Numbers of accounts that differ",
    severity=Severity.LOW,
    what="The accounts table has less than half, or more than twice, the accounts that the estate file says.",
    why="How much many accounts may take together is computed from these numbers.",
    source="CNIL, délibération 2021-122 and guides: regular review of rights",
    needs=frozenset({Part.ESTATE, Part.TABLES}),
    check=headcounts_of("accounts-miscounted"),
    bad=Sample(estate=ESTATE, accounts=_TABLE),
    good=Sample(estate=ESTATE.replace("adviser: 40", "adviser: 2"), accounts=_TABLE),
)
