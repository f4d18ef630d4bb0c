"""How much a budget allows, and how much a justification or a second factor adds."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.policy import Window
from ecluse.model.time import format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.opening import ASKED, opened

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if after := opened(budget, inspected.policies):
            more = " and ".join(f"{_listed(b.windows)} more (`{b.id}`)" for b in after)
            yield Remark(
                on_budget(budget.id, "afterwards"),
                f"`{budget.id}`: {_listed(budget.windows)}, and with {ASKED[budget.effect]} {more}",
                "the most that may be read is the sum of both",
                budget.id,
            )


def _listed(windows: tuple[Window, ...]) -> str:
    return ", ".join(f"{w.limit} in {format_duration(w.length)}" for w in windows)


_BAD = """\
version: 1
budgets:
  - id: strangers
    per: account
    limits: {1h: 20, 24h: 40}
    effect: justify
    afterwards: {24h: 20}
"""

LINT = Lint(
    title="What a justification adds",
    severity=Severity.INFORMATIONAL,
    what="Both numbers of a budget with `afterwards`, side by side.",
    why="The most that one account may read is the sum of both. Who chooses the numbers should see it.",
    source="decision 0016: what a justification opens is a budget of its own",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=_BAD),
    good=Sample(policy=_BAD.replace("effect: justify\n    afterwards: {24h: 20}", "effect: deny")),
)
