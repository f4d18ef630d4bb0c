"""What may be written in a claim file? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Final

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
from ecluse.model.claim_file import FORMS, KINDS

__all__ = ["CLAIM", "FIELD_NAME"]

FIELD_NAME: Final = "[a-z][a-z0-9_]{0,39}"
_KIND: Final = word(list(KINDS), "Kind of its values: how they are written in one way.")


def _instant(description: str) -> Schema:
    return {"type": "string", "pattern": f"^{INSTANT}$", "description": description}


def _share(description: str) -> Schema:
    return {"type": "number", "minimum": 0, "maximum": 1, "description": description}


_POSTED: Final = object_of(
    "The claim as it was posted.",
    {
        "group": text("Who claims it, as they call themselves."),
        "posted_at": _instant("When it was posted."),
        "url_sha256": text("SHA-256 of its address, in hexadecimal; the address itself is not kept.", pattern="^[0-9a-f]{64}$"),
        "from": _instant("From when on the data is said to be."),
        "to": _instant("Until when."),
        "persons": integer("How many persons are claimed.", least=1),
    },
)  # fmt: skip
_SAMPLE: Final = object_of(
    "How the sample is written; what is left out is found out.",
    {
        "form": word(list(FORMS), "Form of the sample."),
        "delimiter": text("Sign between the cells of a CSV.", pattern="^.$"),
        "encoding": text("Encoding, such as cp1252."),
        "header": flag("Whether the first row of a CSV names the columns; else they are called 1, 2, …"),
        "rows_max": integer("More rows are refused.", least=1),
        "member": text("Which file of a zip archive."),
    },
)  # fmt: skip
_COLUMN: Final = {
    "column": text("Its name in the sample; `person.nir` within an object."),
    "kind": _KIND,
}
_IDENTIFIER: Final = object_of("The identifier by which the ledger knows persons.", _COLUMN, required=("column",))  # fmt: skip
_FIELD: Final = object_of(
    "Another column.",
    {"name": text("Field, by which other files have it as well.", pattern=f"^{FIELD_NAME}$"), **_COLUMN},
    required=("name", "column", "kind"),
)  # fmt: skip
_PEOPLE: Final = object_of(
    "The organization's own file of everybody in the base: CSV or Parquet.",
    {
        "file": text("The file."),
        "identifier": text("Its column with the ledger's identifier."),
        "fields": mapping(NAME | {"pattern": f"^{FIELD_NAME}$"}, NAME, "Fields, and the columns that hold them."),
    },
    required=("file", "identifier"),
)  # fmt: skip
_CHANGES: Final = object_of(
    "A file with every value that a field of a person had: CSV or Parquet, one row a value.",
    {
        "file": text("The file."),
        "identifier": text("Column of the identifier."),
        "field": text("Column of the field's name."),
        "value": text("Column of the value."),
        "from": text("Column of the instant from which it was so."),
        "until": text("Column of the instant until which it was so; empty while it is."),
    },
    required=("file", "identifier", "field", "value", "from", "until"),
)
_SCREEN: Final = object_of(
    "What one screen or version of an API shows.",
    {
        "name": text("Its name."),
        "application": text("Its application."),
        "columns": several(NAME, "Names of columns as it shows them."),
        "since": _instant("Since when it shows them."),
    },
    required=("name", "columns"),
)
_THRESHOLDS: Final = object_of(
    "Where the rule of the verdict draws its lines; each has a default.",
    {
        "coincidence": _share("Luck that is ruled out."),
        "doubt": _share("Luck that is not ruled out."),
        "residue": _share("The largest share of persons that nothing explains."),
        "overlap": _share(
            "The share of persons in a leak from which that leak explains the sample."
        ),
        "foreign": _share(
            "The largest share of persons in the base for a sample that is not ours."
        ),
        "implausible": _share("The share of impossible rows from which a sample is fabricated."),
        "elsewhere": _share("The chance that a record came from elsewhere, in the guilt model."),
        "versions": integer("The fewest values newer than a leak that rule it out.", least=1),
        "alone": _share("The share of persons seen by their own account alone."),
        "crowd": integer("Accounts that saw a person, from which it says little.", least=2),
    },
)

CLAIM: Final[Schema] = object_of(
    "A claim that persons leaked: how to read its sample, and what to hold it against.",
    {
        "version": VERSION,
        "claim": reference("posted"),
        "sample": reference("sample"),
        "identifier": reference("identifier"),
        "fields": {"type": "array", "minItems": 1, "items": reference("field"), "description": "Other columns."},
        "match": {
            "type": "array", "minItems": 1, "description": "Fields by which a person is found in `people`.",
            "items": several(NAME, "A field, or several that must all agree."),
        },
        "times": several(NAME, "Columns with instants at which a row was changed."),
        "people": reference("people"),
        "changes": reference("changes"),
        "honey": text("File of the honey persons: identifier, and where known account and since."),
        "screens": {"type": "array", "minItems": 1, "items": reference("screen"), "description": "Screens and versions of APIs."},
        "population": integer("Persons in the base; counted in `people` when absent.", least=1),
        "thresholds": reference("thresholds"),
    },
    required=("version",),
) | {
    "$defs": {
        "posted": _POSTED, "sample": _SAMPLE, "identifier": _IDENTIFIER, "field": _FIELD, "people": _PEOPLE,
        "changes": _CHANGES, "screen": _SCREEN, "thresholds": _THRESHOLDS,
    }
}  # fmt: skip
