"""Chapter 2: what can be read, by whom, and what one account of each kind can read of it."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.assurance import Assurance, Cover
from ecluse.model.estate import AccountKind, Application
from ecluse.reports.assurance.phrases import listed, name, persons, tone
from ecluse.reports.document.blocks import Block, Cell, Column, Heading, Note, Paragraph, Table
from ecluse.reports.language import Words

__all__ = ["chapter"]

_KINDS_WIDE: Final = 5
"""Kinds beside each other in one map; more of them make a second map."""

_ROWS: Final = 200
_NO_FACTOR: Final = "none"


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """Applications, kinds of account, and the map of both."""
    say, estate = words.say, facts.estate
    yield Heading(say("estate.title"))
    accounts = sum(h.count for o in estate.organizations for h in o.accounts)
    yield Paragraph(
        say(
            "estate.text",
            applications=len(estate.applications),
            n=accounts,
            organizations=len(estate.organizations),
            persons=sum(a.population for a in estate.applications),
        )
    )
    if not (estate.applications and estate.kinds):
        yield Note(say("estate.nothing"), warns=True)
    if estate.applications:
        yield _applications(facts, words)
    if estate.kinds:
        yield _kinds(facts, words)
    yield Heading(say("map.title"), 2)
    yield from _map(facts, words)


def _applications(facts: Assurance, words: Words) -> Table:
    say = words.say
    columns = (
        Column(say("estate.application"), width=3),
        Column(say("estate.population"), number=True),
        Column(say("estate.state"), width=2),
        Column(say("estate.categories"), width=3),
        Column(say("estate.owner"), width=3),
    )
    rows = tuple(
        (
            Cell(name(a.id), strong=True),
            Cell(words.number(a.population)),
            _state(a, facts.made_at, words),
            Cell(listed(a.categories, words) or "–"),
            Cell(name(a.owner)),
        )
        for a in facts.estate.applications[:_ROWS]
    )
    return Table(say("estate.applications"), columns, rows, _rest(len(facts.estate.applications), words))  # fmt: skip


def _rest(total: int, words: Words) -> str:
    return words.say("more.rows", n=total - _ROWS) if total > _ROWS else ""


def _state(application: Application, now: int, words: Words) -> Cell:
    said = words.say(f"state.{application.state.value}")
    closes = application.closes_at
    if closes is None or application.state.value == "closed":
        return Cell(said)
    late = closes <= now
    small = words.say("state.late" if late else "state.closes", date=words.date(closes))
    return Cell(said, small, strong=late, tone="open" if late else "")


def _kinds(facts: Assurance, words: Words) -> Table:
    say, estate = words.say, facts.estate
    held: dict[str, tuple[int, int]] = {}
    for organization in estate.organizations:
        for head in organization.accounts:
            accounts, bodies = held.get(head.kind, (0, 0))
            held[head.kind] = (accounts + head.count, bodies + (head.count > 0))
    columns = (
        Column(say("kinds.kind"), width=3),
        Column(say("kinds.accounts"), number=True),
        Column(say("kinds.organizations"), number=True),
        Column(say("kinds.factors"), width=2),
        Column(say("kinds.opens"), width=3),
    )
    rows = tuple(
        (
            Cell(name(k.id), name(k.description) if k.description else "", strong=True),
            Cell(words.number(held.get(k.id, (0, 0))[0])),
            Cell(words.number(held.get(k.id, (0, 0))[1])),
            _factors(k, words),
            Cell(listed(k.applications, words) if k.applications else say("kinds.everything"), say("kinds.creates", list=listed(k.creates, words)) if k.creates else ""),
        )
        for k in estate.kinds[:_ROWS]
    )  # fmt: skip
    return Table(say("kinds.title"), columns, rows, _rest(len(estate.kinds), words))


def _factors(kind: AccountKind, words: Words) -> Cell:
    """The second factors of a kind; that there is none, or may be none, stands out."""
    given = tuple(f for f in kind.factors if f != _NO_FACTOR)
    without = len(given) < len(kind.factors)
    if not given:
        return Cell(words.say("kinds.none" if without else "kinds.no_factor"), strong=True)
    return Cell(listed(given, words), words.say("kinds.or_none") if without else "", strong=without)


def _map(facts: Assurance, words: Words) -> Iterator[Block]:
    say = words.say
    if not facts.covers:
        yield Note(say("map.none"), warns=True)
        return
    yield Paragraph(say("map.text"))
    kinds = list(dict.fromkeys(c.kind for c in facts.covers))
    found = {(c.application, c.kind): c for c in facts.covers}
    applications = list(dict.fromkeys(c.application for c in facts.covers))
    for begin in range(0, len(kinds), _KINDS_WIDE):
        part = kinds[begin : begin + _KINDS_WIDE]
        columns = (
            Column(say("map.application"), width=2),
            *(Column(name(kind), width=2) for kind in part),
        )
        rows = tuple(
            (Cell(name(a), strong=True), *(_cover(found.get((a, kind)), words) for kind in part))
            for a in applications
            if any((a, kind) in found for kind in part)
        )
        note = " ".join(part for part in (_rest(len(rows), words), say("map.colours")) if part)
        yield Table(say("map.caption"), columns, rows[:_ROWS], note)
    if facts.unbounded:
        yield Note(say("map.unbounded", n=len(facts.unbounded)), warns=True)


def _cover(cover: Cover | None, words: Words) -> Cell:
    if cover is None:
        return Cell(words.say("map.no_way"), tone="none")
    if cover.short is None:
        return Cell(words.say("map.open"), strong=True, tone="open")
    short = words.say("map.short", persons=words.number(cover.short))
    long = words.say("map.long", persons=persons(cover.long, words))
    return Cell(short, long, strong=cover.long is None, tone=tone(cover.long))
