"""What may be written in a routes file? Its JSON Schema 2020-12, for completion in editors.

The loader refuses more: patterns that nothing matches, expressions that do not compile, names that the estate does
not have. A test holds that what the loader takes is valid here.
"""

from typing import Final

from ecluse.loaders.schema_parts import NAME, VERSION, Schema, flag, object_of, several, text, word

__all__ = ["FREE", "OPTIONS", "OTHERWISE", "ROUTES", "WITHOUT"]

OTHERWISE: Final = {"refuse": False, "permit": True}
OPTIONS: Final = {"count": False, "free": True}
WITHOUT: Final = {"refuse": False, "free": True}
FREE: Final = {"nobody": False, "disclosed": True}
"""By each word, whether the application discloses."""

_PERSON: Final = object_of(
    "What identifies a person in a path or a query, and which spellings are the same person.",
    {
        "matches": text(
            "Regular expression (Python) for the whole value; its group, when it has one, is the identifier."
        ),
        "lower": flag("Take it in lower case, where the application ignores its case."),
        "strip_zeros": flag(
            "Leave out zeros in front, where the application takes 012 for 12; by default not."
        ),
        "split": {
            "type": "string",
            "minLength": 1,
            "maxLength": 1,
            "description": "Separator, where one value may name several persons.",
        },
        "prefix": text(
            "Put before each identifier, where another application calls somebody else by the same.",
            pattern="^[A-Za-z0-9._:-]{1,64}$",
        ),
    },
) | {"minProperties": 1}

_ROUTE: Final = object_of(
    "One kind of request. It says whom it shows: {person} in `path`, `query`, or `free`.",
    {
        "path": text(
            "Pattern: literal segments, {person}, {} for anything, and at the end {*} for any number of segments.",
            pattern="^/",
        ),
        "methods": several(
            {"type": "string", "pattern": "^[A-Z]+$"}, "Methods; all when absent. GET is HEAD too."
        ),
        "hosts": several(NAME, "Names of hosts, without port; all when absent."),
        "query": several(NAME, "Parameters of the query that name persons."),
        "person": {"$ref": "#/$defs/person"},
        "free": word(
            list(FREE),
            "It passes uncounted: it shows `nobody`, or the application has `disclosed` whom before it answers.",
        ),
        "without": word(
            list(WITHOUT), "What happens when its query names nobody: refuse when absent."
        ),
        "application": text("Application of the estate; that of the file when absent."),
        "operation": text("view, list, search, export, …"),
        "categories": several(NAME, "Categories of data that it shows."),
        "description": text("For the readers of this file."),
    },
    required=("path",),
)

ROUTES: Final[Schema] = object_of(
    "The routes of applications: where the persons stand in their requests.",
    {
        "version": VERSION,
        "description": text("For the readers of this file."),
        "application": text("Application of the routes that name none."),
        "otherwise": word(
            list(OTHERWISE), "What happens to a request that no route matches: refuse when absent."
        ),
        "options": word(
            list(OPTIONS),
            "`free`: OPTIONS passes uncounted, because the applications answer it without data. `count` (when absent): it is found like any other method.",
        ),
        "ignore_case": flag(
            "Whether the applications ignore the case of paths; false when absent."
        ),
        "parameters": several(
            NAME, "Names of `;` parameters that mean no other page: jsessionid when absent."
        ),
        "person": {"$ref": "#/$defs/person"},
        "routes": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/route"},
            "description": "The route with the leftmost literal segment wins, whatever the order.",
        },
    },
    required=("version", "routes"),
) | {"$defs": {"person": _PERSON, "route": _ROUTE}}
