"""A budget asks for a justification or a second factor, and giving it changes nothing."""

from collections.abc import Iterator

from ecluse.detectors.targets import GIVEN, when_given
from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_budget
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.opening import ASKED
from ecluse.verify.lint.samples import POLICY

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    for budget in inspected.policies.budgets:
        if budget.effect not in GIVEN:
            continue
        if budget.target == when_given(budget.target, budget.effect, given=None):
            yield Remark(
                on_budget(budget.id, "effect"),
                f"`{budget.id}` asks for {ASKED[budget.effect]}, and nothing opens by it",
                "write what it opens, such as `afterwards: {24h: 20}`, or `effect: deny`",
                budget.id,
            )


_GOOD = f"{POLICY}    effect: justify\n    afterwards: {{24h: 20, 30d: 60, 360d: 120}}\n"

LINT = Lint(
    title="Asked for, and of no use",
    severity=Severity.LOW,
    what="A budget with the effect `justify` or `step_up` has no `afterwards`: whoever gives what is asked for is refused again.",
    why="People learn that the form does nothing, and call the service desk. The right effect is `deny`.",
    source="decision 0016: what a justification opens is a budget of its own",
    needs=frozenset({Part.POLICY}),
    check=_check,
    bad=Sample(policy=f"{POLICY}    effect: justify\n"),
    good=Sample(policy=_GOOD),
)
