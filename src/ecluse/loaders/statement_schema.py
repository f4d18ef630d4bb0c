"""What may be written in `statement.yaml`? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Any, Final

from ecluse.loaders.controller_schema import BOTH
from ecluse.loaders.scalars import INSTANT
from ecluse.loaders.schema_parts import (
    NAME,
    VERSION,
    Schema,
    flag,
    integer,
    mapping,
    object_of,
    reference,
    several,
    text,
    word,
)
from ecluse.model import form

__all__ = ["STATEMENT"]

DIGEST: Final = "^[0-9a-f]{64}$"


def _instant(description: str) -> Schema:
    return {"type": "string", "pattern": f"^{INSTANT}$", "description": description}


def _keys(keys: tuple[str, ...], description: str) -> Schema:
    return several({"enum": list(keys)}, description)


def _list(name: str, description: str) -> Schema:
    return {"type": "array", "minItems": 1, "items": reference(name), "description": description}


_MEASURE: Final = object_of(
    "One measure: what was done, to what, and when.",
    {
        "phase": word(list(form.PHASES), "`before` the incident, `done` since, or `planned`."),
        "at": _instant("When."),
        "text": reference("both"),
    },
    required=("phase", "text"),
)
_BODY: Final = object_of(
    "A body that was told.",
    {"name": text("Which."), "text": text("When, and under which number.")},
    required=("name",),
)
_ATTACHMENT: Final = object_of(
    "A file that goes with the documents.",
    {
        "name": text("Name of the file."),
        "sha256": text("What `sha256sum` prints of it.", pattern=DIGEST),
    },
    required=("name", "sha256"),
)
_ANSWER: Final = object_of(
    "An answer of an authority.",
    {"at": _instant("When."), "from": text("Of whom."), "text": reference("both")},
    required=("at", "from", "text"),
)

_PROPERTIES: Final[dict[str, Any]] = {
    "version": VERSION,
    "established": flag("Whether a breach is established, or only supposed."),
    "ongoing": flag("Whether it goes on; leave it out while nobody knows."),
    "circumstances": reference("both"),
    "facts": reference("both"),
    "delay_reasons": reference("both"),
    "natures": _keys(form.NATURES, "What was lost."),
    "origins": _keys(form.ORIGINS, "From what it came."),
    "cause": word(list(form.CAUSES), "Who caused it."),
    "supports": _keys(form.SUPPORTS, "On what the data were."),
    "data": mapping(
        NAME,
        _keys(form.DATA, "Words of the form."),
        "For a category of the estate, words of the form.",
    ),
    "categories": mapping(
        NAME, reference("both"), "For a category of the estate, how a letter to a person calls it."
    ),
    "people": _keys(form.PEOPLE, "Whose data."),
    "identifiable": flag("Whether the persons can be identified directly."),
    "consequences": _keys(form.CONSEQUENCES, "What may happen to the data."),
    "consequences_text": reference("both"),
    "harms": _keys(form.HARMS, "What may happen to the persons."),
    "measures": _list("measure", "Measures, each by itself."),
    "informing": word(list(form.INFORMING), "Whether the persons are told."),
    "informing_text": reference("both"),
    "ground": word(list(form.GROUNDS), "Why they are not told (GDPR art. 34(3))."),
    "informed_at": _instant("When they were told, or will be."),
    "informed_number": integer("How many were told.", least=0),
    "means": _keys(form.MEANS, "How they are told."),
    "cross_border": flag("Whether persons in other Member States are concerned."),
    "lead_authority": text("The lead authority, when it is another."),
    "other_authorities": several(NAME, "Other data protection authorities that were told."),
    "other_bodies": _list("body", "Other bodies that were told: ANSSI, a health agency, …"),
    "authority_number": text("Number that the authority gave the first notification."),
    "complaint_number": text("Number of the criminal complaint."),
    "complaint_page": text("Official page on which persons can complain; printed as text."),
    "prosecutor": text("Which prosecutor has it."),
    "unknown": _list("both", "What is still unknown, one by one."),
    "complement_at": _instant("When the complement comes."),
    "attachments": _list("attachment", "Files that go with the documents."),
    "comment": reference("both"),
    "root_cause": reference("both"),
    "malicious": flag("Whether it is suspected to be malicious; leave it out while nobody knows."),
    "effects": reference("both"),
    "answers": _list("answer", "Answers of authorities."),
    "review": reference("both"),
    "lessons": reference("both"),
    "retention": reference("both"),
    "significance": reference("both"),
    "severe": reference("both"),
    "services": reference("both"),
    "indicators": several(NAME, "Indicators of compromise (NIS 2)."),
    "mitigation": reference("both"),
    "claim": reference("both"),
}

STATEMENT: Final[Schema] = object_of(
    "What only persons can say of a breach. Numbers of persons are not among it: the exposure counts them.",
    _PROPERTIES,
    required=("version",),
) | {
    "$defs": {
        "both": BOTH,
        "measure": _MEASURE,
        "body": _BODY,
        "attachment": _ATTACHMENT,
        "answer": _ANSWER,
    }
}
