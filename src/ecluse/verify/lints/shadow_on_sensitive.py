"""A budget on an application with sensitive data only watches."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Count, Mode
from ecluse.verify.coverage import bounds_an_account
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY
from ecluse.verify.lint.targets import concerns, within
from ecluse.verify.sensitive import sensitive_of

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if budget.mode is not Mode.SHADOW or budget.counts is not Count.PERSONS:
            continue
        if any(_stands_in(other, budget) for other in inspected.refusing):
            continue
        names = [
            application.id
            for application in inspected.open_applications
            if concerns(budget, application.id) and _shown(budget, application.id, inspected)
        ]
        if names:
            yield Remark(
                on_budget(budget.id, "mode"),
                f"`{budget.id}` only watches, and {_listed(names)} sensitive data",
                "write `mode: enforce`, at first with limits that disturb nobody, and tighten them from there",
                budget.id,
                Severity.MEDIUM if bounds_an_account(budget) else Severity.LOW,
            )


def _stands_in(other: Budget, budget: Budget) -> bool:
    """Whether an enforcing budget of the same keys holds meanwhile, so that the shadow is a trial of other numbers."""
    return other.per == budget.per and within(budget.target, other.target)


def _shown(budget: Budget, application: str, inspected: Inspected) -> bool:
    named = budget.target.categories
    found = next(a for a in inspected.estate.applications if a.id == application)
    return any(named is None or c in named for c in sensitive_of(found, inspected.estate))


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return f"`{names[0]}` shows"
    if len(names) > 3:
        return f"{len(names)} applications (`{names[0]}`, `{names[1]}`, …) show"
    return f"{' and '.join(f'`{name}`' for name in names)} show"


_ESTATE = ESTATE.replace("[identity]", "[identity, bank]")
_BAD = f"{POLICY}  - id: account-bank\n    per: [account, application]\n    limits: {{1h: 30, 24h: 100}}\n    mode: shadow\n"

LINT = Lint(
    title="Sensitive data that is only watched",
    severity=Severity.MEDIUM,
    what="A budget that counts persons in an application with sensitive categories is in `mode: shadow`, and no enforcing budget of the same keys "
    "holds meanwhile. Budgets that many accounts share are told with low severity.",
    why="A trial is for finding numbers; on bank data or health it should not last. Widen the limits rather than leave the door open.",
    source="FICOBA, January 2026: 1.2 million bank accounts in sixteen days; SAN-2026-003: measures identified and not in force",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=_BAD, estate=_ESTATE),
    good=Sample(policy=_BAD.replace("shadow", "enforce"), estate=_ESTATE),
)
