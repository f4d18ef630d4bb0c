"""How grave is a breach for the persons? ENISA's method (v1.0, December 2013): SE = DPC x EI + CB."""

from dataclasses import dataclass
from enum import IntEnum

from ecluse.model.incident import Signed

__all__ = ["Choice", "Gravity", "GravityLevel"]


class GravityLevel(IntEnum):
    """SE below 2, 3, 4, and from 4 on. Onto the four words of the CNIL in this order is our proposal, for a person to confirm."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    VERY_HIGH = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of the method: `dpc`, `ei`, `cb_confidentiality`, …; why; and whether a person changed what was proposed."""

    name: str
    value: float
    reason: str
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Gravity:
    """The score with its working.

    Attributes:
        exposure: number and digest of the exposure version from which it was filled in.
        flags: outside the score: `more_than_100`, `unintelligible`.
        signed: None while nobody has decided.
        override: the level that a person chose against the score, with `reasons`.
    """

    dpc: float
    ei: float
    cb: float
    score: float
    level: GravityLevel
    choices: tuple[Choice, ...]
    flags: tuple[str, ...] = ()
    exposure: tuple[int, str] | None = None
    signed: Signed | None = None
    override: GravityLevel | None = None
    reasons: str = ""

    @property
    def decided(self) -> GravityLevel:
        """What counts: a person's word, and else the score's level."""
        return self.level if self.override is None else self.override
