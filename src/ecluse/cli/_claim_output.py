"""How is a claim told in the terminal, in the order of a reader who has little time, each thing with its why?"""

from typing import TYPE_CHECKING, Any

from ecluse.cli._options import print_table, say

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
    if not claim.suspects:
        return
    from rich.table import Table

    from ecluse.notices.claim_words import luck

    say("")
    table = Table(box=None, pad_edge=False, title_justify="left")
    for name, right in (("rank", True), ("account", False), ("session", False), ("persons", True), ("saw", True), ("first", False), ("by luck", False), ("", False)):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for s in claim.suspects[: max(_SHOWN, len(claim.named))]:
        table.add_row(*_row(claim, s, words, luck))
    print_table(table)


def _row(claim: "Claim", s: "Suspect", words: "Words", luck: Any) -> tuple[str, ...]:
    from ecluse.reports.text import plain

    first = "" if s.first_at is None else words.stamp(s.first_at)[:16]
    named = f"explains it: {s.own} by nobody before" if s.named else ""
    of = f"{s.records} of {claim.sample.persons}"
    return (str(s.rank), plain(s.account), plain(s.session), of, f"{s.size:,}", first, luck(words, s.luck), named)  # fmt: skip
