"""Are two names the same person's? Names are trusted as typed; another way of typing one does not make a second person."""

import unicodedata

__all__ = ["same_person"]


def same_person(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case, spaces, accents and forms of Unicode.

    >>> same_person("Ève  Martin", "eve martin"), same_person("A. Martin", "B. Martin")
    (True, False)
    """
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(kept.split())
