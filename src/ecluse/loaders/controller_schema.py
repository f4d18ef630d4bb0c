"""What may be written in `controller.yaml`? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Final

from ecluse.loaders.schema_parts import (
    NAME,
    VERSION,
    Schema,
    object_of,
    reference,
    several,
    text,
    word,
)

__all__ = ["BOTH", "CONTROLLER"]

BOTH: Final = object_of(
    "A text in French and in English; a document in a language needs it in that language.",
    {"fr": text("In French."), "en": text("In English.")},
) | {"minProperties": 1}
_CONTACT: Final = object_of(
    "A person or a desk that may be written to.",
    {
        "name": text("Name, as documents print it."),
        "role": text("Function."),
        "mail": text("Mail address.", pattern="@"),
        "phone": {
            "description": "Telephone number, in quotes.",
            "anyOf": [NAME, {"type": "integer"}],
        },
        "hours": reference("both"),
    },
    required=("name",),
)
_PROCESSOR: Final = object_of(
    "A body that processes data for the controller (GDPR art. 28).",
    {"name": text("Name."), "does": text("What it does for the controller.")},
    required=("name",),
)

CONTROLLER: Final[Schema] = object_of(
    "Who answers for the data (GDPR art. 4(7)): the same for every incident.",
    {
        "version": VERSION,
        "name": text("Name of the organization, as documents print it."),
        "siren": {
            "description": "SIREN, nine digits; absent for a body without one.",
            "anyOf": [NAME, {"type": "integer"}],
        },
        "address": text("Postal address."),
        "country": text("ISO 3166 code: FR when absent.", pattern="^[A-Z]{2}$"),
        "sector": text("Sector, in the authority's words."),
        "size": text("Size, such as `250 or more`."),
        "representative": reference("contact"),
        "dpo": reference("contact"),
        "helpdesk": reference("contact"),
        "insurer": reference("contact"),
        "news": text("Page with the latest state; documents print it as text, never as a link."),
        "processors": {
            "type": "array",
            "minItems": 1,
            "items": reference("processor"),
            "description": "Processors.",
        },
        "joint": several(NAME, "Joint controllers (GDPR art. 26)."),
        "zone": text("Time zone in which documents say hours: Europe/Paris when absent."),
        "nis2": word(
            ["essential", "important", "none"],
            "Whether a law that transposes directive (EU) 2022/2555 binds the organization: none when absent.",
        ),
        "csirt": text("To whom its notifications go: CERT-FR (ANSSI) when absent."),
    },
    required=("version", "name", "dpo"),
) | {"$defs": {"both": BOTH, "contact": _CONTACT, "processor": _PROCESSOR}}
