"""Which parts does a claim report have? One function each, from the claim to blocks, in the order of a reader who has little time."""

from collections.abc import Iterator

from ecluse.model.claim import Bounds, Claim, Overlap, Suspect
from ecluse.notices.claim_words import because, luck, settle, test_line, verdict_line
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Fact,
    Facts,
    Heading,
    Note,
    Paragraph,
    Table,
    Tone,
)
from ecluse.reports.language import Words
from ecluse.reports.text import plain

__all__ = ["blocks"]

_OTHERS = 3
_SPEAKING: dict[str, Tone] = {
    "hit": "open", "hit-account": "open", "follows": "open", "explained": "open", "tied": "middle",
    "beyond-luck": "middle", "impossible": "middle", "differs": "middle", "foreign": "middle",
    "several-moments": "middle", "sorted": "none", "not-made": "none",
}  # fmt: skip


def blocks(claim: Claim, words: Words) -> Iterator[Block]:
    """The whole report."""
    for part in (
        _verdict,
        _posted,
        _sample,
        _tests,
        _suspects,
        _dating,
        _leaks,
        _settle,
        _public,
        _method,
    ):
        yield from part(claim, words)  # fmt: skip


def _verdict(claim: Claim, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("part.verdict"))
    yield Paragraph(verdict_line(words, claim), lead=True)
    yield Paragraph(say(f"confidence.{int(claim.confidence)}"))
    yield Bullets(because(words, claim))
    if claim.named:
        yield Note(say("suspects.caution"), warns=True)


def _posted(claim: Claim, words: Words) -> Iterator[Block]:
    say, posted = words.say, claim.posted
    unsaid = say("fact.unsaid")
    yield Heading(say("part.posted"))
    yield Facts(
        (
            Fact(say("fact.group"), plain(posted.group) or unsaid),
            Fact(say("fact.posted_at"), unsaid if posted.at is None else words.instant(posted.at)),
            Fact(say("fact.url"), posted.url_sha256 or unsaid, code=bool(posted.url_sha256)),
            Fact(say("fact.period"), _between(words, posted.since, posted.until) or unsaid),
            Fact(say("fact.claimed"), unsaid if posted.persons is None else words.number(posted.persons)),
        )
    )  # fmt: skip


def _between(words: Words, first: int | None, last: int | None) -> str:
    if first is None and last is None:
        return ""
    ends = ["…" if at is None else words.instant(at) for at in (first, last)]
    return words.say("between", first=ends[0], last=ends[1])


def _sample(claim: Claim, words: Words) -> Iterator[Block]:
    say, s = words.say, claim.sample
    facts = [
        Fact(say("fact.sha256"), s.sha256, code=True),
        Fact(say("fact.form"), say("fact.form.value", form=s.form, bytes=s.bytes, columns=s.columns)),
        Fact(say("fact.rows"), say("fact.rows.value", rows=s.rows, unread=s.unread, nameless=s.nameless, repeated=s.repeated)),
        Fact(say("fact.persons"), words.number(s.persons)),
    ]  # fmt: skip
    if s.held is not None:
        held = say("fact.held.value", held=s.held, n=s.persons, agreeing=s.agreeing, compared=s.compared)  # fmt: skip
        facts.append(Fact(say("fact.held"), held))
    if s.first_at is not None and s.last_at is not None:
        dates = say("fact.dates.value", dated=s.dated, first=words.instant(s.first_at), last=words.instant(s.last_at))  # fmt: skip
        facts.append(Fact(say("fact.dates"), dates))
    if s.sorted_by:
        facts.append(Fact(say("fact.sorted"), plain(", ".join(s.sorted_by))))
    odd = say("fact.impossible.value", impossible=s.impossible, masked=s.masked, invented=s.invented, rows=s.rows)  # fmt: skip
    facts.append(Fact(say("fact.impossible"), odd))
    yield Heading(say("part.sample"))
    yield Facts(tuple(facts))


def _tests(claim: Claim, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("part.tests"))
    rows = tuple(
        (
            Cell(str(number)),
            Cell(say(f"test.{test.name}"), strong=True),
            Cell(test_line(words, test, claim), tone=_SPEAKING.get(test.outcome, "")),
        )
        for number, test in enumerate(claim.tests, start=1)
    )
    columns = (Column(say("column.number"), number=True), Column(say("column.test"), width=2), Column(say("column.outcome"), width=7))  # fmt: skip
    yield Table(say("tests.caption"), columns, rows)


def _suspects(claim: Claim, words: Words) -> Iterator[Block]:
    say, n = words.say, claim.sample.persons
    yield Heading(say("part.suspects"))
    if not claim.named:
        yield Paragraph(say("suspects.nobody"))
    else:
        named = say(f"named.{claim.unit}", n=len(claim.named))
        yield Paragraph(say("suspects.text", named=named, explained=claim.explained, n=n, margin=claim.margin))  # fmt: skip
    if claim.suspects:
        columns = (
            Column(say("column.rank"), number=True), Column(say("column.account"), width=4), Column(say("column.persons"), width=3),
            Column(say("column.size"), number=True), Column(say("column.when"), width=4), Column(say("column.luck"), width=3),
        )  # fmt: skip
        yield Table(say("suspects.caption"), columns, tuple(_suspect(s, n, words, several=bool(claim.named)) for s in _shown(claim)))  # fmt: skip
    if len(claim.suspects) > 1:
        lead = f"{claim.lead:.1f}".replace(".", say("number.decimal"))
        p = f"{claim.thresholds.elsewhere:g}".replace(".", say("number.decimal"))
        yield Paragraph(
            say("suspects.lead", lead=lead, elsewhere=p)
            if claim.lead >= 1
            else say("suspects.close", elsewhere=p)
        )
    yield Paragraph(say("residue.text", residue=claim.residue, n=n, unseen=claim.ledger_residue))
    if claim.crowded:
        yield Note(say("suspects.crowd"), warns=True)


def _shown(claim: Claim) -> tuple[Suspect, ...]:
    """The named ones, and a few others for comparison: a report goes to many, and names of staff are personal data."""
    others = [s for s in claim.suspects if not s.named]
    return (*claim.named, *others[:_OTHERS])


def _suspect(s: Suspect, n: int, words: Words, *, several: bool) -> tuple[Cell, ...]:
    say = words.say
    more = [say("suspects.own", own=s.own)] if s.named and s.own < s.records else []
    more += [] if s.named or not several else [say("suspects.other")]
    more += [say("suspects.run", run=s.run)] if s.run > 2 else []
    more += [say("suspects.decoys", n=s.decoys)] if s.decoys else []
    where = ", ".join(plain(a) for a in (s.session, *s.applications) if a)
    return (
        Cell(words.number(s.rank)),
        Cell(plain(s.account), where, strong=s.named),
        Cell(say("suspects.of", k=s.records, n=n), "; ".join(more), tone="open" if s.named else ""),
        Cell(words.number(s.size)),
        Cell("–" if s.first_at is None or s.last_at is None else say("between", first=words.stamp(s.first_at)[:16], last=words.stamp(s.last_at)[:16])),
        Cell(luck(words, s.luck)),
    )  # fmt: skip


def _dating(claim: Claim, words: Words) -> Iterator[Block]:
    yield Heading(words.say("bounds.title"), level=2)
    yield Paragraph(_bounds(claim.bounds, words))


def _bounds(bounds: Bounds | None, words: Words) -> str:
    say = words.say
    if bounds is None or not bounds.compared:
        return say("bounds.none")
    if not bounds.one_moment:
        return say("bounds.several")
    first = "" if bounds.earliest is None else words.instant(bounds.earliest)
    last = "" if bounds.latest is None else words.instant(bounds.latest)
    if first and last:
        return say("bounds.between", earliest=first, latest=last)
    if first or last:
        return say("bounds.after", earliest=first) if first else say("bounds.before", latest=last)
    return say("bounds.open")


def _leaks(claim: Claim, words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("part.leaks"))
    if not claim.overlaps:
        yield Paragraph(say("leaks.none"))
        return
    yield Paragraph(say("leaks.text"))
    columns = (
        Column(say("column.leak"), width=3), Column(say("column.until"), width=3), Column(say("column.persons"), width=2),
        Column(say("column.values"), width=2), Column(say("column.luck.leak"), width=3),
    )  # fmt: skip
    rows = tuple(_overlap(o, claim.sample.persons, words) for o in claim.overlaps)
    yield Table(say("leaks.caption"), columns, rows)


def _overlap(o: Overlap, n: int, words: Words) -> tuple[Cell, ...]:
    say = words.say
    return (
        Cell(plain(o.leak), strong=True),
        Cell(words.instant(o.until)),
        Cell(say("suspects.of", k=o.persons, n=n)),
        Cell(say("suspects.of", k=o.values, n=o.compared) if o.compared else "–"),
        Cell(luck(words, o.luck)),
    )


def _settle(claim: Claim, words: Words) -> Iterator[Block]:
    yield Heading(words.say("part.settle"))
    yield Bullets(settle(words, claim))


def _public(claim: Claim, words: Words) -> Iterator[Block]:
    yield Heading(words.say("part.public"))
    yield Paragraph(words.say(f"public.{claim.verdict}"))
    yield Note(words.say("public.never"), warns=True)


def _method(claim: Claim, words: Words) -> Iterator[Block]:
    say, t = words.say, claim.thresholds
    lines = {n: f"{getattr(t, n):g}".replace(".", say("number.decimal")) for n in ("coincidence", "doubt", "residue", "overlap", "foreign", "implausible")}  # fmt: skip
    facts = [
        Fact(say("method.base"), words.number(claim.population)),
        Fact(say(f"method.candidates.{claim.unit}"), words.number(claim.candidates)),
        Fact(say("method.period"), _between(words, claim.since, claim.until) or say("method.open")),
        *(
            Fact(say("method.ledger"), say("method.ledger.value", origin=plain(s.origin), size=s.size, root=s.root) if s.root else say("method.ledger.none", origin=plain(s.origin)))
            for s in claim.ledgers
        ),
        Fact(say("method.key"), claim.sample.key, code=True),
        Fact(say("method.thresholds"), say("method.thresholds.value", **lines)),
    ]  # fmt: skip
    yield Heading(say("part.method"))
    yield Facts(tuple(facts))
    yield Paragraph(say("method.limits"))
    for gap in claim.gaps:
        yield Note(say("method.gap", gap=plain(gap)), warns=True)
