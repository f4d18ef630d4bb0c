"""What does sending letters need from outside? A server that takes them, and the outbox that remembers."""

from typing import Protocol

from ecluse.model.letter import Answer, Attempt, LetterRow, LetterState, Personal

__all__ = ["LetterServer", "Letters"]


class LetterServer(Protocol):
    """One connection to the mail server that takes letters. An error of the server is an answer, not an exception."""

    def offer(self, to: str) -> Answer:
        """Called first for each letter; the server is told the address and given nothing yet."""
        ...

    def give(self, message: bytes) -> Answer:
        """Called after an offer that was taken; from here on a crash leaves the outcome unknown."""
        ...

    def close(self) -> None:
        """Called at the end; nothing is lost by it."""
        ...


class Letters(Protocol):
    """The letters of one incident. Every call that writes is durable when it returns, or raises `UnavailableError` and wrote nothing."""

    def due(self, now: int, most: int) -> tuple[LetterRow, ...]:
        """Called when there is nothing left to send; letters that may go out now."""
        ...

    def next_due(self) -> int | None:
        """Called at the end; when the next waiting letter may go out, None when none waits."""
        ...

    def personal(self, person: bytes, seen: str) -> Personal:
        """Called for each letter; the words of its person."""
        ...

    def message_id(self, row: LetterRow, domain: str) -> str:
        """Called for each letter; the same whenever it is sent to that address."""
        ...

    def begin(self, row: LetterRow, *, content: str, message_id: str, at: int) -> None:
        """Called before the server is given the letter; after a crash its outcome is unknown."""
        ...

    def count_try(self, row: LetterRow) -> int:
        """Called when a server asked to come back before it was given anything; how often that was."""
        ...

    def settle(
        self,
        row: LetterRow,
        state: LetterState,
        *,
        attempt: Attempt,
        due_at: int = 0,
        note: str = "",
        way: int | None = None,
    ) -> None:
        """Called with the answer."""
        ...
