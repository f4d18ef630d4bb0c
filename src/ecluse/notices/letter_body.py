"""What does the letter to one person say (GDPR art. 34)? The same chapters for all, with the data of this wording only."""

from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import InstantKind
from ecluse.model.letter import Personal, Wording
from ecluse.model.notice import Affair, Measure
from ecluse.notices.letter_kinds import SENSITIVE, in_order, kinds, label
from ecluse.reports.document.blocks import Block, Bullets, Document, Fact, Facts, Heading, Paragraph
from ecluse.reports.language import Language, Words, words

__all__ = ["advice_of", "letter", "measures_of", "open_words", "own_blocks", "risks_of", "title"]


def open_words(affair: Affair, language: str) -> Words:
    """The sentences of letters, with times in the controller's zone."""
    chosen: Language = "fr" if language == "fr" else "en"
    return words(chosen, zone=affair.controller.zone, document="letter", room="ecluse.notices")


def letter(affair: Affair, wording: Wording, personal: Personal) -> Document:
    """The whole letter."""
    said = open_words(affair, wording.language)
    controller = affair.controller.name
    return Document(
        title=title(said, linked=wording.linked),
        subtitle=said.say("letter.subtitle", controller=controller, date=said.date(affair.made_at)),
        language=wording.language,
        made_at=affair.made_at,
        blocks=(
            Facts(
                (
                    Fact(said.say("letter.field.reference"), personal.reference, code=True),
                    Fact(said.say("letter.field.seen"), personal.seen, code=True),
                )
            ),
            *_who(affair, wording, said),
            *_what(affair, said),
            *own_blocks(affair, wording, said),
            *_never(said),
            *_contact(affair, personal, said),
        ),
        footer=said.say("letter.footer", controller=controller),
    )


def title(said: Words, *, linked: bool) -> str:
    """What stands above the letter."""
    return said.say("letter.title_linked" if linked else "letter.title")


def own_blocks(affair: Affair, wording: Wording, said: Words) -> tuple[Block, ...]:
    """The chapters that differ by wording: the data, the consequences, the measures between them, the advice."""
    return (
        *_data(affair, wording, said),
        *_risk(affair, wording, said),
        *_done(affair, said),
        *_advice(wording, said),
    )


def _who(affair: Affair, wording: Wording, said: Words) -> tuple[Block, ...]:
    key = "who.linked" if wording.linked else "who.text"
    blocks: list[Block] = [Heading(said.say("who.title")), Paragraph(said.say(key, controller=affair.controller.name))]  # fmt: skip
    if wording.minor:
        blocks.append(Paragraph(said.say("who.minor")))
    return tuple(blocks)


def _what(affair: Affair, said: Words) -> tuple[Block, ...]:
    facts = affair.statement.facts.in_(said.language).strip()
    version = affair.exposure
    when = [] if version is None else [_interval(version, said)]
    for kind, key in ((InstantKind.AWARE, "what.aware"), (InstantKind.CONTAINED, "what.contained")):
        instant = affair.incident.instant(kind)
        if instant is not None:
            when.append(said.say(key, date=said.date(instant.at)))
    when.append(said.say("what.seen"))
    blocks: list[Block] = [Heading(said.say("what.title"))]
    if facts:
        blocks.append(Paragraph(facts))
    blocks.append(Paragraph(" ".join(sentence for sentence in when if sentence)))
    return tuple(blocks)


def _interval(version: ExposureVersion, said: Words) -> str:
    if version.first_at is None or version.last_at is None:
        return ""
    first, last = said.date(version.first_at), said.date(version.last_at)
    if first == last:
        return said.say("what.when_one", first=first)
    return said.say("what.when", first=first, last=last)


def _data(affair: Affair, wording: Wording, said: Words) -> tuple[Block, ...]:
    blocks: list[Block] = [Heading(said.say("data.title"))]
    for manner, categories in (("shown", wording.shown), ("exported", wording.exported), ("listed", wording.listed)):  # fmt: skip
        if categories:
            items = dict.fromkeys(label(c, affair.statement, said) for c in in_order(categories))
            blocks += [Paragraph(said.say(f"data.{manner}")), Bullets(tuple(items))]
    version = affair.exposure
    if version is not None and version.gaps:
        blocks.append(Paragraph(said.say("data.gap")))
    else:
        absent = _absent(affair, wording, said)
        if absent:
            blocks += [Paragraph(said.say("data.none")), Bullets(absent)]
    blocks.append(Paragraph(said.say("data.values")))
    return tuple(blocks)


def _absent(affair: Affair, wording: Wording, said: Words) -> tuple[str, ...]:
    """What was not read of this person: what was of others, and what people ask about first."""
    mine = set(kinds(wording.categories))
    others = [c.category for c in affair.exposure.categories] if affair.exposure else []
    items = dict.fromkeys(
        label(c, affair.statement, said) for c in others if c not in wording.categories and not mine.intersection(kinds((c,)))
    )  # fmt: skip
    told = {*mine, *kinds(others)}
    items |= dict.fromkeys(said.say(f"category.{k}") for k in SENSITIVE if k not in told)
    return tuple(items)


def _risk(affair: Affair, wording: Wording, said: Words) -> tuple[Block, ...]:
    items = risks_of(wording, said)
    blocks: list[Block] = [Heading(said.say("risk.title"))]
    if items:
        blocks += [Paragraph(said.say("risk.intro")), Bullets(items)]
    stated = affair.statement.consequences_text.in_(said.language).strip()
    if stated:
        blocks.append(Paragraph(f"{said.say('risk.stated')} {stated}"))
    return tuple(blocks)


def risks_of(wording: Wording, said: Words) -> tuple[str, ...]:
    """What may happen with these categories, a sentence a kind of data."""
    return tuple(said.say(f"risk.{kind}") for kind in kinds(wording.categories))


def _done(affair: Affair, said: Words) -> tuple[Block, ...]:
    heading, items = Heading(said.say("done.title")), measures_of(affair, said)
    return (heading, Bullets(items)) if items else (heading,)


def measures_of(affair: Affair, said: Words) -> tuple[str, ...]:
    """What was done and what is planned, each with its date where it has one."""
    measures = affair.statement.measures
    items = [_dated(m, "done.item", said) for m in _by_date(measures, "done")]
    for kind, key in ((InstantKind.AUTHORITY_TOLD, "done.authority"), (InstantKind.COMPLAINT_FILED, "done.complaint")):  # fmt: skip
        instant = affair.incident.instant(kind)
        if instant is not None:
            items.append(said.say("done.item", text=said.say(key), date=said.date(instant.at)))
    items += [_dated(m, "done.planned", said) for m in _by_date(measures, "planned")]
    return tuple(item for item in items if item)


def _by_date(measures: tuple[Measure, ...], phase: str) -> list[Measure]:
    return sorted((m for m in measures if m.phase == phase), key=lambda m: (m.at is None, m.at))


def _dated(measure: Measure, key: str, said: Words) -> str:
    text = measure.text.in_(said.language).strip()
    if not text:
        return ""
    if measure.at is None:
        return said.say("done.planned_open", text=text) if key == "done.planned" else text
    return said.say(key, text=text, date=said.date(measure.at))


def _advice(wording: Wording, said: Words) -> tuple[Block, ...]:
    return Heading(said.say("advice.title")), Bullets(advice_of(wording, said))


def advice_of(wording: Wording, said: Words) -> tuple[str, ...]:
    """What the person can do, for these categories and in general."""
    own = [
        said.say(f"advice.{kind}")
        for kind in kinds(wording.categories)
        if f"advice.{kind}" in said.sentences
    ]
    return (*own, *(said.say(f"advice.{key}") for key in ("general", "keep", "sites", "combined")))


def _never(said: Words) -> tuple[Block, ...]:
    return Heading(said.say("never.title")), Bullets(tuple(said.sentences["never.items"]))


def _contact(affair: Affair, personal: Personal, said: Words) -> tuple[Block, ...]:
    controller, statement = affair.controller, affair.statement
    desk = controller.helpdesk
    page = statement.complaint_page.strip()
    phone = ", ".join(part for part in (desk.phone, desk.hours.in_(said.language)) if part)
    dpo = ", ".join(part for part in (controller.dpo.name, controller.dpo.mail, controller.dpo.phone) if part)  # fmt: skip
    facts = (
        (said.say("contact.phone"), phone, False),
        (said.say("contact.write"), desk.mail, False),
        (said.say("contact.dpo"), dpo, False),
        (said.say("contact.news"), controller.news, False),
        (said.say("contact.code"), personal.code, True),
        (said.say("contact.attestation"), personal.attestation, True),
        (said.say("contact.complaint_number"), statement.complaint_number, False),
        (said.say("contact.authority_number"), statement.authority_number, False),
    )
    where = said.say("contact.complaint_page") + f" {page}" if page else said.say("contact.complaint_open")  # fmt: skip
    return (
        Heading(said.say("contact.title")),
        Facts(tuple(Fact(name, value, code) for name, value, code in facts if value.strip())),
        Paragraph(said.say("contact.code_use")),
        Paragraph(f"{said.say('contact.complaint')} {where}"),
        Paragraph(said.say("contact.authority")),
    )
