"""How does an application of one process do without a service? The gate as an object, for its own threads.

It answers the same questions as `sdk.Gate`, and can stand in its place at every enforcement point.
Only one process may write the ledger: with several workers, run `ecluse serve`.
"""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Self

from ecluse.model.asked import Answer, Asked, Operation, Settled
from ecluse.model.client import Client, Scope
from ecluse.model.errors import CallerError, EcluseError, UnavailableError
from ecluse.ports import Ledger, Ticket
from ecluse.runners.embedded import Decider

__all__ = ["InProcessGate"]

_SELF: Final = Client("unix", frozenset({Scope.ASK, Scope.REPORT}))
_TEND_EVERY: Final = 1.0


class InProcessGate:
    """Decides in the application's own process. Threads share it; an answer waits for the disk outside the lock."""

    def __init__(self, decider: Decider, seal: Callable[[], object]) -> None:
        self._decider = decider
        self._ledger: Ledger = decider.keeper.ledger
        self._seal = seal
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._tending = threading.Thread(target=self._tend, name="ecluse-tend", daemon=True)
        self._tending.start()

    def check(self, asked: Asked) -> Answer:
        """Decides and counts at once. Only when `released` may the data leave.

        Raises:
            CallerError: when it cannot be asked so, or the gate was closed.
            UnavailableError: when the ledger cannot be written; nothing may be shown.
        """
        return self._ask("check", asked)

    def reserve(self, asked: Asked) -> Answer:
        """Decides and counts until posted or released; left alone, it stays counted."""
        return self._ask("reserve", asked)

    def observe(self, asked: Asked) -> Answer:
        """Records an access that has happened."""
        return self._ask("observe", asked)

    def post(self, reservation: str, shown: Sequence[str] | None = None) -> Settled:
        """Confirms a reservation, or the part of it that was shown."""
        with self._turn:
            return Settled(self._decider.post(reservation, _SELF, shown))

    def release(self, reservation: str) -> Settled:
        """Takes a reservation back: nothing was shown."""
        with self._turn:
            return Settled(self._decider.release(reservation, _SELF))

    def close(self) -> None:
        """Ends it and lets the next writer at the ledger; a second call does nothing."""
        if not self._ended.is_set():
            self._ended.set()
            self._tending.join()
            with self._turn:
                self._ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self.close()

    def _ask(self, operation: Operation, asked: Asked) -> Answer:
        with self._turn:
            if self._ended.is_set():
                raise CallerError("the gate was closed", help="open another one")
            answer, ticket = self._decider.decide(operation, asked, _SELF)
        self._wait(answer, ticket)
        return answer

    def _wait(self, answer: Answer, ticket: Ticket | None) -> None:
        """Threads that wait at once share a commit: who comes second finds the work done."""
        if ticket is None:
            return
        try:
            self._ledger.commit(ticket)
        except UnavailableError:
            with self._turn:
                self._decider.undo(answer.reservation)
            raise

    def _tend(self) -> None:
        while not self._ended.wait(_TEND_EVERY):
            with self._turn:
                self._decider.tend()
                self._decider.keeper.summarize_refusals()
            try:
                self._ledger.commit()
                self._seal()
            except EcluseError:  # a disk that refuses: the next question says so
                continue
