"""Which reservations are open, under which names, and whose are they?"""

import secrets
from collections import deque
from dataclasses import dataclass

from ecluse.model.client import Client
from ecluse.service.gatekeeper import Prepared

__all__ = ["OpenReservation", "Reservations"]


@dataclass(slots=True)
class OpenReservation:
    """What is needed to settle it.

    Attributes:
        number: the counter's number of it.
        seq: number of its entry in the ledger.
        expires_at: microseconds; the counter keeps it for good then.
    """

    number: int
    client: str
    prepared: Prepared
    expires_at: int
    seq: int = -1


class Reservations:
    """Open reservations by names that nobody can guess, in the order of their ends."""

    def __init__(self) -> None:
        self._open: dict[str, OpenReservation] = {}
        self._ends: deque[tuple[int, str]] = deque()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, number: int, prepared: Prepared, client: Client, expires_at: int) -> str:
        """Keeps one and names it: 64 random bits."""
        name = secrets.token_hex(8)
        self._open[name] = OpenReservation(number, client.id, prepared, expires_at)
        self._ends.append((expires_at, name))
        return name

    def written(self, name: str, seq: int) -> None:
        """Notes where its entry stands."""
        self._open[name].seq = seq

    def find(self, name: str, client: Client) -> OpenReservation | None:
        """Looks at it; None when it is not open or another client's."""
        found = self._open.get(name)
        return None if found is None or found.client != client.id else found

    def take(self, name: str, client: Client) -> OpenReservation | None:
        """Takes it out to settle it; None when it is not open or another client's."""
        return None if self.find(name, client) is None else self._open.pop(name)

    def drop(self, name: str) -> OpenReservation | None:
        """Takes it out whoever it belongs to, when its entry could not be written."""
        return self._open.pop(name, None)

    def expire(self, at: int) -> int:
        """Forgets those past their end and says how many there were."""
        ended = 0
        while self._ends and self._ends[0][0] <= at:
            ended += self._open.pop(self._ends.popleft()[1], None) is not None
        return ended
