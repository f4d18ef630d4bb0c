"""Which ways lead from an account to a person? The flows of an estate, alike ones together.

A flow is a kind of account in an organization that uses an operation of an application to see a category.
Estates have thousands of organizations; those that no policy tells apart are one class here.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, TypeVar

from ecluse.model.estate import AccountKind, Application, Estate, Organization
from ecluse.model.policy import Budget, Target

__all__ = ["SIDES", "Flow", "allows", "merge", "split"]

T = TypeVar("T")

UNLISTED: Final = ""
"""Stands for the operations or categories of an application that lists none."""


SIDES: Final = ("applications", "kinds", "organizations", "operations", "categories")
"""The sides of a flow, which are also conditions of a target."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Accounts of these kinds and organizations that read in these applications; an empty set means all there are."""

    applications: frozenset[str]
    kinds: frozenset[str]
    organizations: frozenset[str]
    operations: frozenset[str]
    categories: frozenset[str]


def split(estate: Estate, budgets: Sequence[Budget]) -> Iterator[tuple[Flow, AccountKind]]:
    """Every flow of the estate, with organizations, operations and categories together that no budget tells apart."""
    for kind in estate.kinds:
        owners = [o for o in estate.organizations if any(h.kind == kind.id for h in o.accounts)]
        classes = _classes(owners, budgets)
        for application in estate.applications:
            if kind.applications and application.id not in kind.applications:
                continue
            operations = _alike(application.operations, budgets, "operations")
            categories = _alike(application.categories, budgets, "categories")
            for bodies, done, shown in product(classes, operations, categories):
                one = frozenset({application.id}), frozenset({kind.id})
                yield Flow(*one, bodies, done, shown), kind


def allows(target: Target, side: str, names: frozenset[str]) -> bool:
    """Whether the target's condition on one of `SIDES` holds for all of these names."""
    allowed: frozenset[str] | None = getattr(target, side)
    return allowed is None or names <= allowed


def merge(flows: Iterable[Flow], estate: Estate) -> list[Flow]:
    """The same flows in as few groups as one pass a side gives; a side that is whole is written as empty."""
    merged = _join(flows, "categories")
    merged = [
        _whole(f, "categories", _of_application(estate, f, lambda a: a.categories)) for f in merged
    ]
    merged = _join(merged, "operations")
    merged = [
        _whole(f, "operations", _of_application(estate, f, lambda a: a.operations)) for f in merged
    ]
    merged = _join(merged, "organizations")
    merged = [_whole(f, "organizations", _with_kind(estate, f)) for f in merged]
    merged = _join(merged, "kinds")
    merged = [_whole(f, "kinds", _opening(estate, f)) for f in merged]
    merged = _join(merged, "applications")
    return [_whole(f, "applications", frozenset(a.id for a in estate.applications)) for f in merged]


def _classes(organizations: list[Organization], budgets: Sequence[Budget]) -> list[frozenset[str]]:
    return _alike([o.id for o in organizations], budgets, "organizations") if organizations else []


def _alike(names: Sequence[str], budgets: Sequence[Budget], side: str) -> list[frozenset[str]]:
    """The names, together where no budget's condition on that side tells them apart."""
    conditions: set[frozenset[str]] = {getattr(b.target, side) or frozenset() for b in budgets}
    ordered = sorted(conditions, key=sorted)
    found: dict[Hashable, list[str]] = {}
    for name in names or (UNLISTED,):
        found.setdefault(tuple(name in ids for ids in ordered), []).append(name)
    return [frozenset(alike) for alike in found.values()]


def _join(flows: Iterable[Flow], side: str) -> list[Flow]:
    """Unites flows that differ on one side only."""
    found: dict[Flow, set[str]] = {}
    for flow in flows:
        others = replace(flow, **{side: frozenset()})
        found.setdefault(others, set()).update(getattr(flow, side))
    return [replace(others, **{side: frozenset(united)}) for others, united in found.items()]


def _whole(flow: Flow, side: str, whole: frozenset[str]) -> Flow:
    return replace(flow, **{side: frozenset()}) if getattr(flow, side) == whole else flow


def _of_application(
    estate: Estate, flow: Flow, listed: Callable[[Application], tuple[str, ...]]
) -> frozenset[str]:
    names = (listed(a) for a in estate.applications if a.id in flow.applications)
    return frozenset(name for found in names for name in found or (UNLISTED,))


def _with_kind(estate: Estate, flow: Flow) -> frozenset[str]:
    found = (o.id for o in estate.organizations if any(h.kind in flow.kinds for h in o.accounts))
    return frozenset(found)


def _opening(estate: Estate, flow: Flow) -> frozenset[str]:
    held = {h.kind for o in estate.organizations for h in o.accounts}
    opening = (
        k.id for k in estate.kinds if not k.applications or flow.applications & set(k.applications)
    )
    return frozenset(opening) & held
