"""What is a letter to a person? A wording that many share, the few words of one person, and the state of its sending."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "FIELD_LENGTHS",
    "Answer",
    "Attempt",
    "LetterRow",
    "LetterState",
    "Personal",
    "Stage",
    "Wording",
]

FIELD_LENGTHS = {"reference": 14, "code": 14, "attestation": 14, "seen": 24}
"""The most signs of each field of `Personal`."""


class LetterState(StrEnum):
    """Where the letter of a person stands.

    `sending` is written before a server is given the letter, and replaced by its answer: one that is found so after a crash has
    an unknown outcome, and only a person may decide what follows. `post` waits for the postal provider, `posted` was exported
    for it. `suppressed` must be told on another way, chosen by a person. `public` has no address; `failed` and `bounced` have no
    other one: the public notice is for them.
    """

    PREPARED = "prepared"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    POST = "post"
    POSTED = "posted"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, order=True)
class Wording:
    """Everything that makes the text of two letters differ, apart from the words of one person.

    Attributes:
        language: `fr` or `en`.
        shown, exported, listed: categories by the gravest manner, sorted; a category stands in one of them.
        linked: whether the person's data stood in the record of another.
        minor: whether the letter is for legal guardians as well.
    """

    language: str
    shown: tuple[str, ...] = ()
    exported: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    linked: bool = False
    minor: bool = False

    @property
    def categories(self) -> tuple[str, ...]:
        """All categories, sorted."""
        return tuple(sorted({*self.shown, *self.exported, *self.listed}))


@dataclass(frozen=True, slots=True)
class Personal:
    """The words that stand in one letter only. None of them is personal data of the files that were read.

    Attributes:
        reference: of the letter.
        code: answers once to "am I concerned?".
        attestation: by which an attestation is asked for and checked.
        seen: the day or days of the reads, in figures.
    """

    reference: str
    code: str
    attestation: str
    seen: str


class Stage(StrEnum):
    """How far a letter had come when a mail server answered.

    `server`: the connection itself; no letter is at fault. `recipient`: the address. `data`: before the text was given. `given`:
    after it; without an answer nobody knows whether it was taken (RFC 1047).
    """

    SERVER = "server"
    RECIPIENT = "recipient"
    DATA = "data"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mail server said; a code of 0 when it said nothing."""

    stage: Stage
    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip() if self.code else f"no answer: {self.text}"


@dataclass(frozen=True, slots=True)
class LetterRow:
    """The letter of one person.

    Attributes:
        planned: `mail`, `post`, `suppressed` or `public`, as it was released.
        mail, others: addresses in the order in which they are tried.
        way: which of them is in use, from 0.
        due_at: not before that instant, after a server asked to come back later.
        at: of the last step.
    """

    person: bytes
    wording: Wording
    planned: str
    state: LetterState
    name: str
    mail: str
    others: tuple[str, ...]
    address: str
    seen: str
    attempts: int
    due_at: int
    at: int
    way: int
    message_id: str
    note: str

    @property
    def to(self) -> str:
        """The mail address in use."""
        return (self.mail, *self.others)[self.way]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One step of sending, for the proof: what (SHA-256, hex), when, by which channel, and the answer in its own words."""

    at: int
    channel: str
    state: str
    content: str
    message_id: str
    reply: str
    by: str
