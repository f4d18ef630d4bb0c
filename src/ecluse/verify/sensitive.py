"""Which categories of data are sensitive? Those that the estate names, or those whose names say so."""

import re
import unicodedata
from typing import Final

from ecluse.model.estate import Application, Estate

__all__ = ["USUAL", "is_sensitive", "sensitive_of"]

USUAL: Final = {
    "national number": ("nir", "ssn", "social-security-number", "national-number"),
    "health": ("health", "medical", "disability", "handicap", "sante"),
    "bank": ("bank", "iban", "payment", "banque", "bancaire"),
    "identity documents": ("document", "documents", "passport", "piece", "pieces", "scan", "scans"),
    "GDPR Art. 9": (
        "biometric", "genetic", "religion", "ethnic", "ethnicity", "political", "union", "sexual", "biometrie",
        "genetique", "ethnique", "politique", "syndicat", "sexuel",
    ),
    "GDPR Art. 10": ("criminal", "offence", "offences", "conviction", "convictions", "penal", "infraction"),
    "secrets": ("password", "passwords", "secret", "secrets", "credential", "credentials"),
}  # fmt: skip
"""Words that make a category sensitive by its name, when the estate does not say which are."""

_WORDS: Final = frozenset(word for words in USUAL.values() for word in words)


def is_sensitive(category: str, estate: Estate) -> bool:
    """Whether a category is sensitive in this estate.

    Without a word of the estate, a category is when its name, or a word of its name, is among `USUAL`.

    >>> estate = Estate((), (), ())
    >>> [is_sensitive(c, estate) for c in ("health", "identity-documents", "Santé", "contact")]
    [True, True, True, False]
    """
    if estate.sensitive is not None:
        return category in estate.sensitive
    letters = unicodedata.normalize("NFKD", category).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", letters)
    return "-".join(words) in _WORDS or not _WORDS.isdisjoint(words)


def sensitive_of(application: Application, estate: Estate) -> tuple[str, ...]:
    """The sensitive categories that an application shows."""
    return tuple(c for c in application.categories if is_sensitive(c, estate))
