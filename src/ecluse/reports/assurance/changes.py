"""Chapter 7: what was changed since the last report, by whom, and who put a name to it."""

from collections.abc import Iterator
from typing import Final

from ecluse.engine.acts import NO_PERSON
from ecluse.model.assurance import (
    Assurance,
    BudgetChange,
    Decided,
    EarlierReport,
    LimitChange,
    Past,
    PolicyChange,
)
from ecluse.reports.assurance.phrases import known, name, short_digest
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Cell,
    Column,
    Heading,
    Note,
    Paragraph,
    Table,
)
from ecluse.reports.language import Words
from ecluse.reports.text import visible

__all__ = ["chapter"]

_ROWS: Final = 100


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """Changes of policy, other decisions of persons, and the reports that were made before."""
    say, past = words.say, facts.past
    yield Heading(say("changes.title"))
    if past is None:
        yield Note(say("changes.no_ledger"), warns=True)
        return
    yield Paragraph(_since(past, words))
    yield from _policies(past, words)
    yield from _decisions(past.decided, words)
    if past.reports:
        yield Heading(say("changes.reports"), 2)
        yield _reports(past.reports, words)
    if past.unreadable:
        yield Note(say("changes.unreadable", n=past.unreadable), warns=True)


def _since(past: Past, words: Words) -> str:
    if past.since is None:
        return words.say("changes.start")
    key = "changes.after" if past.after == "report" else "changes.asked"
    return words.say(key, date=words.instant(past.since))


def _policies(past: Past, words: Words) -> Iterator[Block]:
    say = words.say
    if not past.changes:
        yield Paragraph(say("changes.none"))
        return
    columns = (
        Column(say("changes.at"), width=2),
        Column(say("changes.digests"), width=3),
        Column(say("changes.turn"), width=2),
        Column(say("changes.by"), width=2),
        Column(say("changes.signed"), width=2),
    )
    rows = tuple(_row(c, words) for c in past.changes[-_ROWS:])
    rest = len(past.changes) - _ROWS
    yield Table(say("changes.caption"), columns, rows, say("more.rows", n=rest) if rest > 0 else say("changes.note"))  # fmt: skip
    for change in past.changes[-_ROWS:]:
        if change.budgets:
            yield Heading(say("changes.one", date=words.instant(change.at)), 2)
            yield Bullets(tuple(_budget(b, words) for b in change.budgets[:_ROWS]))


def _row(change: PolicyChange, words: Words) -> tuple[Cell, ...]:
    say = words.say
    by = say(f"by.{change.by.lower()}") if change.by in NO_PERSON else name(change.by)
    before = short_digest(change.before) if change.before else say("changes.first")
    return (
        Cell(words.stamp(change.at)[:16], visible(change.file, longest=120) if change.file else ""),
        Cell(say("changes.arrow", before=before, after=short_digest(change.after))),
        _turn(change, words),
        Cell(by),
        _signed(change, words),
    )


def _signed(change: PolicyChange, words: Words) -> Cell:
    if change.unsigned:
        return Cell(words.say("changes.unsigned"), strong=True, tone="open")
    if not change.approved:
        return Cell(name(change.signed))
    names = dict.fromkeys(name(n) for n in (change.signed, change.approved) if n)
    user = name(change.approved_by) if change.approved_by else "–"
    reason = visible(change.reason, longest=200) if change.reason else "–"
    return Cell(", ".join(names), words.say("changes.approved", user=user, reason=reason))


def _turn(change: PolicyChange, words: Words) -> Cell:
    say = words.say
    if not change.before:
        return Cell("–")
    if change.budgets is None:
        return Cell(say("turn.unknown"), strong=True)
    if not change.budgets:
        return Cell(say("turn.words"))
    turns = {b.turn for b in change.budgets}
    looser = bool(turns & {"looser", "both"})
    if "other" in turns:
        said = "turn.looser_other" if looser else "turn.other"
    elif len(turns) == 1:
        said = f"turn.{next(iter(turns))}"
    else:
        said = "turn.both"
    return Cell(say(said), strong=looser, tone="high" if looser else "")


def _budget(change: BudgetChange, words: Words) -> str:
    say = words.say
    limits = say("list.between").join(_limit(limit, words) for limit in change.limits)
    others = ", ".join(say(f"terms.{other}") for other in change.others)
    what = say("list.between").join(part for part in (limits, others) if part) or "–"
    return say(f"budget.{change.what}", budget=name(change.budget), what=what, turn=say(f"turn.{change.turn}"))  # fmt: skip


def _limit(limit: LimitChange, words: Words) -> str:
    return words.say(
        "budget.limit",
        window=visible(limit.window),
        before="–" if limit.before is None else words.number(limit.before),
        after="–" if limit.after is None else words.number(limit.after),
    )


def _decisions(decided: tuple[Decided, ...], words: Words) -> Iterator[Block]:
    say = words.say
    yield Heading(say("decided.title"), 2)
    if not decided:
        yield Paragraph(say("decided.none"))
        return
    columns = (
        Column(say("decided.at"), width=2),
        Column(say("decided.what"), width=4),
        Column(say("decided.by"), width=2),
        Column(say("decided.reason"), width=4),
    )
    rows = tuple(
        (
            Cell(words.stamp(d.at)[:16]),
            Cell(_what(d, words), strong=True),
            Cell(name(d.by) if d.by else "–"),
            Cell(visible(d.reason, longest=300) if d.reason else "–"),
        )
        for d in decided[-_ROWS:]
    )
    rest = len(decided) - _ROWS
    yield Table(say("decided.caption"), columns, rows, say("more.rows", n=rest) if rest > 0 else say("decided.note"))  # fmt: skip


def _what(decided: Decided, words: Words) -> str:
    if decided.kind == "application":
        state = known(words, f"state.{decided.what}", decided.what)
        return words.say("decided.application", application=name(decided.about), state=state)
    if decided.kind == "retention":
        return words.say("decided.retention", months=visible(decided.what) if decided.what else "–")
    what = known(words, f"decided.{decided.what}", decided.what)
    return words.say(f"decided.{decided.kind}", what=what)


def _reports(reports: tuple[EarlierReport, ...], words: Words) -> Table:
    say = words.say
    columns = (
        Column(say("reports.at"), width=2),
        Column(say("reports.by"), width=2),
        Column(say("reports.size"), number=True),
        Column(say("reports.files"), width=5),
    )
    rows = tuple(
        (
            Cell(words.stamp(r.at)[:16]),
            Cell(name(r.by) if r.by else "–"),
            Cell(words.number(r.size)),
            Cell(", ".join(f"{visible(form)} {short_digest(digest)}" for form, digest in r.files) or "–"),
        )
        for r in reports[-_ROWS:]
    )  # fmt: skip
    return Table(say("reports.caption"), columns, rows)
