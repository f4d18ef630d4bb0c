"""The annex: how it was found, what it does not cover, and how a reader checks it."""

from collections.abc import Iterator

from ecluse.model.assurance import Assurance
from ecluse.model.time import parse_instant
from ecluse.reports.document.blocks import (
    Block,
    Bullets,
    Fact,
    Facts,
    Heading,
    Note,
    Paragraph,
)
from ecluse.reports.language import Words
from ecluse.reports.text import shell_word, visible

__all__ = ["chapter"]


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """Method, what is not covered, digests, the state of the ledger, and the commands that check it."""
    say = words.say
    yield Heading(say("annex.title"))
    yield Heading(say("annex.method"), 2)
    yield Bullets(tuple(words.sentences["annex.methods"]))
    yield Heading(say("annex.outside"), 2)
    yield Paragraph(say("annex.outside_text"))
    yield Bullets(tuple(words.sentences["annex.outsides"]))
    yield Heading(say("annex.sources"), 2)
    yield Facts(tuple(_sources(facts, words)))
    yield Heading(say("annex.check"), 2)
    if facts.ledger is None:
        yield Note(say("annex.no_ledger"), warns=True)
        return
    yield Facts(tuple(_ledger(facts, words)))
    if not facts.ledger.size:
        yield Note(say("annex.unsigned"), warns=True)
    yield Paragraph(say("annex.check_text"))
    folder = shell_word(facts.ledger.folder)
    yield Facts(
        (
            Fact(say("annex.verify"), f"ecluse ledger verify {folder}", code=True),
            Fact(say("annex.history"), f"ecluse ledger query {folder} \"SELECT * FROM entries WHERE kind IN ('policy', 'policy-approved', 'drill', 'report')\"", code=True),
            Fact(say("annex.file"), "sha256sum report.html report.pdf", code=True),
        )
    )  # fmt: skip


def _sources(facts: Assurance, words: Words) -> Iterator[Fact]:
    say = words.say
    yield Fact(say("annex.made"), say("annex.made_by", date=words.instant(facts.made_at), by=visible(facts.by)))  # fmt: skip
    yield Fact(say("annex.policy"), visible(facts.policy_file, longest=200))
    yield Fact(say("annex.digest"), visible(facts.policies.digest, longest=128), code=True)
    yield Fact(say("annex.estate"), visible(facts.estate_file, longest=200))


def _signed_at(text: str, words: Words) -> str:
    """The instant that the checkpoint says, as the report writes instants; as it stands where it is none."""
    try:
        return words.instant(parse_instant(text))
    except ValueError:
        return visible(text)


def _ledger(facts: Assurance, words: Words) -> Iterator[Fact]:
    say, ledger = words.say, facts.ledger
    assert ledger is not None
    yield Fact(say("annex.origin"), visible(ledger.origin, longest=200))
    yield Fact(say("annex.entries"), words.number(ledger.entries))
    yield Fact(say("annex.retention"), say("annex.months", n=ledger.months, reason=f" ({visible(ledger.reason, longest=300)})" if ledger.reason else ""))  # fmt: skip
    yield Fact(say("annex.destroyed"), words.number(ledger.destroyed))
    if ledger.size:
        yield Fact(
            say("annex.size"),
            say("annex.signed", size=ledger.size, at=_signed_at(ledger.signed_at, words)),
        )
        yield Fact(say("annex.root"), ledger.root, code=True)
    yield Fact(say("annex.key"), visible(ledger.key, longest=300), code=True)
    yield Fact(say("annex.fingerprint"), visible(ledger.fingerprint, longest=128), code=True)
