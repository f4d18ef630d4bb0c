"""What may be written in a gate's settings file? Its JSON Schema 2020-12, for completion in editors.

The loader refuses more: what one setting says of another. A test holds that what the loader takes is valid here.
"""

from typing import Final

from ecluse.loaders.channels_schema import CHANNEL_DEFS, CHANNELS, HONEY
from ecluse.loaders.schema_parts import (
    NAME,
    VERSION,
    Schema,
    duration,
    flag,
    integer,
    mapping,
    object_of,
    reference,
    several,
    text,
    word,
)
from ecluse.model.settings import Failure

__all__ = ["GATE_NAME", "SETTINGS"]

GATE_NAME: Final = "[a-z0-9][a-z0-9._-]{0,63}"

_NAMED: Final[Schema] = {"type": "string", "pattern": f"^{GATE_NAME}$"}

_UNIX: Final = object_of(
    "A Unix socket. Whoever may write to it may ask.",
    {
        "path": text("Where it is made."),
        "mode": text('Its permissions in octal, in quotes: "0660" when absent.', pattern="^0?[0-7]{3}$"),
        "group": text("Group that it is given to; that of the gate's process when absent."),
    },
    required=("path",),
)  # fmt: skip
_TCP: Final = object_of(
    "An address for other machines. Without a certificate only loopback is taken.",
    {
        "address": text("address:port, such as 127.0.0.1:8750 or [::1]:8750."),
        "certificate": text("PEM file of the certificate with its chain."),
        "key": text("PEM file of its private key."),
        "client_ca": text("PEM file of the authority whose certificates clients show (mutual TLS)."),
    },
    required=("address",),
)  # fmt: skip
_COUNTER: Final = object_of(
    "Redis or Valkey, where several gates count together; each counts for itself without it.",
    {
        "redis": text("redis://host:port/0, rediss://… for TLS, or unix:///path; without a password."),
        "cluster": flag("Whether it is a Redis Cluster; false when absent."),
        "name": _NAMED | {"description": "Gates of one name count together: ecluse when absent."},
        "password_file": text("File with `user:password`, or `password` alone."),
        "gates": several(_NAMED, "Names of all gates that share it: `gate` when absent."),
        "gate": _NAMED | {"description": "The name of this one: `gate` when absent."},
        "timeout": duration("Without an answer for so long, it counts as out of reach: 250ms when absent."),
        "when_unreachable": word([f.value for f in Failure], "What is decided then: deny when absent."),
        "allowance": mapping(
            {"pattern": r"^(?=[0-9]*[1-9])[0-9]{1,9}[smhd]$"},
            {"type": "integer", "minimum": 1},
            "With permit: for each sliding window the most persons that an account may read at this gate meanwhile.",
        ),
    },
    required=("redis",),
)  # fmt: skip
_STEP_UP: Final = object_of(
    "What counts as having given a second factor again (RFC 9470).",
    {
        "acr_values": several(NAME, "What the identity provider is asked for."),
        "max_age": duration("How long ago the factors may have been given: 5m when absent.", units="[smhd]"),
        "factors": several(NAME, "Kinds that are a second factor: totp, key, passkey, smartcard when absent."),
    },
) | {"minProperties": 1}  # fmt: skip

SETTINGS: Final[Schema] = object_of(
    "The settings of a gate. Files are named relative to this one.",
    {
        "version": VERSION,
        "description": text("For the readers of this file."),
        "listen": object_of(
            "Where the gate answers: a Unix socket, an address, or both.",
            {"unix": reference("unix"), "tcp": reference("tcp")},
        )
        | {"minProperties": 1},
        "clients": text("File of the enrolled clients."),
        "routes": text("File that finds persons in paths, for nginx, Caddy, Traefik and Envoy."),
        "counter": reference("counter"),
        "step_up": reference("step_up"),
        "reservation": duration(
            "An unanswered reservation is kept for good after so long: 60s when absent."
        ),
        "slow": duration("By how much `slow` delays: 3s when absent."),
        "durable": flag(
            "false answers once the entry is with the operating system; a loss of power may then forget entries. true when absent."
        ),
        "loss": duration(
            "With durable: false, how much a loss of power may forget at most: 1s when absent."
        ),
        "contact": object_of(
            "Whom the person in front of the screen can call.",
            {"en": text("In English."), "fr": text("In French.")},
            required=("en", "fr"),
        ),
        "snapshot_every": integer(
            "Entries between two snapshots of the counts: 500000 when absent.", least=1000
        ),
        "retire": duration(
            "Over so long the limits of a closing application fall to nothing: 30d when absent.",
            units="[smhd]",
        ),
        "channels": CHANNELS,
        "honey": HONEY,
    },
    required=("version",),
) | {
    "$defs": {
        "unix": _UNIX,
        "tcp": _TCP,
        "counter": _COUNTER,
        "step_up": _STEP_UP,
        **CHANNEL_DEFS,
    }
}
