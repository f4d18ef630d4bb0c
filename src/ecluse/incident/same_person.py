"""Are two names the same person's? Names are trusted as typed; another way of typing one does not make a second person.

Every step that needs two persons asks here. Who has two names has two signatures: that names are proven is the business of the
machine's accounts.
"""

import unicodedata

__all__ = ["same_person"]


def same_person(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case, accents, forms of Unicode, and what is neither letter nor digit.

    >>> same_person("Ève  Martin", "eve martin"), same_person("A. Martin", "B. Martin")
    (True, False)
    """
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in folded if c.isalnum())
