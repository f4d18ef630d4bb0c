"""What did released accesses show, in columns, with the facts that a log would not know of?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from ecluse.engine.columns import Flags, event_mask
from ecluse.engine.history import Column, History
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Target

__all__ = ["WORDS", "Past"]

WORDS: Final[tuple[str, ...]] = (
    "account",
    "application",
    "session",
    "organization",
    "source",
    "lineage",
    "kind",
    "factor",
    "operation",
    "categories",
)
"""Text columns of a history."""


@dataclass(frozen=True, slots=True)
class Past:
    """Released accesses in order of time, with what a log would not know of.

    Attributes:
        seq: number of each access's entry in the ledger.
        justified, stepped_up: bool an event; None where no policy asks.
    """

    history: History
    seq: npt.NDArray[np.int64]
    justified: Flags | None = None
    stepped_up: Flags | None = None

    def since(self, event: int) -> "Past":
        """The same from an event on, without copying."""
        if not event:
            return self
        history = self.history
        first = history.rows()[event:]
        rows = slice(int(first[0]), None)
        words = {
            name: Column(column.codes[event:], column.words)
            for name in WORDS
            if (column := getattr(history, name)) is not None
        }
        return Past(
            History(
                at=history.at[event:],
                person=history.person[rows],
                first_row=None if history.first_row is None else first - first[0],
                created_at=_from(history.created_at, event),
                bytes=_from(history.bytes, event),
                own=None if history.own is None else history.own[rows],
                **words,
            ),
            self.seq[event:],
            _from(self.justified, event),
            _from(self.stepped_up, event),
        )

    def mask(self, target: Target) -> Flags | None:
        """Which events satisfy the target's conditions, but for that on the caseload; None for all."""
        plain = replace(target, justified=None, stepped_up=None)
        mask = event_mask(self.history, plain)
        for wanted, given in (
            (target.justified, self.justified),
            (target.stepped_up, self.stepped_up),
        ):
            if wanted is not None:
                assert given is not None, "what a policy asks for is read"
                mask = given == wanted if mask is None else mask & (given == wanted)
        return mask

    def requests(self) -> Iterator[tuple[int, AccessRequest]]:
        """The accesses one by one, with their instants."""
        given = [
            (name, flags)
            for name, flags in (("justified", self.justified), ("stepped_up", self.stepped_up))
            if flags is not None
        ]
        for event, (at, request) in enumerate(self.history.requests()):
            facts = {name: True for name, flags in given if flags[event]}
            yield at, msgspec.structs.replace(request, **facts) if facts else request


def _from(column: npt.NDArray[Any] | None, event: int) -> Any:
    return None if column is None else column[event:]
