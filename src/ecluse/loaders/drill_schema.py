"""What may be written in a drill file? Its JSON Schema 2020-12, for completion in editors; the loader refuses more."""

from typing import Final

from ecluse.loaders.schema_parts import (
    NAME,
    VERSION,
    Schema,
    duration,
    flag,
    integer,
    object_of,
    reference,
    several,
    text,
)

__all__ = ["DRILL", "DRILL_NAME"]

DRILL_NAME: Final = "[a-z0-9][a-z0-9._-]{0,63}"

_GATE: Final = object_of(
    "The gate that the applications ask.",
    {
        "address": text("unix:/path or https://host:port."),
        "token_file": text("File with the token of a client that may `read` and `drill`."),
        "ca_file": text("PEM file of the authority of the gate's certificate, if it is your own."),
    },
    required=("address",),
)
_SIGN_IN: Final = object_of(
    "How the account shows who it is: a header or a cookie, its value from a file.",
    {
        "header": text("Name of the header.", pattern="^[A-Za-z0-9-]{1,64}$"),
        "cookie": text("Name of the cookie.", pattern="^[A-Za-z0-9_.-]{1,64}$"),
        "prefix": {"type": "string", "description": "Written before the value, such as `Bearer `."},
        "file": text("File with the value; it is read anew for every run."),
    },
    required=("file",),
)
_APPLICATION: Final = object_of(
    "An application of the estate.",
    {
        "id": text("As in the estate."),
        "url": text("Where it is reached; the drill reads through it.", pattern="^https?://"),
        "at_gate": flag("The drill asks the gate in its place: it proves the gate and not the application."),
        "path": text("Path of one person's page, with {person} where the identifier goes.", pattern="^/"),
        "shown": text("How the persons in an answer are found: a regular expression with one group, or a JSON pointer (`/number`, `/persons/*/number`)."),
        "sign_in": reference("sign_in"),
        "accept": text("What is asked for: text/html when absent."),
        "ca_file": text("PEM file of the authority of its certificate, if it is your own."),
        "enforced": flag("Whether it must refuse; true when absent."),
        "silence": duration("It has stopped logging when its last entry is older.", units="[smhd]"),
        "operation": text("What it says to the gate about such a read: view, …"),
        "categories": several(NAME, "Categories that it says it shows."),
        "factor": text("Kind of second factor that it says the session has."),
    },
    required=("id",),
)  # fmt: skip

DRILL: Final[Schema] = object_of(
    "A drill: a synthetic account reads honey persons until it is stopped.",
    {
        "version": VERSION,
        "name": text("By which history and findings name it.", pattern=f"^{DRILL_NAME}$"),
        "description": text("For the readers of this file."),
        "owner": text("Who puts right what fails."),
        "gate": reference("gate"),
        "ledger": text("The gate's ledger."),
        "keys": text("Folder of its keys, when it is not the one in the ledger."),
        "estate": text("Estate file: every live application in it must stand in this file."),
        "account": text("The synthetic account; `honey.accounts` of the gate's settings has it."),
        "persons": text("File of the honey persons, the same as in the gate's settings."),
        "at_most": integer("The number at which it must be stopped; a gate that would release more fails.", least=1),
        "knocks": integer("How often it goes on asking once it is stopped, so that a person is told: 30 when absent.", least=0),
        "room": integer("Persons that must be left to others in every budget that they share with it: 50 when absent.", least=0),
        "alarm": duration("How soon the finding and its message must be there: 2m when absent.", units="[smhd]"),
        "acknowledge": duration("How soon a person must have seen it: 30m when absent.", units="[smhd]"),
        "channels": several(NAME, "Channels that must have taken the message; any one that confirms it when absent."),
        "every": duration("How often it is run; the last run may not be older: 7d when absent.", units="[smhd]"),
        "applications": {"type": "array", "minItems": 1, "items": reference("application"), "description": "Read in this order."},
    },
    required=("version", "name", "owner", "gate", "ledger", "account", "persons", "applications"),
) | {"$defs": {"gate": _GATE, "sign_in": _SIGN_IN, "application": _APPLICATION}}  # fmt: skip
