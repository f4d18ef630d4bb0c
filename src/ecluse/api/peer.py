"""Who is at the other end of a connection? What the operating system or TLS says, never what the client says."""

from dataclasses import dataclass

__all__ = ["Peer"]


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end. All None on TCP without a client certificate.

    Attributes:
        uid, gid: of the process at the other end of a Unix socket (SO_PEERCRED).
        certificate: DER of the client certificate that TLS verified.
    """

    uid: int | None = None
    gid: int | None = None
    certificate: bytes | None = None
