"""Where do affairs for tests come from? A theft of 340,000 persons, with everything stated, that tests change in one place."""

import re
from dataclasses import replace
from typing import Any

from ecluse.model.exposure import (
    CategoryCount,
    CategorySet,
    ExposureGap,
    ExposureVersion,
    LedgerState,
    Selection,
)
from ecluse.model.finding import Severity
from ecluse.model.gravity import Choice, Gravity, GravityLevel
from ecluse.model.incident import (
    Confidence,
    Deadline,
    Decided,
    Incident,
    Instant,
    InstantKind,
    Signed,
    State,
    Step,
)
from ecluse.model.notice import Affair, Both, Contact, Controller, Measure, Statement
from ecluse.model.time import parse_instant

__all__ = [
    "MADE_AT",
    "affair",
    "at",
    "controller",
    "exposure",
    "gap",
    "gravity",
    "incident",
    "statement",
    "uncommented",
]

MADE_AT = parse_instant("2025-07-15T16:00:00Z")
NEVER = "c" * 64


def at(text: str) -> int:
    """An instant in microseconds."""
    return parse_instant(text)


def controller(**changes: Any) -> Controller:
    """A public body with its contacts."""
    return replace(
        Controller(
            name="Agence de l’emploi d’Exemple",
            siren="130005481",
            address="1 place de l’Exemple, 75000 Exemple",
            sector="administration publique",
            size="plus de 5 000 agents",
            representative=Contact("Camille Exemple", "directrice générale"),
            dpo=Contact("Dominique Exemple", "déléguée à la protection des données", "dpo@example.org", "01 99 00 12 34"),
            helpdesk=Contact("Ligne d’information", mail="info@example.org", phone="01 99 00 56 78", hours=Both("du lundi au vendredi, de 9 h à 18 h", "Monday to Friday, 9 a.m. to 6 p.m.")),
            news="www.example.org/incident",
            insurer=Contact("Assureur Exemple", "service des sinistres"),
            processors=(("Hébergeur Exemple", "hébergement de l’application"),),
        ),
        **changes,
    )  # fmt: skip


def exposure(**changes: Any) -> ExposureVersion:
    """340,000 persons read in two hours."""
    return replace(
        ExposureVersion(
            number=1,
            digest="a" * 63 + "1",
            made_at=at("2025-07-14T09:00:00Z"),
            made_by="Sacha Analyste",
            selections=(Selection(accounts=("partner-0311",)),),
            ledgers=(LedgerState("ecluse.example.org/ledger", 50_000_000, "b" * 64),),
            persons=340_000,
            at_most=340_000,
            records=361_204,
            shown=339_100,
            exported=0,
            listed=900,
            linked=12,
            categories=(CategoryCount("identity", 340_000, 339_100, 0, 900), CategoryCount("contact", 339_100, 339_100)),
            sets=(CategorySet(("contact", "identity"), 339_100), CategorySet(("identity",), 900)),
            accounts=("partner-0311",),
            applications=("kairos",),
            first_at=at("2025-07-12T10:00:02Z"),
            last_at=at("2025-07-12T12:03:41Z"),
            minors=211,
            protected=3,
            member_states=(("BE", 420), ("DE", 65)),
        ),
        **changes,
    )  # fmt: skip


def gap(at_most: int | None = 1200) -> ExposureGap:
    """An hour that the ledger does not tell."""
    return ExposureGap(at("2025-07-12T11:00:00Z"), at("2025-07-12T12:00:00Z"), "the segment 000041 is missing", at_most)  # fmt: skip


def incident(**changes: Any) -> Incident:
    """An incident that is worked on, with its instants and decisions."""
    signed = Signed("Sacha Analyste", at("2025-07-13T08:00:00Z"))
    chief = Signed("Alix Responsable", at("2025-07-13T09:05:00Z"))
    return replace(
        Incident(
            id="2025-0001",
            title="Lecture massive par un compte partenaire",
            state=State.IN_PROGRESS,
            severity=Severity.CRITICAL,
            confidence=Confidence.HIGH,
            owner="Sacha Analyste",
            opened=signed,
            head="d" * 64,
            findings=("find-1",),
            accounts=("partner-0311",),
            sessions=("s-1",),
            sources=("192.0.2.7",),
            applications=("kairos",),
            instants=(
                Instant(InstantKind.BEGAN, at("2025-07-12T10:00:00Z"), "registre Ecluse", signed),
                Instant(InstantKind.ENDED, at("2025-07-12T12:04:00Z"), "registre Ecluse", signed),
                Instant(InstantKind.WARNING_RECEIVED, at("2025-07-12T10:30:00Z"), "CERT-FR", signed),
                Instant(InstantKind.FIRST_INDICATOR, at("2025-07-12T10:30:00Z"), "CERT-FR", signed),
                Instant(InstantKind.AWARE, at("2025-07-13T09:00:00Z"), "réunion de crise", chief, "les lectures sont établies par le registre"),
                Instant(InstantKind.CONTAINED, at("2025-07-12T12:10:00Z"), "gate", signed),
                Instant(InstantKind.COMPLAINT_FILED, at("2025-07-15T11:00:00Z"), "service juridique", signed),
            ),
            decisions=(
                Decided("breach", "yes", "des données ont été lues", chief),
                Decided("notify_authority", "yes", "risque pour les personnes", chief),
                Decided("tell_persons", "yes", "risque élevé", chief),
            ),
            timeline=(Step(at("2025-07-12T12:10:00Z"), "Compte fermé et sessions coupées", signed, "gate"),),
            deadlines=(
                Deadline("gdpr_33_1", InstantKind.AWARE, at("2025-07-16T09:00:00Z"), at("2025-07-15T10:30:00Z"), None, 72),
                Deadline("nis2_early", InstantKind.AWARE, at("2025-07-14T09:00:00Z"), None, None, 24),
            ),
            suspected=False,
        ),
        **changes,
    )  # fmt: skip


def statement(**changes: Any) -> Statement:
    """What persons say of it, complete."""
    return replace(
        Statement(
            established=True,
            circumstances=Both("Signalement du CERT-FR, puis lecture du registre.", "A report by CERT-FR, then the ledger."),
            facts=Both("Le compte d’un organisme de formation a été usurpé.", "The account of a training body was taken over."),
            natures=("confidentiality",),
            origins=("hacking",),
            cause="external_malicious",
            supports=("server",),
            people=("users", "minors"),
            identifiable=True,
            ongoing=False,
            means=("mail", "post"),
            consequences=("spread", "misused"),
            consequences_text=Both("Hameçonnage visant les demandeurs d’emploi.", "Phishing of job seekers."),
            harms=("loss_of_control", "identity_theft"),
            measures=(
                Measure("before", Both("Limite de 50 personnes par heure et par compte, mal réglée.", "A limit of 50 persons an hour an account, set wrong."), at("2025-01-10T00:00:00Z")),
                Measure("done", Both("Compte usurpé fermé et sessions coupées.", "The account was closed and its sessions were ended."), at("2025-07-12T12:10:00Z")),
                Measure("planned", Both("Second facteur exigé de tous les comptes partenaires.", "A second factor for every account of a partner."), at("2025-09-01T00:00:00Z")),
            ),
            informing="planned",
            informing_text=Both("Courriel individuel, puis courrier.", "A mail to each person, then a letter."),
            other_bodies=(("ANSSI", "2025-07-13"),),
            complaint_number="PV 2025/0042",
            unknown=(Both("Le moyen par lequel le mot de passe a été obtenu.", "How the password was obtained."),),
            complement_at=at("2025-07-25T09:00:00Z"),
            root_cause=Both("Mot de passe volé par un logiciel espion sur un poste personnel.", "A password stolen by malware on a personal computer."),
            malicious=True,
            cross_border=True,
            effects=Both("Aucun usage des données n’a été constaté à ce jour.", "No use of the data has been seen so far."),
            significance=Both("Interruption du service et lecture massive.", "The service stopped, and many files were read."),
            severe=Both("Grave : service fermé pendant dix jours.", "Severe: the service was closed for ten days."),
            services=Both("Portail des organismes de formation.", "The portal of training bodies."),
            indicators=("192.0.2.7", "agent utilisateur python-requests/2.31"),
            mitigation=Both("Réouverture par étapes, sous limite.", "Reopening in steps, under limits."),
            lessons=Both("Éprouver les limites avant leur mise en service.", "Try limits out before they are switched on."),
            retention=Both("Cinq ans.", "Five years."),
            claim=Both("Frais d’enquête : 48 000 euros.", "Costs of the investigation: 48,000 euros."),
        ),
        **changes,
    )  # fmt: skip


def gravity(**changes: Any) -> Gravity:
    """ENISA's score of the Kairos theft: 3.0, high."""
    choices = (
        Choice("dpc", 2.0, "identité et coordonnées, organisme qui laisse deviner une situation sociale"),
        Choice("ei", 1.0, "nom avec adresse électronique"),
        Choice("cb_confidentiality", 0.5, "destinataires inconnus"),
        Choice("cb_malicious", 0.5, "intention malveillante", by_person=True),
    )  # fmt: skip
    return replace(
        Gravity(2.0, 1.0, 1.0, 3.0, GravityLevel.HIGH, choices, ("more_than_100",), (1, "a" * 63 + "1"), Signed("Dominique Exemple", at("2025-07-14T10:00:00Z"))),
        **changes,
    )  # fmt: skip


def affair(**changes: Any) -> Affair:
    """Everything together."""
    return replace(
        Affair(
            controller=controller(),
            incident=incident(),
            statement=statement(),
            made_at=MADE_AT,
            exposures=(exposure(),),
            gravity=gravity(),
            signer="Dominique Exemple",
        ),
        **changes,
    )


def uncommented(text: str) -> str:
    """A template as it is when somebody takes every `#` away from what can be filled in."""
    return re.sub(r"^# ( *(?:- |[a-z0-9_]+:))", r"\1", text, flags=re.MULTILINE)
