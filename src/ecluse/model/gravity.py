"""How grave is a breach for the persons? ENISA's method (v1.0, December 2013): SE = DPC x EI + CB."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

from ecluse.model.incident import Signed

__all__ = [
    "CategoryRule",
    "Choice",
    "Circumstances",
    "DataClass",
    "Gravity",
    "GravityLevel",
    "GravityTable",
    "Recommendation",
    "Reveals",
]

DataClass: TypeAlias = Literal["simple", "behavioural", "financial", "sensitive", "secret"]
"""Classes of the method; `secret`, what opens an account, is taken like the gravest of the others."""

Reveals: TypeAlias = Literal["nothing", "status", "sensitive"]
"""What the mere presence of a person's data lets others assume."""


class GravityLevel(IntEnum):
    """SE below 2, 3, 4, and from 4 on. Onto the four words of the CNIL in this order is our proposal, for a person to confirm."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    VERY_HIGH = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of the method: `dpc_simple`, `ei`, `cb_confidentiality`, …; why; and whether a person changed what was proposed.

    Attributes:
        reason, reason_fr: in English and in French; a person's own reason is the same in both.
    """

    name: str
    value: float
    reason: str
    by_person: bool = False
    reason_fr: str = ""

    def in_(self, language: str) -> str:
        """The reason in `fr` or `en`."""
        return self.reason_fr if language == "fr" and self.reason_fr else self.reason


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an exposure cannot tell, and a person states; None and `unknown` are taken for the worse.

    Attributes:
        malicious: whether somebody meant it.
        recipients: who holds the data now: `none`, `known` or `unknown`.
        unintelligible: whether nobody can read the data (encrypted, the key not taken).
        vulnerable: whether the persons are vulnerable for another reason than age.
    """

    malicious: bool | None = None
    recipients: Literal["none", "known", "unknown"] = "unknown"
    unintelligible: bool = False
    vulnerable: bool = False


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """What the method has to know of a category of data.

    Attributes:
        value: where it is not the class's own; `because` says why, by language.
        identifies: how easily the category alone tells who it is.
        fraud: whether it lets somebody act in the person's name or empty an account, together with financial data.
    """

    name: str
    class_: DataClass
    identifies: float
    value: float | None = None
    because: tuple[tuple[str, str], ...] = ()
    reveals: Reveals = "nothing"
    fraud: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GravityTable:
    """The settings of the method.

    Attributes:
        reveals: what the controller's own kind reveals.
        levels: scores from which it is medium, high, very high.
        unknown: what a category is taken as that stands nowhere.
    """

    reveals: Reveals
    levels: tuple[float, float, float]
    categories: tuple[CategoryRule, ...]
    unknown: CategoryRule


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the score speaks for. A person decides.

    Attributes:
        authority: whether to notify the authority (GDPR art. 33).
        persons: whether to tell the persons (GDPR art. 34).
        cnil: the word of the CNIL's form; our proposal.
        reasons: by language.
    """

    authority: bool
    persons: bool
    cnil: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Gravity:
    """The score with its working.

    Attributes:
        exposure: number and digest of the exposure version from which it was filled in.
        flags: outside the score: `more_than_100`, `nobody`, `unintelligible`.
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
