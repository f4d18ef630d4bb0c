"""Which words of the authority's form are the categories of an estate? By their names, unless the statement says otherwise."""

import re
import unicodedata
from typing import Final

from ecluse.model.form import DATA
from ecluse.model.notice import Statement

__all__ = ["form_words"]

_NAMES: Final = {
    "civil_status": "identity identite civil birth naissance name names etat",
    "nir": "nir ssn",
    "contact": "contact contacts address addresses adresse adresses phone telephone mail email coordonnees",
    "credentials": "credential credentials password passwords login secret secrets authentication",
    "financial": "bank banque bancaire iban payment payments tax taxes income revenus financial economic benefits salary insurance",
    "official_documents": "document documents passport piece pieces scan scans",
    "location": "location localisation position gps",
    "offences": "criminal offence offences conviction convictions penal infraction infractions",
    "ethnic": "ethnic ethnicity ethnique",
    "political": "political politique",
    "philosophical_religious": "religion religious philosophical religieux",
    "union": "union syndicat",
    "sexual": "sexual sexuel",
    "health": "health medical disability handicap sante",
    "biometric": "biometric biometrie biometrics",
    "genetic": "genetic genetique genetics",
}  # fmt: skip
_BY_NAME: Final = {name: word for word, names in _NAMES.items() for name in names.split()}
_TWO: Final = {"social-security-number": "nir", "national-number": "nir", "identity-documents": "official_documents"}  # fmt: skip


def form_words(category: str, statement: Statement) -> tuple[str, ...]:
    """The keys of `model.form.DATA` for a category: what the statement says, what its name says, or `other`.

    >>> form_words("identity", Statement()), form_words("career", Statement())
    (('civil_status',), ('other',))
    """
    stated = dict(statement.data).get(category)
    if stated:
        return stated
    letters = unicodedata.normalize("NFKD", category).encode("ascii", "ignore").decode().lower()
    parts = re.findall(r"[a-z]+", letters)
    if (whole := _TWO.get("-".join(parts))) is not None:
        return (whole,)
    found = {_BY_NAME[part] for part in parts if part in _BY_NAME}
    return tuple(word for word in DATA if word in found) or ("other",)
