"""What is an exposure, frozen? The persons read, how, the categories, and what the ledger could not tell."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CategoryCount",
    "CategorySet",
    "ExposureGap",
    "ExposureVersion",
    "LedgerState",
    "Manner",
    "Selection",
]


class Manner(StrEnum):
    """How a person was exposed; also the certainty class of a person in the list.

    `shown`: on a screen or in an answer about this person. `exported`: in an export. `listed`: only as a row of a list or a
    search result, so possibly not looked at. `unknown`: a gap of the ledger; nobody can be named, only bounded.
    """

    SHOWN = "shown"
    EXPORTED = "exported"
    LISTED = "listed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Selection:
    """Accesses that have one of each of these; empty takes every one. Several selections are taken together.

    Attributes:
        since, until: microseconds, half open `[since, until)`; None where it is open.
    """

    accounts: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    lineages: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The checkpoint over which an exposure was computed: origin, size and root (hex) of the tree (RFC 9162 §4.10).

    Attributes:
        entries: entries that were read; those from `size` on came after the last signed checkpoint.
        key: fingerprint of the pseudonym key.
    """

    origin: str
    size: int
    root: str
    entries: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Distinct persons of whom a category of data was exposed; a person counts once, under the gravest manner."""

    category: str
    persons: int
    shown: int = 0
    exported: int = 0
    listed: int = 0


@dataclass(frozen=True, slots=True)
class CategorySet:
    """Distinct persons of whom exactly these categories were exposed."""

    categories: tuple[str, ...]
    persons: int


@dataclass(frozen=True, slots=True)
class ExposureGap:
    """A stretch of time about which the ledger cannot tell everything.

    Attributes:
        first_at, last_at: microseconds; None where it is open.
        at_most: the most persons that it can hide, counted as person x access pairs; None when nothing bounds them.
        lost: entries that cannot be read or believed; None when nobody knows how many.
    """

    first_at: int | None
    last_at: int | None
    what: str
    at_most: int | None = None
    lost: int | None = 0


@dataclass(frozen=True, slots=True)
class ExposureVersion:
    """An exposure that does not change any more. What is learnt later makes the next version.

    Attributes:
        number: 1, 2, …
        digest: SHA-256 (hex) over selections, checkpoints, list of persons, gaps and numbers (`incident.exposure_digest`).
        most_per_access: the most persons that one access can show, as the operator says; what bounds a lost entry.
        list_digest: SHA-256 (hex) over the list of persons alone, however the file of it is written.
        file_digest: SHA-256 (hex) of the file of the list.
        made_at: microseconds.
        persons: distinct persons who were shown, exported or listed, as the entries stand; linked persons are not among them.
        at_least: the same by verified entries alone, less the most that lost entries can have taken back.
        at_most: the same with the most that gaps can hide; equal to `persons` without gaps, None when nothing bounds them.
        records: person x access pairs (rows, where one person may stand many times).
        linked: distinct third persons whose data stood in the records of others.
        shown, exported, listed: distinct persons by the gravest manner; they add up to `persons`.
        sets: persons by exact set of categories; they add up to `persons`.
        minors, protected: of the persons; None when no source says so.
        member_states: of residence, other than the controller's, with persons; None when no source says so.
    """

    number: int
    digest: str
    made_at: int
    made_by: str
    selections: tuple[Selection, ...]
    ledgers: tuple[LedgerState, ...]
    persons: int
    at_most: int | None
    records: int
    shown: int = 0
    exported: int = 0
    listed: int = 0
    linked: int = 0
    categories: tuple[CategoryCount, ...] = ()
    sets: tuple[CategorySet, ...] = ()
    accounts: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None
    minors: int | None = None
    protected: int | None = None
    member_states: tuple[tuple[str, int], ...] | None = None
    gaps: tuple[ExposureGap, ...] = ()
    at_least: int | None = None
    most_per_access: int | None = None
    list_digest: str = ""
    file_digest: str = ""
