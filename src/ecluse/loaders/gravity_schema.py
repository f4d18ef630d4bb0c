"""What may be written in the table of gravity? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Final, get_args

from ecluse.loaders.schema_parts import (  # fmt: skip
    NAME,
    VERSION,
    Schema,
    flag,
    object_of,
    reference,
    several,
    text,
    word,
)
from ecluse.model.gravity import DataClass, Reveals

__all__ = ["CLASSES", "GRAVITY", "IDENTIFIES", "REVEALS"]

CLASSES: Final = get_args(DataClass)
REVEALS: Final = get_args(Reveals)
IDENTIFIES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)

_IDENTIFIES: Final[Schema] = {
    "enum": list(IDENTIFIES),
    "description": "How easily the category alone tells who it is.",
}
_BECAUSE: Final = object_of("Why, in both languages.", {"en": text("In English."), "fr": text("In French.")}, required=("en", "fr"))  # fmt: skip
_CATEGORY: Final = object_of(
    "A category of data as estates name it.",
    {
        "name": text("Unique."),
        "class": word(list(CLASSES), "Class of ENISA's method; `secret` for what opens an account."),
        "identifies": _IDENTIFIES,
        "value": {"type": "integer", "minimum": 1, "maximum": 4, "description": "Where the class's own value does not fit."},
        "because": reference("because"),
        "reveals": word(list(REVEALS), "What it lets others assume; `nothing` when absent."),
        "fraud": flag("Lets somebody act in the person's name together with financial data."),
        "also": several(NAME, "Other names of it."),
    },
    required=("name", "class", "identifies"),
)  # fmt: skip

GRAVITY: Final[Schema] = object_of(
    "What the method of gravity has to know of categories of data.",
    {
        "version": VERSION,
        "controller": object_of(
            "The organization itself.",
            {"reveals": word(list(REVEALS), "What it says of a person that it holds a file about them.")},
            required=("reveals",),
        ),
        "levels": {
            "type": "array",
            "items": {"type": "number", "minimum": 0, "maximum": 6},
            "minItems": 3,
            "maxItems": 3,
            "description": "Scores from which a breach is medium, high, very high, rising.",
        },
        "categories": {"type": "array", "minItems": 1, "items": reference("category"), "description": "Categories of data."},
        "unknown": object_of(
            "What a category is taken as that stands nowhere.",
            {"class": word(list(CLASSES[:-1]), "Its class."), "identifies": _IDENTIFIES},
            required=("class", "identifies"),
        ),
    },
    required=("version", "controller", "levels", "categories", "unknown"),
) | {"$defs": {"because": _BECAUSE, "category": _CATEGORY}}  # fmt: skip
