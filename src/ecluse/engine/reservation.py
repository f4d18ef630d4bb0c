"""Open reservations: what was charged before it was shown, and how to take it back.

Theory of operation. A reservation is charged at once, at the instant of its decision, so that no
second request can use the same room. From there:

    state   event      next       effect on the counts
    open    post       posted     none (persons that were not shown are taken back)
    open    release    released   the charge is taken back, as if it had never been
    open    lifetime   posted     none: the application died, and nobody knows that nothing was shown

Taking back is not subtracting: an item's last access is the newest of its accesses, so an item that
an open reservation touched keeps a chain of what came after it: the last access before, then each
access with the reservation it belongs to (0 when it can no longer be taken back). A release removes
its link; the item's last access becomes that of the last link left.

Cost: O(items x budgets) an operation; nothing for requests that are not reserved. Space: one chain
an item and budget while a reservation on it is open, of at most two links a reservation.
"""

from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from ecluse.counting.log import Log
from ecluse.detectors.budget import BudgetDetector
from ecluse.model.access import AccessRequest

__all__ = ["Chain", "Chains", "Charge", "Open"]


@dataclass(slots=True)
class Charge:
    """What one access put on one budget."""

    detector: BudgetDetector
    key: Any
    items: tuple[Any, ...]


@dataclass(slots=True)
class Open:
    """A reservation that was neither posted nor released yet."""

    at: int
    expires_at: int
    request: AccessRequest
    charges: list[Charge] = field(default_factory=list)


@dataclass(slots=True)
class Chain:
    """The accesses to one item since the first open reservation on it."""

    before: int | None
    links: list[tuple[int, int]] = field(default_factory=list)  # (instant, reservation or 0)


class Chains:
    """The chains of all budgets."""

    __slots__ = ("by_item", "touched")

    def __init__(self) -> None:
        self.by_item: dict[tuple[str, Any, Any], Chain] = {}  # (budget, key, item)
        self.touched: Counter[Any] = Counter()
        """How many chains each item has: an item that is not here has none, whatever the budget."""

    def link(self, charge: Charge, at: int, reservation: int) -> None:
        """Notes an access, before it is charged: always for a reservation, else only where a chain is."""
        log = charge.detector.log(charge.key)
        for item in charge.items:
            name = (charge.detector.budget.id, charge.key, item)
            chain = self.by_item.get(name)
            if chain is None:
                if not reservation:
                    continue
                chain = self.by_item[name] = Chain(log.last(item))
                log.open += 1
                self.touched[item] += 1
            if not reservation and not chain.links[-1][1]:
                chain.links.pop()  # of two accesses that stay, only the later can be the last
            chain.links.append((at, reservation))

    def settle(self, charge: Charge, item: Any, reservation: int, *, keep: bool, now: int) -> None:
        """Makes one item's link final (`keep`) or takes it away, and puts the item where it belongs."""
        name = (charge.detector.budget.id, charge.key, item)
        chain = self.by_item.get(name)
        if chain is None:
            return  # the budget was changed meanwhile and counted anew
        log = charge.detector.log(charge.key)
        newest = chain.links[-1][0]
        chain.links = _telling(
            [
                (at, 0 if owner == reservation else owner)
                for at, owner in chain.links
                if keep or owner != reservation
            ]
        )
        if not any(owner for _, owner in chain.links):
            self._drop(name)
            log.open -= 1
        self._place(chain, log, item, newest, now)

    def forget_budgets_but(self, kept: Container[str]) -> None:
        """Drops the chains of budgets that are no longer counted."""
        for name in [name for name in self.by_item if name[0] not in kept]:
            self._drop(name)

    def _drop(self, name: tuple[str, Any, Any]) -> None:
        del self.by_item[name]
        self.touched[name[2]] -= 1
        if not self.touched[name[2]]:
            del self.touched[name[2]]

    @staticmethod
    def _place(chain: Chain, log: Log, item: Any, newest: int, now: int) -> None:
        last = chain.links[-1][0] if chain.links else chain.before
        if last != newest:
            log.put_back(item, last, now)


def _telling(links: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The links that may ever be the last one left: the open ones, and the newest that stays."""
    final = max((i for i, (_, owner) in enumerate(links) if not owner), default=-1)
    return [link for i, link in enumerate(links) if link[1] or i == final]
