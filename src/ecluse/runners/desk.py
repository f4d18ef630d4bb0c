"""What can be asked of a running gate? The protocol that the API speaks to, whoever counts behind it."""

from collections.abc import Sequence
from typing import Any, Protocol

from ecluse.model.asked import Answer, Asked, Operation
from ecluse.model.client import Client
from ecluse.model.finding import Finding
from ecluse.service.tally import Tally

__all__ = ["Desk"]


class Desk(Protocol):
    """A running gate. What it answers as released is durable in the ledger."""

    async def ask(self, operation: Operation, asked: Asked, client: Client) -> Answer:
        """Decides one request.

        Raises:
            CallerError: when the client may not ask for this application, or asks impossible things.
            UnavailableError: when the ledger cannot be written; nothing may be shown.
        """
        ...

    async def ask_many(
        self, calls: Sequence[tuple[Operation, Asked]], client: Client
    ) -> list[Answer]:
        """Decides several requests in order, with one wait for the disk."""
        ...

    async def post(
        self, reservation: str, client: Client, shown: Sequence[str] | None = None
    ) -> bool:
        """Confirms a reservation of this client; with `shown`, only these persons were shown."""
        ...

    async def release(self, reservation: str, client: Client) -> bool:
        """Takes a reservation of this client back: nothing was shown."""
        ...

    async def explain(self, asked: Asked | int, client: Client) -> dict[str, Any]:
        """Tells the numbers of every budget for a request, or an earlier entry's decision in words."""
        ...

    async def status(self, account: str, application: str, client: Client) -> dict[str, Any]:
        """Tells what an account may still read, per budget and window, and whether it is closed."""
        ...

    async def act(self, kind: str, detail: dict[str, Any], client: Client) -> dict[str, Any]:
        """Makes a person's act: `hold`, `reopen`, `application`, `account`, `acknowledge`, `drill`, `reload`.

        Raises:
            CallerError: when the client is no named person's, or the act is impossible.
        """
        ...

    def findings(self) -> tuple[Finding, ...]:
        """What a person should know of the gate now, most severe first."""
        ...

    def acknowledged(self, finding: Finding) -> dict[str, str] | None:
        """Who has seen an open finding, and when: `by`, `at`; None when nobody has."""
        ...

    def health(self) -> dict[str, Any]:
        """Whether it decides: `status` (`pass`, `warn`, `fail`), and why; served without enrolment, so without names."""
        ...

    def tally(self) -> Tally:
        """Counts since the start, for metrics."""
        ...
