"""Does a text print somebody's data? Numbers of persons, accounts and telephones, addresses and dates of birth.

A document about a breach goes to people who may not see whose data it was, and is kept for years; so whatever looks like
a person's value is taken for one. A miss is a second breach, a false alarm costs a person a minute.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from ecluse.model.time import EPOCH

__all__ = ["Found", "Permitted", "find", "iban_holds", "luhn_holds", "nir_holds"]

_GAP: Final = "[\u00a0\u202f\u2007\u2009 .·_/|-]{0,3}"
"""What people put between the groups of a number."""
_NIR: Final = re.compile(
    rf"(?=([1-478]){_GAP}([0-9]{{2}}){_GAP}([0-9]{{2}}){_GAP}([0-9]{{2}}|2[ABab])"
    rf"{_GAP}([0-9]{{3}}){_GAP}([0-9]{{3}}){_GAP}([0-9]{{2}}))"
)
_NIR_13: Final = re.compile(
    rf"(?<![0-9A-Za-z])[12]{_GAP}[0-9]{{2}}{_GAP}(?:0[1-9]|1[0-2]){_GAP}"
    rf"(?:0[1-9]|[1-8][0-9]|9[0-57-9]|2[ABab]){_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}(?![0-9A-Za-z])"
)
_IBAN: Final = re.compile(r"(?=([A-Za-z]{2}[0-9]{2})((?:[\u00a0\u202f .-]?[A-Za-z0-9]){11,30}))")
_MAIL: Final = re.compile(
    r"[^\s@<>()\[\],;:\"'«»“”]+@[^\s@<>()\[\],;:\"'«»“”.]+(?:\.[^\s@<>()\[\],;:\"'«»“”.]+)+"
)
_PHONE_FR: Final = re.compile(
    r"(?<![0-9])0[1-9](?P<gap>[\u00a0\u202f ./-]?)[0-9]{2}(?:(?P=gap)[0-9]{2}){3}(?![0-9])"
)
_PHONE: Final = re.compile(
    r"(?:(?<![0-9])\+|(?<![0-9:.,T])00)[\u00a0\u202f ]?[1-9](?:[\u00a0\u202f .()/-]{0,3}[0-9]){7,14}(?![0-9])"
)
_CARD: Final = re.compile(r"(?<![0-9])[2-6](?:[\u00a0\u202f -]?[0-9]){12,18}(?![0-9])")
_CARDS: Final = re.compile(
    r"4([0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}"
    r"|3[068][0-9]{12}|6[0-9]{15,18}"
)
_DATE: Final = re.compile(
    r"(?<![0-9])(?:(?P<d>[0-3]?[0-9])[-/. ](?P<m>[01]?[0-9])[-/. ](?P<y>(?:19|20)[0-9]{2})"
    r"|(?P<y2>(?:19|20)[0-9]{2})[-/.](?P<m2>[01][0-9])[-/.](?P<d2>[0-3][0-9]))(?![0-9])"
)
_BORN: Final = re.compile(
    r"(?:\bn[ée]\(?e?\)?(?:\(e\)|·e)?\s+le|naissance|\bborn\b|birth|\bDOB\b)[^.;!?\n]{0,24}?"
    r"(?:[0-9]{1,2}(?:er|st|nd|rd|th)?\s+\w{3,9}\.?,?\s+(?:19|20)[0-9]{2}"
    r"|[A-Za-z]{3,9}\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)[0-9]{2}"
    r"|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{2})",
    re.IGNORECASE,
)
_LAW: Final = re.compile(
    r"(?:loi|d[ée]cret|arr[êe]t[ée]|ordonnance|d[ée]lib[ée]ration|directive|r[èe]glement|regulation|act|law|decision)"
    r"[^.;!?\n]{0,30}$",
    re.IGNORECASE,
)
_DIGEST: Final = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9A-Za-z])")  # fmt: skip
_GROWN: Final = 12 * 366
"""Days: a date in figures that is older than this is no date of a breach, and most likely one of birth."""

_IBAN_LENGTHS: Final = {
    code: int(length)
    for length, codes in {
        "15": "NO", "16": "BE", "18": "DK FK FO FI GL NL SD", "19": "MK SI", "20": "AT BA EE KZ LT LU XK MN",
        "21": "HR LV LI CH", "22": "BG BH CR DE GB GE IE ME RS VA", "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG", "25": "LY PT ST", "26": "IS TR", "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HU LB NI PL SV", "29": "BR EG PS QA UA", "30": "JO KW MU YE", "31": "MT SC",
        "32": "LC", "33": "RU",
    }.items()
    for code in codes.split()
}  # fmt: skip
"""ISO 13616: how long an account number is in each country."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that looks like a person's value; `what` names its kind, and the value itself is told nowhere."""

    what: str


@dataclass(frozen=True, slots=True)
class Permitted:
    """What may stand in a document although it looks like a person's: contacts of the organization, references.

    Attributes:
        words: mail addresses, telephone numbers and references as they are written.
        made_at: of the document, microseconds.
    """

    words: tuple[str, ...] = ()
    made_at: int = 0

    def cut(self, text: str) -> str:
        """The text without them."""
        pattern = _any_of(self.words)
        return text if pattern is None else pattern.sub(" ¤ ", text)


@lru_cache(maxsize=16)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str] | None:
    plain = sorted({_plainer(word) for word in words if word.strip()}, key=len, reverse=True)
    if not plain:
        return None
    return re.compile(rf"(?<![\w@.+])(?:{'|'.join(map(re.escape, plain))})(?![\w@]|\.\w)", re.IGNORECASE)  # fmt: skip


def find(text: str, permitted: Permitted | None = None) -> tuple[Found, ...]:
    """Every kind of personal value that a text seems to print.

    >>> [found.what for found in find("jeanne@example.org")]
    ['a mail address']
    """
    allowed = permitted or Permitted()
    plain = _DIGEST.sub(" ¤ ", allowed.cut(_plainer(text)))
    return tuple(
        Found(what) for what, seen in _KINDS if any(seen(plain, allowed))
    )  # the first of a kind is enough: who wrote the text looks at it anyway


def nir_holds(number: str) -> bool:
    """Whether fifteen signs are a social security number with its key; Corsica's `2A` and `2B` count as 19 and 18."""
    digits = number
    if number[5:7].upper() == "2B":
        digits = number[:5] + "18" + number[7:]
    elif number[5:7].upper() == "2A":
        digits = number[:5] + "19" + number[7:]
    return digits.isdigit() and int(digits[13:]) == 97 - int(digits[:13]) % 97


def iban_holds(number: str) -> bool:
    """Whether signs without spaces are an account number: the length of its country, and 1 modulo 97 (ISO 7064)."""
    if _IBAN_LENGTHS.get(number[:2].upper()) != len(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812."""
    total = sum(
        sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits))
    )  # fmt: skip
    return total % 10 == 0


def _plainer(text: str) -> str:
    """Digits of other scripts as ours, and no sign that is not seen."""
    if text.isascii():
        return text
    normal = unicodedata.normalize("NFKC", text)
    return "".join(c for c in normal if unicodedata.category(c) not in {"Cf", "Mn"} or c.isspace())


def _nirs(text: str, _: Permitted) -> Iterator[bool]:
    for match in _NIR.finditer(text):
        month = int(match[3])
        number = "".join(match.groups())
        if (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and nir_holds(number):
            yield True


def _nirs_without_key(text: str, _: Permitted) -> Iterator[bool]:
    yield from (True for _match in _NIR_13.finditer(text))


def _ibans(text: str, _: Permitted) -> Iterator[bool]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[1][:2].upper(), 0)
        number = (match[1] + re.sub(r"[^A-Za-z0-9]", "", match[2]))[:length]
        if sum(c.isdigit() for c in number[4:]) >= 5 and iban_holds(number):
            yield True


def _mails(text: str, _: Permitted) -> Iterator[bool]:
    yield from (True for _match in _MAIL.finditer(text))


def _phones(text: str, _: Permitted) -> Iterator[bool]:
    yield from (True for pattern in (_PHONE_FR, _PHONE) for _match in pattern.finditer(text))


def _cards(text: str, _: Permitted) -> Iterator[bool]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        if _CARDS.fullmatch(digits) and luhn_holds(digits):
            yield True


def _births(text: str, permitted: Permitted) -> Iterator[bool]:
    yield from (True for _match in _BORN.finditer(text))
    latest = EPOCH + timedelta(microseconds=permitted.made_at) - timedelta(days=_GROWN)
    for match in _DATE.finditer(text):
        year, month, day = (int(match[n] or match[f"{n}2"]) for n in ("y", "m", "d"))
        named = 1 <= month <= 12 and 1 <= day <= 31 and year >= 1900
        old = (year, month, day) < (latest.year, latest.month, latest.day)
        if named and old and not _LAW.search(text[: match.start()]):
            yield True


_KINDS: Final[tuple[tuple[str, Callable[[str, Permitted], Iterator[bool]]], ...]] = (
    ("a social security number (NIR)", _nirs),
    ("what looks like a social security number (NIR) without its key", _nirs_without_key),
    ("a bank account number (IBAN)", _ibans),
    ("a mail address", _mails),
    ("a telephone number", _phones),
    ("a card number", _cards),
    ("a date of birth", _births),
)
