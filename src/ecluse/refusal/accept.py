"""What does the client want to read? Its language, and a page or a document for programs (RFC 9110, section 12.5)."""

import re
from typing import Final

from ecluse.refusal.language import LANGUAGES, Language

__all__ = ["choose_language", "wants_page"]

_MOST: Final = 32
"""Elements of a header that are looked at; no browser sends more."""

_WEIGHT: Final = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def choose_language(accepted: str | None, *, default: Language = "en") -> Language:
    """Chooses by the weights of `Accept-Language`; the first named wins between equals.

    >>> choose_language("de, fr-CA;q=0.9, en;q=0.4"), choose_language("en;q=0, *")
    ('fr', 'fr')
    """
    weights: dict[str, float] = {}
    for name, weight in _weights(accepted):
        language = name.partition("-")[0]
        weights[language] = max(weight, weights.get(language, 0.0))
    rest = weights.get("*", 0.0)  # stands for every language that is not named
    candidates = [language for language in weights if language in LANGUAGES]
    candidates += [language for language in (default, *LANGUAGES) if language not in weights]
    wanted = [language for language in candidates if weights.get(language, rest) > 0]
    best = max(wanted, key=lambda language: weights.get(language, rest), default=default)
    return "fr" if best == "fr" else "en"


def wants_page(accepted: str | None) -> bool:
    """Whether HTML is asked for by name, and not less than JSON: so ask browsers, and no programs.

    >>> wants_page("text/html,application/xml;q=0.9,*/*;q=0.8"), wants_page("*/*"), wants_page(None)
    (True, False, False)
    """
    weights = _weights(accepted)
    page = max((w for name, w in weights if name in _PAGES), default=0.0)
    program = max((w for name, w in weights if name in _PROGRAMS), default=0.0)
    return page > 0 and page >= program


_PAGES: Final = {"text/html", "application/xhtml+xml"}
_PROGRAMS: Final = {"application/json", "application/problem+json"}


def _weights(header: str | None) -> list[tuple[str, float]]:
    """The elements in lower case with their weights; an element whose weight cannot be read is left out."""
    found = []
    for element in (header or "").split(",", _MOST)[:_MOST]:
        name, *parameters = (part.strip() for part in element.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter[:2].lower() == "q=":
                matched = _WEIGHT.fullmatch(parameter)
                weight = float(matched[1]) if matched else -1.0
        if name and weight >= 0:
            found.append((name.lower(), weight))
    return found
