"""How much less may be read in an application that is on its way out? Further budgets, beside the others.

    state             share of every limit
    live              all of it, no further budget
    decommissioning   half
    closing           half, and in its last days (`retire`) down to nothing at the closing date, a step a day
    closed            nothing is asked: `Standing.refusal` refuses

Each budget that concerns such an application gets a copy for it alone, counted by the application
too. The budget itself stays, so that the copies can only tighten. From one day to the next only
limits fall: the counts go on (`Engine.adopt`), and nothing is read from the ledger for it.

Cost: O(budgets x applications on their way out), once a day and at each act.
"""

from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from typing import Final

from ecluse.engine.life import Life
from ecluse.engine.standing import Standing
from ecluse.model.estate import LifeCycle
from ecluse.model.policy import Budget, Count, Key, PolicySet, Window
from ecluse.model.time import DAY

__all__ = ["scaled"]

_HALF: Final = Fraction(1, 2)


def scaled(policies: PolicySet, standing: Standing, at: int, *, retire: int) -> PolicySet:
    """The policy set with its further budgets of an instant; the set itself where there are none.

    A copy is named `<budget>@<application>`. Budgets that count accounts are not copied: how many
    accounts share a source is no amount of data.

    Args:
        policies: the set as people wrote it.
        standing: where each application stands.
        at: microseconds.
        retire: microseconds over which the limits of a closing application fall; all its time when that is shorter.
    """
    shares = {
        name: share
        for name, life in sorted(standing.applications.items())
        if (share := _share(life, at, retire)) is not None
    }
    copies = tuple(
        _copy(budget, name, share)
        for name, share in shares.items()
        for budget in policies.budgets
        if budget.counts is not Count.ACCOUNTS and _concerns(budget, name)
    )
    if not copies:
        return policies
    words = "".join(f"\n{name} {share}" for name, share in shares.items())
    digest = sha256(f"{policies.digest}{words}".encode()).hexdigest()
    return PolicySet((*policies.budgets, *copies), digest)


def _share(life: Life, at: int, retire: int) -> Fraction | None:
    state = life.state_at(at)
    if state is LifeCycle.DECOMMISSIONING:
        return _HALF
    if state is not LifeCycle.CLOSING:
        return None
    if life.closes_at is None:
        return _HALF
    begin = _begin(life, life.closes_at, retire)
    days, whole = _days(begin, at), life.closes_at - begin
    return _HALF * max(Fraction(0), 1 - Fraction(days * DAY, whole))


def _begin(life: Life, closes_at: int, retire: int) -> int:
    """When the limits begin to fall: so long before the end, but not before the application was closing."""
    begin = closes_at - max(retire, 1)
    return begin if life.since is None else min(max(begin, life.since), closes_at - 1)


def _days(begin: int, at: int) -> int:
    return max(0, (at - begin) // DAY)


def _concerns(budget: Budget, application: str) -> bool:
    named = budget.target.applications
    return named is None or application in named


def _copy(budget: Budget, application: str, share: Fraction) -> Budget:
    keys = ({*budget.per} - {Key.SYSTEM}) | {Key.APPLICATION}
    return replace(
        budget,
        id=f"{budget.id}@{application}",
        per=tuple(key for key in Key if key in keys),
        target=replace(budget.target, applications=frozenset({application})),
        windows=tuple(Window(w.length, int(w.limit * share)) for w in budget.windows),
    )
