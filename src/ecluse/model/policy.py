"""A policy set: budgets, whom they concern, what they count, over which windows, and what follows."""

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final

__all__ = ["Budget", "Count", "Effect", "Hours", "Key", "Mode", "PolicySet", "Target", "Window"]


class Effect(IntEnum):
    """What a decision does, from light to severe; the most severe of all budgets wins.

    Every effect that keeps the data in is more severe than every effect that lets it go: otherwise a
    budget that slows would release what another budget asks a justification for.
    """

    PERMIT = 0
    WARN = 1
    SLOW = 2
    JUSTIFY = 3
    STEP_UP = 4
    DENY = 5
    HOLD = 6

    @property
    def releases(self) -> bool:
        """Whether the data leaves under this effect."""
        return self <= Effect.SLOW

    @property
    def word(self) -> str:
        """The word used in YAML, JSON, the ledger and the console."""
        return _WORDS[self]


_WORDS: Final = tuple(effect.name.lower() for effect in Effect)


class Mode(Enum):
    """Whether a budget acts, or only says what it would have done."""

    SHADOW = "shadow"
    ENFORCE = "enforce"


class Key(Enum):
    """What a budget is counted by; several keys together are counted by their combination."""

    ACCOUNT = "account"
    SESSION = "session"
    ORGANIZATION = "organization"
    APPLICATION = "application"
    LINEAGE = "lineage"
    SOURCE = "source"
    SYSTEM = "system"


class Count(Enum):
    """What a budget counts in its window."""

    PERSONS = "persons"
    ACCOUNTS = "accounts"
    ACCESSES = "accesses"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Window:
    """A sliding window, half open: an access at `s` counts at `at` when `at - length < s <= at`."""

    length: int
    """Microseconds."""
    limit: int
    """The most that may be counted in it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day and days of the week in a named time zone.

    Attributes:
        zone: IANA name, such as `Europe/Paris`.
        spans: half-open spans of minutes of the day; a span past midnight is written as two.
        weekdays: 0 is Monday. The day is that of the instant itself, also after midnight.
    """

    zone: str
    spans: tuple[tuple[int, int], ...] = ((0, 1440),)
    weekdays: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Target:
    """The accesses that a budget concerns: all conditions must hold; `None` means no condition."""

    kinds: frozenset[str] | None = None
    organizations: frozenset[str] | None = None
    applications: frozenset[str] | None = None
    operations: frozenset[str] | None = None
    categories: frozenset[str] | None = None
    """One of the categories shown is among these."""
    factors: frozenset[str] | None = None
    hours: Hours | None = None
    younger_than: int | None = None
    """Microseconds since the account was created."""
    older_than: int | None = None
    """At least so many microseconds since the account was created."""
    own: bool | None = None
    """Only persons inside (True) or outside (False) the account's own caseload are counted."""
    justified: bool | None = None
    """Whether a justification was given; compared exactly, never unknown."""
    stepped_up: bool | None = None
    """Whether a real second factor was given lately; compared exactly, never unknown."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that may be read per key over sliding windows, and what happens beyond.

    Attributes:
        id: name, unique in the set.
        per: keys, in the order of `Key`.
        windows: shortest first, limits non-decreasing.
        warn_share: share of a limit, in (0, 1], from which a permit carries a warning; `None` for no warning.
        reason: the sentence that the person in front of the screen reads, by language (`en`, `fr`).
    """

    id: str
    per: tuple[Key, ...]
    windows: tuple[Window, ...]
    counts: Count = Count.PERSONS
    target: Target = field(default_factory=Target)
    warn_share: float | None = None
    effect: Effect = Effect.DENY
    mode: Mode = Mode.ENFORCE
    reason: tuple[tuple[str, str], ...] = ()

    def warn_from(self, limit: int) -> int:
        """The smallest count that warns, or one more than the limit when the budget does not warn.

        The share is kept as a decimal fraction of thousandths, so that every implementation rounds alike.
        """
        if self.warn_share is None:
            return limit + 1
        return max(1, -(-limit * round(self.warn_share * 1000) // 1000))


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All budgets in force together.

    Attributes:
        budgets: in the order of the file.
        digest: SHA-256 of the file, in hexadecimal, by which the ledger names it.
    """

    budgets: tuple[Budget, ...]
    digest: str = ""
