"""The estate file has accounts that the accounts table does not know."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.headcounts import headcounts_of
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_ESTATE = f"{ESTATE}  - {{id: branch, accounts: {{adviser: 1}}}}\n".replace(
    "adviser: 40", "adviser: 1"
)
_BAD = "account,kind,organization\na-1,adviser,agency\n"

LINT = Lint(
    title="Accounts that the table does not know",
    severity=Severity.LOW,
    what="The estate file counts accounts of a kind in an organization, and the accounts table has none there.",
    why="Either the table is old, and its accounts count as new at the gate; or the accounts are gone, and the estate speaks of more than "
    "there is.",
    source="CNIL, délibération 2021-122 and guides: regular review of rights, arrivals and departures",
    needs=frozenset({Part.ESTATE, Part.TABLES}),
    check=headcounts_of("accounts-not-in-table"),
    bad=Sample(estate=_ESTATE, accounts=_BAD),
    good=Sample(estate=_ESTATE, accounts=f"{_BAD}a-2,adviser,branch\n"),
)
