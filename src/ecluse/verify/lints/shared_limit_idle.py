"""A limit that many accounts share is above what they could read even if each were at its own limit."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Mode
from ecluse.model.time import format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE, POLICY
from ecluse.verify.lint.staff import OwnLimits, is_shared, most_together, shared_keys

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    own = OwnLimits(inspected)
    for budget in inspected.policies.budgets:
        if not is_shared(budget) or budget.effect.releases:
            continue
        keys = shared_keys(budget, inspected)
        idle = {
            key: held
            for key, held in keys.items()
            if all(most_together(held, w.length, own) <= w.limit for w in budget.windows)
        }
        if idle:
            yield _remark(budget, idle, own, everywhere=len(idle) == len(keys))


def _remark(
    budget: Budget, idle: dict[str, dict[tuple[str, str], int]], own: OwnLimits, *, everywhere: bool
) -> Remark:
    last = budget.windows[-1]
    key, held = next(iter(idle.items()))
    most, length = int(most_together(held, last.length, own)), format_duration(last.length)
    where = f"{len(idle)} of its keys, such as {key}" if len(idle) > 1 else key
    enforced = budget.mode is Mode.ENFORCE
    severity = Severity.LOW if everywhere else Severity.INFORMATIONAL
    return Remark(
        on_budget(budget.id, "limits", length),
        f"`{budget.id}` never decides in {where}: all accounts at their own limits read at most {most:,} in {length}, and it allows {last.limit:,}",
        "lower it to a little above the busiest honest day of all together",
        budget.id,
        Severity.MEDIUM if everywhere and enforced else severity,
    )


_BAD = f"{POLICY}  - id: everybody\n    per: application\n    limits: {{1h: 10000, 24h: 40000}}\n"

LINT = Lint(
    title="A shared limit above what all could read",
    severity=Severity.MEDIUM,
    what="All accounts of the estate that draw on a budget per application, organization or system, each reading up to its own limits, stay below it "
    "in every window. Where that holds for some of its keys only, or for a budget in shadow, it is told with low severity or for information.",
    why="A shared limit is there for the theft through many accounts, each below its own limit. This one cannot see it.",
    source="CNIL, large databases, April 2025: a limit per user and globally per application; Kairos, July 2025",
    needs=frozenset({Part.POLICY, Part.ESTATE}),
    check=_check,
    bad=Sample(policy=_BAD, estate=ESTATE),
    good=Sample(policy=_BAD.replace("1h: 10000, 24h: 40000", "1h: 800, 24h: 4000"), estate=ESTATE),
)
