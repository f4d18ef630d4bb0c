"""Which targets and keys contain others? What two budgets count, compared without a single access."""

from ecluse.model.policy import Budget, Key, Target

__all__ = ["concerns", "counts_at_least", "within"]


def within(inner: Target, outer: Target) -> bool:
    """Whether every access that the inner target concerns is one that the outer concerns too."""
    for side in ("kinds", "organizations", "applications", "operations", "categories", "factors"):
        wider, narrower = getattr(outer, side), getattr(inner, side)
        if wider is not None and (narrower is None or not narrower <= wider):
            return False
    for fact in ("own", "justified", "stepped_up", "hours"):
        if getattr(outer, fact) not in {None, getattr(inner, fact)}:
            return False
    if outer.younger_than is not None:
        younger = inner.younger_than is not None and inner.younger_than <= outer.younger_than
        if not younger:
            return False
    if outer.older_than is None:
        return True
    return inner.older_than is not None and inner.older_than >= outer.older_than


def counts_at_least(outer: Budget, inner: Budget) -> bool:
    """Whether a key of the outer budget always counts at least what the inner's key counts at the same access."""
    if outer.counts is not inner.counts or not within(inner.target, outer.target):
        return False
    keys = set(inner.per) | ({Key.LINEAGE} if Key.ACCOUNT in inner.per else set())
    return outer.per == (Key.SYSTEM,) or set(outer.per) <= keys


def concerns(budget: Budget, application: str) -> bool:
    """Whether accesses of the application can be among what the budget counts."""
    names = budget.target.applications
    return names is None or application in names
