"""How is a claim told in the terminal, in the order of a reader who has little time, each thing with its why?"""

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from ecluse.cli._options import say

if TYPE_CHECKING:
    from ecluse.model.claim import Claim, Suspect
    from ecluse.reports.language import Words

__all__ = ["tell"]

_SHOWN = 6
_INDENT = " " * 14


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
    _say(f"verdict       {claim.verdict}: {verdict_line(words, claim)}")
    _say(f"confidence    {words.say(f'confidence.{int(claim.confidence)}')}")
    for line in because(words, claim):
        _say(f"  because     {line}")
    sample = claim.sample
    _say("")
    _say(f"sample        {sample.rows:,} rows of {sample.form}, {sample.persons:,} distinct persons, {sample.nameless:,} rows without one")  # fmt: skip
    _say(f"ledger        {claim.candidates:,} {claim.unit}s saw somebody; {claim.population:,} persons in the base")  # fmt: skip
    _say("")
    for number, test in enumerate(claim.tests, start=1):
        _say(
            f"test {number}        {words.say(f'test.{test.name}')}: {test_line(words, test, claim)}"
        )
    _tell_suspects(claim, words)
    _say("")
    for line in settle(words, claim):
        _say(f"would settle  {line}")
    for gap in claim.gaps:
        _say(f"gap           {gap}")
    if claim.named:
        _say("")
        _say(words.say("suspects.caution"))


def _tell_suspects(claim: "Claim", words: "Words") -> None:
    if claim.suspects:
        _say("")
    for s in claim.suspects[: max(_SHOWN, len(claim.named))]:
        session = f", session {s.session}" if s.session else ""
        _say(f"rank {s.rank:<8} {s.account}{session}: {s.records} of {claim.sample.persons} persons, of {s.size:,} that it saw{_when(s, words)}")  # fmt: skip
        if s.named:
            _say(f"  explains it: {s.own} of {claim.sample.persons} persons that nobody before explains; by luck p = {s.luck:.0e}, any {claim.unit} {s.any_luck:.0e}")  # fmt: skip
    if len(claim.suspects) > 1:
        _say(f"lead          the second in rank is 10^{claim.lead:.1f} times as likely to be innocent as the first (p = {claim.thresholds.elsewhere:g}, which hardly moves the rank)")  # fmt: skip


def _when(s: "Suspect", words: "Words") -> str:
    return "" if s.first_at is None else f", from {words.stamp(s.first_at)}"


def _say(line: str) -> None:
    """Prints a line; one that is too long for a terminal goes on under its text."""
    if not sys.stdout.isatty() or not line:
        say(line)
        return
    width = max(60, min(shutil.get_terminal_size().columns, 110))
    for part in textwrap.wrap(line, width, subsequent_indent=_INDENT, break_on_hyphens=False):
        say(part)
