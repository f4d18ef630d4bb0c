"""What may be written in a policy file and in an estate file? One description, as JSON Schema 2020-12.

The loaders take the keys and the words that they know from here, the files in `schemas/` are written
from here (a test compares), and a property test holds
that whatever a loader accepts is valid here. The loaders refuse more: what JSON Schema cannot say.
"""

import json
from typing import Any, Final

from ecluse.loaders.scalars import INSTANT
from ecluse.model.estate import LifeCycle
from ecluse.model.policy import Count, Effect, Key, Mode

__all__ = ["ESTATE", "MAX_WINDOW_DAYS", "POLICY", "WEEKDAYS", "keys", "text"]

MAX_WINDOW_DAYS: Final = 1100
"""Three years and a little: the longest time for which a ledger may keep persons."""

WEEKDAYS: Final = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}

Schema = dict[str, Any]

_DURATION: Final = r"^(?=[0-9]*[1-9])[0-9]{1,9}[smhd]$"
_CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_CLOCK_END: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


def _text(description: str, *, pattern: str | None = None) -> Schema:
    schema: Schema = {"type": "string", "minLength": 1, "description": description}
    return schema | ({"pattern": pattern} if pattern else {})


def _duration(description: str) -> Schema:
    return {"type": "string", "pattern": _DURATION, "description": description}


def _instant(description: str) -> Schema:
    return {"type": "string", "pattern": f"^{INSTANT}$", "description": description}


def _word(words: list[str], description: str) -> Schema:
    return {"enum": words, "description": description}


def _several(item: Schema, description: str) -> Schema:
    """A list of different items, or one of them alone."""
    listed = {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}
    return {"description": description, "anyOf": [item, listed]}


def _list(name: str, description: str) -> Schema:
    return {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": f"#/$defs/{name}"},
        "description": description,
    }


def _object(
    description: str, properties: dict[str, Schema], *, required: tuple[str, ...] = ()
) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _mapping(names: Schema, values: Schema, description: str) -> Schema:
    return {
        "type": "object",
        "description": description,
        "propertyNames": names,
        "additionalProperties": values,
        "minProperties": 1,
    }


_VERSION: Final = {"const": 1, "description": "Version of this format."}
_NAMES: Final = {"type": "string", "minLength": 1}

_HOURS: Final = _object(
    "Hours of the day and days of the week, in a named time zone.",
    {
        "zone": _text("IANA time zone, such as Europe/Paris; the zone of the file when absent."),
        "from": _text(
            'First minute, in quotes: "20:00". A span past midnight is allowed.', pattern=_CLOCK
        ),
        "to": _text(
            'The minute after the last, in quotes: "07:00"; "24:00" ends the day.',
            pattern=_CLOCK_END,
        ),
        "weekdays": _several(
            {"enum": list(WEEKDAYS)}, "The days, all when absent; after midnight it is the new day."
        ),
    },
) | {"dependentRequired": {"from": ["to"], "to": ["from"]}, "minProperties": 1}

_AGE: Final = _object(
    "Age of the account since its creation.",
    {
        "under": _duration("Younger than this."),
        "over": _duration("At least this old."),
    },
) | {"minProperties": 1}

_TARGET: Final = _object(
    "The accesses that the budget concerns. All conditions must hold; an unknown fact satisfies every condition.",
    {
        "kind": _several(_NAMES, "Kinds of account, as in the estate file."),
        "organization": _several(_NAMES, "Organizations, as in the estate file."),
        "application": _several(_NAMES, "Applications, as in the estate file."),
        "operation": _several(_NAMES, "Operations: view, list, search, export, …"),
        "category": _several(_NAMES, "Categories of data; one of those shown is among these."),
        "factor": _several(
            _NAMES, "Kinds of second factor of the session: none, mail, totp, key, …"
        ),
        "hours": {"$ref": "#/$defs/hours"},
        "account_age": {"$ref": "#/$defs/account_age"},
        "caseload": _word(
            ["inside", "outside"],
            "Count only persons inside or outside the account's own caseload.",
        ),
        "justified": {
            "type": "boolean",
            "description": "Whether a justification was given with the request.",
        },
        "stepped_up": {
            "type": "boolean",
            "description": "Whether the session gave a real second factor lately.",
        },
    },
) | {"minProperties": 1}

_REASON: Final = _object(
    "What the person in front of the screen reads; a standard text when absent.",
    {"en": _text("In English."), "fr": _text("In French.")},
    required=("en", "fr"),
)

_BUDGET: Final = _object(
    "The most that may be read per key over sliding windows, and what happens beyond.",
    {
        "id": _text("Name, unique in the file.", pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$"),
        "description": _text("For the readers of this file."),
        "per": _several(
            {"enum": [k.value for k in Key]},
            "What it is counted by; several keys count by their combination.",
        ),
        "counts": _word([c.value for c in Count], "What it counts: different persons when absent."),
        "target": {"$ref": "#/$defs/target"},
        "limits": _mapping(
            {"pattern": _DURATION},
            {"type": "integer", "minimum": 0},
            "For each sliding window the most that it may hold; a longer window holds at least as many.",
        ),
        "afterwards": _mapping(
            {"pattern": _DURATION},
            {"type": "integer", "minimum": 0},
            "For each sliding window the most that a justification or a second factor opens besides: nothing when absent.",
        ),
        "warn_at": {
            "type": "number",
            "minimum": 0.001,
            "maximum": 1,
            "description": "Share of a limit from which a permit carries a warning; none when absent.",
        },
        "effect": _word(
            [e.word for e in Effect if e is not Effect.PERMIT],
            "What happens beyond a limit: deny when absent.",
        ),
        "mode": _word(
            [m.value for m in Mode], "shadow watches, enforce acts: enforce when absent."
        ),
        "reason": {"$ref": "#/$defs/reason"},
        "why": _mapping(
            {"pattern": _DURATION}, _text("One sentence."), "Why each number is what it is."
        ),
    },
    required=("id", "per", "limits"),
) | {
    "dependentSchemas": {
        "afterwards": {
            "properties": {"effect": {"enum": [e.word for e in (Effect.JUSTIFY, Effect.STEP_UP)]}},
            "required": ["effect"],
        }
    }
}

POLICY: Final[Schema] = _object(
    "A policy set of Ecluse: all budgets in force together.",
    {
        "version": _VERSION,
        "description": _text("For the readers of this file."),
        "zone": _text("Time zone of `hours` that name none: UTC when absent."),
        "budgets": _list(
            "budget",
            "Every request draws on every budget that matches it; the most severe effect wins.",
        ),
    },
    required=("version", "budgets"),
) | {
    "$defs": {
        "budget": _BUDGET,
        "target": _TARGET,
        "hours": _HOURS,
        "account_age": _AGE,
        "reason": _REASON,
    }
}

_APPLICATION: Final = _object(
    "One application through which persons can be read.",
    {
        "id": _text("Name, as the logs and the policies write it."),
        "owner": _text("The team that answers for it (a function or a mailbox, not a person)."),
        "portal": _text("The portal behind which it sits."),
        "state": _word(
            [s.value for s in LifeCycle], "Where it stands in its life: live when absent."
        ),
        "since": _instant("When this state began."),
        "closes": _instant("From then on it refuses every read."),
        "population": {
            "type": "integer",
            "minimum": 1,
            "description": "Different persons that it holds.",
        },
        "categories": _several(_NAMES, "Categories of data that it shows."),
        "operations": _several(_NAMES, "What can be done in it: view, list, search, export, …"),
        "lockout_after": {
            "type": "integer",
            "minimum": 1,
            "description": "Failed log-ins after which an account is locked, delayed or shown a puzzle.",
        },
        "retention": _duration("For how long its own log is kept, such as 365d."),
        "retention_reason": _text("Why, when that is less than six months or more than a year."),
    },
    required=("id", "owner", "population"),
) | {"dependentRequired": {"retention_reason": ["retention"]}}

_KIND: Final = _object(
    "A kind of account.",
    {
        "id": _text("Name, as the accounts table and the policies write it."),
        "description": _text("What it is for."),
        "factors": _several(
            _NAMES, "Kinds of second factor that its sessions have; unknown when absent."
        ),
        "applications": _several(_NAMES, "Applications that it can open: all when absent."),
        "creates": _several(_NAMES, "Kinds of account that it may create."),
    },
    required=("id",),
)

_ORGANIZATION: Final = _object(
    "A body whose members hold accounts.",
    {
        "id": _text("Name, as the accounts table and the policies write it."),
        "description": _text("What it is."),
        "accounts": _mapping(
            _NAMES, {"type": "integer", "minimum": 1}, "How many accounts of each kind it has."
        ),
    },
    required=("id", "accounts"),
)

_TABLES: Final = _object(
    "Tables beside this file (CSV or Parquet), by paths relative to it.",
    {
        "accounts": _text(
            "One row an account: account, kind, organization, created_at, created_by."
        ),
        "caseload": _text("One row a relation: account, person."),
    },
) | {"minProperties": 1}

ESTATE: Final[Schema] = _object(
    "An estate of Ecluse: what can be read, and who can read it.",
    {
        "version": _VERSION,
        "description": _text("For the readers of this file."),
        "applications": _list("application", "Everything through which persons can be read."),
        "kinds": _list("kind", "The kinds of account."),
        "organizations": _list("organization", "The bodies whose members hold accounts."),
        "sensitive": _several(
            _NAMES, "Categories that are sensitive here; when absent, the usual ones are."
        ),
        "tables": {"$ref": "#/$defs/tables"},
    },
    required=("version", "applications", "kinds", "organizations"),
) | {
    "$defs": {
        "application": _APPLICATION,
        "kind": _KIND,
        "organization": _ORGANIZATION,
        "tables": _TABLES,
    }
}


def keys(schema: Schema, definition: str | None = None) -> tuple[str, ...]:
    """The keys of a schema's root, or of one of its definitions, in the order in which they are documented."""
    part = schema if definition is None else schema["$defs"][definition]
    return tuple(part["properties"])


def text(schema: Schema, *, title: str) -> str:
    """The schema as it is published: as JSON, with its dialect and a title in front."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps(head | schema, indent=2, ensure_ascii=False) + "\n"
