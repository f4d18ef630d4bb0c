"""What may be written in a selection file? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Final

from ecluse.loaders.schema_parts import NAME, VERSION, Schema, several, text

__all__ = ["SELECTION", "SELECTION_FIELDS"]

SELECTION_FIELDS: Final[Schema] = {
    "accounts": several(NAME, "Accounts; any of them."),
    "sessions": several(NAME, "Sessions; any of them."),
    "sources": several(NAME, "Network addresses or devices, as the ledger has them; any of them."),
    "applications": several(NAME, "Applications; any of them."),
    "organizations": several(NAME, "Organizations of the accounts; any of them."),
    "lineages": several(NAME, "First creators above the accounts; any of them."),
    "from": text("From this instant on: a date, or a time with an offset."),
    "to": text("Before this instant."),
}
SELECTION: Final[Schema] = {
    "description": "The accesses whose persons are exposed: those that belong to one of the selections.",
    "type": "object",
    "properties": {
        "version": VERSION,
        "selections": {
            "type": "array",
            "minItems": 1,
            "description": "An access belongs to a selection when it meets every key that the selection has.",
            "items": {
                "type": "object",
                "properties": SELECTION_FIELDS,
                "additionalProperties": False,
                "minProperties": 1,
            },
        },
    },
    "required": ["version", "selections"],
    "additionalProperties": False,
}
