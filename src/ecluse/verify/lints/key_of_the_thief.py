"""A budget is counted per session or source, of which a thief can have as many as he likes."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Count, Key
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import POLICY

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if budget.counts is Count.PERSONS and {Key.SESSION, Key.SOURCE} & set(budget.per):
            key = "session" if Key.SESSION in budget.per else "source"
            yield Remark(
                on_budget(budget.id, "per"),
                f"`{budget.id}` is counted per {key}, of which a thief can have as many as he likes",
                "keep it if you like it, and have a budget per account beside it",
                budget.id,
            )


LINT = Lint(
    title="A key that the thief chooses",
    severity=Severity.INFORMATIONAL,
    what="A budget of persons is counted per session or per source. Coverage and bound take no account of it.",
    why="Whoever has a password opens a new session, from a new address, as often as he likes; each has the full limit again.",
    source="DGFiP, June 2026: addresses changed daily; Stormous, October 2025: automated log-ins",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=POLICY.replace("per: account", "per: session")),
    good=Sample(policy=POLICY),
)
