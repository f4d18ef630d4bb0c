"""What was released without the shared counter, and is still to be charged to it? Bounded: what is too much, the ledger knows.

Each access is in the ledger before its answer is given, or the answer is an error. So when more waits than is
kept here, the oldest half is dropped, and the whole ledger is brought to the counter instead; what it had already
counts once. The newest stay, since their entries may not be written yet.
"""

from typing import Final

from ecluse.model.access import AccessRequest

__all__ = ["NEWEST", "Owed"]

NEWEST: Final = 1_000
"""Accesses that are never dropped: more than can be on their way to the ledger."""


class Owed:
    """Accesses with their instants, oldest first.

    Attributes:
        spilled: how often the oldest were dropped since the ledger was brought; 0 when all that is owed is here.
    """

    def __init__(self, most: int) -> None:
        """Owes nothing yet.

        Args:
            most: persons of all accesses that are kept.
        """
        self.spilled = 0
        self._most, self._persons = most, 0
        self._kept: list[tuple[int, AccessRequest]] = []

    def add(self, at: int, request: AccessRequest) -> None:
        """Remembers one more."""
        self._kept.append((at, request))
        self._persons += _weight(request)
        self._bound()

    def take(self) -> list[tuple[int, AccessRequest]]:
        """Gives all that are kept, and keeps none."""
        taken, self._kept, self._persons = self._kept, [], 0
        return taken

    def put_back(self, taken: list[tuple[int, AccessRequest]]) -> None:
        """Keeps them again, before those that came meanwhile."""
        self._kept = taken + self._kept
        self._persons += sum(_weight(request) for _, request in taken)
        self._bound()

    def brought(self, spilled: int) -> None:
        """The ledger was brought, read after so many times of dropping; what was dropped since is still owed."""
        self.spilled -= spilled

    def _bound(self) -> None:
        dropped = min(len(self._kept) // 2, len(self._kept) - NEWEST)
        if self._persons <= self._most or dropped <= 0:
            return
        self._kept = self._kept[dropped:]
        self._persons = sum(_weight(request) for _, request in self._kept)
        self.spilled += 1


def _weight(request: AccessRequest) -> int:
    """An access without persons takes memory as well."""
    return 1 + len(request.persons)
