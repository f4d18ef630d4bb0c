"""D2b: the communication to the public (GDPR art. 34(3)(c)), with lines for the press, questions and answers, and a script for calls."""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import InstantKind
from ecluse.model.letter import Wording
from ecluse.model.notice import Affair, Refusal
from ecluse.notices.facts import both, exposure_data
from ecluse.notices.letter_body import advice_of, measures_of, open_words, risks_of
from ecluse.notices.letter_kinds import label
from ecluse.notices.notice import Notice, Required
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Document,
    Fact,
    Facts,
    Heading,
    PageBreak,
    Paragraph,
)
from ecluse.reports.language import Language, Words, words

__all__ = ["NOTICE"]

_LEAST: Final = 30


def _build(affair: Affair, language: str) -> Document:
    chosen: Language = "fr" if language == "fr" else "en"
    said = words(chosen, zone=affair.controller.zone, document="public_notice", room="ecluse.notices")  # fmt: skip
    letters = open_words(affair, language)
    controller = affair.controller.name
    return Document(
        title=said.say("document.title"),
        subtitle=said.say(
            "document.subtitle", controller=controller, date=said.date(affair.made_at)
        ),
        language=chosen,
        made_at=affair.made_at,
        blocks=(
            *_notice(affair, said, letters),
            PageBreak(),
            *_press(affair, said),
            Heading(said.say("faq.title")),
            *(b for q, a in said.sentences["faq.items"] for b in (Heading(q, 2), Paragraph(a))),
            PageBreak(),
            Heading(said.say("script.title")),
            Bullets(tuple(said.sentences["script.items"])),
        ),
        footer=said.say("document.footer", controller=controller),
    )


def _notice(affair: Affair, said: Words, letters: Words) -> Iterator[Block]:
    version, statement = affair.exposure, affair.statement
    every = tuple(c.category for c in version.categories) if version else ()
    wording = Wording(said.language, shown=every)
    yield Heading(said.say("notice.title"))
    yield Paragraph(said.say("notice.lead", controller=affair.controller.name), lead=True)
    reason = statement.informing_text.in_(said.language).strip()
    if reason:
        yield Paragraph(f"{said.say('notice.reason')}{_colon(said)}{reason}")
    yield Heading(said.say("what.title"))
    facts = statement.facts.in_(said.language).strip()
    if facts:
        yield Paragraph(facts)
    if version is not None:
        yield Paragraph(" ".join(_numbers(version, said)))
    yield Heading(said.say("data.title"))
    if version is not None and version.categories:
        yield Bullets(tuple(said.say("data.item", n=c.persons, category=label(c.category, statement, letters)) for c in version.categories))  # fmt: skip
        yield Paragraph(said.say("data.each"))
    yield Heading(said.say("risk.title"))
    risks = risks_of(wording, letters)
    if risks:
        yield Bullets(risks)
    stated = statement.consequences_text.in_(said.language).strip()
    if stated:
        yield Paragraph(stated)
    yield Heading(said.say("done.title"))
    measures = measures_of(affair, letters)
    if measures:
        yield Bullets(measures)
    yield Heading(said.say("advice.title"))
    yield Bullets(advice_of(wording, letters))
    yield Heading(said.say("know.title"))
    yield Paragraph(said.say("know.text"))
    yield Heading(said.say("contact.title"))
    yield Facts(tuple(_contacts(affair, letters)))
    yield Paragraph(said.say("contact.cnil"))


def _colon(said: Words) -> str:
    return "\u00a0: " if said.language == "fr" else ": "


def _numbers(version: ExposureVersion, said: Words) -> Iterator[str]:
    yield said.say("what.persons", n=version.persons)
    if version.gaps:
        yield said.say("what.no_bound") if version.at_most is None else said.say("what.at_most", n=version.at_most)  # fmt: skip
    if version.linked:
        yield said.say("what.linked", n=version.linked)
    if version.first_at is not None and version.last_at is not None:
        first, last = said.date(version.first_at), said.date(version.last_at)
        yield said.say("what.when_one", first=first) if first == last else said.say("what.when", first=first, last=last)  # fmt: skip


def _contacts(affair: Affair, letters: Words) -> Iterator[Fact]:
    controller = affair.controller
    desk = controller.helpdesk
    phone = ", ".join(part for part in (desk.phone, desk.hours.in_(letters.language)) if part)
    dpo = ", ".join(part for part in (controller.dpo.name, controller.dpo.mail, controller.dpo.phone) if part)  # fmt: skip
    for key, value in (("phone", phone), ("write", desk.mail), ("dpo", dpo), ("news", controller.news)):  # fmt: skip
        if value:
            yield Fact(letters.say(f"contact.{key}"), value)


def _press(affair: Affair, said: Words) -> tuple[Block, ...]:
    version = affair.exposure
    lines = []
    if version is not None:
        lines.append(said.say("press.one", n=version.persons))
        lines.append(said.say("press.two_gap" if version.gaps else "press.two"))
    if affair.incident.instant(InstantKind.AUTHORITY_TOLD):
        lines.append(said.say("press.three"))
    if affair.incident.instant(InstantKind.COMPLAINT_FILED):
        lines.append(said.say("press.four"))
    lines += [said.say("press.five"), said.say("press.six")]
    return Heading(said.say("press.title")), Bullets(tuple(lines))


def _data(affair: Affair) -> dict[str, Any]:
    controller, statement = affair.controller, affair.statement
    return {
        "exposure": exposure_data(affair),
        "controller": controller.name,
        "nature": both(statement.facts),
        "consequences": both(statement.consequences_text),
        "reason": both(statement.informing_text),
        "measures": [{"phase": m.phase, "text": both(m.text), "at": m.at} for m in statement.measures if m.phase != "before"],
        "contact": {"dpo": controller.dpo.name, "helpdesk": controller.helpdesk.phone or controller.helpdesk.mail},
        "news": controller.news,
    }  # fmt: skip


def _check(affair: Affair, document: Document) -> tuple[Refusal, ...]:
    facts = affair.statement.facts.in_(document.language).strip()
    if len(facts) >= _LEAST:
        return ()
    return (
        Refusal(
            "missing",
            "nature",
            "the communication lacks the nature of the breach (GDPR art. 34(2))",
            "write `facts` in the statement",
        ),
    )


NOTICE = Notice(
    name="public_notice",
    title={"fr": "Communication publique", "en": "Public communication"},
    required=(
        Required("exposure", "GDPR art. 34(2): whom it concerns"),
        Required("nature", "GDPR art. 34(2)"),
        Required("consequences", "GDPR art. 33(3)(c) through 34(2)"),
        Required("measures", "GDPR art. 33(3)(d) through 34(2)"),
        Required("contact.dpo", "GDPR art. 33(3)(b) through 34(2)"),
        Required("contact.helpdesk", "EDPB guidelines 9/2022: a way to ask"),
        Required("reason", "GDPR art. 34(3)(c): why telling each person takes a disproportionate effort"),
    ),
    build=_build,
    data=_data,
    check=_check,
)  # fmt: skip
