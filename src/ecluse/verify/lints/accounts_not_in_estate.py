"""The accounts table has accounts that the estate file does not know."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.headcounts import headcounts_of
from ecluse.verify.lint.samples import ESTATE

__all__ = ["LINT"]

_ESTATE = ESTATE.replace("adviser: 40", "adviser: 2")
_GOOD = "account,kind,organization\na-1,adviser,agency\na-2,adviser,agency\n"

LINT = Lint(
    title="Accounts that the estate does not know",
    severity=Severity.MEDIUM,
    what="The accounts table has accounts of a kind in an organization for which the estate file has none.",
    why="Coverage and loss bound are about the estate file. Accounts that it does not know are in neither.",
    source="CNIL, opinion 2024-088: many new accesses opened in a short time, without matching security",
    needs=frozenset({Part.ESTATE, Part.TABLES}),
    check=headcounts_of("accounts-not-in-estate"),
    bad=Sample(estate=_ESTATE, accounts=f"{_GOOD}a-3,adviser,branch\n"),
    good=Sample(estate=_ESTATE, accounts=_GOOD),
)
