"""Chapter 6: what is open, the most severe first."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ecluse.model.assurance import Assurance
from ecluse.model.finding import Finding
from ecluse.reports.document.blocks import (
    Block,
    Cell,
    Column,
    FindingItem,
    FindingList,
    Heading,
    Note,
    Paragraph,
    Table,
)
from ecluse.reports.language import Words
from ecluse.reports.text import visible

__all__ = ["chapter"]

_SHOWN: Final = 80


def chapter(facts: Assurance, words: Words) -> Iterator[Block]:
    """Each open finding with its severity; or that there are none, or that nobody looked."""
    say = words.say
    yield Heading(say("findings.title"))
    if facts.findings is None:
        yield Note(say("findings.unknown"), warns=True)
        return
    if facts.findings:
        yield Paragraph(_counts(facts.findings, words))
        shown = sorted(facts.findings, key=lambda f: (-f.severity, f.code, f.about))[:_SHOWN]
        yield FindingList(tuple(_item(f, words) for f in shown))
        if len(facts.findings) > _SHOWN:
            yield Paragraph(say("more.rows", n=len(facts.findings) - _SHOWN))
    else:
        yield Paragraph(say("findings.nothing"))
    if facts.accepted:
        yield Heading(say("findings.accepted"), 2)
        yield _accepted(facts.accepted, words)


def _accepted(accepted: tuple[tuple[Finding, str], ...], words: Words) -> Table:
    """What the files let pass, with the reason that stands in them."""
    say = words.say
    columns = (
        Column(say("accepted.finding"), width=4),
        Column(say("accepted.severity"), width=1),
        Column(say("accepted.reason"), width=3),
    )
    rows = tuple(
        (
            Cell(_item(f, words).title or visible(f.code), visible(f.what, longest=300)),
            Cell(say(f"severity.{f.severity.value}")),
            Cell(visible(reason, longest=300)),
        )
        for f, reason in accepted[:_SHOWN]
    )
    rest = len(accepted) - _SHOWN
    return Table(
        say("accepted.caption"), columns, rows, say("more.rows", n=rest) if rest > 0 else ""
    )


def _counts(findings: tuple[Finding, ...], words: Words) -> str:
    by = Counter(f.severity for f in findings)
    parts = (
        words.say(
            "findings.count", n=by[severity], severity=words.say(f"severity.{severity.value}")
        )
        for severity in sorted(by, reverse=True)
    )
    return words.say("findings.counts", n=len(findings), list=", ".join(parts))


def _item(finding: Finding, words: Words) -> FindingItem:
    key = f"lint.{finding.code.replace('-', '_')}"
    return FindingItem(
        severity=words.say(f"severity.{finding.severity.value}"),
        code=visible(finding.code),
        title=words.say(key) if key in words.sentences else "",
        text=visible(finding.what, longest=600),
        help=visible(finding.help, longest=600) if finding.help else "",
    )
