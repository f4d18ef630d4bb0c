"""What does the first page of an evidence pack say? What happened, what lies in it, how it is checked, and what it cannot prove."""

from collections.abc import Iterator, Sequence
from typing import Final

from ecluse.model.evidence import PackFacts, PackProfile
from ecluse.model.exposure import ExposureVersion
from ecluse.model.incident import Incident, InstantKind
from ecluse.model.notice import Affair
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Figure,
    Heading,
    KeyNumber,
    KeyNumbers,
    Note,
    Paragraph,
    Table,
)
from ecluse.reports.document.drawing import Drawing
from ecluse.reports.language import Language, Words, words
from ecluse.reports.text import visible

__all__ = ["OFFENCES", "readme"]

OFFENCES: Final = ("323-1", "323-3", "226-18", "226-4-1", "321-1")
"""Articles of the French code pénal that come into question; a lawyer confirms which."""

_MOST: Final = 12


def readme(
    facts: PackFacts,
    incident: Incident,
    versions: Sequence[ExposureVersion],
    drawn: Drawing | None,
    affair: Affair | None,
    *,
    language: Language,
    zone: str,
) -> Document:
    """Writes the page in one language."""
    spoken = words(language, zone=zone, document="evidence")
    say = spoken.say
    made = spoken.date(facts.made_at)
    return Document(
        title=say("pack.title", id=incident.id),
        subtitle=say(
            f"pack.subtitle.{facts.profile.value}",
            date=made,
            by=visible(facts.by),
            zone=spoken.zone_name,
        ),
        language=language,
        made_at=facts.made_at,
        blocks=(
            *_summary(facts, incident, versions, affair, spoken),
            *_offences(spoken),
            *(_hearing(facts, spoken) if facts.profile is PackProfile.POLICE else ()),
            *_accounts(facts, drawn, spoken),
            *_contents(facts, spoken),
            *_checking(facts, spoken),
            *_limits(facts, versions, spoken),
        ),
        footer=say("pack.footer", id=incident.id, date=made),
    )


def _summary(
    facts: PackFacts,
    incident: Incident,
    versions: Sequence[ExposureVersion],
    affair: Affair | None,
    words: Words,
) -> Iterator[Block]:
    say, last = words.say, versions[-1]
    yield Heading(say("summary.title"))
    yield Paragraph(visible(incident.title, longest=300), lead=True)
    if affair is not None and (told := affair.statement.facts.in_(words.language).strip()):
        yield Paragraph(told)
    numbers = [KeyNumber(words.number(last.persons), say("summary.persons"))]
    if last.at_most != last.persons:
        figure = say("summary.unbounded") if last.at_most is None else words.number(last.at_most)
        numbers.append(KeyNumber(figure, say("summary.at_most")))
    numbers += [
        KeyNumber(words.number(facts.accesses), say("summary.accesses")),
        KeyNumber(words.number(len(facts.accounts)), say("summary.accounts")),
        KeyNumber(words.number(facts.sessions), say("summary.sessions")),
    ]
    yield KeyNumbers(tuple(numbers))
    known = [
        Fact(say(f"instant.{kind.value}"), words.instant(said.at))
        for kind in InstantKind
        if (said := incident.instant(kind)) is not None
    ]
    if last.first_at is not None and last.last_at is not None:
        known.append(Fact(say("summary.first"), words.instant(last.first_at)))
        known.append(Fact(say("summary.last"), words.instant(last.last_at)))
    known += [
        Fact(say("summary.applications"), _named(last.applications, words)),
        Fact(
            say("summary.sources"),
            _named(tuple(dict.fromkeys((*incident.sources, *facts.sources))), words),
        ),
        Fact(say("summary.categories"), _named(tuple(c.category for c in last.categories), words)),
        Fact(say("summary.exposure", n=last.number), last.digest, code=True),
    ]
    yield Facts(tuple(known))


def _named(names: tuple[str, ...], words: Words) -> str:
    if not names:
        return words.say("none")
    shown = ", ".join(visible(name) for name in names[:_MOST])
    rest = len(names) - _MOST
    return f"{shown} {words.say('rest', n=rest)}" if rest > 0 else shown


def _offences(words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("offences.title"))
    yield Note(say("offences.confirm"), warns=True)
    rows = tuple(
        (Cell(article, strong=True), Cell(say(f"offence.{article}"))) for article in OFFENCES
    )
    yield Table(
        say("offences.caption"),
        (Column(say("offences.article")), Column(say("offences.what"), width=5)),
        rows,
    )


def _hearing(facts: PackFacts, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("hearing.title"))
    yield Paragraph(say("hearing.text"))
    columns = tuple(
        Column(say(f"hearing.{name}"), width=2) for name in ("role", "name", "reach", "why")
    )
    roles = [
        say("hearing.holder", account=visible(str(row["account"])))
        for row in facts.accounts[:_MOST]
    ]
    roles += [say(f"hearing.{role}") for role in ("administrator", "organization", "receiver")]
    empty = Cell("……………………")
    yield Table(
        say("hearing.caption"), columns, tuple((Cell(role), empty, empty, empty) for role in roles)
    )


def _accounts(facts: PackFacts, drawn: Drawing | None, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("accounts.title"))
    columns = (
        Column(say("accounts.account"), width=3),
        Column(say("accounts.kind"), width=2),
        Column(say("accounts.organization"), width=2),
        Column(say("accounts.created"), width=3),
        Column(say("accounts.accesses"), number=True, width=2),
    )
    rows = []
    for row in facts.accounts[:30]:
        created = row["created_at"]
        by = visible(str(row["created_by"])) if row["created_by"] else ""
        when = words.stamp(created) if isinstance(created, int) else say("unknown")
        rows.append(
            (
                Cell(visible(str(row["account"])), strong=True),
                Cell(visible(str(row["account_kind"])) if row["account_kind"] else "–"),
                Cell(visible(str(row["organization"])) if row["organization"] else "–"),
                Cell(when, small=say("accounts.by", name=by) if by else ""),
                Cell(words.number(int(str(row["accesses"])))),
            )
        )
    rest = len(facts.accounts) - len(rows)
    note = say("accounts.more", n=rest) if rest > 0 else ""
    yield Table(say("accounts.caption"), columns, tuple(rows), note)
    if drawn is not None:
        yield Figure(
            say("lineage.title"), say("lineage.description"), drawn, say("lineage.caption")
        )


def _contents(facts: PackFacts, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("contents.title"))
    columns = (Column(say("contents.file"), width=4), Column(say("contents.what"), width=6))
    shown: dict[str, str] = {}
    for content in facts.contents:
        shown.setdefault(content.what, content.name)
    rows = tuple((Cell(name, code=True), Cell(say(f"file.{what}"))) for what, name in shown.items())
    yield Table(say("contents.caption"), columns, rows, say("contents.note"))
    yield Paragraph(say("contents.cells"))


def _checking(facts: PackFacts, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("checking.title"))
    yield Paragraph(say("checking.text"))
    yield Table(
        say("checking.caption"),
        (Column(say("checking.command"), width=6), Column(say("checking.does"), width=5)),
        tuple(
            (Cell(say(f"command.{number}"), code=True), Cell(say(f"does.{number}")))
            for number in ("1", "2", "3")
        ),
    )
    known = [Fact(say("checking.key"), facts.key, code=True)]
    known += [
        Fact(say("checking.ledger", origin=visible(ledger.origin)), ledger.key, code=True)
        for ledger in facts.ledgers
    ]
    if facts.authority:
        known.append(
            Fact(say("checking.authority"), visible(facts.authority, longest=200), code=True)
        )
    yield Facts(tuple(known))
    yield Note(say("checking.elsewhere"), warns=True)


def _limits(facts: PackFacts, versions: Sequence[ExposureVersion], words: Words) -> Iterator[Block]:
    say, clock = words.say, facts.clock
    yield Heading(say("limits.title"))
    items = [say(f"left.{left.what}") for left in facts.left]
    if facts.profile is PackProfile.POLICE:
        items.append(
            say("limits.sealed", to=facts.sealed_to)
            if facts.sealed_to
            else say("limits.pseudonyms")
        )
    items += [say("limits.gap", what=visible(gap.what, longest=300)) for gap in versions[-1].gaps]
    items.append(say("limits.no_gap") if not versions[-1].gaps else say("limits.gaps"))
    items.append(say("limits.back", n=clock.back) if clock.back else say("limits.forward"))
    if clock.synchronized is None:
        items.append(say("limits.clock_unknown"))
    elif clock.synchronized:
        items.append(
            say("limits.clock_follows", error=words.number(-(-(clock.error or 0) // 1000)))
        )
    else:
        items.append(say("limits.clock_free"))
    items.append(say("limits.complete"))
    yield Bullets(tuple(items))
    yield Facts(
        (
            Fact(say("limits.version"), facts.version),
            Fact(say("limits.policies"), say("limits.policies_where")),
        )
    )
