"""A lineage budget is for young accounts only: older ones leave it."""

from collections.abc import Iterator
from dataclasses import replace

from ecluse.model.finding import Severity
from ecluse.model.policy import Key
from ecluse.model.time import format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY
from ecluse.verify.lint.targets import within

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    kinds = inspected.estate.kinds
    if kinds and not any(kind.creates for kind in kinds):
        return
    lineages = [b for b in inspected.refusing if Key.LINEAGE in b.per]
    for budget in lineages:
        bar = budget.target.younger_than
        if bar is None:
            continue
        ageless = replace(budget.target, younger_than=None)
        if not any(b.target.younger_than is None and within(ageless, b.target) for b in lineages):
            old = format_duration(bar)
            yield Remark(
                on_budget(budget.id, "target", "account_age"),
                f"accounts that are {old} old leave `{budget.id}`: whoever waits so long has the full limit of each account that he created",
                "add a budget per lineage without `account_age`, with larger limits over 30d and 360d",
                budget.id,
            )


_BAD = """\
  - id: newcomers
    per: lineage
    target: {account_age: {under: 90d}}
    limits: {10m: 120, 24h: 1000, 30d: 4000}
"""
_MORE = """\
  - id: lineage
    per: lineage
    limits: {30d: 12000, 360d: 20000}
"""

LINT = Lint(
    title="A lineage that ends",
    severity=Severity.LOW,
    what="A budget per lineage has a bar on the age of accounts, and no other budget per lineage holds for older ones.",
    why="Accounts that were created for a theft can wait. Beyond the bar each of them has a limit of its own, and their number is what the thief "
    "created.",
    source="Ouiform, December 2025: a stolen manager's account created two others",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=f"{POLICY}{_BAD}"),
    good=Sample(policy=f"{POLICY}{_BAD}{_MORE}"),
)
