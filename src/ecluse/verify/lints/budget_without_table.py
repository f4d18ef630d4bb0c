"""A budget asks for what no table of the estate tells."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Key
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY

__all__ = ["LINT"]

_ACCOUNTS = "add `tables: {accounts: …}` to the estate"
_CASELOAD = "add `tables: {caseload: …}` to the estate"


def _check(inspected: Inspected) -> Iterator[Remark]:
    estate = inspected.estate
    for budget in inspected.policies.budgets:
        target = budget.target
        if estate.accounts_table is None and target.younger_than is not None:
            what = f"`{budget.id}` is for young accounts, and without an accounts table none is known to be young"
            yield Remark(on_budget(budget.id, "target", "account_age"), what, _ACCOUNTS, budget.id)
        if estate.accounts_table is None and Key.LINEAGE in budget.per:
            what = f"`{budget.id}` is counted per lineage, and without an accounts table each account is its own"
            yield Remark(on_budget(budget.id, "per"), what, _ACCOUNTS, budget.id)
        if estate.caseload_table is None and target.own is not None:
            what = f"`{budget.id}` asks for the caseload, and without its table every person satisfies that"
            yield Remark(on_budget(budget.id, "target", "caseload"), what, _CASELOAD, budget.id)


_POLICY = POLICY.replace("per: account", "per: lineage")

LINT = Lint(
    title="A budget without its table",
    severity=Severity.LOW,
    what="A budget depends on the age of accounts, on who created them, or on the caseload, and the estate names no table that tells.",
    why="Without the accounts table every account counts as established and as its own lineage: probation and lineage budgets then "
    "protect from nothing.",
    source="Ouiform, December 2025: 1.6 million people, through two accounts that a stolen one had created",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=_POLICY, estate=ESTATE),
    good=Sample(policy=_POLICY, estate=f"{ESTATE}tables: {{accounts: accounts.csv}}\n"),
)
