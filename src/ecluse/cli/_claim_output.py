"""How is a claim told in the terminal, in the order of a reader who has little time, each thing with its why?"""

from typing import TYPE_CHECKING

from ecluse.cli._options import say

if TYPE_CHECKING:
    from ecluse.model.claim import Claim, Suspect
    from ecluse.reports.language import Words

__all__ = ["tell"]

_SHOWN = 6


def tell(claim: "Claim", *, zone: str | None) -> None:
    """Prints verdict, reasons, tests, suspects and what would change the verdict."""
    from ecluse.notices.claim_words import (
        because,
        claim_words,
        settle,
        test_line,
        verdict_line,
    )

    words = claim_words("en", zone)
    say(f"verdict       {claim.verdict}: {verdict_line(words, claim)}")
    say(f"confidence    {words.say(f'confidence.{int(claim.confidence)}')}")
    for line in because(words, claim):
        say(f"  because     {line}")
    sample = claim.sample
    say("")
    say(f"sample        {sample.rows:,} rows of {sample.form}, {sample.persons:,} distinct persons, {sample.nameless:,} rows without one")  # fmt: skip
    say(f"ledger        {claim.candidates:,} {claim.unit}s saw somebody; {claim.population:,} persons in the base")  # fmt: skip
    say("")
    for number, test in enumerate(claim.tests, start=1):
        say(
            f"test {number}        {words.say(f'test.{test.name}')}: {test_line(words, test, claim)}"
        )
    _tell_suspects(claim, words)
    say("")
    for line in settle(words, claim):
        say(f"would settle  {line}")
    for gap in claim.gaps:
        say(f"gap           {gap}")
    if claim.named:
        say("")
        say(words.say("suspects.caution"))


def _tell_suspects(claim: "Claim", words: "Words") -> None:
    if claim.suspects:
        say("")
    for s in claim.suspects[: max(_SHOWN, len(claim.named))]:
        session = f", session {s.session}" if s.session else ""
        say(f"rank {s.rank:<8} {s.account}{session}: {s.records} of {claim.sample.persons} persons, of {s.size:,} that it saw{_when(s, words)}")  # fmt: skip
        if s.named:
            say(f"  explains it: {s.own} of {claim.sample.persons} persons that nobody before explains; by luck p = {s.luck:.0e}, any {claim.unit} {s.any_luck:.0e}")  # fmt: skip
    if len(claim.suspects) > 1:
        say(f"lead          the second in rank is 10^{claim.lead:.1f} times as likely to be innocent as the first (p = {claim.thresholds.elsewhere:g}, which hardly moves the rank)")  # fmt: skip


def _when(s: "Suspect", words: "Words") -> str:
    return "" if s.first_at is None else f", from {words.stamp(s.first_at)}"
