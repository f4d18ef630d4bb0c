"""Who is enrolled at the gate, and by what is each client known? What the clients file says."""

from dataclasses import dataclass

from ecluse.model.client import Client

__all__ = ["Enrolled", "Enrolment", "Token"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token that was handed out. The token itself is kept nowhere.

    Attributes:
        id: its `jti` (RFC 7519); without the signature it opens nothing.
        expires: the last instant, microseconds; a token's own end counts too, whichever comes first.
        revoked: when it was taken back, microseconds.
    """

    id: str
    expires: int
    revoked: int | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One client and the ways in which it can show who it is.

    Attributes:
        tokens: newest first.
        certificates: SHA-256 of the certificates that it shows over TLS (DER), 64 hexadecimal digits.
        unix: users of the operating system, by name or number, who are this client on the Unix socket.
        revoked: when it was taken back with all of these, microseconds; its name is not given again.
    """

    client: Client
    tokens: tuple[Token, ...] = ()
    certificates: tuple[str, ...] = ()
    unix: tuple[str, ...] = ()
    revoked: int | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The clients file.

    Attributes:
        key: public key (Ed25519, 32 bytes) whose signature tokens carry; None before the first token.
    """

    key: bytes | None = None
    clients: tuple[Enrolled, ...] = ()

    def find(self, name: str) -> Enrolled | None:
        """The client of that id."""
        return next((e for e in self.clients if e.client.id == name), None)
