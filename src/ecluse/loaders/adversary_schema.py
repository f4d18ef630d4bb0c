"""What may be written in an adversary file? Its JSON Schema 2020-12, for completion in editors.

The loader refuses more: names that the estate does not have, and thefts of nothing.
"""

from typing import Final

from ecluse.loaders.schema_parts import (
    VERSION,
    Schema,
    duration,
    flag,
    integer,
    object_of,
    reference,
    text,
)

__all__ = ["ADVERSARY", "AS_MANY", "EVERY"]

EVERY: Final = "all"
"""The word for every account that there is."""

AS_MANY: Final = "unlimited"
"""The word for as many accounts as he likes."""

_STOLEN: Final = object_of(
    "What is stolen: accounts, or with `application` alone that application's own credential.",
    {
        "kind": text("Kind of the accounts; whichever lets most through when absent."),
        "organization": text("Whose accounts; whichever lets most through when absent."),
        "accounts": {
            "anyOf": [{"type": "integer", "minimum": 1}, {"const": EVERY}],
            "description": "How many; `all` that there are. 1 when absent, and all where only an organization is named.",
        },
        "application": text(
            "Whose own credential: it names accounts as it likes, also such as do not exist."
        ),
    },
) | {"minProperties": 1}

_ADVERSARY: Final = object_of(
    "One thief.",
    {
        "id": text("Name of the thief."),
        "description": text("For the readers of this file."),
        "steals": {
            "type": "array",
            "minItems": 1,
            "items": reference("stolen"),
            "description": "What he has, all together.",
        },
        "creates": {
            "anyOf": [integer("Accounts a day.", least=0), {"const": AS_MANY}],
            "description": "The most accounts that he opens in 24 hours, where a stolen kind may create any; 0 when absent.",
        },
        "second_factor": flag(
            "Whether he can give the second factor again when a budget asks for it; true when absent."
        ),
        "acts_within": duration(
            "From the first warning until a human has closed his accounts; nobody does when absent."
        ),
    },
    required=("id", "steals"),
)

ADVERSARY: Final[Schema] = object_of(
    "What may be stolen, for the loss bound.",
    {
        "version": VERSION,
        "description": text("For the readers of this file."),
        "adversaries": {
            "type": "array",
            "minItems": 1,
            "items": reference("adversary"),
            "description": "Thieves, each on his own; the first is the one in front.",
        },
    },
    required=("version", "adversaries"),
) | {"$defs": {"adversary": _ADVERSARY, "stolen": _STOLEN}}
