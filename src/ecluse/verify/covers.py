"""What can one stolen account of each kind read in each application? The loss bound of every pair, taken alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.assurance import Cover
from ecluse.model.bound import Bound
from ecluse.model.estate import AccountKind, Application, Estate, Organization
from ecluse.model.time import DAY

__all__ = ["LONG", "SHORT", "Bounding", "covers"]

SHORT: Final = DAY
LONG: Final = 360 * DAY

Bounding = Callable[[Estate, Adversary, Sequence[int]], Bound]
"""Computes a bound under the policies in force."""


def covers(
    estate: Estate, bounding: Bounding, *, done: Callable[[], None] = lambda: None
) -> tuple[Cover, ...]:
    """Every pair of an application and a kind of account that can open it and of which there is an account.

    Args:
        estate: what can be read, by whom.
        bounding: how a bound is computed.
        done: called after each pair.
    """
    held: dict[str, int] = {}
    for organization in estate.organizations:
        for head in organization.accounts:
            held[head.kind] = held.get(head.kind, 0) + head.count
    found = []
    for application in estate.applications:
        for kind in estate.kinds:
            opens = not kind.applications or application.id in kind.applications
            if opens and held.get(kind.id):
                found.append(_cover(estate, application, kind, held[kind.id], bounding))
                done()
    return tuple(found)


def _cover(
    estate: Estate, application: Application, kind: AccountKind, accounts: int, bounding: Bounding
) -> Cover:
    alone = replace(
        estate, applications=(application,), kinds=(kind,), organizations=_with(estate, kind)
    )
    bound = bounding(alone, Adversary("one", (Stolen(kind=kind.id),)), (SHORT, LONG))
    short, long = (reached.persons for reached in bound.horizons)
    return Cover(application.id, kind.id, accounts, short, long)


def _with(estate: Estate, kind: AccountKind) -> tuple[Organization, ...]:
    """The organizations that have such accounts, without their others."""
    return tuple(
        replace(organization, accounts=heads)
        for organization in estate.organizations
        if (heads := tuple(h for h in organization.accounts if h.kind == kind.id and h.count))
    )
