"""The draft of a criminal complaint: facts, persons, articles to be confirmed, measures, evidence; a person completes, signs and files it.

An insurance against losses from an attack asks for it within 72 hours (Code des assurances, art. L. 12-10-1). Articles are those
of the French code pénal; which of them apply, counsel says.
"""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.model.incident import InstantKind
from ecluse.model.notice import Affair, Contact, Refusal
from ecluse.notices.checks import common
from ecluse.notices.facts import both, exposure_data
from ecluse.notices.notice import Notice, Required
from ecluse.notices.voice import voice
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    Paragraph,
    Table,
)
from ecluse.reports.language import Language, Words, words
from ecluse.reports.text import visible

__all__ = ["NOTICE"]

ARTICLES: Final = ("323-1", "323-3", "226-18", "226-4-1", "321-1")
_INSTANTS: Final = (
    InstantKind.WARNING_RECEIVED,
    InstantKind.FIRST_INDICATOR,
    InstantKind.BEGAN,
    InstantKind.ENDED,
    InstantKind.AWARE,
    InstantKind.CONTAINED,
    InstantKind.AUTHORITY_TOLD,
)
_MOST: Final = 30


def _build(affair: Affair, language: str) -> Document:
    code: Language = "fr" if language == "fr" else "en"
    spoken = words(code, zone=affair.controller.zone, document="complaint", room="ecluse.notices")
    say, made = spoken.say, spoken.date(affair.made_at)
    return Document(
        title=say("complaint.title"),
        subtitle=say("complaint.subtitle", id=affair.incident.id, date=made, zone=spoken.zone_name),
        language=language,
        made_at=affair.made_at,
        blocks=(
            Note(say("complaint.draft"), warns=True),
            *_parties(affair, spoken),
            *_facts(affair, spoken),
            *_persons(affair, spoken),
            *_articles(spoken),
            *_harm(affair, spoken),
            *_evidence(affair, spoken),
            *_closing(affair, spoken),
        ),
        footer=say("complaint.footer", id=affair.incident.id, date=made),
    )


def _parties(affair: Affair, words: Words) -> Iterator[Block]:
    say, controller = words.say, affair.controller
    prosecutor = affair.statement.prosecutor.strip()
    yield Heading(say("parties.title"))
    rows = [
        Fact(say("parties.to"), prosecutor or say("parties.prosecutor")),
        Fact(say("parties.name"), controller.name),
        Fact(say("parties.siren"), controller.siren or say("not_stated")),
        Fact(say("parties.address"), controller.address or say("not_stated")),
        Fact(say("parties.representative"), _contact(controller.representative, words)),
        Fact(say("parties.dpo"), _contact(controller.dpo, words)),
        Fact(say("parties.against"), say("parties.unknown")),
    ]
    yield Facts(tuple(rows))


def _contact(contact: Contact, words: Words) -> str:
    parts = [part for part in (contact.name, contact.role, contact.mail, contact.phone) if part]
    return ", ".join(parts) or words.say("not_stated")


def _facts(affair: Affair, words: Words) -> Iterator[Block]:
    say, incident, statement = words.say, affair.incident, affair.statement
    yield Heading(say("facts.title"))
    told = [text.in_(words.language).strip() for text in (statement.facts, statement.circumstances)]
    for text in filter(None, told):
        yield Paragraph(text)
    if not any(told):
        yield Note(say("facts.missing"), warns=True)
    known = [
        (say(f"instant.{kind.value}"), found)
        for kind in _INSTANTS
        if (found := incident.instant(kind))
    ]
    if known:
        columns = (Column(say("facts.what"), width=4), Column(say("facts.when"), width=4), Column(say("facts.source"), width=4))  # fmt: skip
        rows = tuple(
            (
                Cell(name),
                Cell(words.instant(found.at)),
                Cell(visible(found.source, longest=200) if found.source else "–"),
            )
            for name, found in known
        )
        yield Table(say("facts.caption"), columns, rows)
    yield Facts(
        (
            Fact(say("facts.accounts"), _listed(incident.accounts, words)),
            Fact(say("facts.applications"), _listed(_applications(affair), words)),
            Fact(say("facts.sources"), _listed(incident.sources, words)),
        )
    )


def _applications(affair: Affair) -> tuple[str, ...]:
    """Those of the incident, and those through which somebody was read."""
    read = affair.exposure.applications if affair.exposure is not None else ()
    return tuple(dict.fromkeys((*affair.incident.applications, *read)))


def _listed(names: tuple[str, ...], words: Words) -> str:
    if not names:
        return words.say("not_stated")
    rest = len(names) - _MOST
    shown = ", ".join(visible(name) for name in names[:_MOST])
    return f"{shown} {words.say('rest', n=rest)}" if rest > 0 else shown


def _persons(affair: Affair, words: Words) -> Iterator[Block]:
    say, version = words.say, affair.exposure
    yield Heading(say("read.title"))
    if version is None:
        yield Note(say("read.missing"), warns=True)
        return
    yield Paragraph(say("read.text", n=version.persons, number=version.number))
    if version.gaps:
        bound = (
            say("read.unbounded")
            if version.at_most is None
            else say("read.at_most", n=version.at_most)
        )
        yield Paragraph(bound)
    if version.first_at is not None and version.last_at is not None:
        first, last = words.instant(version.first_at), words.instant(version.last_at)
        yield Paragraph(say("read.interval", first=first, last=last))
    columns = (
        Column(say("read.category"), width=3),
        Column(say("read.persons"), number=True),
    )
    category = voice("complaint", affair, words.language).category
    rows = tuple(
        (Cell(category(c.category)), Cell(words.number(c.persons))) for c in version.categories
    )
    if rows:
        yield Table(say("read.caption"), columns, rows)


def _articles(words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("articles.title"))
    yield Note(say("articles.confirm"), warns=True)
    yield Bullets(
        tuple(
            say("articles.one", article=article, what=say(f"article.{article}"))
            for article in ARTICLES
        )
    )


def _harm(affair: Affair, words: Words) -> Iterator[Block]:
    say, statement = words.say, affair.statement
    yield Heading(say("harm.title"))
    yield Paragraph(statement.consequences_text.in_(words.language).strip() or say("harm.missing"))
    measures = [m.text.in_(words.language).strip() for m in statement.measures if m.phase == "done"]
    if any(measures):
        yield Paragraph(say("harm.measures"))
        yield Bullets(tuple(filter(None, measures)))


def _evidence(affair: Affair, words: Words) -> Iterator[Block]:
    say, version = words.say, affair.exposure
    yield Heading(say("evidence.title"))
    items = [
        say("evidence.pack"),
        say("evidence.verifier"),
        say("evidence.log", digest=affair.incident.head or "–"),
    ]
    if version is not None:
        items.append(say("evidence.exposure", number=version.number, digest=version.digest))
    if number := affair.statement.authority_number.strip():
        items.append(say("evidence.authority", number=number))
    yield Bullets(tuple(items))


def _closing(affair: Affair, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("closing.title"))
    yield Paragraph(say("closing.text", name=affair.controller.name))
    due = next((d.due for d in affair.incident.deadlines if d.name == "lopmi_complaint"), None)
    yield Paragraph(
        say("closing.lopmi") if due is None else say("closing.lopmi_due", date=words.instant(due))
    )
    yield Facts(
        tuple(
            Fact(say(f"closing.{name}"), say("closing.by_hand"))
            for name in ("place", "date", "signature")
        )
    )


def _data(affair: Affair) -> dict[str, Any]:
    controller, incident, statement = affair.controller, affair.incident, affair.statement
    told = statement.facts if statement.facts.fr or statement.facts.en else statement.circumstances
    return {
        "incident": incident.id,
        "name": controller.name,
        "siren": controller.siren,
        "representative": controller.representative.name,
        "facts": both(told) if told.fr or told.en else None,
        "accounts": list(incident.accounts),
        "applications": list(_applications(affair)),
        "sources": list(incident.sources),
        "instants": {
            kind.value: found.at for kind in _INSTANTS if (found := incident.instant(kind))
        },
        "articles": list(ARTICLES),
        "exposure": exposure_data(affair),
    }


def _check(affair: Affair, document: Document) -> tuple[Refusal, ...]:
    found = common(
        affair, document, _data(affair), language=document.language, permit=affair.incident.sources
    )
    if affair.incident.accounts:
        return found
    return (
        *found,
        Refusal(
            "missing",
            "accounts",
            "the incident names no account",
            "add the accounts to the incident",
        ),
    )


NOTICE: Final = Notice(
    name="complaint",
    title={"fr": "Projet de plainte", "en": "Draft of a complaint"},
    required=(
        Required("name", "code de procédure pénale, art. 15-3"),
        Required("representative", "code de procédure pénale, art. 15-3"),
        Required("facts", "code de procédure pénale, art. 15-3"),
        Required("exposure", "code de procédure pénale, art. 15-3"),
    ),
    build=_build,
    data=_data,
    check=_check,
)
