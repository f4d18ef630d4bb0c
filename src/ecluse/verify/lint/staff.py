"""How much may all accounts together read, each up to its own limits? What makes a shared limit mean something."""

from collections.abc import Callable, Iterable
from math import inf
from typing import Final

from ecluse.counting.closure import most_in
from ecluse.model.estate import AccountKind, Application
from ecluse.model.policy import Budget, Count, Key, Target
from ecluse.verify.coverage import bounds_an_account
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.targets import concerns

__all__ = ["SHARED", "OwnLimits", "is_shared", "most_together", "reachable", "shared_keys"]

SHARED: Final = frozenset({Key.ORGANIZATION, Key.APPLICATION, Key.SYSTEM})


def is_shared(budget: Budget) -> bool:
    """Whether it counts the persons that many accounts read together."""
    return budget.counts is Count.PERSONS and set(budget.per) <= SHARED


def shared_keys(budget: Budget, inspected: Inspected) -> dict[str, dict[tuple[str, str], int]]:
    """For each key of a shared budget, in words: how many accounts of each kind draw on it, by application.

    A key whose budget asks for more than kinds, organizations and applications is looked at as if it did not: then more
    accounts are counted, never fewer.
    """
    found: dict[str, dict[tuple[str, str], int]] = {}
    for application in inspected.open_applications:
        if not concerns(budget, application.id):
            continue
        for kind in inspected.opening(application.id):
            if budget.target.kinds is not None and kind.id not in budget.target.kinds:
                continue
            flow, named = (kind.id, application.id), budget.target.organizations
            for organization, count in inspected.held[kind.id]:
                if named is None or organization in named:
                    held = found.setdefault(_key(budget, application.id, organization), {})
                    held[flow] = held.get(flow, 0) + count
    return found


def most_together(
    held: dict[tuple[str, str], int], length: int, own: Callable[[str, str, int], float]
) -> float:
    """The most persons that these accounts may read in a stretch, each up to its own limits; infinite without any."""
    return sum(
        count * own(kind, application, length) for (kind, application), count in held.items()
    )


def _key(budget: Budget, application: str, organization: str) -> str:
    named = []
    if Key.APPLICATION in budget.per:
        named.append(f"`{application}`")
    if Key.ORGANIZATION in budget.per:
        named.append(f"`{organization}`")
    return " of ".join(named) or "the system"


class OwnLimits:
    """The most that one account of a kind may read in an application: the tightest of its own budgets."""

    def __init__(self, inspected: Inspected) -> None:
        self._budgets = [b for b in inspected.refusing if bounds_an_account(b)]
        self._known: dict[tuple[str, str, int], float] = {}

    def __call__(self, kind: str, application: str, length: int) -> float:
        asked = (kind, application, length)
        if asked not in self._known:
            limits = [
                most_in(b.windows, length)
                for b in self._budgets
                if _plain(b.target) and concerns(b, application) and _of_kind(b, kind)
            ]
            self._known[asked] = min(limits, default=inf)
        return self._known[asked]


def _plain(target: Target) -> bool:
    """Whether it always concerns an access of these kinds and applications."""
    return target == Target(kinds=target.kinds, applications=target.applications)


def _of_kind(budget: Budget, kind: str) -> bool:
    return budget.target.kinds is None or kind in budget.target.kinds


def reachable(
    budget: Budget, inspected: Inspected
) -> Iterable[tuple[AccountKind, list[Application]]]:
    """The kinds that a budget concerns, and the applications that each reaches under it."""
    for kind in inspected.estate.kinds:
        if inspected.accounts.get(kind.id) and _of_kind(budget, kind.id):
            found = [a for a in inspected.reached(kind) if concerns(budget, a.id)]
            if found:
                yield kind, found
