"""What a replay saw that a person must know of: budgets that could not be applied."""

import numpy as np

from ecluse.engine.columns import event_mask
from ecluse.engine.history import Column, History
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Key, PolicySet

__all__ = ["unknown_keys"]

_ALWAYS_KNOWN = frozenset({Key.ACCOUNT, Key.APPLICATION, Key.LINEAGE, Key.SYSTEM})


def unknown_keys(history: History, policies: PolicySet) -> tuple[Finding, ...]:
    """Budgets that drew nothing from some events because their key was unknown there."""
    found = []
    for budget in policies.budgets:
        for key in budget.per:
            if key in _ALWAYS_KNOWN or not len(history):
                continue
            column: Column | None = getattr(history, key.value)
            unknown = np.ones(len(history), np.bool_) if column is None else column.codes < 0
            mask = event_mask(history, budget.target)
            number = int(unknown.sum() if mask is None else (unknown & mask).sum())
            if number:
                found.append(
                    Finding(
                        code="budget-not-applied",
                        severity=Severity.MEDIUM,
                        what=f"budget `{budget.id}` did not apply to {number} of {len(history)} events: "
                        f"their {key.value} is unknown",
                        help=f"say in the mapping where the log holds the {key.value}, or add it to the accounts table",
                        about=budget.id,
                    )
                )
    return tuple(found)
