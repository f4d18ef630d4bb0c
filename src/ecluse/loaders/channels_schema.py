"""What may be written about channels and honey records in a gate's settings? Their part of its JSON Schema."""

from typing import Final

from ecluse.loaders.schema_parts import (
    NAME,
    Schema,
    duration,
    flag,
    integer,
    object_of,
    reference,
    several,
    text,
    word,
)
from ecluse.model.finding import Severity

__all__ = ["CHANNELS", "CHANNEL_DEFS", "CHANNEL_NAME", "FACILITIES", "HONEY", "SEVERITIES", "TLS"]

CHANNEL_NAME: Final = "[a-z0-9][a-z0-9._-]{0,63}"
SEVERITIES: Final = {severity.name.lower(): severity for severity in Severity}
TLS: Final = ("starttls", "tls", "none")
FACILITIES: Final = {
    "kern": 0, "user": 1, "mail": 2, "daemon": 3, "auth": 4, "syslog": 5, "authpriv": 10, "audit": 13, "alert": 14,
    **{f"local{n}": 16 + n for n in range(8)},
}  # fmt: skip
"""RFC 5424, table 1, by the words that log servers use."""

_MAIL: Final = object_of(
    "By SMTP.",
    {
        "host": text("The mail server."),
        "port": integer("587 when absent; 465 with `tls: tls`.", least=1),
        "tls": word(list(TLS), "starttls when absent; `none` for a server on this machine alone."),
        "sender": text("Address that it comes from."),
        "to": several(NAME, "Addresses that it goes to."),
        "account": text("Who logs in at the server, where it asks for that."),
        "password_file": text("File with the password."),
        "ca_file": text("PEM file of the authority of the server's certificate, if it is your own."),
    },
    required=("host", "sender", "to"),
)  # fmt: skip
_WEBHOOK: Final = object_of(
    "By a signed POST of JSON.",
    {
        "url": text("https://…; http:// on this machine alone."),
        "secret_file": text("File with the secret that signs it (HMAC-SHA-256), 16 characters at least."),
        "ca_file": text("PEM file of the authority of the server's certificate, if it is your own."),
    },
    required=("url", "secret_file"),
)  # fmt: skip
_SYSLOG: Final = object_of(
    "As a line of syslog (RFC 5424).",
    {
        "address": text("unix:/dev/log, udp:host:514, tcp:host:601 or tls:host:6514.", pattern="^(unix|udp|tcp|tls):"),
        "facility": word(list(FACILITIES), "local0 when absent."),
        "ca_file": text("With tls: PEM file of the authority of the server's certificate, if it is your own."),
    },
    required=("address",),
)  # fmt: skip
_CHANNEL: Final = object_of(
    "Who is told of findings, by one of mail, webhook and syslog.",
    {
        "name": {"type": "string", "pattern": f"^{CHANNEL_NAME}$", "description": "Unique."},
        "severity": word(list(SEVERITIES), "The lightest that is told: medium when absent."),
        "over": flag("Whether the end of a finding is told too; true when absent."),
        "repeat": duration("The same finding is told again after so long at the earliest: 1h when absent."),
        "most": integer("Messages an hour and severity; beyond, their number alone: 30 when absent.", least=1),
        "mail": reference("mail"),
        "webhook": reference("webhook"),
        "syslog": reference("syslog"),
    },
    required=("name",),
)  # fmt: skip

CHANNEL_DEFS: Final[Schema] = {
    "channel": _CHANNEL,
    "mail": _MAIL,
    "webhook": _WEBHOOK,
    "syslog": _SYSLOG,
}
CHANNELS: Final[Schema] = {
    "type": "array",
    "minItems": 1,
    "items": reference("channel"),
    "description": "Who is told of findings. Without it they stand in the log and in `ecluse gate findings` alone.",
}
HONEY: Final = object_of(
    "Honey records: identifiers that belong to nobody. Whoever reads one has no business there.",
    {
        "persons": text("File with the identifiers, one a line."),
        "accounts": several(NAME, "Synthetic accounts that read them during a drill, and never otherwise."),
    },
    required=("persons",),
)  # fmt: skip
