"""What follows when a budget asks for a justification or a second factor, and it is given?"""

from typing import Final

from ecluse.detectors.targets import GIVEN, when_given
from ecluse.model.policy import Budget, Effect, Mode, PolicySet

__all__ = ["ASKED", "opened"]

ASKED: Final = {Effect.JUSTIFY: "a justification", Effect.STEP_UP: "a second factor"}


def opened(budget: Budget, policies: PolicySet) -> tuple[Budget, ...] | None:
    """The budgets that count what is read with it; None when it asks for nothing, or when nothing opens."""
    if budget.effect not in GIVEN:
        return None
    target = when_given(budget.target, budget.effect, given=None)
    if budget.target == target:
        return None
    given = when_given(target, budget.effect, given=True)
    return tuple(b for b in policies.budgets if b.target == given and _stands_in(b, budget))


def _stands_in(other: Budget, budget: Budget) -> bool:
    """Whether it counts the same by the same keys, and refuses at least where the budget does."""
    acts = not other.effect.releases and other.mode in {Mode.ENFORCE, budget.mode}
    return acts and (other.per, other.counts) == (budget.per, budget.counts)
