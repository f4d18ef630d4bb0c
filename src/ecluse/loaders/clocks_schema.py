"""What may be written in the file of the clocks? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Final

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
from ecluse.model.incident import InstantKind

__all__ = ["CLOCKS", "CLOCK_NAME", "DUE", "KINDS"]

CLOCK_NAME: Final = "[a-z][a-z0-9_]{0,63}"
DUE: Final = r"([1-9][0-9]{0,3})h|([1-9][0-9]?) months?"
KINDS: Final = {kind.value: kind for kind in InstantKind}

_KIND: Final[Schema] = {"enum": list(KINDS)}
_REGIME: Final = object_of(
    "A law that is switched on or off as a whole.",
    {
        "enabled": flag("Whether its clocks run."),
        "reason": text("Why; asked for when it is off."),
    },
    required=("enabled",),
)
_TEXT: Final = object_of(
    "What has to be done, in both languages.",
    {"en": text("In English."), "fr": text("In French.")},
    required=("en", "fr"),
)
_CLOCK: Final = object_of(
    "A clock of the law.",
    {
        "name": text("Unique.", pattern=f"^{CLOCK_NAME}$"),
        "regime": text("One of `regimes`."),
        "law": text("The article, and what it leaves open."),
        "from": several(_KIND, "Instants that start it; the earliest that is known does."),
        "due": text("Hours, counted one by one, or calendar months: 72h, 1 month.", pattern=f"^({DUE})$"),
        "met_by": word(list(KINDS), "The instant that stops it."),
        "waived_by": several(NAME, "Decisions of which one that says `no` stops it."),
        "only_if": several(NAME, "Decisions that must all say `yes` before it runs."),
        "text": reference("text"),
    },
    required=("name", "regime", "law", "from", "due", "met_by", "text"),
)  # fmt: skip

CLOCKS: Final[Schema] = object_of(
    "The clocks of the law in an incident.",
    {
        "version": VERSION,
        "zone": text("IANA time zone in which people read them, and in which calendar months are counted."),
        "regimes": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": reference("regime"),
            "description": "Laws by a name of their own.",
        },
        "clocks": {
            "type": "array",
            "minItems": 1,
            "items": reference("clock"),
            "description": "In the order in which they are shown.",
        },
    },
    required=("version", "zone", "regimes", "clocks"),
) | {"$defs": {"clock": _CLOCK, "regime": _REGIME, "text": _TEXT}}  # fmt: skip
