"""What is a legal document made from? An affair: the controller, the incident, the exposure, and what persons state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecluse.model.claim import Claim
from ecluse.model.exposure import ExposureVersion
from ecluse.model.gravity import Gravity
from ecluse.model.incident import Incident, Signed

__all__ = [
    "Affair",
    "Attachment",
    "Both",
    "Contact",
    "Controller",
    "Drafted",
    "Measure",
    "Refusal",
    "Statement",
]


@dataclass(frozen=True, slots=True)
class Both:
    """A text that a person wrote, in both languages."""

    fr: str = ""
    en: str = ""

    def in_(self, language: str) -> str:
        """The text in `fr` or `en`."""
        return self.fr if language == "fr" else self.en


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or a desk of the organization that may be written to."""

    name: str
    role: str = ""
    mail: str = ""
    phone: str = ""
    hours: Both = field(default_factory=Both)


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for the data (GDPR art. 4(7)), from the file `controller.yaml`.

    Attributes:
        siren: nine digits; empty for a body without one.
        news: page with the latest state; printed as text, never as a link.
        processors: names with what they do for the controller.
        joint: joint controllers (art. 26).
        nis2: the kind of entity under directive (EU) 2022/2555: `essential`, `important`, or empty when it is none. Whether
            such a law is in force, the file of the clocks says.
        insurer: to whom the note for the insurance goes.
        zone: time zone in which documents say hours.
    """

    name: str
    siren: str = ""
    address: str = ""
    country: str = "FR"
    sector: str = ""
    size: str = ""
    representative: Contact = field(default_factory=lambda: Contact(""))
    dpo: Contact = field(default_factory=lambda: Contact(""))
    helpdesk: Contact = field(default_factory=lambda: Contact(""))
    news: str = ""
    processors: tuple[tuple[str, str], ...] = ()
    joint: tuple[str, ...] = ()
    zone: str = "Europe/Paris"
    nis2: str = ""
    csirt: str = "CERT-FR (ANSSI)"
    insurer: Contact = field(default_factory=lambda: Contact(""))


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: `phase` is `before`, `done` or `planned`; `at` microseconds, None when not dated."""

    phase: str
    text: Both
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a document; `digest` is its SHA-256 (hex)."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What only persons can say of a breach, from the file `statement.yaml` of the incident.

    Words of lists (`natures`, `origins`, `cause`, `supports`, `people`, `consequences`, `harms`, `informing`, …) are keys of
    `model.form` that `notices` turns into the words of the CNIL's form.

    Attributes:
        data: a category of the estate, and the words of the form for it.
        categories: a category of the estate, and how a letter calls it.
        ongoing: whether it goes on; None when nobody knows.
        ground: why persons are not told, when they are not.
        effects: what has been seen to come of it (art. 33(5)).
        answers: of authorities: when (microseconds), who, and what.
        significance, severe, services, indicators, mitigation: for NIS 2 (art. 23): why the incident is significant, its
            severity and impact, the services hit, indicators of compromise, mitigation that goes on.
        claim: for the insurer: damage and costs so far.
        retention: how long the register entry is kept.
    """

    established: bool = False
    circumstances: Both = field(default_factory=Both)
    facts: Both = field(default_factory=Both)
    delay_reasons: Both = field(default_factory=Both)
    natures: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    cause: str = ""
    supports: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    consequences: tuple[str, ...] = ()
    consequences_text: Both = field(default_factory=Both)
    harms: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    informing: str = ""
    informing_text: Both = field(default_factory=Both)
    other_bodies: tuple[tuple[str, str], ...] = ()
    authority_number: str = ""
    complaint_number: str = ""
    complaint_page: str = ""
    unknown: tuple[Both, ...] = ()
    complement_at: int | None = None
    root_cause: Both = field(default_factory=Both)
    malicious: bool | None = None
    cross_border: bool | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    data: tuple[tuple[str, tuple[str, ...]], ...] = ()
    categories: tuple[tuple[str, Both], ...] = ()
    identifiable: bool | None = None
    ongoing: bool | None = None
    ground: str = ""
    means: tuple[str, ...] = ()
    informed_at: int | None = None
    informed_number: int | None = None
    lead_authority: str = ""
    other_authorities: tuple[str, ...] = ()
    prosecutor: str = ""
    attachments: tuple[Attachment, ...] = ()
    comment: Both = field(default_factory=Both)
    effects: Both = field(default_factory=Both)
    answers: tuple[tuple[int, str, Both], ...] = ()
    review: Both = field(default_factory=Both)
    lessons: Both = field(default_factory=Both)
    retention: Both = field(default_factory=Both)
    severe: Both = field(default_factory=Both)
    significance: Both = field(default_factory=Both)
    indicators: tuple[str, ...] = ()
    mitigation: Both = field(default_factory=Both)
    services: Both = field(default_factory=Both)
    claim: Both = field(default_factory=Both)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A document that was drafted for an incident, as the incident's log tells it.

    Attributes:
        version: 1, 2, … of this document in this incident.
        kind, signer, made_at: what it was made with; `made_at` in microseconds.
        files: name of each file, and its SHA-256 (hex).
        exposure: number and digest of the exposure then in force.
        sources: SHA-256 (hex) of what persons had written: `controller.yaml`, `statement.yaml`.
        first, second: the signatures of its release; both are there once it is released.
    """

    name: str
    version: int
    kind: str
    signer: str
    made_at: int
    drafted: Signed
    files: tuple[tuple[str, str], ...] = ()
    exposure: tuple[int, str] | None = None
    sources: tuple[tuple[str, str], ...] = ()
    first: Signed | None = None
    second: Signed | None = None

    @property
    def released(self) -> bool:
        """Whether two persons released it."""
        return self.second is not None


@dataclass(frozen=True, slots=True)
class Affair:
    """Everything that a document is made from, as it stands at `made_at` (microseconds).

    Attributes:
        exposures: all frozen versions; the last one is in force.
        kind: `initial` or `complementary`, where a document knows both.
        signer: who answers for the document.
        previous: data of the same document as it was released before.
        documents: what was drafted and released in this incident so far.
        claim: the claim that a sample was held against, for the report on it.
    """

    controller: Controller
    incident: Incident
    statement: Statement
    made_at: int
    exposures: tuple[ExposureVersion, ...] = ()
    gravity: Gravity | None = None
    kind: str = "initial"
    signer: str = ""
    previous: Mapping[str, Any] | None = None
    documents: tuple[Drafted, ...] = ()
    claim: Claim | None = None

    @property
    def exposure(self) -> ExposureVersion | None:
        """The version in force."""
        return self.exposures[-1] if self.exposures else None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document may not be released.

    Attributes:
        code: `missing`, `empty`, `vague`, `inconsistent`, `personal`, `marketing`, `language`, …
        where: the field or the place in the text.
    """

    code: str
    where: str
    what: str
    help: str
