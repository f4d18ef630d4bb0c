"""What a replay saw that a person must know of: what no budget counted, and what the estate does not have."""

import numpy as np

from ecluse.engine.columns import event_keys, event_mask
from ecluse.engine.history import Column, History
from ecluse.model.estate import Estate, LifeCycle
from ecluse.model.finding import Finding, Severity
from ecluse.model.policy import Budget, Count, Key, Mode, PolicySet

__all__ = ["applications_apart", "uncounted", "unknown_keys"]

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


def uncounted(history: History, policies: PolicySet) -> tuple[Finding, ...]:
    """Events on which no budget that refuses counted anything: their accounts may read without end."""
    if not len(history):
        return ()
    counted = np.zeros(len(history), np.bool_)
    for budget in policies.budgets:
        if _refuses(budget):
            mask = event_mask(history, budget.target)
            draws = event_keys(history, budget.per)[0] >= 0
            counted |= draws if mask is None else draws & mask
    left = np.flatnonzero(~counted)
    if not left.size:
        return ()
    accounts = np.unique(history.account.codes[left]).size
    first = history.account.words[int(history.account.codes[left[0]])]
    return (
        Finding(
            code="uncounted-events",
            severity=Severity.HIGH,
            what=f"no enforcing budget counted {left.size} of {len(history)} events, of {accounts} accounts",
            help="write a budget per account without a target: it covers whatever the others leave out",
            about=first,
        ),
    )


def _refuses(budget: Budget) -> bool:
    return (
        budget.mode is Mode.ENFORCE
        and budget.counts is Count.PERSONS
        and budget.target.own is None
        and not budget.effect.releases
    )


def applications_apart(history: History, estate: Estate | None) -> tuple[Finding, ...]:
    """Applications that the log has and the estate has not, and live ones that logged nothing."""
    if estate is None or not len(history):
        return ()
    codes, events = np.unique(history.application.codes, return_counts=True)
    seen = {history.application.words[c]: int(n) for c, n in zip(codes, events, strict=True)}
    known = {a.id for a in estate.applications}
    unlisted = [
        Finding(
            code="unlisted-application",
            severity=Severity.HIGH,
            what=f"{seen[name]} events are of `{name}`, which the estate does not have",
            help="add it to the estate, or correct `application` in the mapping",
            about=name,
        )
        for name in sorted(seen.keys() - known)
    ]
    silent = [
        Finding(
            code="silent-application",
            severity=Severity.LOW,
            what=f"`{a.id}` is live and logged nothing in this replay",
            help="replay its log too; if it writes none, its reads are not counted by anybody",
            about=a.id,
        )
        for a in estate.applications
        if a.id not in seen and a.state is LifeCycle.LIVE
    ]
    return (*unlisted, *silent)
