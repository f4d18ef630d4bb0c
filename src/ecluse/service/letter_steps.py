"""What follows when a letter cannot be delivered? The next address, then the post, then only the public notice. A table of waits besides."""

from typing import Final, Protocol

from ecluse.model.letter import LetterState
from ecluse.model.time import HOUR, MINUTE

__all__ = ["MOST_TRIES", "Undelivered", "next_step", "wait_after"]

_WAITS: Final = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)
MOST_TRIES: Final = 9
"""After that many tries a server that always asks to come back later has refused (RFC 5321 §4.5.4.1: four days at most; here about a day)."""


class Undelivered(Protocol):
    """What is known of a letter that came back."""

    @property
    def others(self) -> tuple[str, ...]: ...
    @property
    def address(self) -> str: ...
    @property
    def way(self) -> int: ...


def next_step(letter: Undelivered, end: LetterState) -> tuple[LetterState, int]:
    """The state that follows, and which mail address is used then; `end` when there is no other way to the person."""
    if letter.way < len(letter.others):
        return LetterState.PREPARED, letter.way + 1
    if letter.address:
        return LetterState.POST, letter.way
    return end, letter.way


def wait_after(tries: int) -> int:
    """Microseconds until a letter is tried again; a server that delays unknown senders (greylisting) takes it after some minutes."""
    return _WAITS[min(max(tries, 1), len(_WAITS)) - 1]
