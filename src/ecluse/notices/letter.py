"""D2: the letter to each person (GDPR art. 34). What is released is its template with every set of categories of the exposure."""

from collections.abc import Iterator
from typing import Any, Final

from ecluse.model.letter import Personal, Wording
from ecluse.model.notice import Affair, Both, Refusal
from ecluse.notices.checks import common
from ecluse.notices.emptiness import blank, vague
from ecluse.notices.facts import both, exposure_data
from ecluse.notices.letter_body import letter, open_words, own_blocks, title
from ecluse.notices.letter_kinds import OTHER, kind, kinds, label
from ecluse.notices.notice import Notice, Required
from ecluse.notices.readability import LEAST_EASE, MOST_LIX, score
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Document,
    Fact,
    Facts,
    Heading,
    Note,
    PageBreak,
    Paragraph,
)
from ecluse.reports.language import Words

__all__ = ["NOTICE", "examine_letter", "samples"]

_LEAST: Final = 30
"""Signs of a sentence that says what happened."""

_LEAST_MEASURE: Final = 15


def samples(affair: Affair, language: str) -> tuple[tuple[Wording, int], ...]:
    """A wording for each set of categories of the exposure in force, with its persons; the largest first."""
    version = affair.exposure
    if version is None:
        return ()
    ordered = sorted(version.sets, key=lambda s: (-s.persons, s.categories))
    only_listed = not version.shown and not version.exported
    made = [(Wording(language, listed=s.categories) if only_listed else Wording(language, shown=s.categories), s.persons) for s in ordered]  # fmt: skip
    if version.linked and ordered:
        every = tuple(c.category for c in version.categories)
        made.append((Wording(language, shown=tuple(sorted(every)), linked=True), version.linked))
    return tuple(made)


def examine_letter(affair: Affair, wording: Wording) -> tuple[Refusal, ...]:
    """Every reason to refuse the letter of one wording."""
    said = open_words(affair, wording.language)
    document = letter(affair, wording, _sample(said))
    return (
        *common(affair, document, {}, language=wording.language),
        *_chapters(affair, document, said),
        *_named(affair, wording),
        *_readable(document),
    )


def _build(affair: Affair, language: str) -> Document:
    """The letter of the largest set whole, and of each other one what differs."""
    said = open_words(affair, language)
    made = samples(affair, language)
    if not made:
        return letter(affair, Wording(language), _sample(said))
    (first, persons), *others = made
    whole = letter(affair, first, _sample(said))
    blocks: list[Block] = [Note(_for(said, persons, affair, first)), *whole.blocks]
    for wording, number in others:
        blocks += [PageBreak(), Note(_for(said, number, affair, wording))]
        blocks += [Heading(title(said, linked=wording.linked)), *own_blocks(affair, wording, said)]
    return Document(whole.title, whole.subtitle, language, whole.made_at, tuple(blocks), whole.footer)  # fmt: skip


def _for(said: Words, persons: int, affair: Affair, wording: Wording) -> str:
    names = said.say("set.and").join(label(c, affair.statement, said) for c in wording.categories)
    key = "set.linked" if wording.linked else "set.persons"
    return said.say(key, n=persons, categories=names)


def _sample(said: Words) -> Personal:
    own = said.say("letter.own")
    return Personal(own, own, own, own)


def _data(affair: Affair) -> dict[str, Any]:
    controller, statement, version = affair.controller, affair.statement, affair.exposure
    decision = affair.incident.decision("tell_persons")
    return {
        "exposure": exposure_data(affair),
        "controller": controller.name,
        "decision": "" if decision is None or decision.answer != "yes" else decision.signed.by,
        "nature": both(statement.facts),
        "sets": [{"categories": list(s.categories), "persons": s.persons, "kinds": list(kinds(s.categories))} for s in (version.sets if version else ())],
        "consequences": both(statement.consequences_text),
        "measures": [
            {"phase": m.phase, "text": both(m.text), "at": m.at}
            for m in statement.measures
            if m.phase != "before"
        ],
        "contact": {"dpo": controller.dpo.name, "dpo_reached": controller.dpo.mail or controller.dpo.phone, "helpdesk": controller.helpdesk.phone or controller.helpdesk.mail},
        "news": controller.news,
    }  # fmt: skip


def _check(affair: Affair, document: Document) -> tuple[Refusal, ...]:
    found: dict[Refusal, None] = {}
    for wording, _ in samples(affair, document.language):
        found |= dict.fromkeys(examine_letter(affair, wording))
    return (*_sets(affair), *found)


def _sets(affair: Affair) -> Iterator[Refusal]:
    version = affair.exposure
    if version is None or sum(s.persons for s in version.sets) == version.persons:
        return
    yield Refusal(
        "inconsistent",
        "exposure.sets",
        f"the sets of categories cover {sum(s.persons for s in version.sets):,} of {version.persons:,} persons",
        "freeze the exposure again: every person needs a letter that says which data",
    )


def _chapters(affair: Affair, document: Document, said: Words) -> Iterator[Refusal]:
    """What art. 34(2) asks for stands in the body itself, each in its chapter; a phone line does not replace it."""
    bodies = _bodies(document)
    nature = bodies.get(said.say("what.title"), ())
    facts = affair.statement.facts.in_(document.language).strip()
    if len(facts) < _LEAST or blank(facts) or facts not in nature:
        yield _lacks("what.title", said, "the nature of the breach", "`facts` in the statement")
    if not bodies.get(said.say("risk.title")):
        yield _lacks("risk.title", said, "the likely consequences", "`consequences_text`, or categories in the exposure")  # fmt: skip
    stated = [m.text.in_(document.language).strip() for m in affair.statement.measures if m.phase != "before"]  # fmt: skip
    concrete = [text for text in stated if len(text) >= _LEAST_MEASURE and not vague(text) and not blank(text)]  # fmt: skip
    if not any(
        text in item for text in concrete for item in bodies.get(said.say("done.title"), ())
    ):
        yield _lacks("done.title", said, "the measures", "`measures` in the statement, each with what was done and when")  # fmt: skip
    if not bodies.get(said.say("advice.title")):
        yield _lacks("advice.title", said, "what the person can do", "`measures`")
    contacts = bodies.get(said.say("contact.title"), ())
    dpo = affair.controller.dpo
    if not dpo.name.strip() or not any(dpo.name in text for text in contacts):
        yield _lacks("contact.title", said, "the data protection officer", "`dpo` in controller.yaml")  # fmt: skip
    if not (dpo.mail or dpo.phone or affair.controller.helpdesk.phone):
        yield _lacks("contact.title", said, "a way to reach somebody", "`dpo` or `helpdesk` in controller.yaml")  # fmt: skip


def _lacks(key: str, said: Words, what: str, where: str) -> Refusal:
    return Refusal("missing", said.say(key), f"the body of the letter lacks {what} (GDPR art. 34(2))", f"write {where}; a link, a page or a phone line does not replace it")  # fmt: skip


def _bodies(document: Document) -> dict[str, tuple[str, ...]]:
    """Texts by the heading under which they stand."""
    found: dict[str, list[str]] = {}
    chapter = ""
    for block in document.blocks:
        match block:
            case Heading(text=text):
                chapter = text
            case Paragraph(text=text):
                found.setdefault(chapter, []).append(text)
            case Bullets(items=items):
                found.setdefault(chapter, []).extend(items)
            case Facts(items=facts):
                found.setdefault(chapter, []).extend(_fact(f) for f in facts)
            case _:
                pass
    return {name: tuple(text for text in texts if text.strip()) for name, texts in found.items()}


def _fact(fact: Fact) -> str:
    return f"{fact.name} : {fact.value}"


def _named(affair: Affair, wording: Wording) -> Iterator[Refusal]:
    own = dict(affair.statement.categories)
    for category in wording.categories:
        stated = own.get(category, Both()).in_(wording.language)
        if kind(category) == OTHER and not stated.strip():
            yield Refusal(
                "language",
                category,
                f"the category `{category}` has no words that its reader would understand",
                f"write them in the statement: `categories: {{{category}: {{fr: …, en: …}}}}`",
            )
    if not wording.categories:
        yield Refusal("missing", "categories", "the letter names no category of data", "freeze the exposure with the categories that the application shows")  # fmt: skip


def _readable(document: Document) -> Iterator[Refusal]:
    said = tuple(
        text
        for block in document.blocks
        for text in (
            (block.text,) if isinstance(block, Paragraph) else block.items if isinstance(block, Bullets) else ()
        )
    )  # fmt: skip
    found = score(said, document.language)
    if not found.plain:
        yield Refusal(
            "language",
            "reading score",
            f"the letter is hard to read: LIX {found.lix:.0f} (at most {MOST_LIX:.0f}), reading ease {found.ease:.0f} (at least {LEAST_EASE:.0f})",
            "write shorter sentences and shorter words in the statement (`facts`, `consequences_text`, `measures`)",
        )


NOTICE = Notice(
    name="letter",
    title={"fr": "Lettre aux personnes", "en": "Letter to persons"},
    required=(
        Required("exposure", "GDPR art. 34(1): the persons are those of a frozen exposure"),
        Required("decision", "a named person decides to tell the persons (`tell_persons`)"),
        Required("nature", "GDPR art. 34(2)"),
        Required("measures", "GDPR art. 33(3)(d) through 34(2)"),
        Required("contact.dpo", "GDPR art. 33(3)(b) through 34(2)"),
        Required("contact.dpo_reached", "GDPR art. 33(3)(b) through 34(2)"),
        Required("contact.helpdesk", "EDPB guidelines 9/2022: a way to ask"),
    ),
    build=_build,
    data=_data,
    check=_check,
)
