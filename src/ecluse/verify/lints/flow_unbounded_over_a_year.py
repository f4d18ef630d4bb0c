"""Accounts are bounded over a month, and not over a year."""

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Sample
from ecluse.verify.lint.gaps import gaps_of
from ecluse.verify.lint.samples import ESTATE, POLICY

__all__ = ["LINT"]

LINT = Lint(
    title="No limit over a year",
    severity=Severity.LOW,
    what="The budgets of a kind of account have no window of 360 days. The finding says how much one account may read in a year: with 500 in "
    "24 hours and 4,000 in 30 days it is 50,500, which is twelve times 4,000 and five days more.",
    why="People come back, so an honest year meets far fewer different ones than twelve months added up; somebody who sells a few "
    "hundred a day does not.",
    source="FT-2021: 58,124 people in exports from February to May",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=gaps_of("flow-unbounded-over-a-year"),
    bad=Sample(policy=POLICY.replace(", 360d: 6000", ""), estate=ESTATE),
    good=Sample(policy=POLICY, estate=ESTATE),
)
