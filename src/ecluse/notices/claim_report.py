"""D6: the report on a claim that data leaked: as posted, what the eight tests found, whose it is, and what would change that.

It is refused when it states a bare percentage, a verdict without its tests, or a verdict that its own tests contradict.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from ecluse.model.claim import TESTS, Claim, Verdict
from ecluse.model.notice import Affair, Refusal
from ecluse.notices.checks import texts
from ecluse.notices.claim_parts import blocks
from ecluse.notices.claim_words import claim_words
from ecluse.notices.notice import Notice, Required
from ecluse.notices.voice import voice
from ecluse.reports.document.blocks import Document, Note
from ecluse.reports.language import Language
from ecluse.reports.text import plain

__all__ = ["NOTICE", "as_data", "build", "check", "data", "document", "faults"]

_PERCENT: Final = re.compile(r"[0-9][ \u00a0\u202f]?(?:%|per ?cent\b|pour ?cent\b|pourcent\b)", re.IGNORECASE)  # fmt: skip
_OURS: Final = frozenset({Verdict.OURS_NEW, Verdict.OURS_MIXED})
_OF_A_LEAK: Final = frozenset({Verdict.OURS_RECYCLED, Verdict.OURS_MIXED})
_SOURCE: Final = "claim report"


def document(claim: Claim, *, language: Language, zone: str | None = None) -> Document:
    """The report on a claim, whether or not it belongs to an incident; times in the IANA zone given, else in UTC."""
    words = claim_words(language, zone)
    at = words.instant(claim.made_at)
    subtitle = "report.subtitle" if claim.number else "report.loose"
    return Document(
        title=words.say("report.title"),
        subtitle=words.say(
            subtitle, number=claim.number, at=at, by=plain(claim.made_by), zone=words.zone_name
        ),
        language=language,
        made_at=claim.made_at,
        blocks=tuple(blocks(claim, words)),
        footer=words.say("footer", at=words.date(claim.made_at)),
    )


def build(affair: Affair, language: str) -> Document:
    """The report on the affair's claim; without one it says so."""
    code: Language = "fr" if language == "fr" else "en"
    if affair.claim is not None:
        return document(affair.claim, language=code, zone=affair.controller.zone)
    say = voice("claim_report", affair, language)
    empty = Note(say.say("not_stated"), warns=True)
    return Document(
        say.say("report.title"), "", language, affair.made_at, (empty,), say.say("report.short")
    )


def data(affair: Affair) -> dict[str, Any]:
    """The claim as JSON values."""
    claim = affair.claim
    if claim is None:
        return {"document": "claim_report"}
    return {"document": "claim_report", "incident": affair.incident.id, **as_data(claim)}


def as_data(claim: Claim) -> dict[str, Any]:
    """A claim as JSON values."""
    values: dict[str, Any] = msgspec.to_builtins(claim)
    return values


def check(affair: Affair, made: Document) -> tuple[Refusal, ...]:
    """Reasons to refuse the report that are its own."""
    return tuple(faults(affair.claim, made)) if affair.claim is not None else ()


def faults(claim: Claim, made: Document) -> Iterator[Refusal]:
    """What a report on a claim may not say, or leave out."""
    for where, text in texts(made):
        if _PERCENT.search(text):
            yield Refusal("vague", where, "a bare percentage stands in the text", "say of how many, by luck how often, and what would change it")  # fmt: skip
    named = [test.name for test in claim.tests]
    for name in TESTS:
        if name not in named:
            yield Refusal("missing", f"tests.{name}", f"the verdict stands without the test `{name}`", "run `ecluse claim` again: it makes all eight, or says why not")  # fmt: skip
    if not claim.because:
        yield Refusal("missing", "because", "the verdict has no reasons", "run `ecluse claim` again")  # fmt: skip
    if not claim.settle:
        yield Refusal("missing", "settle", "it does not say what would change the verdict", "run `ecluse claim` again")  # fmt: skip
    yield from _contradictions(claim)


def _contradictions(claim: Claim) -> Iterator[Refusal]:
    t, n = claim.thresholds, claim.sample.persons
    help_text = "run `ecluse claim` again; a verdict is not written by hand"
    best = min((s.any_luck for s in claim.named), default=1.0)
    if claim.verdict in _OURS and best >= t.coincidence:
        yield Refusal("inconsistent", "verdict", "it is called ours and new, and no session explains it beyond luck", help_text)  # fmt: skip
    if claim.verdict in _OURS and claim.residue > t.residue * n:
        yield Refusal("inconsistent", "residue", f"it is called ours, and {claim.residue} of {n} persons are unexplained", help_text)  # fmt: skip
    known = {o.leak for o in claim.overlaps}
    if (claim.verdict in _OF_A_LEAK) != bool(claim.leak) or (claim.leak and claim.leak not in known):  # fmt: skip
        yield Refusal("inconsistent", "leak", "the verdict and the leak that it names do not fit", help_text)  # fmt: skip
    newer = any(word.startswith("newer-") for word in claim.because)
    if claim.verdict is Verdict.OURS_NEW and claim.overlaps and not newer:
        yield Refusal("inconsistent", "because", "it is called new although leaks are registered, and nothing shows that it is none of them", help_text)  # fmt: skip
    if claim.verdict is Verdict.NOT_OURS and claim.sample.held is None:
        yield Refusal("inconsistent", "sample.held", "it is called not ours without the file of people", help_text)  # fmt: skip


def _numbers(affair: Affair) -> Iterable[int]:
    """Numbers of persons that it states of the sample, the ledger and the claim, none of them the exposure's."""
    claim = affair.claim
    return () if claim is None else _integers(as_data(claim))


def _integers(value: Any) -> Iterator[int]:
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _integers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _integers(inner)


def _permitted(affair: Affair) -> Iterable[str]:
    """Digests, sessions and accounts look like values of persons; the report names them by what the ledger calls them."""
    claim = affair.claim
    if claim is None:
        return ()
    suspects = (name for suspect in claim.suspects for name in (suspect.account, suspect.session))
    digests = (claim.sample.sha256, claim.sample.key, claim.posted.url_sha256)
    return (*digests, *(s.root for s in claim.ledgers), *filter(None, suspects))


NOTICE: Final = Notice(
    name="claim_report",
    title={"fr": "Rapport sur une revendication de fuite", "en": "Report on a leak claim"},
    required=(
        Required("posted.group", _SOURCE),
        Required("sample.sha256", _SOURCE),
        Required("tests", _SOURCE),
        Required("verdict", _SOURCE),
        Required("because", _SOURCE),
        Required("settle", _SOURCE),
    ),
    build=build,
    data=data,
    check=check,
    numbers=_numbers,
    permit=_permitted,
)
