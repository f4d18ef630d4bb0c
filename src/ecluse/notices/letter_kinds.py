"""Which words, consequences and advice belong to a category of data? Estates name categories freely; letters speak of kinds."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from ecluse.model.notice import Both, Statement
from ecluse.reports.language import Words
from ecluse.reports.text import visible

__all__ = ["KINDS", "OTHER", "SENSITIVE", "in_order", "kind", "kinds", "label"]

OTHER: Final = "other"

KINDS: Final[dict[str, tuple[str, ...]]] = {
    "identity": ("identity", "identite", "civil-status", "name"),
    "contact": ("contact", "address", "coordonnees", "email", "mail", "phone"),
    "nir": ("nir", "ssn", "social-security-number", "national-number"),
    "bank": ("bank", "iban", "payment", "banque", "bancaire"),
    "documents": ("document", "documents", "identity-documents", "identity-document", "passport", "piece", "pieces", "scan", "scans"),
    "credentials": ("credentials", "credential", "password", "login", "identifiants"),
    "health": ("health", "medical", "disability", "handicap", "sante"),
    "family": ("family", "famille", "relatives"),
    "career": ("career", "parcours", "education", "employment", "training", "cv"),
    "registration": ("registration", "inscription", "status"),
    "income": ("income", "revenus", "benefits", "allocations", "social"),
    "tax": ("tax", "taxes", "impots"),
    "property": ("property", "biens"),
    "insurance": ("insurance", "assurance", "mutuelle"),
    "contract": ("contract", "contrat", "invoices"),
    "offences": ("offences", "convictions", "infractions"),
    "location": ("location", "localisation", "position"),
}  # fmt: skip
"""Kinds of data for which letters have a name, a consequence and advice, with the words by which estates call them."""

SENSITIVE: Final = ("nir", "bank", "credentials", "documents", "health")
"""What people ask about first; a letter says so when it was not read."""

_KIND_OF: Final = {word: name for name, words in KINDS.items() for word in words}


def kind(category: str) -> str:
    """The kind of a category, `other` for one that letters have no words for.

    >>> kind("Santé"), kind("identity-documents"), kind("hobbies")
    ('health', 'documents', 'other')
    """
    folded = unicodedata.normalize("NFKD", category.casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    word = re.sub(r"[\s_]+", "-", plain.strip())
    return _KIND_OF.get(word, OTHER)


def kinds(categories: Iterable[str]) -> tuple[str, ...]:
    """The kinds of categories in the order of `KINDS`, each once, `other` last."""
    found = {kind(category) for category in categories}
    return tuple(name for name in (*KINDS, OTHER) if name in found)


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Categories in the order of `KINDS`, those that letters have no words for last."""
    order = {name: place for place, name in enumerate((*KINDS, OTHER))}
    return tuple(sorted(categories, key=lambda category: (order[kind(category)], category)))


def label(category: str, statement: Statement, words: Words) -> str:
    """A category in the words of the reader: those of the statement (`categories:`), else ours, else its name."""
    stated = dict(statement.categories).get(category, Both()).in_(words.language).strip()
    if stated:
        return stated
    found = kind(category)
    return visible(category) if found == OTHER else words.say(f"category.{found}")
