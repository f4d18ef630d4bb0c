"""D2c: the attestation that a person hands in with a complaint. It says which categories, and leaves the identity to the person."""

from collections.abc import Iterator
from typing import Any

from ecluse.model.letter import Personal, Wording
from ecluse.model.notice import Affair
from ecluse.notices.facts import exposure_data
from ecluse.notices.letter_body import open_words
from ecluse.notices.letter_kinds import in_order, label
from ecluse.notices.notice import Notice, Required
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    Paragraph,
)
from ecluse.reports.language import Language, Words, words

__all__ = ["NOTICE", "attestation"]


def attestation(affair: Affair, wording: Wording, personal: Personal) -> Document:
    """The attestation of one person."""
    chosen: Language = "fr" if wording.language == "fr" else "en"
    said = words(chosen, zone=affair.controller.zone, document="attestation", room="ecluse.notices")
    controller = affair.controller.name
    return Document(
        title=said.say("document.title"),
        subtitle=said.say(
            "document.subtitle", controller=controller, date=said.date(affair.made_at)
        ),
        language=chosen,
        made_at=affair.made_at,
        blocks=(
            *_fact(affair, wording, personal, said),
            *_person(controller, said),
            *_use(affair, said),
        ),
        footer=said.say("document.footer", controller=controller),
    )


def _fact(affair: Affair, wording: Wording, personal: Personal, said: Words) -> Iterator[Block]:
    statement, version = affair.statement, affair.exposure
    yield Heading(said.say("fact.title"))
    yield Paragraph(said.say("fact.text", controller=affair.controller.name))
    if wording.linked:
        yield Paragraph(said.say("fact.linked"))
    missing = said.say("field.unknown")
    facts = [
        Fact(said.say("field.code"), personal.attestation, code=True),
        Fact(said.say("field.reference"), personal.reference, code=True),
        Fact(said.say("field.seen"), personal.seen),
    ]
    if version is not None and version.first_at is not None and version.last_at is not None:
        first, last = said.instant(version.first_at), said.instant(version.last_at)
        facts.append(Fact(said.say("field.period"), f"{said.say('field.period_value', first=first, last=last)} ({affair.controller.zone})"))  # fmt: skip
    facts += [
        Fact(said.say("field.incident"), affair.incident.id),
        Fact(said.say("field.complaint"), statement.complaint_number or missing),
        Fact(said.say("field.authority"), statement.authority_number or missing),
    ]
    yield Facts(tuple(facts))
    yield Heading(said.say("data.title"))
    letters = open_words(affair, wording.language)
    for manner, categories in (("shown", wording.shown), ("exported", wording.exported), ("listed", wording.listed)):  # fmt: skip
        if categories:
            yield Paragraph(said.say(f"data.{manner}"))
            yield Bullets(
                tuple(dict.fromkeys(label(c, statement, letters) for c in in_order(categories)))
            )
    if not wording.categories:
        yield Note(said.say("data.template"))


def _person(controller: str, said: Words) -> tuple[Block, ...]:
    blank = said.say("person.blank")
    names = ("name", "born", "address")
    return (
        Heading(said.say("person.title")),
        Paragraph(said.say("person.text", controller=controller)),
        Facts(tuple(Fact(said.say(f"person.{name}"), blank) for name in names)),
    )


def _use(affair: Affair, said: Words) -> Iterator[Block]:
    yield Heading(said.say("use.title"))
    yield Paragraph(said.say("use.text"))
    page = affair.statement.complaint_page.strip()
    if page:
        yield Paragraph(said.say("use.page", page=page))
    yield Heading(said.say("sign.title"))
    yield Paragraph(said.say("sign.name", controller=affair.controller.name))
    yield Facts((Fact(said.say("sign.place"), said.say("person.blank")),))


def _build(affair: Affair, language: str) -> Document:
    """The form, as it is released; each person's own is made on request."""
    chosen: Language = "fr" if language == "fr" else "en"
    own = words(chosen, document="attestation", room="ecluse.notices").say("own")
    return attestation(affair, Wording(language), Personal(own, own, own, own))


def _data(affair: Affair) -> dict[str, Any]:
    return {
        "exposure": exposure_data(affair),
        "controller": affair.controller.name,
        "incident": affair.incident.id,
        "complaint_number": affair.statement.complaint_number,
        "authority_number": affair.statement.authority_number,
    }


NOTICE = Notice(
    name="attestation",
    title={"fr": "Attestation pour une plainte", "en": "Attestation for a complaint"},
    required=(
        Required("exposure", "who is attested to be concerned is in a frozen exposure"),
        Required("controller", "who attests"),
        Required("incident", "the reference by which an investigator asks"),
        Required("complaint_number", "the complaint of the organization, to which the person’s is joined"),
    ),
    build=_build,
    data=_data,
)  # fmt: skip
