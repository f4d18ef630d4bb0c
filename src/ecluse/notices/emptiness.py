"""Which texts say nothing? Vague phrases, places left to be filled in, and advertising.

GDPR art. 34(2) asks for the measures themselves. An organization was fined because its mail said that all necessary
measures had been taken, and none of them (CNIL SAN-2026-001 and -002, January 2026).
"""

import re
from typing import Final

__all__ = ["blank", "marketing", "placeholder", "vague"]

_VAGUE: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # French
        (
            r"\b(?:toute?s?|l['’ ]ensemble des?)\s+(?:les|des|nos)?\s*(?:\w+\s+)?(?:mesures|dispositions|précautions|démarches|actions)\s+"
            r"(?:\w+\s+){0,2}?(?:nécessaires?|utiles?|appropriées?|adéquates?|requises?|possibles|qui s['’ ]impos\w+|correctives)"
        ),
        (
            r"\b(?:des|les|nos)\s+mesures\s+(?:nécessaires|appropriées|adéquates|adaptées|utiles|correctives|qui s['’ ]imposent)\s+"
            r"(?:ont|sont|seront|avaient|étaient)\b"
        ),
        r"\bmesures\s+(?:nécessaires|appropriées|adéquates|utiles|qui s['’ ]imposaient)\s+ont\s+(?:immédiatement\s+)?été\s+(?:prises|mises)",
        r"\btout(?:e\s+la\s+lumière|\s+est\s+mis\s+en\s+œuvre|\s+a\s+été\s+mis\s+en\s+œuvre|\s+le\s+nécessaire)\b",
        r"\b(?:fait|faisons|ferons|avons fait)\s+(?:tout\s+)?le\s+(?:maximum|nécessaire)\b",
        r"\b(?:prenons|prend|prennent)\s+(?:très\s+)?au\s+sérieux\b",
        r"\bsécurité\s+(?:\w+\s+){0,6}(?:est|demeure|reste)\s+(?:\w+\s+){0,2}priorité\b",
        r"\bcertaines\s+(?:de\s+vos\s+)?données\s+(?:pourraient|peuvent|ont\s+pu)\s+(?:avoir\s+été|être|\w+)\b",
        r"\bsécurité\s+(?:a\s+été|est)\s+renforcée\s*(?:\.|$)",
        # English
        (
            r"\ball\s+(?:the\s+)?(?:necessary|appropriate|required|possible|reasonable|adequate|needed|relevant)\s+"
            r"(?:\w+\s+){0,2}(?:measures|steps|actions|precautions)"
        ),
        (
            r"\b(?:necessary|appropriate|adequate|required|corrective|suitable)\s+(?:\w+\s+){0,2}(?:measures|steps|actions)\s+"
            r"(?:have\s+been|were|are\s+being|has\s+been|will\s+be)\b"
        ),
        r"\b(?:did|do|doing|done)\s+everything\s+(?:we\s+can|possible|necessary|in\s+our\s+power)",
        r"\btakes?\s+(?:\w+\s+){0,6}very\s+seriously\b",
        r"\bsecurity\s+(?:\w+\s+){0,6}(?:is|remains)\s+(?:\w+\s+){0,3}priority\b",
        r"\bsome\s+(?:of\s+your\s+)?(?:personal\s+)?(?:data|information)\s+(?:may|might|could)\s+have\s+been\b",
        r"\bsecurity\s+(?:has\s+been|was)\s+(?:strengthened|improved|reinforced)\s*(?:\.|$)",
    )
)

_BLANK: Final = re.compile(
    r"(?:n[ /.]?[ad]\.?|tbd|tbc|tba|todo|xxx+|\?+|nc|idem|test|foo|bar|vide|null|none|empty|"
    r"[àa] (?:compléter|completer|définir|preciser|préciser|renseigner|venir|déterminer|voir)|"
    r"non (?:communiqué|précisé)e?|to be (?:completed|defined|determined|confirmed|added|filled in)|to complete|"
    r"lorem ipsum.*|\W*)",
    re.IGNORECASE | re.DOTALL,
)
_PLACE: Final = re.compile(
    r"lorem ipsum|\bTODO\b|\bTBD\b|\bx{3,8}\b|\{\{|\}\}|\[(?:à|a|to be|to|insert|insérer|nom|name|date|…|\.\.\.)[^\]]{0,40}\]"
    r"|<(?:à|insert|insérer|nom|name|date)[^>]{0,40}>|\bà compléter\b|\bto be completed\b|\bà renseigner\b",
    re.IGNORECASE,
)
_MARKETING: Final = re.compile(
    r"\bprofite[zr]\b|\bcode promo|\bbons? de réduction|\boffres? (?:spéciale|exclusive|commerciale|promotionnelle|de bienvenue)s?\b"
    r"|\babonnez-vous|\binscrivez-vous à notre|\bdécouvrez (?:nos|notre|toute)|\bparraine[zr]\b|\bnotre (?:newsletter|lettre d['’]information)"
    r"|\bsuivez-nous|\bremise de [0-9]|\b[0-9]+\s*%\s+de\s+(?:remise|réduction)|\bleader (?:du|mondial|européen|français)"
    r"|\bspecial offers?\b|\bexclusive offers?\b|\bdiscounts?\b|\bpromo code|\bsubscribe (?:to|now)|\bsign up (?:for|to) our"
    r"|\bour newsletter|\bfollow us\b|\bdiscover our|\brefer a friend|\bbuy now|\bfree trial|\bvoucher|\bmarket leader|\b[0-9]+\s*% off\b",
    re.IGNORECASE,
)


def vague(text: str) -> str:
    """The phrase of a text that says nothing; empty when there is none.

    >>> vague("All necessary measures were taken.")
    'All necessary measures'
    """
    for pattern in _VAGUE:
        if match := pattern.search(_spaced(text)):
            return match[0]
    return ""


def blank(text: str) -> bool:
    """Whether a text that was asked for is none: a dot, spaces, `n/a`, `to be completed`.

    >>> blank(" . "), blank("n/a"), blank("None of the passwords was shown.")
    (True, True, False)
    """
    return _BLANK.fullmatch(_spaced(text).strip().strip("()[]<>.…-–—* ")) is not None


def placeholder(text: str) -> str:
    """A place in a text that somebody was to fill in; empty when there is none."""
    match = _PLACE.search(_spaced(text))
    return match[0] if match else ""


def marketing(text: str) -> str:
    """Words of a text that sell something; empty when there are none (EDPB 9/2022: the message stands alone)."""
    match = _MARKETING.search(_spaced(text))
    return match[0] if match else ""


def _spaced(text: str) -> str:
    return re.sub(r"[\u00a0\u202f\u2009\s]+", " ", text)
