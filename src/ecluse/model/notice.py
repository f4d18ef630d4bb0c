"""What is a legal document made from? An affair: the controller, the incident, the exposure, and what persons state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecluse.model.exposure import ExposureVersion
from ecluse.model.gravity import Gravity
from ecluse.model.incident import Incident

__all__ = ["Affair", "Both", "Contact", "Controller", "Measure", "Refusal", "Statement"]


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


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: `phase` is `before`, `done` or `planned`; `at` microseconds, None when not dated."""

    phase: str
    text: Both
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What only persons can say of a breach, from the file `statement.yaml` of the incident.

    Words of lists (`natures`, `origins`, `cause`, `supports`, `people`, `consequences`, `harms`, `informing`) are keys that
    `notices` turns into the words of the CNIL's form.
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


@dataclass(frozen=True, slots=True)
class Affair:
    """Everything that a document is made from, as it stands at `made_at` (microseconds).

    Attributes:
        exposures: all frozen versions; the last one is in force.
        kind: `initial` or `complementary`, where a document knows both.
        signer: who answers for the document.
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
