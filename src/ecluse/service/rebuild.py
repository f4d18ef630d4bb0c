"""Rebuilds the engine's state from the ledger, so that no budget starts afresh after a restart.

1. read the ledger, oldest entry first: the accesses of the longest window whose data left, what was
   reserved and not shown, and what was closed and not opened again, however long ago;
2. count the accesses at once (`bulk`), but for the persons that were not shown;
3. close again what is still closed.

Who has a state of an earlier entry reads only what came after it (`read_on`): the result is the same.
Cost: about 1 µs an entry in all with the shipped policies (docs/state.md has the measurements).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

from ecluse.engine.evaluate import Engine
from ecluse.model.access import AccessRequest
from ecluse.model.policy import PolicySet
from ecluse.service.rebuild_acts import HOLD, OBSERVED, RELEASE, REOPEN, Acts, Holds, is_released
from ecluse.service.rebuild_columns import Gatherer
from ecluse.service.rebuild_past import Past
from ecluse.service.rebuild_state import FRESH, State, counted_from, engine_of

__all__ = [
    "HOLD",
    "OBSERVED",
    "RELEASE",
    "REOPEN",
    "Entries",
    "Read",
    "closed",
    "read_back",
    "read_on",
    "rebuild",
    "released",
]


_NEVER: Final = 1 << 62
"""No access is as late."""


class Entries(Protocol):
    """The reading half of a ledger."""

    def scan(
        self, *, since: int | None = None, columns: Sequence[str] = ...
    ) -> Iterator[pl.DataFrame]:
        """See `ports.Ledger`."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """What the first entries of a ledger have left.

    Attributes:
        size: how many entries are counted: all those numbered below.
        known: how many were read; persons of counted entries whom these take back are left out.
    """

    state: State
    size: int
    known: int


def rebuild(policies: PolicySet, ledger: Entries, *, now: int) -> tuple[Engine, int]:
    """Makes an engine whose counts and holds are those that the ledger's accesses have left.

    It may run in a thread while others append; entries from the size on are for `catch_up`.

    Args:
        policies: the set in force.
        ledger: its persons must not be destroyed within the longest window.
        now: microseconds; accesses that left the longest window before are not counted.

    Returns:
        The engine, and how many entries it has taken in.

    Raises:
        IntegrityError, UnavailableError: when the ledger cannot be read.
    """
    read = read_back(policies, ledger, now=now)
    return engine_of(policies, read.state), read.size


def read_back(policies: PolicySet, ledger: Entries, *, now: int, until: int | None = None) -> Read:
    """Like `rebuild`, for who has no use for the engine.

    Args:
        policies: the set in force.
        ledger: see `rebuild`.
        now: see `rebuild`.
        until: counts only the entries numbered below; what later ones take back is left out all the same.
    """
    tail = _Tail(policies, since=now - _longest(policies), until=until)
    tail.read(ledger)
    return tail.counted(FRESH, tail.past())


def read_on(
    policies: PolicySet, former: Read, ledger: Entries, *, until: int | None = None
) -> Read | None:
    """Takes in the entries after those of a state.

    Args:
        policies: of the same `fingerprint` as those of the state.
        former: see `read_back`.
        ledger: may begin anywhere up to the first entry that is not counted yet.
        until: see `read_back`.

    Returns:
        The same as `read_back`; None when only that can tell: an entry takes back persons that are
        counted already, or is older than what is.
    """
    state = former.state
    tail = _Tail(policies, first=former.size, known=former.known, until=until)
    tail.acts.holds.update(state.holds)
    tail.read(ledger)
    past = tail.past()
    at = past.history.at
    if tail.acts.reaches_before(former.size, since=former.known):
        return None
    if at.size and int(at[0]) < state.clock:
        return None
    return tail.counted(state, past)


def released(
    policies: PolicySet, ledger: Entries, *, now: int
) -> Iterator[tuple[int, AccessRequest]]:
    """The accesses that `rebuild` counts, one by one, oldest first, with the facts that the policies ask about."""
    tail = _Tail(policies, since=now - _longest(policies))
    tail.read(ledger)
    yield from tail.past().requests()


def closed(policies: PolicySet, ledger: Entries) -> Holds:
    """What the ledger says is closed: by a budget or a person, and not reopened since. Cost: one pass."""
    tail = _Tail(policies, since=_NEVER)
    tail.read(ledger)
    return tail.acts.holds


class _Tail:
    """The entries of a ledger from one on."""

    def __init__(
        self,
        policies: PolicySet,
        *,
        since: int | None = None,
        first: int = 0,
        known: int = 0,
        until: int | None = None,
    ) -> None:
        self.acts = Acts(policies)
        self._policies = policies
        self.size, self.known = first, max(first, known)
        self._clock = 0
        self._gatherer = Gatherer(policies)
        self._since, self._first, self._until = since, first, until

    def read(self, ledger: Entries) -> None:
        """Step 1."""
        columns = sorted({*self._gatherer.columns, *self.acts.COLUMNS})
        for frame in ledger.scan(columns=columns):
            end = int(frame["seq"][-1]) + 1
            if end > self._first:
                self.known = max(self.known, end)
                self._take(frame.filter(pl.col("seq") >= self._first))

    def _take(self, frame: pl.DataFrame) -> None:
        self.acts.take_back(frame)
        if self._until is not None:
            frame = frame.filter(pl.col("seq") < self._until)
        if frame.height:
            self.size = int(frame["seq"][-1]) + 1
            self.acts.close(frame)
        left = frame.filter(is_released())
        if left.height:
            self._clock = max(self._clock, int(left["at"].max()))  # type: ignore[arg-type]  # of integers
            self._gatherer.add(
                left if self._since is None else left.filter(pl.col("at") >= self._since)
            )

    def past(self) -> Past:
        """What was shown."""
        return self._gatherer.finish(self.acts.not_shown())

    def counted(self, former: State, past: Past) -> Read:
        """Steps 2 and 3."""
        state = counted_from(
            self._policies, former, past, self.acts.holds, first=self._first, size=self.size, clock=self._clock
        )  # fmt: skip
        return Read(state, self.size, self.known)


def _longest(policies: PolicySet) -> int:
    return max((w.length for b in policies.budgets for w in b.windows), default=0)
