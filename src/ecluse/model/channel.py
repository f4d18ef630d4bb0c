"""A channel: the way on which a person hears of findings; and the message that goes on it."""

import hashlib
import shlex
from dataclasses import dataclass
from typing import Final, Literal

from ecluse.model.finding import Finding, Severity
from ecluse.model.time import HOUR

__all__ = ["Channel", "Mail", "Message", "Syslog", "Way", "Webhook"]

_ID: Final = 16
"""Hexadecimal digits of a message's name."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message by SMTP.

    Attributes:
        tls: `starttls`, `tls` from the first byte, or `none`, which the loader takes for this machine alone.
        password_file: file with the password of `account`; never the password itself.
        ca_file: PEM file of the authority that signed the server's certificate, if it is not a public one.
    """

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    tls: Literal["starttls", "tls", "none"] = "starttls"
    account: str | None = None
    password_file: str | None = None
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A POST of JSON over HTTPS, signed.

    Attributes:
        secret_file: file with the secret by which the receiver knows that the gate wrote it.
    """

    url: str
    secret_file: str
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Syslog:
    """A line for a log server (RFC 5424).

    Attributes:
        way: `unix`, `udp`, `tcp` or `tls`.
        place: path of the socket, or `host:port`.
        facility: 0 to 23; 16 is `local0`.
    """

    way: Literal["unix", "udp", "tcp", "tls"]
    place: str
    facility: int = 16
    ca_file: str | None = None


Way = Mail | Webhook | Syslog
"""How a channel reaches its person."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Who is told of findings, and how.

    Attributes:
        name: by which metrics, findings and the ledger name it.
        severity: the lightest that is told.
        over: whether the end of a finding is told too.
        repeat: microseconds in which the same finding is not told a second time.
        most: messages an hour and severity; what is beyond is told as a number.
    """

    name: str
    way: Way
    severity: Severity = Severity.MEDIUM
    over: bool = True
    repeat: int = HOUR
    most: int = 30

    @property
    def kind(self) -> str:
        """`mail`, `webhook` or `syslog`: the module that knows the way."""
        return type(self.way).__name__.lower()


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is told: codes, accounts and numbers, never a person's data.

    Attributes:
        over: whether the finding is over, rather than raised.
        at: when the gate saw it, microseconds.
        gate: name of the gate that tells.
    """

    finding: Finding
    over: bool
    at: int
    gate: str

    @property
    def id(self) -> str:
        """A name by which a receiver knows a message that comes twice."""
        said = f"{self.gate}\n{self.finding.code}\n{self.finding.about}\n{self.at}\n{self.over}"
        return hashlib.sha256(said.encode("utf-8", "backslashreplace")).hexdigest()[:_ID]

    @property
    def severity(self) -> str:
        """The word of its severity."""
        return self.finding.severity.name.lower()

    @property
    def title(self) -> str:
        """One line."""
        about = f" ({self.finding.about})" if self.finding.about else ""
        return f"[ecluse] {'over' if self.over else self.severity}: {self.finding.code}{about}"

    @property
    def acknowledgement(self) -> str:
        """The command by which a named person says that they have seen it."""
        about = shlex.quote(self.finding.about) if self.finding.about else "''"
        return f"ecluse gate acknowledge {self.finding.code} {about}"
