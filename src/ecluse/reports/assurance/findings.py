"""Chapter 6: what is open, the most severe first."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from ecluse.model.assurance import Assurance
from ecluse.model.finding import Finding
from ecluse.reports.document.blocks import Block, FindingItem, FindingList, Heading, Note, Paragraph
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
    if not facts.findings:
        yield Paragraph(say("findings.nothing"))
        return
    yield Paragraph(_counts(facts.findings, words))
    shown = sorted(facts.findings, key=lambda f: (-f.severity, f.code, f.about))[:_SHOWN]
    yield FindingList(tuple(_item(f, words) for f in shown))
    if len(facts.findings) > _SHOWN:
        yield Paragraph(say("more.rows", n=len(facts.findings) - _SHOWN))


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
