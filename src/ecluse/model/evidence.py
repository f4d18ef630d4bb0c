"""What is an evidence pack? Everything about one incident that somebody outside may check, for one kind of reader."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Clock", "Left", "PackContent", "PackFacts", "PackLedger", "PackProfile"]


class PackProfile(StrEnum):
    """For whom a pack is made.

    `police`: everything, persons by the pseudonyms of the ledger. `regulator`: for a supervisory authority or an insurer, no
    person at all, neither by name nor by pseudonym.
    """

    POLICE = "police"
    REGULATOR = "regulator"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known of the clocks.

    Attributes:
        back: entries of the ledger that are dated before an earlier one.
        most: by how much at most, microseconds.
        synchronized: whether the clock of the machine that made the pack followed a time server then; None when that is unknown.
        error: bound of its error as its kernel gives it, microseconds.
    """

    back: int = 0
    most: int = 0
    synchronized: bool | None = None
    error: int | None = None


@dataclass(frozen=True, slots=True)
class PackLedger:
    """A ledger in a pack.

    Attributes:
        folder: within the pack.
        size: entries under its last checkpoint. entries: how many of them are in the pack.
        frozen: entries over which the last exposure was computed.
        frozen_over: size and root (hex) of each frozen exposure.
        checkpoints: how many were signed. signed_at: when the last one was, RFC 3339.
        pseudonym_key: fingerprint.
    """

    folder: str
    origin: str
    key: str
    size: int
    root: str
    entries: int
    frozen: int
    frozen_over: tuple[tuple[int, str], ...]
    checkpoints: int
    signed_at: str
    pseudonym_key: str


@dataclass(frozen=True, slots=True)
class PackContent:
    """A file of a pack; `what` is a key of the sentences that say what it is."""

    name: str
    what: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not in a pack, as a key of the sentences that say why."""

    what: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the pages of a pack tell.

    Attributes:
        made_at: microseconds. by: who made it.
        key: verifier key of the register.
        authority: address of the time-stamping authority; empty without one.
        sealed_to: public key of whom the pseudonym key is sealed to; empty when to nobody.
        accesses, refused, records, sources: of the entries.
        accounts: rows with `account`, `account_kind`, `organization`, `lineage`, `created_by`, `created_at`, `accesses`, `records`.
    """

    profile: PackProfile
    made_at: int
    by: str
    version: str
    key: str
    authority: str = ""
    sealed_to: str = ""
    ledgers: tuple[PackLedger, ...] = ()
    accesses: int = 0
    refused: int = 0
    records: int = 0
    sessions: int = 0
    sources: tuple[str, ...] = ()
    acts: int = 0
    accounts: tuple[dict[str, object], ...] = ()
    clock: Clock = Clock()
    contents: tuple[PackContent, ...] = ()
    left: tuple[Left, ...] = ()
