"""Chapter 1: what a director needs to know, on one page."""

from collections.abc import Iterator

from ecluse.model.assurance import Assurance
from ecluse.model.finding import Severity
from ecluse.model.time import DAY
from ecluse.reports.assurance.phrases import at_horizon, persons, thief
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Heading,
    KeyNumber,
    KeyNumbers,
    Note,
    Paragraph,
)
from ecluse.reports.language import Words

__all__ = ["chapter"]


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """The sentence, what stands beside it, and the numbers."""
    say = words.say
    yield Heading(say("summary.title"))
    yield Paragraph(_bound(facts, words), lead=True)
    yield from _in_force(facts, words)
    yield Bullets((_flows(facts, words), *_thieves(facts, words), _drill(facts, words), _findings(facts, words), _changes(facts, words), _disturbed(facts, words)))  # fmt: skip
    yield KeyNumbers(tuple(_numbers(facts, words)))
    yield Paragraph(say("summary.limits"))


def _one(facts: Assurance) -> tuple[int | None, int | None] | None:
    """What one stolen account takes in 24 hours and in 360 days, by the first adversary."""
    if not facts.bounds:
        return None
    short, long = (at_horizon(facts.bounds[0], length) for length in (DAY, 360 * DAY))
    return None if short is None or long is None else (short.persons, long.persons)


def _bound(facts: Assurance, words: Words) -> str:
    say, one = words.say, _one(facts)
    when = say("summary.since", date=words.date(facts.policy_at)) if facts.policy_at is not None else say("summary.read", date=words.date(facts.made_at))  # fmt: skip
    if one is None:
        return say("summary.no_bound", when=when)
    short, long = one
    if short is None:
        return say("summary.open", when=when)
    if long is None:
        return say("summary.open_long", when=when, n=short)
    return say("summary.bound", when=when, n=short, year=long)


def _in_force(facts: Assurance, words: Words) -> Iterator[Block]:
    """Whether the policies that were computed are those that the gate applies."""
    past = facts.past
    if past is None or not past.in_force:
        yield Note(words.say("summary.not_known"), warns=True)
    elif past.in_force != facts.policies.digest:
        yield Note(words.say("summary.other_policy"), warns=True)


def _flows(facts: Assurance, words: Words) -> str:
    found = len(facts.unbounded)
    if not facts.covers:
        return words.say("summary.no_flows")
    if not found:
        return words.say("summary.flows_none", n=len(facts.covers))
    return words.say("summary.flows", n=found, all=len(facts.covers))


def _thieves(facts: Assurance, words: Words) -> Iterator[str]:
    """How many of the thieves have no bound, and who is the first: one account is not the worst that there is."""
    free = [b.adversary for b in facts.bounds if any(r.persons is None for r in b.horizons)]
    if free:
        yield words.say(
            "summary.thieves", n=len(free), all=len(facts.bounds), first=thief(free[0], words)
        )
    elif facts.bounds:
        yield words.say("summary.thieves_none", n=len(facts.bounds))


def _drill(facts: Assurance, words: Words) -> str:
    runs = facts.past.drills if facts.past is not None else ()
    if not runs:
        return words.say("summary.drill_none")
    passed = next((r for r in reversed(runs) if r.state == "passed"), None)
    last = runs[-1]
    if last.state == "passed":
        return words.say("summary.drill_passed", date=words.date(last.at))
    said = words.say(f"summary.drill_{last.state}", date=words.date(last.at))
    if passed is not None:
        return f"{said} {words.say('summary.drill_before', date=words.date(passed.at))}"
    return said


def _findings(facts: Assurance, words: Words) -> str:
    if facts.findings is None:
        return words.say("summary.findings_unknown")
    if not facts.findings:
        return words.say("summary.findings_none")
    grave = sum(f.severity >= Severity.HIGH for f in facts.findings)
    return words.say("summary.findings", n=len(facts.findings), grave=grave)


def _changes(facts: Assurance, words: Words) -> str:
    past = facts.past
    if past is None:
        return words.say("summary.changes_unknown")
    found = [c for c in past.changes if c.before]
    span = _span(facts, words)
    if not found:
        return words.say("summary.changes_none", span=span)
    unsigned = sum(c.unsigned for c in found)
    said = words.say("summary.changes", n=len(found), span=span)
    return f"{said} {words.say('summary.unsigned', n=unsigned)}" if unsigned else said


def _span(facts: Assurance, words: Words) -> str:
    past = facts.past
    assert past is not None
    if past.since is None:
        return words.say("span.ledger")
    key = "span.report" if past.after == "report" else "span.asked"
    return words.say(key, date=words.date(past.since))


def _disturbed(facts: Assurance, words: Words) -> str:
    found = facts.disturbance
    if found is None:
        return words.say("summary.disturbed_unknown")
    return words.say("summary.disturbed", n=found.total.disturbed, days=found.total.days)


def _numbers(facts: Assurance, words: Words) -> Iterator[KeyNumber]:
    one = _one(facts)
    if one is not None:
        yield KeyNumber(persons(one[0], words), words.say("key.short"))
        yield KeyNumber(persons(one[1], words), words.say("key.long"))
    yield KeyNumber(
        words.number(len(facts.unbounded)), words.say("key.flows", n=len(facts.unbounded))
    )
    if facts.findings is not None:
        n = len(facts.findings)
        yield KeyNumber(words.number(n), words.say("key.findings", n=n))
