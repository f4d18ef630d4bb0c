"""How are adversaries, numbers without a bound, names and severities said in the language of the report?"""

from fractions import Fraction

from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.bound import Bound, Reached
from ecluse.reports.document.blocks import Cell, Tone
from ecluse.reports.language import Words
from ecluse.reports.text import visible

__all__ = [
    "at_horizon",
    "known",
    "listed",
    "name",
    "persons",
    "persons_cell",
    "short_digest",
    "thief",
    "tone",
    "worth",
]

_MANY = 100_000
_SOME = 1_000


def name(text: str) -> str:
    """A name that a stranger chose, made harmless."""
    return visible(text, longest=80)


def short_digest(digest: str) -> str:
    """The beginning of a digest, enough to tell two apart; a dash where there is none."""
    return visible(digest[:12]) if digest else "–"


def listed(names: tuple[str, ...], words: Words, *, most: int = 6) -> str:
    """Names with commas, so many of them."""
    shown = ", ".join(name(n) for n in names[:most])
    rest = len(names) - most
    return f"{shown} {words.say('more.names', n=rest)}" if rest > 0 else shown


def known(words: Words, key: str, fallback: str) -> str:
    """The sentence of a key that is made from what the ledger holds; what it holds, where there is none."""
    return words.say(key) if key in words.sentences else visible(fallback)


def persons(number: int | None, words: Words) -> str:
    """A number of persons, or that there is no bound."""
    return words.say("open.short") if number is None else words.number(number)


def tone(number: int | None) -> Tone:
    """How grave it is when so many persons can be read."""
    if number is None:
        return "open"
    return "low" if number < _SOME else "middle" if number < _MANY else "high"


def persons_cell(number: int | None, words: Words) -> Cell:
    """A cell with a number of persons; no bound is bold."""
    return Cell(persons(number, words), strong=number is None, tone=tone(number))


def at_horizon(bound: Bound, horizon: int) -> Reached | None:
    """The bound over that horizon, when it was computed."""
    return next((r for r in bound.horizons if r.horizon == horizon), None)


def worth(value: Fraction, words: Words) -> str:
    """Persons that one unit of a limit is worth, to a tenth."""
    tenths = round(value * 10)
    whole, rest = divmod(tenths, 10)
    if value and not tenths:
        return words.say("worth.little")
    return words.number(whole) + (f"{words.say('number.decimal')}{rest}" if rest else "")


def thief(adversary: Adversary, words: Words) -> str:
    """What an adversary has and can do, in one phrase."""
    parts = [_stolen(stolen, words) for stolen in adversary.stolen]
    said = words.say("thief.and").join(parts)
    more = []
    if adversary.creates is None:
        more.append(words.say("thief.creates_any"))
    elif adversary.creates:
        more.append(words.say("thief.creates", n=adversary.creates))
    if not adversary.second_factor:
        more.append(words.say("thief.no_factor"))
    if adversary.acts_within is not None:
        more.append(words.say("thief.acts", within=words.duration(adversary.acts_within)))
    return ", ".join([said, *more])


def _stolen(stolen: Stolen, words: Words) -> str:
    if stolen.application is not None:
        return words.say("thief.credential", application=name(stolen.application))
    if stolen.accounts == ALL:
        who = words.say("thief.all")
    else:
        who = words.say("thief.accounts", n=stolen.accounts)
    if stolen.kind is not None:
        who = words.say("thief.of_kind", who=who, kind=name(stolen.kind))
    if stolen.organization is not None:
        who = words.say("thief.of_organization", who=who, organization=name(stolen.organization))
    if stolen.kind is None and stolen.organization is None:
        who = words.say("thief.any_kind", who=who)
    return who
