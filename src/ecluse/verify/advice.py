"""What is allowed in a policy set, and probably not meant? The lints that look at its budgets one by one."""

from typing import Final

from ecluse.model.estate import Estate
from ecluse.model.finding import Finding
from ecluse.model.policy import PolicySet
from ecluse.verify import lints
from ecluse.verify.lint.contract import Part
from ecluse.verify.lint.inspected import NO_ESTATE, Inspected

__all__ = ["advise"]

_LINTS: Final = (
    "window-idle",
    "windows-do-not-divide",
    "warning-doubled",
    "key-of-the-thief",
    "budget-in-shadow",
    "nothing-opens",
    "opens-without-limit",
    "opens-more",
    "budget-without-table",
)
"""Their codes, in the order in which they speak of a budget. `ecluse lint` runs all that there are."""


def advise(policies: PolicySet, *, estate: Estate | None = None) -> tuple[Finding, ...]:
    """Advice about each budget, in the order of the policy set; with an estate, also about its tables."""
    inspected = Inspected(policies=policies, estate=estate or NO_ESTATE)
    found = []
    for code in _LINTS:
        lint = lints.find(code)
        if estate is not None or Part.ESTATE not in lint.needs:
            for remark in lint.check(inspected):
                severity = remark.severity or lint.severity
                found.append(Finding(code, severity, remark.what, remark.help, remark.about))
    place = {budget.id: number for number, budget in enumerate(policies.budgets)}
    return tuple(sorted(found, key=lambda finding: place[finding.about]))
