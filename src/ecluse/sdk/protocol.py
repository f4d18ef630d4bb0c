"""What does an enforcement point need of a gate? Five methods, whoever keeps them: a client, or a gate in the same process."""

from collections.abc import Sequence
from typing import Protocol

from ecluse.model.asked import Answer, Asked, Settled

__all__ = ["AwaitedGate", "SyncGate"]


class SyncGate(Protocol):
    """A gate that answers in the calling thread. Any number of threads may call it at once.

    Every method raises `UnavailableError` when the gate cannot answer, and `CallerError` when it
    will not hear this client or this call. Whoever calls shows nothing then.
    """

    def check(self, asked: Asked) -> Answer:
        """Decides and counts at once. Only when `released` may the data leave."""
        ...

    def reserve(self, asked: Asked) -> Answer:
        """Decides and counts until the reservation is posted or released; unanswered, it stays counted."""
        ...

    def observe(self, asked: Asked) -> Answer:
        """Records an access that has happened."""
        ...

    def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        """Confirms that all persons of a reservation were shown, or only those in `shown`."""
        ...

    def release(self, reservation: str) -> Settled:
        """Takes a reservation back: nothing of it was shown."""
        ...


class AwaitedGate(Protocol):
    """The same, awaited."""

    async def check(self, asked: Asked) -> Answer:
        """Decides and counts at once."""
        ...

    async def reserve(self, asked: Asked) -> Answer:
        """Decides and counts until posted or released."""
        ...

    async def observe(self, asked: Asked) -> Answer:
        """Records an access that has happened."""
        ...

    async def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        """Confirms that all persons of a reservation were shown, or only those in `shown`."""
        ...

    async def release(self, reservation: str) -> Settled:
        """Takes a reservation back."""
        ...
