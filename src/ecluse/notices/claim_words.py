"""How does a claim speak? Outcomes, reasons and chances in the words of a language; a share is always told as so many of so many."""

from collections.abc import Mapping
from math import floor, log10

from ecluse.model.claim import Claim, Overlap, Test, Value
from ecluse.reports.language import Language, Words, words
from ecluse.reports.text import plain

__all__ = ["because", "claim_words", "luck", "settle", "test_line", "verdict_line"]


def claim_words(language: Language, zone: str | None = None) -> Words:
    """The words of a claim report."""
    return words(language, zone=zone, document="claim_report", room="ecluse.notices")


def luck(words: Words, chance: float) -> str:
    """How often luck does something, without a bare percentage.

    >>> luck(claim_words("en"), 0.05), luck(claim_words("en"), 8e-9)
    ('1 time in 20', '1 time in 120 million (p = 8e-09)')
    """
    if chance <= 0:
        return words.say("luck.zero")
    if chance > 0.67:
        return words.say("luck.always")
    if chance < 1e-12:
        return words.say("luck.never", p=f"{chance:.0e}")
    times = _rounded(1 / chance)
    for size, key in ((10**9, "luck.billion"), (10**6, "luck.million")):
        if times >= size:
            return words.say(key, n=_rounded(times / size), p=f"{chance:.0e}")
    return words.say("luck.often", n=max(2, times))


def _rounded(value: float) -> int:
    """Two digits are as much as such a number knows."""
    power = int(10 ** max(0, floor(log10(value)) - 1))
    return round(value / power) * power


def test_line(words: Words, test: Test, claim: Claim) -> str:
    """The outcome of a test in a sentence."""
    values = _spoken(words, test.values)
    if "named" in values:
        values["named"] = words.say(f"named.{claim.unit}", n=int(test.values["named"]))
    return words.say(f"test.{test.name}.{test.outcome}", **values)


def _spoken(words: Words, values: Mapping[str, Value]) -> dict[str, object]:
    spoken: dict[str, object] = {}
    for name, value in values.items():
        if name.endswith("_p"):
            spoken[name.removesuffix("_p")] = luck(words, float(value))
        elif name.endswith("_at"):
            spoken[name.removesuffix("_at")] = words.instant(int(value))
        else:
            spoken[name] = plain(value) if isinstance(value, str) else value
    return spoken


def verdict_line(words: Words, claim: Claim) -> str:
    """The verdict in a sentence."""
    return words.say(f"verdict.{claim.verdict}", leak=plain(claim.leak))


def because(words: Words, claim: Claim) -> tuple[str, ...]:
    """Why, one sentence a reason."""
    values = _facts(words, claim)
    return tuple(words.say(f"because.{word}", **values) for word in claim.because)


def settle(words: Words, claim: Claim) -> tuple[str, ...]:
    """What would change the verdict."""
    return tuple(words.say(f"settle.{word}") for word in claim.settle)


def _facts(words: Words, claim: Claim) -> dict[str, object]:
    sample = claim.sample
    held = next((o for o in claim.overlaps if o.leak == claim.leak), None)
    best = min((s.any_luck for s in claim.named), default=1.0)
    return {
        "n": sample.persons,
        "named": words.say(f"named.{claim.unit}", n=len(claim.named)),
        "explained": claim.explained,
        "residue": claim.residue,
        "leak": plain(claim.leak),
        "inside": _inside(held),
        "unit": words.say(f"unit.{claim.unit}"),
        "any_p": luck(words, best),
        "alone": claim.alone,
        "impossible": sample.impossible + sample.invented,
        "rows": sample.rows,
        "held": sample.held if sample.held is not None else 0,
        "agreeing": sample.agreeing,
        "compared": sample.compared,
    }


def _inside(overlap: Overlap | None) -> int:
    return 0 if overlap is None else overlap.persons
