"""How are the chapters put together? One after the other, numbered, with a table of contents and the summary first."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from ecluse.model.assurance import Assurance
from ecluse.reports.assurance import (
    annex,
    bounds,
    changes,
    disturbance,
    drills,
    estate,
    findings,
    summary,
)
from ecluse.reports.assurance.phrases import name
from ecluse.reports.document.blocks import Block, Contents, Document, Heading, PageBreak
from ecluse.reports.language import Language, Words, words

__all__ = ["document"]

Chapter = Callable[[Assurance, Words], Iterator[Block]]

_CHAPTERS: Final[tuple[Chapter, ...]] = (
    summary.chapter,
    estate.chapter,
    bounds.chapter,
    drills.chapter,
    disturbance.chapter,
    findings.chapter,
    changes.chapter,
    annex.chapter,
)


def document(facts: Assurance, *, language: Language, zone: str | None = None) -> Document:
    """Writes the report in one language; times in the IANA zone given, else in UTC."""
    spoken = words(language, zone=zone, document="assurance")
    say = spoken.say
    made = spoken.date(facts.made_at)
    return Document(
        title=say("report.title"),
        subtitle=say("report.subtitle", date=made, by=name(facts.by), zone=spoken.zone_name),
        language=language,
        made_at=facts.made_at,
        blocks=tuple(_blocks(facts, spoken)),
        footer=say("report.footer", date=made),
    )


def _blocks(facts: Assurance, words: Words) -> Iterator[Block]:
    for number, chapter in enumerate(_CHAPTERS, start=1):
        for block in chapter(facts, words):
            if isinstance(block, Heading) and block.level == 1:
                yield replace(block, text=f"{number}. {block.text}")
            else:
                yield block
        if chapter is summary.chapter:
            yield Contents(words.say("report.contents"))
            yield PageBreak()
