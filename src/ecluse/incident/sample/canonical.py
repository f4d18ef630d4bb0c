"""When are two values the same? Each kind of field has one spelling, and impossible or blacked-out values are told apart.

A seller changes case, accents, separators and formats of dates; the ledger and the organization's file have one spelling each. Nothing is
guessed beyond that: only fingerprints leave the process that reads a sample, and two fingerprints are equal or not.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Final

__all__ = ["KINDS", "Judged", "judged", "spelling"]

_MASKED: Final = re.compile(r"(\*{2,}|[xX]{4,}|•{2,}|#{3,}|\[?redacted\]?)")
_NIR: Final = re.compile(r"[1-478][0-9]{2}[0-9]{2}(2[AB]|[0-9]{2})[0-9]{3}[0-9]{3}([0-9]{2})?")
_MAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_DATES: Final = (
    re.compile(r"(?P<y>[0-9]{4})[-/.]?(?P<m>[0-9]{2})[-/.]?(?P<d>[0-9]{2})([T ].*)?"),
    re.compile(r"(?P<d>[0-9]{1,2})[-/.](?P<m>[0-9]{1,2})[-/.](?P<y>[0-9]{4})([T ].*)?"),
)
_RESERVED: Final = re.compile(r"@(.*\.)?(example\.(org|com|net)|[^@]*\.(test|invalid|example))$")

Judged = tuple[str, str]
"""The one spelling of a value, and a word of what it is: `sound`, `empty`, `masked`, `impossible`, `invented`."""


def spelling(kind: str, text: str) -> str:
    """The one spelling of a value of a kind; empty when it says nothing.

    >>> spelling("mail", " Jean.Dupont@Example.ORG "), spelling("phone", "+33 6 39 98 00 00"), spelling("name", "DUPONT-Élodie")
    ('jean.dupont@example.org', '0639980000', 'dupont elodie')
    """
    return judged(kind, text)[0]


def judged(kind: str, text: str) -> Judged:
    """The one spelling of a value, and whether it can exist."""
    stripped = unicodedata.normalize("NFC", text).strip()
    if not stripped or stripped.casefold() in {"null", "none", "nan", "n/a", "-"}:
        return "", "empty"
    if _MASKED.search(stripped):
        return "", "masked"
    return KINDS[kind](stripped)


def _exact(text: str) -> Judged:
    return text, "sound"


def _upper(text: str) -> Judged:
    return text.upper(), "sound"


def _digits(text: str) -> Judged:
    digits = re.sub(r"[^0-9]", "", text)
    return digits, "sound" if digits else "impossible"


def _name(text: str) -> Judged:
    """Without accents, case, hyphens and apostrophes; the words in alphabetical order, since lists put them either way."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", bare.casefold())
    return " ".join(sorted(words)), "sound" if words else "impossible"


def _mail(text: str) -> Judged:
    mail = text.casefold()
    if not _MAIL.fullmatch(mail):
        return mail, "impossible"
    return mail, "invented" if _RESERVED.search(mail) else "sound"


def _phone(text: str) -> Judged:
    digits = re.sub(r"[^0-9+]", "", text)
    for prefix in ("+330", "+33", "0033"):
        if digits.startswith(prefix):
            digits = "0" + digits.removeprefix(prefix)
            break
    if not 6 <= len(digits.lstrip("+")) <= 15:
        return digits, "impossible"
    return digits, "sound"


def _date(text: str) -> Judged:
    for form in _DATES:
        if found := form.fullmatch(text):
            try:
                day = date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return text, "impossible"
            return day.isoformat(), "sound" if 1880 <= day.year <= 2200 else "impossible"
    return text, "impossible"


def _nir(text: str) -> Judged:
    """The thirteen signs; a key that is given must be right (97 less the rest by 97, Corsica as 19 and 18)."""
    bare = re.sub(r"[\s.\-]", "", text).upper()
    if not _NIR.fullmatch(bare):
        return bare, "impossible"
    number, key = bare[:13], bare[13:]
    month = int(number[3:5])
    if not (1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99):
        return number, "impossible"
    value = int(number.replace("2A", "19").replace("2B", "18"))
    if key and int(key) != 97 - value % 97:
        return number, "impossible"
    return number, "sound"


KINDS: Final[dict[str, Callable[[str], Judged]]] = {
    "exact": _exact,
    "upper": _upper,
    "digits": _digits,
    "name": _name,
    "mail": _mail,
    "phone": _phone,
    "date": _date,
    "nir": _nir,
}
"""What a value may be, and how it is written in one way."""
