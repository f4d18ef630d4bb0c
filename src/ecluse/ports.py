"""What the use cases need from outside, as protocols that adapters keep."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from ecluse.engine.explain import Usage
from ecluse.model.access import AccessRequest
from ecluse.model.account import AccountFacts
from ecluse.model.asked import Asked
from ecluse.model.call import Call, Verdict
from ecluse.model.channel import Message
from ecluse.model.decision import Hold
from ecluse.model.drill import Said, Visit
from ecluse.model.entry import Entry
from ecluse.model.finding import Finding
from ecluse.model.ids import Pseudonym
from ecluse.model.policy import Key, PolicySet

__all__ = [
    "Channel",
    "Clock",
    "Counter",
    "Directory",
    "DrillGate",
    "Ledger",
    "Pseudonyms",
    "Ticket",
    "Visitor",
    "Witness",
]


class Ticket(Protocol):
    """An appended entry that is not acknowledged yet."""

    @property
    def seq(self) -> int:
        """The sequence number that it will have once committed."""
        ...

    @property
    def epoch(self) -> int:
        """How often the ledger had taken entries back by then; an entry taken back later has a void ticket."""
        ...


class Pseudonyms(Protocol):
    """Turns identifiers of persons into what the ledger stores and the engine counts."""

    @property
    def fingerprint(self) -> str:
        """Names the key without giving it away; gates that count together must have the same."""
        ...

    def pseudonym(self, person: str) -> Pseudonym:
        """Called for each person before anything is stored; the same identifier always gives the same 16 bytes."""
        ...

    def pseudonyms(self, persons: Sequence[str]) -> list[Pseudonym]:
        """Called by replay for many persons at once; equal to `pseudonym` of each, in order."""
        ...


class Ledger(Protocol):
    """The append-only record of decided accesses and acts. One writer; any number of readers.

    Every method raises `UnavailableError` when the disk refuses; what was acknowledged before is kept.
    """

    @property
    def size(self) -> int:
        """How many entries it holds, appended but uncommitted ones included. Never decreases but by a failed commit."""
        ...

    @property
    def pseudonymizer(self) -> Pseudonyms:
        """Called once by whoever writes or resolves; holds the ledger's secret key."""
        ...

    def append(self, entry: Entry, *, durable: bool = False) -> Ticket:
        """Called for each decision before data leaves, and for each act.

        Promises order: entries are kept in the order of the calls. Without `durable` nothing is
        promised until `commit` returns: on a crash the entry is lost. With `durable` it commits as well.
        """
        ...

    def commit(self, ticket: Ticket | None = None) -> int:
        """Called once for a group of decisions, before any of their data leaves; returns how many entries are acknowledged.

        Promises that every entry appended before the call survives a loss of power (in relaxed
        mode: the death of the process). When it raises, none of the entries appended since the last
        success is in the ledger, and their tickets are void. Threads that share a ledger pass the ticket of
        their own entry; the one that commits for all others passes none, and is told by an error also when
        another thread's failure took their entries back.
        """
        ...

    def kept(self, ticket: Ticket) -> bool:
        """Called for each entry that shared a commit with others', once that has succeeded and before its data leaves.

        False when an earlier refusal of the disk took the entry back: who commits for a group is told of its
        own failure, and not of what the one before it took.
        """
        ...

    def extend(self, frame: pl.DataFrame) -> range:
        """Called by replay and import with hundreds of thousands of entries, columns named as the fields of `Entry`.

        Promises that all are durable when it returns; gives their sequence numbers. On a crash in
        the middle, a first part of them, in whole segments, may be kept and the rest is lost.
        """
        ...

    def scan(
        self, *, since: int | None = None, columns: Sequence[str] = ...
    ) -> Iterator[pl.DataFrame]:
        """Called at start to rebuild live state, with the longest window as `since` (microseconds).

        Promises committed entries in append order, with `seq`. Loses nothing; reads only.
        """
        ...

    def seal(self) -> Any:
        """Called when the write-ahead log is long, and at the end of the day.

        Promises the same entries afterwards, in a segment, under a signed checkpoint. A crash at any
        point leaves them either in the log or in the segment.
        """
        ...

    def seal_behind(self, *, at_least: int = 1) -> Any:
        """Called every second or so by a thread of its own, while others append and commit; does nothing below so many entries.

        Promises the same as `seal`, and that an append waits less than a millisecond and a commit for a few
        writes of a small file. One that fails changes nothing, and the next call finishes what it began.
        """
        ...

    def checkpoint(self) -> str:
        """Called when a witness outside is to hold proof of the present state; returns the signed note.

        Promises that whatever is changed below its size will show. On a crash the note may be kept or not.
        """
        ...

    def close(self) -> None:
        """Called once at the end; commits what is pending and lets the next writer in."""
        ...


class Channel(Protocol):
    """A way on which a person hears of a finding.

    Attributes:
        confirms: whether the other end says that it has a message; otherwise one that is lost is lost without a word.
    """

    @property
    def confirms(self) -> bool: ...

    def send(self, message: Message) -> str:
        """Called in a thread of the channel's own, one message at a time; says in a few words who took it.

        Promises that the server at the other end has taken the message for everybody concerned (where it `confirms`), or
        raises `UnavailableError`; then it is called again, so a message may come twice under the same `id`.
        On a crash the messages that wait are lost, and the findings are still open at the next start.
        """
        ...


class Directory(Protocol):
    """Tells the facts of accounts.

    Promises the same facts one by one and in bulk, and never fails for an account that it does not know:
    such an account is newborn at its first event. On a crash it forgets when such accounts were first
    seen; they are newborn once more.
    """

    def facts(self, account: str, at: int) -> AccountFacts:
        """Called before each decision; what is known of the account at an instant (microseconds)."""
        ...

    def own(self, account: str, persons: Sequence[str]) -> tuple[bool, ...] | None:
        """Called before each decision; whether each person is in the account's caseload, None when no relation is known."""
        ...

    def join(self, events: pl.DataFrame) -> pl.DataFrame:
        """Called by replay; adds account_kind, lineage, created_at to columns of EVENT_SCHEMA, and own when known."""
        ...

    def creators(self, account: str) -> tuple[str, ...]:
        """Called before each decision; who created the account, nearest first, up to the first of its line."""
        ...

    def descendants(self, account: str) -> frozenset[str]:
        """Called to show what a hold takes along; all accounts that it created, directly or through others."""
        ...

    def knows(self, account: str) -> bool:
        """Called when a person names an account to close; whether it is listed, was added or has created others."""
        ...

    def check_new(self, account: str, *, created_by: str | None) -> None:
        """Called before an account's act is written; raises `CallerError` when it is not new."""
        ...

    def add(
        self,
        account: str,
        *,
        kind: str | None,
        organization: str | None,
        created_by: str | None,
        at: int,
    ) -> None:
        """Called when an account was created while the gate runs, and at start for those of the ledger.

        Promises that nothing the directory knew is loosened: what it lists keeps its age and lineage (or
        `CallerError`), the new account is created at `at` and in the lineage of its creator (None is
        unknown). On a crash it is forgotten, and added again from the ledger.
        """
        ...

    def findings(self) -> tuple[Finding, ...]:
        """Called at the end of a replay; what a person should know of the directory after what it was asked."""
        ...


class Counter(Protocol):
    """Live counts that several gates share; its clock is its own and never goes back.

    Every method raises `UnavailableError` when it cannot be reached in time; what it then did or did
    not do is unknown, and a reservation that was made is kept for good when its lifetime ends.
    """

    async def decide(self, calls: Sequence[Call]) -> list[Verdict]:
        """Called with all calls that are waiting, in order; each is decided as by the engine, one after the other.

        Promises that all budgets of one request are charged together or not at all, whatever other gates do.
        """
        ...

    async def post(self, reservation: int, persons: tuple[int, ...] | None = None) -> bool:
        """Called when data was shown; with `persons`, only these were. False when it was settled before."""
        ...

    async def release(self, reservation: int) -> bool:
        """Called when nothing was shown. False when it was settled before."""
        ...

    async def usage(self, request: AccessRequest) -> tuple[Usage, ...]:
        """Called to explain; charges nothing."""
        ...

    async def hold(self, key: Key, name: str, hold: Hold) -> None:
        """Called on a person's word; every gate refuses from its next decision on."""
        ...

    async def reopen(self, key: Key, name: str) -> bool:
        """Called on a person's word; False when nothing was closed."""
        ...

    async def holds(self) -> dict[tuple[Key, str], Hold]:
        """Called to show what is closed."""
        ...

    async def adopt(self, policies: PolicySet) -> None:
        """Called when the policies change. Budgets that count something new start with what `load` brings."""
        ...

    async def load(
        self,
        history: Iterable[tuple[int, AccessRequest]],
        *,
        holds: Mapping[tuple[Key, str], Hold] | None = None,
        complete: bool = True,
    ) -> None:
        """Called at start, when the counter has forgotten, and after `adopt`: released accesses of this gate's ledger, oldest first.

        With what the ledger says is closed; not `complete` when it is only what was released without the counter.
        Promises that accesses it already counts change nothing: loading twice is loading once.
        """
        ...

    async def whole(self) -> bool:
        """Called before deciding anew after a loss: whether every gate has given what its ledger holds."""
        ...

    async def publish(self, topic: str, value: bytes) -> int:
        """Called when a person changed something that every gate must know; returns the topic's new version."""
        ...

    async def published(self, topic: str) -> tuple[int, bytes]:
        """Called several times a second: the version and value of a topic; 0 and nothing before the first."""
        ...

    async def close(self) -> None:
        """Called once at the end."""
        ...


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> int:
        """The instant, in microseconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Called between two looks at something that another process does."""
        ...


class Visitor(Protocol):
    """Reads as the synthetic account does, through one application or in its place."""

    def visit(self, person: str) -> Visit:
        """Called for each honey person; what an account at a screen would see.

        Raises `UnavailableError` when the application does not answer, or answers neither with the person nor with a refusal.
        """
        ...


class DrillGate(Protocol):
    """What a drill asks of the running gate. Every method raises `UnavailableError` when it does not answer."""

    def explain(self, question: Asked) -> dict[str, Any]:
        """Called before anybody is read; the numbers of every budget for a request, which counts nothing."""
        ...

    def status(self, account: str, *, application: str = "") -> dict[str, Any]:
        """Called before anybody is read; whether the account is closed."""
        ...

    def drill(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """Called at the beginning and at the end; durable when it returns, with `run` and `at`."""
        ...


class Witness(Protocol):
    """What the ledger says, read beside the gate that writes it. Every call reads it anew; nothing is written."""

    def shown(self, account: str, *, after: int, since: int) -> dict[str, frozenset[bytes]]:
        """Called after a drill; by application the pseudonyms shown in entries after number `after`, not older than `since`."""
        ...

    def said(self, *, since: int) -> list[Said]:
        """Called again and again; findings, what was told, what was seen, drills, in their order."""
        ...

    def last_accesses(self, *, since: int, but: frozenset[str]) -> dict[str, int]:
        """Called once; the instant of each application's last access, those of some accounts left out."""
        ...

    def pseudonyms(self, persons: Sequence[str]) -> list[Pseudonym]:
        """Called once; what the ledger calls these persons."""
        ...
