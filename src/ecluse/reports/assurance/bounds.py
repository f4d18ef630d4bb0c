"""Chapter 3: the most that each thief takes, over each horizon, what holds him, and how he does it."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.assurance import Assurance
from ecluse.model.bound import Binding, Bound, Reached, Take
from ecluse.model.time import DAY, HOUR
from ecluse.reports.assurance.figures import BoundRow, bound_chart
from ecluse.reports.assurance.phrases import (
    at_horizon,
    listed,
    name,
    persons,
    persons_cell,
    thief,
    worth,
)
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Heading,
    Note,
    Paragraph,
    Table,
)
from ecluse.reports.language import Words

__all__ = ["HORIZONS", "chapter"]

HORIZONS: Final = (HOUR, DAY, 30 * DAY, 360 * DAY)

_DETAILED: Final = 6
_DRAWN: Final = 16
_ROWS: Final = 100
_TAKES: Final = 5
_SETTINGS: Final = 12


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """All adversaries in one table and one chart, then the first ones in detail."""
    say = words.say
    yield Heading(say("bound.title"))
    if not facts.bounds:
        yield Note(say("bound.none"), warns=True)
        return
    yield Paragraph(say("bound.text"))
    yield _overview(facts.bounds, words)
    yield _figure(facts.bounds, words)
    detailed = [
        (number, bound)
        for number, bound in enumerate(facts.bounds, start=1)
        if all(stolen.application is None for stolen in bound.adversary.stolen)
    ]
    for number, bound in detailed[:_DETAILED]:
        yield Heading(f"{number}. {thief(bound.adversary, words)}", 2)
        yield from _detail(bound, words)


def _overview(bounds: tuple[Bound, ...], words: Words) -> Table:
    say = words.say
    columns = (
        Column(say("bound.adversary"), width=4),
        *(Column(words.duration(h), number=True) for h in HORIZONS),
    )
    rows = tuple(
        (
            Cell(f"{number}. {thief(b.adversary, words)}", strong=True),
            *(_number(b, h, words) for h in HORIZONS),
        )
        for number, b in enumerate(bounds[:_ROWS], start=1)
    )
    rest = words.say("more.rows", n=len(bounds) - _ROWS) if len(bounds) > _ROWS else ""
    return Table(say("bound.caption"), columns, rows, rest or say("bound.mark"))


def _number(bound: Bound, horizon: int, words: Words) -> Cell:
    reached = at_horizon(bound, horizon)
    if reached is None:
        return Cell("–")
    cell = persons_cell(reached.persons, words)
    upper = reached.persons is not None and not reached.exact
    return Cell(f"≤ {cell.text}" if upper else cell.text, strong=cell.strong, tone=cell.tone)


def _figure(bounds: tuple[Bound, ...], words: Words) -> Figure:
    say = words.say
    rows = []
    for number, bound in enumerate(bounds[:_DRAWN], start=1):
        short, long = at_horizon(bound, DAY), at_horizon(bound, 360 * DAY)
        if short is not None and long is not None:
            who = f"{number}. {thief(bound.adversary, words)}"
            rows.append(BoundRow(who, short.persons, long.persons))
    told = say("list.between").join(
        say("bound.told", who=r.name, short=persons(r.short, words), long=persons(r.long, words))
        for r in rows
    )
    names = words.duration(DAY), words.duration(360 * DAY)
    return Figure(
        say("bound.figure"),
        say("bound.described", list=told or "–"),
        bound_chart(rows, words, names=names),
        say("bound.scale"),
    )


def _detail(bound: Bound, words: Words) -> Iterator[Block]:
    say = words.say
    columns = (
        Column(say("bound.horizon"), width=2),
        Column(say("bound.persons"), number=True),
        Column(say("bound.nature"), width=3),
        Column(say("bound.silent"), number=True),
        Column(say("bound.stopped"), number=True),
    )
    yield Table(say("bound.detail"), columns, tuple(_horizon(r, words) for r in bound.horizons))
    settings = tuple(_settings(bound, words))
    if settings:
        columns = (
            Column(say("bound.horizon")),
            Column(say("bound.budget"), width=2),
            Column(say("bound.limit"), width=2),
            Column(say("bound.keys"), width=2),
            Column(say("bound.worth"), number=True),
        )
        yield Table(say("bound.binding"), columns, settings[:_SETTINGS], say("bound.worth_note"))
    yield from _plans(bound, words)
    yield from _open(bound, words)


def _horizon(reached: Reached, words: Words) -> tuple[Cell, ...]:
    say = words.say
    nature = "bound.open" if reached.persons is None else "bound.exact" if reached.exact else "bound.upper"  # fmt: skip
    best = ""
    if reached.persons is not None and not reached.exact:
        best = say("bound.best", n=reached.reached) if reached.reached else say("bound.untried")
    return (
        Cell(words.duration(reached.horizon), strong=True),
        persons_cell(reached.persons, words),
        Cell(say(nature), best),
        Cell(persons(reached.silent, words)),
        Cell(say("bound.nobody") if reached.stopped is None else words.number(reached.stopped)),
    )


def _settings(bound: Bound, words: Words) -> Iterator[tuple[Cell, ...]]:
    for reached in _told(bound):
        for binding in reached.binding:
            yield (
                Cell(words.duration(reached.horizon)),
                Cell(_budget(binding, words), strong=True),
                Cell(_limit(binding, words)),
                Cell(name(binding.keys), language="en"),
                Cell(worth(binding.worth, words)),
            )


def _told(bound: Bound) -> tuple[Reached, ...]:
    """The horizons of which settings and plan are told."""
    return tuple(r for r in bound.horizons if r.horizon in {DAY, 360 * DAY})


def _budget(binding: Binding, words: Words) -> str:
    return words.say("bound.population") if binding.window == 0 else name(binding.budget)


def _limit(binding: Binding, words: Words) -> str:
    if binding.window == 0:
        return words.say("bound.held", n=binding.limit)
    return words.say("bound.rule", limit=binding.limit, window=words.duration(binding.window))


def _plans(bound: Bound, words: Words) -> Iterator[Block]:
    items = []
    for reached in _told(bound):
        if reached.plan:
            shown = words.say("list.between").join(
                _take(take, words) for take in reached.plan[:_TAKES]
            )
            rest = len(reached.plan) - _TAKES
            more = f" {words.say('more.takes', n=rest)}" if rest > 0 else ""
            items.append(words.say("bound.plan", horizon=words.duration(reached.horizon), plan=shown + more))  # fmt: skip
    if items:
        yield Paragraph(words.say("bound.plans"))
        yield Bullets(tuple(items))


def _take(take: Take, words: Words) -> str:
    say = words.say
    who = say("take.accounts", n=take.accounts) if take.accounts else say("take.any")
    if take.kind is not None:
        who = say("thief.of_kind", who=who, kind=name(take.kind))
    if take.organization is not None:
        who = say("thief.of_organization", who=who, organization=name(take.organization))
    where = say("take.where", application=name(take.application))
    ways = tuple(way for way in (take.operation, take.category) if way)
    by = f" ({listed(ways, words)})" if ways else ""
    return say("take.persons", who=who, where=where + by, n=take.persons)


def _open(bound: Bound, words: Words) -> Iterator[Block]:
    found = tuple(dict.fromkeys(flow for r in bound.horizons for flow in r.unbounded))
    if found:
        yield Note(words.say("bound.unbounded", n=len(found)), warns=True)
        yield Bullets(tuple(map(name, found[:_SETTINGS])), language="en")
    added = tuple(dict.fromkeys(word for r in bound.horizons for word in r.adds))
    if added:
        yield Note(words.say("bound.adds"))
        yield Bullets(tuple(map(name, added)), language="en")
